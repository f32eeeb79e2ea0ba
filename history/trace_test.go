package history

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// spelled is a sequence of stretches, unit by unit.
func spelled(units func(yield func(int, wire.Revision) bool)) (list []wire.Revision) {
	for n, revision := range units {
		for range n {
			list = append(list, revision)
		}
	}
	return list
}

// same checks a trace against the naive one.
func same(t *testing.T, tr *Trace, n *naive, began int) {
	t.Helper()
	want := []wire.Revision{}
	for i, u := range n.units {
		if n.first[i] >= 0 {
			u.inserted = tr.begin
		}
		want = append(want, u.inserted)
	}
	if got := spelled(tr.Units()); !slices.Equal(got, want) {
		t.Fatalf("at %d: inserted by\n%v, want\n%v", tr.At(), got, want)
	}
	want = make([]wire.Revision, began)
	for i := range want {
		want[i] = tr.begin
		if by, ok := n.gone[i]; ok {
			want[i] = by
		}
	}
	if got := spelled(tr.Fates()); !slices.Equal(got, want) {
		t.Fatalf("at %d: deleted by\n%v, want\n%v", tr.At(), got, want)
	}
	if tr.Len() != len(n.units) {
		t.Fatalf("at %d: %d units, want %d", tr.At(), tr.Len(), len(n.units))
	}
}

// A trace knows what a naive one knows, from any revision on, and its clones
// stay what they were.
func TestTraceIsAsNaive(t *testing.T) {
	eachSeed(t, func(t *testing.T, r *rand.Rand) {
		w := write(t, r, Limits{}, 60+r.IntN(200))
		from := w.revision(r)
		units := make([]unit, w.docs[from].Len())
		tr, n := NewTrace(from, len(units)), newNaive(units)
		var kept *Trace
		var keptNaive *naive
		for rev := from + 1; rev <= w.head(); rev++ {
			w.must(tr.Apply(w.ops[rev-1], rev))
			n.apply(w.ops[rev-1], rev)
			if r.IntN(10) == 0 {
				same(t, tr, n, len(units))
			}
			if r.IntN(40) == 0 {
				kept = tr.Clone()
				keptNaive = &naive{slices.Clone(n.units), clone(n.gone), slices.Clone(n.first)}
			}
		}
		same(t, tr, n, len(units))
		if kept != nil {
			same(t, kept, keptNaive, len(units))
			for rev := kept.At() + 1; rev <= w.head(); rev++ {
				w.must(kept.Apply(w.ops[rev-1], rev))
			}
			same(t, kept, n, len(units))
			same(t, tr, n, len(units))
		}
	})
}

// A document of many runs, which are in many chunks.
func TestTraceOfManyRuns(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	units := make([]unit, 2000)
	tr, n := NewTrace(7, len(units)), newNaive(units)
	for rev := wire.Revision(8); rev < 6000; rev++ {
		var b ot.Builder
		at := r.IntN(len(n.units) + 1)
		b.Retain(at, ot.Attrs{})
		if r.IntN(10) > 0 {
			b.Insert("xy", ot.Attrs{})
		}
		b.Delete(min(r.IntN(3), len(n.units)-at))
		if left := len(n.units) - at - 2; r.IntN(500) == 0 {
			b.Delete(min(1000, left))
		}
		op := b.Op()
		if err := tr.Apply(op, rev); err != nil {
			t.Fatal(err)
		}
		n.apply(op, rev)
		if rev%97 == 0 {
			same(t, tr, n, len(units))
		}
	}
	same(t, tr, n, len(units))
}

func clone(m map[int]wire.Revision) map[int]wire.Revision {
	c := make(map[int]wire.Revision)
	for k, v := range m {
		c[k] = v
	}
	return c
}

// What does not fit is an error, not a panic.
func TestTraceRefuses(t *testing.T) {
	op := (&ot.Builder{}).Retain(3, ot.Attrs{}).Insert("x", ot.Attrs{}).Op()
	if err := NewTrace(0, 2).Apply(op, 1); err == nil {
		t.Error("an op that reaches past the end")
	}
	if err := NewTrace(5, 3).Apply(op, 5); err == nil {
		t.Error("a revision that comes again")
	}
	if err := NewTrace(5, 3).Apply(op, 1<<40); err == nil {
		t.Error("a revision too far away")
	}
}
