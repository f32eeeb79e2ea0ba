package history

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Any revision is what replaying the log makes, and a change leads from one to
// another, both ways.
func TestAtAndChange(t *testing.T) {
	eachSeed(t, func(t *testing.T, r *rand.Rand) {
		w := write(t, r, small(r), 1+r.IntN(150))
		for range 30 {
			switch r.IntN(10) {
			case 0:
				w.extend(r, r.IntN(40))
			case 1:
				w.must(w.archive.Prepare(t.Context(), w.id))
			}
			a, b := w.revision(r), w.revision(r)
			got, err := w.archive.At(t.Context(), w.id, a)
			w.must(err)
			if !got.Equal(w.docs[a]) {
				t.Fatalf("revision %d is %s, want %s", a, lines(got.Op()), lines(w.docs[a].Op()))
			}
			op, err := w.archive.Change(t.Context(), w.id, a, b)
			w.must(err)
			after, err := w.docs[a].Apply(op)
			w.must(err)
			if !after.Equal(w.docs[b]) {
				t.Fatalf("%s leads from %d to %s, want %s", lines(op), a, lines(after.Op()), lines(w.docs[b].Op()))
			}
		}
	})
}

// Blame names who inserted each unit.
func TestBlame(t *testing.T) {
	eachSeed(t, func(t *testing.T, r *rand.Rand) {
		w := write(t, r, small(r), 1+r.IntN(150))
		for range 10 {
			if r.IntN(5) == 0 {
				w.extend(r, r.IntN(40))
			}
			at := w.revision(r)
			n := newNaive(make([]unit, w.docs[0].Len()))
			for rev := range at {
				n.apply(w.ops[rev], rev+1)
			}
			credits, err := w.archive.Blame(t.Context(), w.id, at)
			w.must(err)
			pos := 0
			for _, c := range credits {
				if c.At != pos {
					t.Fatalf("%+v is not at %d", c, pos)
				}
				w.credited(c, func(i int) wire.Revision { return n.units[i].inserted }, false)
				pos += c.Units
			}
			if pos != len(n.units) {
				t.Fatalf("%d units of %d", pos, len(n.units))
			}
		}
	})
}

// credited checks that a stretch is from its author: every unit of it is by
// them, and what is told is the latest. loose: a unit of revision 0 may be
// given to anybody.
func (w *world) credited(c Credit, by func(int) wire.Revision, loose bool) {
	w.t.Helper()
	var latest wire.Revision
	for i := c.At; i < c.At+c.Units; i++ {
		rev := by(i)
		latest = max(latest, rev)
		switch {
		case rev == 0 && (loose || c.Revision == 0):
		case rev == 0 || c.Revision == 0:
			w.t.Fatalf("%+v: unit %d is by revision %d", c, i, rev)
		case w.facts[rev-1].User != c.User:
			w.t.Fatalf("%+v: unit %d is by %s", c, i, w.facts[rev-1].User)
		}
	}
	if c.Revision != latest && !loose {
		w.t.Fatalf("%+v: the latest is %d", c, latest)
	}
	if c.Revision > 0 && (c.User != w.facts[c.Revision-1].User || !c.Time.Equal(w.facts[c.Revision-1].At)) {
		w.t.Fatalf("%+v is told of %+v", c, w.facts[c.Revision-1])
	}
}

// A difference leads from one revision to the other, and its parts cover what
// it inserts and deletes, by whom people inserted and deleted it.
func TestDifference(t *testing.T) {
	eachSeed(t, func(t *testing.T, r *rand.Rand) {
		w := write(t, r, small(r), 1+r.IntN(60))
		for range 10 {
			a, b := w.two(r)
			d, err := w.archive.Difference(t.Context(), w.id, a, b)
			w.must(err)
			after, err := w.docs[a].Apply(d.Op)
			w.must(err)
			if !after.Equal(w.docs[b]) {
				t.Fatalf("%s does not lead from %d to %d", lines(d.Op), a, b)
			}
			n := newNaive(make([]unit, w.docs[a].Len()))
			for rev := a; rev < b; rev++ {
				n.apply(w.ops[rev], rev+1)
			}
			inserted, deleted := places(d.Op)
			w.covers(d.Inserted, inserted, func(i int) wire.Revision { return n.units[i].inserted })
			w.covers(d.Deleted, deleted, func(i int) wire.Revision { return n.gone[i] })
			for _, c := range append(d.Inserted, d.Deleted...) {
				if c.Revision > 0 && (c.Revision <= a || c.Revision > b) {
					t.Fatalf("%+v between %d and %d", c, a, b)
				}
			}
		}
	})
}

// covers checks that credits are exactly the places.
func (w *world) covers(credits []Credit, places map[int]bool, by func(int) wire.Revision) {
	w.t.Helper()
	n, end := 0, 0
	for _, c := range credits {
		if c.At < end {
			w.t.Fatalf("%+v overlaps the one before", c)
		}
		end = c.At + c.Units
		for i := c.At; i < end; i++ {
			if n++; !places[i] {
				w.t.Fatalf("%+v is not in the op", c)
			}
		}
		w.credited(c, by, true)
	}
	if n != len(places) {
		w.t.Fatalf("%d of %d units have an author", n, len(places))
	}
}

// places are the units that an op inserts, in the later document, and those
// that it deletes, in the earlier one.
func places(op ot.Op) (inserted, deleted map[int]bool) {
	inserted, deleted = map[int]bool{}, map[int]bool{}
	was, is := 0, 0
	for c := range op.Components() {
		for range c.Len {
			switch c.Kind {
			case ot.Insert:
				inserted[is] = true
				is++
			case ot.Delete:
				deleted[was] = true
				was++
			default:
				was, is = was+1, is+1
			}
		}
	}
	return inserted, deleted
}

// small are limits that a short history reaches.
func small(r *rand.Rand) Limits {
	if r.IntN(4) == 0 {
		return Limits{}
	}
	return Limits{
		ReadStep: 1 + r.IntN(20), Spans: 2000, Memory: []int{1, 100_000, 1 << 30}[r.IntN(3)],
		BlockRecords: 1 + r.IntN(9), TraceBlocks: 1 + r.IntN(4), Near: r.IntN(30),
	}
}

func TestNoSuchRevision(t *testing.T) {
	w := write(t, rand.New(rand.NewPCG(1, 1)), Limits{}, 3)
	for name, ask := range map[string]func(context.Context, wire.DocID, wire.Revision) error{
		"at": func(c context.Context, d wire.DocID, r wire.Revision) error {
			_, err := w.archive.At(c, d, r)
			return err
		},
		"change": func(c context.Context, d wire.DocID, r wire.Revision) error {
			_, err := w.archive.Change(c, d, 0, r)
			return err
		},
		"back": func(c context.Context, d wire.DocID, r wire.Revision) error {
			_, err := w.archive.Change(c, d, r, 0)
			return err
		},
		"blame": func(c context.Context, d wire.DocID, r wire.Revision) error {
			_, err := w.archive.Blame(c, d, r)
			return err
		},
		"difference": func(c context.Context, d wire.DocID, r wire.Revision) error {
			_, err := w.archive.Difference(c, d, 0, r)
			return err
		},
		"fact": func(c context.Context, d wire.DocID, r wire.Revision) error {
			_, err := w.archive.Fact(c, d, r)
			return err
		},
	} {
		if err := ask(t.Context(), w.id, 4); !errors.Is(err, session.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
		if err := ask(t.Context(), "none", 1); !errors.Is(err, session.ErrNotFound) {
			t.Errorf("%s of no document: %v", name, err)
		}
		if err := ask(t.Context(), w.id, 3); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
