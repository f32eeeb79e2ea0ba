package persisttest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// anyRevision: what is read of a rich document, with all that ops can have, by
// snapshots and blocks, is what the records make one after the other.
func (f Fixture) anyRevision(t *testing.T) {
	w := f.world(t)
	rnd := w.random()
	w.doc = w.create("rich", ot.Rich).ID
	states := []ot.Doc{ot.Rich.Initial()}
	var records []session.Record
	seqs := make([]wire.Seq, 8)
	for len(records) < 2500 {
		from := len(records)
		for range 1 + rnd.IntN(400) {
			c := rnd.IntN(len(seqs))
			seqs[c]++
			r := record(revision(len(records)+1), clientID(fmt.Sprint("c", c)), seqs[c])
			r.At = epoch.Add(time.Duration(rnd.Int64N(1e9)) * time.Microsecond)
			r.Op = drawOp(rnd, states[len(states)-1].Len())
			next, err := states[len(states)-1].Apply(r.Op)
			w.must(err)
			records, states = append(records, r), append(states, next)
		}
		w.append(records[from:]...)
		if rnd.IntN(2) == 0 {
			at := rnd.IntN(len(states))
			w.must(w.PutSnapshot(t.Context(), w.doc, session.Snapshot{Revision: revision(at), Doc: states[at]}))
		}
		if rnd.IntN(2) == 0 {
			w.pack(later)
		}
	}
	for range 100 {
		at := rnd.IntN(len(states))
		got, err := session.ReadAt(t.Context(), w.Store, w.doc, revision(at))
		w.must(err)
		if !got.Equal(states[at]) {
			t.Errorf("revision %d is another document", at)
		}
	}
	w.lasts(records)
}

func drawOp(rnd *rand.Rand, units int) ot.Op {
	value := func(json string) ot.Value { v, _ := ot.ParseValue([]byte(json), 4); return v }
	var b ot.Builder
	at := rnd.IntN(units + 1)
	b.Retain(at, ot.Attrs{})
	switch texts := []string{"a", "word ", "é", "字\n", "x\"\\\x01"}; rnd.IntN(6) {
	case 0:
		b.InsertEmbed(ot.NewEmbed("image", value(`"/api/files/1"`)), ot.NewAttrs(map[string]ot.Value{"alt": value(`"A 😀"`)}))
	case 1:
		b.Insert("bold", ot.NewAttrs(map[string]ot.Value{"bold": value("true")}))
	case 2:
		b.Retain(min(units-at, 3), ot.NewAttrs(map[string]ot.Value{"bold": value("null"), "header": value("2")}))
	case 3:
		b.Delete(min(units-at, 2))
	default:
		b.Insert(texts[rnd.IntN(len(texts))], ot.Attrs{})
	}
	return b.Op()
}

// packBeside: every reader sees every record once, whatever is packed meanwhile.
func (f Fixture) packBeside(t *testing.T) {
	w := f.world(t)
	records := w.crowd(3000)
	more := batch("more", 3001, 6000)
	all := append(records, more...)
	var wg sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		wg.Go(func() {
			for {
				if _, err := w.Pack(t.Context(), w.doc, later); err != nil {
					t.Error(err)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
		wg.Go(func() {
			rnd := w.random()
			for {
				head, err := w.Head(t.Context(), w.doc)
				if err != nil {
					t.Error(err)
					return
				}
				after := wire.Revision(rnd.IntN(int(head)))
				upTo := min(head, after+500)
				got, err := w.Records(t.Context(), w.doc, after, upTo)
				if err != nil || len(got) != int(upTo-after) {
					t.Errorf("%d records after %d up to %d: %v", len(got), after, upTo, err)
					return
				}
				for i, r := range got {
					if want := all[int(after)+i]; !told(r, want) {
						t.Errorf("record is %+v, want %+v", r, want)
					}
				}
				facts, err := w.Facts(t.Context(), w.doc, after, upTo)
				if err != nil || len(facts) != len(got) {
					t.Errorf("%d facts after %d up to %d: %v", len(facts), after, upTo, err)
				}
				last, _, found, err := w.LastOf(t.Context(), w.doc, records[0].Client)
				if err != nil || !found || last.Digest == 0 {
					t.Errorf("last is %+v, %v, %v", last, found, err)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	wg.Go(func() {
		for {
			if _, err := w.Verify(t.Context(), w.doc); err != nil {
				t.Error(err)
			}
			select {
			case <-done:
				return
			default:
			}
		}
	})
	state := w.state(ot.Text, records...).Edit()
	for len(more) > 0 {
		w.append(more[:100]...)
		for _, r := range more[:100] {
			w.must(state.Apply(r.Op))
		}
		w.must(w.PutSnapshot(t.Context(), w.doc, session.Snapshot{Revision: more[99].Revision, Doc: state.Doc()}))
		more = more[100:]
	}
	close(done)
	wg.Wait()
	w.pack(later)
	w.tells(0, 6000, all...)
}
