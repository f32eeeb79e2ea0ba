package torture

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/collabd/collabd/wire"
)

// TestOrderAgreesWithPorcupine: on histories that are right, and on such that
// are wrong in some way, both say the same.
func TestOrderAgreesWithPorcupine(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	right, wrong := 0, 0
	for range 20_000 {
		operations := randomOperations(rnd)
		want := porcupine.CheckOperations(logModel, asPorcupine(operations))
		if got := len(contradictions(slices.Clone(operations))) == 0; got != want {
			t.Fatalf("seed %d: linearizable is %v, porcupine says %v: %+v", seed, got, want, operations)
		}
		if want {
			right++
		} else {
			wrong++
		}
	}
	if right < 2000 || wrong < 2000 {
		t.Errorf("%d right and %d wrong histories: one side is hardly tested", right, wrong)
	}
}

// randomOperations makes a history of a log: at random moments, mostly within
// call and return, edits are appended and reads made.
func randomOperations(rnd *rand.Rand) []operation {
	var list []operation
	revision := wire.Revision(0)
	slack := Moment(1 + rnd.IntN(12))
	for at := Moment(10); len(list) < 2+rnd.IntN(12); at += Moment(rnd.IntN(4)) {
		op := operation{read: rnd.IntN(3) == 0, called: at - Moment(rnd.Int64N(int64(slack))), returned: at + Moment(rnd.Int64N(int64(slack)))}
		if !op.read {
			revision++
			if rnd.IntN(6) == 0 {
				op.returned = never
			}
		}
		op.revision = revision
		list = append(list, op)
	}
	if rnd.IntN(2) == 0 { // something is late, or early, or stale
		op := &list[rnd.IntN(len(list))]
		switch {
		case op.read && rnd.IntN(2) == 0:
			op.revision = wire.Revision(rnd.IntN(int(revision) + 1))
		default:
			by := Moment(rnd.IntN(20) - 10)
			op.called += by
			if op.returned != never {
				op.returned += by
			}
		}
	}
	return list
}

// logModel is a log whose state is its length: an edit answers the revision
// that it made, a read the latest.
var logModel = porcupine.Model{
	Init: func() any { return wire.Revision(0) },
	Step: func(state, input, output any) (bool, any) {
		length, revision := state.(wire.Revision), output.(wire.Revision)
		if input.(bool) { // a read
			return revision == length, length
		}
		return revision == length+1, length + 1
	},
}

func asPorcupine(operations []operation) []porcupine.Operation {
	list := make([]porcupine.Operation, len(operations))
	for i, op := range operations {
		list[i] = porcupine.Operation{
			ClientId: i, Input: op.read, Output: op.revision, Call: int64(op.called), Return: int64(op.returned),
		}
	}
	return list
}

func TestContradictionNamesBoth(t *testing.T) {
	found := contradictions([]operation{
		{what: "a", revision: 2, called: 1, returned: 5},
		{what: "b", revision: 1, called: 7, returned: 9},
		{what: "c", revision: 1, read: true, called: 0, returned: 8},
	})
	if len(found) != 1 || found[0].first.what != "b" || found[0].second.what != "a" {
		t.Errorf("%v", found)
	}
}
