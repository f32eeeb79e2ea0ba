package persisttest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

func (f Fixture) testNames(t *testing.T) {
	at := epoch.Add(time.Minute)
	named := func(revision int, name string) persist.RevisionName {
		return persist.RevisionName{Revision: wire.Revision(revision), Name: name, User: "ana", At: at}
	}
	t.Run("names are kept, in the order of the revisions", func(t *testing.T) {
		w := f.world(t)
		w.append(batch("a", 1, 12)...)
		w.create("other", ot.Text)
		for _, n := range []persist.RevisionName{named(9, "the \"last\" 😀"), named(0, "empty"), named(10, "ten"), named(2, "two")} {
			w.must(w.NameRevision(t.Context(), w.doc, n, 10))
		}
		w.must(w.NameRevision(t.Context(), "other", named(0, "of another"), 10))
		w.names(named(0, "empty"), named(2, "two"), named(9, "the \"last\" 😀"), named(10, "ten"))
	})
	t.Run("a name is changed and taken away", func(t *testing.T) {
		w := f.world(t)
		w.append(batch("a", 1, 3)...)
		w.must(w.NameRevision(t.Context(), w.doc, named(1, "one"), 2))
		w.must(w.NameRevision(t.Context(), w.doc, named(2, "two"), 2))
		again := persist.RevisionName{Revision: 1, Name: "first", User: "ben", At: at.Add(time.Hour)}
		w.must(w.NameRevision(t.Context(), w.doc, again, 2))
		w.names(again, named(2, "two"))
		w.must(w.UnnameRevision(t.Context(), w.doc, 1))
		w.fails(w.UnnameRevision(t.Context(), w.doc, 1), session.ErrNotFound)
		w.fails(w.UnnameRevision(t.Context(), "none", 1), session.ErrNotFound)
		w.names(named(2, "two"))
	})
	t.Run("there are no more names than most", func(t *testing.T) {
		w := f.world(t)
		w.append(batch("a", 1, 5)...)
		for i := range 3 {
			w.must(w.NameRevision(t.Context(), w.doc, named(i, fmt.Sprint("name ", i)), 3))
		}
		w.fails(w.NameRevision(t.Context(), w.doc, named(3, "one more"), 3), persist.ErrManyNames)
		w.must(w.NameRevision(t.Context(), w.doc, named(2, "changed"), 3))
		w.must(w.UnnameRevision(t.Context(), w.doc, 0))
		w.must(w.NameRevision(t.Context(), w.doc, named(3, "one more"), 3))
		w.names(named(1, "name 1"), named(2, "changed"), named(3, "one more"))
	})
	t.Run("what cannot be named is refused, and nowhere", func(t *testing.T) {
		w := f.world(t)
		w.append(batch("a", 1, 3)...)
		w.fails(w.NameRevision(t.Context(), w.doc, named(4, "of tomorrow"), 9), session.ErrNotFound)
		w.fails(w.NameRevision(t.Context(), "none", named(0, "of nothing"), 9), session.ErrNotFound)
		for _, bad := range []string{"", "a\x00b", "a\xffb"} {
			w.fails(w.NameRevision(t.Context(), w.doc, named(1, bad), 9), persist.ErrMalformed)
		}
		w.fails(w.NameRevision(left(t), w.doc, named(1, "late"), 9), context.Canceled)
		w.names()
	})
}

func (w *world) names(want ...persist.RevisionName) {
	w.t.Helper()
	got, err := w.RevisionNames(w.t.Context(), w.doc)
	w.must(err)
	if !slices.Equal(got, want) {
		w.t.Errorf("names are %+v, want %+v", got, want)
	}
}
