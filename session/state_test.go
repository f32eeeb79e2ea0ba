package session

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// insertion is the edit of a client that inserts text.
func insertion(client wire.ClientID, seq wire.Seq, base wire.Revision, at int, text string) Submission {
	op := (&ot.Builder{}).Retain(at, ot.Attrs{}).Insert(text, ot.Attrs{}).Op()
	e := wire.Edit{Seq: seq, Base: base, Op: op}
	return Submission{Client: client, Edit: e, Digest: e.Digest(), Op: op, Base: base}
}

func records(s State) (list []string) {
	for _, r := range s.Since(s.window.after) {
		list = append(list, fmt.Sprintf("%d %s/%d %s", r.Revision, r.Client, r.Seq, r.Op.AppendJSON(nil)))
	}
	return list
}

// TestStatesAreValues: any number of next states can be made from one, and
// each stays what it is. So a batch can be accepted again after it could not be
// appended, whoever still looks at what it was to be.
func TestStatesAreValues(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	type kept struct {
		state   State
		records []string
		text    string
	}
	lim := DefaultLimits()
	lim.WindowRecords, lim.Peers = 40, 3
	values := []kept{{state: NewState(ot.Text, Snapshot{})}}
	for step := range 400 {
		from := values[max(0, len(values)-1-r.IntN(4))].state
		var batch []Submission
		for i := range 1 + r.IntN(3) {
			batch = append(batch, insertion(wire.ClientID(fmt.Sprint("c", step, "-", i)), 1, from.Head(), r.IntN(from.Doc().Len()+1), string(rune('a'+step%26))))
		}
		next, outcomes := from.Accept(batch, lim)
		for _, out := range outcomes {
			if out.Refused != nil {
				t.Fatalf("seed %d: %v", seed, out.Refused)
			}
		}
		if r.IntN(3) == 0 {
			next = next.trim(lim, func(wire.ClientID) bool { return false })
		}
		values = append(values, kept{next, records(next), next.Doc().Text()})
	}
	for i, v := range values {
		if got := records(v.state); fmt.Sprint(got) != fmt.Sprint(v.records) || v.state.Doc().Text() != v.text {
			t.Fatalf("seed %d: value %d has changed\nfrom %q %s\n  to %q %s", seed, i, v.text, v.records, v.state.Doc().Text(), got)
		}
		for _, e := range v.state.window.entries {
			if last, ok := v.state.clients.of(e.Client); !ok || last.revision != e.Revision {
				t.Fatalf("seed %d: value %d knows %v of %s", seed, i, last, e.Client)
			}
		}
	}
}
