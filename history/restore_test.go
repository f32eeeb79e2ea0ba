package history

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// apply makes the edit the next revision, as one of the kind of the document.
func (w *world) apply(e Edit) ot.Doc {
	w.t.Helper()
	if e.Base != w.head() {
		w.t.Fatalf("an edit of %d, the head is %d", e.Base, w.head())
	}
	w.append(e.Op, "ana", began)
	return w.docs[w.head()]
}

// Whatever a document was, it is again after it is restored.
func TestRestore(t *testing.T) {
	eachSeed(t, func(t *testing.T, r *rand.Rand) {
		w := write(t, r, small(r), 1+r.IntN(80))
		for range 5 {
			at := w.revision(r)
			e, err := w.archive.Restore(t.Context(), w.id, at)
			w.must(err)
			if got := w.apply(e); !got.Equal(w.docs[at]) {
				t.Fatalf("restored is %s, revision %d was %s", lines(got.Op()), at, lines(w.docs[at].Op()))
			}
		}
	})
}

// A part that is restored is what it was, and what is before and behind what
// became of it stays.
func TestRestoreRange(t *testing.T) {
	eachSeed(t, func(t *testing.T, r *rand.Rand) {
		w := write(t, r, small(r), 1+r.IntN(60))
		for range 10 {
			at := w.revision(r)
			was, is := w.docs[at], w.docs[w.head()]
			from, to := whole(was, r), whole(was, r)
			from, to = min(from, to), max(from, to)
			since, err := ot.ComposeAll(w.ops[at:])
			w.must(err)
			now := ot.TransformRange(since, ot.Range{Anchor: from, Head: to}, ot.Right, ot.Left)
			want := concat(t, slice(t, is, 0, now.Anchor), slice(t, was, from, to), slice(t, is, now.Head, is.Len()))
			e, err := w.archive.RestoreRange(t.Context(), w.id, at, from, to)
			w.must(err)
			if got := w.apply(e); !got.Equal(want) {
				t.Fatalf("%d to %d of %d restored in %s is %s, want %s", from, to, at, lines(is.Op()), lines(got.Op()), lines(want.Op()))
			}
		}
	})
}

// A restore that others write under is merged with what they write: in whatever
// order both come, all get the same.
func TestRestoreWhileOthersWrite(t *testing.T) {
	eachSeed(t, func(t *testing.T, r *rand.Rand) {
		w := write(t, r, Limits{}, 5+r.IntN(40))
		at := w.revision(r)
		was := w.docs[at]
		from, to := whole(was, r), whole(was, r)
		e, err := w.archive.RestoreRange(t.Context(), w.id, at, min(from, to), max(from, to))
		if r.IntN(2) == 0 {
			e, err = w.archive.Restore(t.Context(), w.id, at)
		}
		w.must(err)
		is := w.docs[w.head()]
		other := writer{r, w.kind}.op(w.naive.units)
		history, incoming, err := ot.TransformPair(other, e.Op)
		w.must(err)
		a := edited(t, edited(t, is, other), incoming)
		b := edited(t, edited(t, is, e.Op), history)
		if !a.Equal(b) {
			t.Fatalf("%s and %s", lines(a.Op()), lines(b.Op()))
		}
		w.append(other, "ben", began)
		w.append(incoming, "ana", began) // as an edit of the kind of the document
	})
}

// Undoing the last revision leads back; undoing another takes away what it
// inserted and is still there, brings back what it deleted, and touches nothing
// else.
func TestUndo(t *testing.T) {
	eachSeed(t, func(t *testing.T, r *rand.Rand) {
		w := write(t, r, small(r), 2+r.IntN(60))
		last, err := w.archive.Undo(t.Context(), w.id, w.head())
		w.must(err)
		before := w.docs[w.head()-1]
		if got := w.apply(last); !got.Equal(before) {
			t.Fatalf("undone is %s, want %s", lines(got.Op()), lines(before.Op()))
		}
		for range 5 {
			at := 1 + wire.Revision(r.IntN(int(w.head())))
			e, err := w.archive.Undo(t.Context(), w.id, at)
			w.must(err)
			inserted, left := 0, 0
			for _, u := range w.naive.units {
				if u.inserted == at {
					inserted++
				}
			}
			pos := 0
			for c := range e.Op.Components() {
				if c.Kind == ot.Delete {
					for _, u := range w.naive.units[pos : pos+c.Len] {
						if u.inserted != at {
							t.Fatalf("undoing %d deletes what %d inserted", at, u.inserted)
						}
					}
				}
				if c.Kind != ot.Insert {
					pos += c.Len
				}
			}
			w.apply(e)
			for _, u := range w.naive.units {
				if u.inserted == at {
					left++
				}
			}
			if left > 0 {
				t.Fatalf("of %d units that %d inserted %d are there after it is undone", inserted, at, left)
			}
			again, err := w.archive.Undo(t.Context(), w.id, w.head())
			w.must(err)
			if got := w.apply(again); !got.Equal(w.docs[w.head()-2]) {
				t.Fatal("undoing an undo does not lead back")
			}
		}
	})
}

func TestRestoreRefuses(t *testing.T) {
	w := write(t, rand.New(rand.NewPCG(3, 4)), Limits{}, 4)
	w.append((&ot.Builder{}).Insert("😀", ot.Attrs{}).Op(), "ana", began)
	for _, r := range [][2]int{{-1, 1}, {2, 1}, {0, 1}, {1, 2}, {0, w.docs[w.head()].Len() + 1}} {
		var bad *ot.Error
		if _, err := w.archive.RestoreRange(t.Context(), w.id, w.head(), r[0], r[1]); !errors.As(err, &bad) {
			t.Errorf("%v: %v", r, err)
		}
	}
	_, err := w.archive.Restore(t.Context(), w.id, 6)
	_, err2 := w.archive.RestoreRange(t.Context(), w.id, 6, 0, 0)
	_, err3 := w.archive.Undo(t.Context(), w.id, 6)
	_, err4 := w.archive.Undo(t.Context(), w.id, 0)
	for _, err := range []error{err, err2, err3, err4} {
		if !errors.Is(err, session.ErrNotFound) {
			t.Error(err)
		}
	}
	e, err := w.archive.Restore(t.Context(), w.id, w.head())
	if err != nil || !e.Op.IsNoop() {
		t.Errorf("to the present: %v, %v", e.Op, err)
	}
	e, err = w.archive.RestoreRange(t.Context(), w.id, w.head(), 0, 2)
	if err != nil || !e.Op.IsNoop() {
		t.Errorf("a part to the present: %v, %v", e.Op, err)
	}
}

func edited(t *testing.T, d ot.Doc, op ot.Op) ot.Doc {
	t.Helper()
	d, err := d.Apply(op)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// whole is a random place that cuts no pair.
func whole(d ot.Doc, r *rand.Rand) int {
	for {
		at := r.IntN(d.Len() + 1)
		if _, err := d.ReadRange(at, at); err == nil {
			return at
		}
	}
}

func slice(t *testing.T, d ot.Doc, from, to int) ot.Doc {
	t.Helper()
	p, err := part(d, from, to)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func concat(t *testing.T, docs ...ot.Doc) (all ot.Doc) {
	t.Helper()
	for _, d := range docs {
		var b ot.Builder
		b.Retain(all.Len(), ot.Attrs{})
		for c := range d.Op().Components() {
			b.Insert(c.Text, c.Attrs).InsertEmbed(c.Embed, c.Attrs)
		}
		all = edited(t, all, b.Op())
	}
	return all
}
