package persisttest

import (
	"errors"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

func (f Fixture) testDamage(t *testing.T) {
	// filled returns a world of 10 records and snapshots of 4 and 8.
	filled := func(t *testing.T) *world {
		w := f.world(t)
		records := batch("a", 1, 10)
		w.append(records...)
		for _, r := range []wire.Revision{4, 8} {
			w.must(w.PutSnapshot(t.Context(), w.doc, session.Snapshot{Revision: r, Doc: w.state(ot.Text, records[:r]...)}))
		}
		return w
	}

	t.Run("a whole history is verified", func(t *testing.T) {
		w := filled(t)
		got, err := w.Verify(t.Context(), w.doc)
		w.must(err)
		want := persist.Report{Doc: w.doc, Head: 10, Snapshots: 2, Units: w.state(ot.Text, batch("a", 1, 10)...).Len()}
		if got != want {
			t.Errorf("report is %+v, want %+v", got, want)
		}
		_, err = w.Verify(t.Context(), "none")
		w.fails(err, session.ErrNotFound)
	})
	t.Run("a history longer than a read is verified", func(t *testing.T) {
		w := f.world(t)
		w.append(batch("a", 1, 2100)...)
		got, err := w.Verify(t.Context(), w.doc)
		w.must(err)
		if got.Head != 2100 {
			t.Errorf("report is %+v", got)
		}
	})
	runIf(t, f.Damage != nil, "a damaged record is never read", func(t *testing.T) {
		w := filled(t)
		f.Damage(t, w.Store, w.doc, 5, persist.PartRecord)
		_, err := w.Records(t.Context(), w.doc, 0, 10)
		w.damaged(err, 5, persist.PartRecord)
		_, err = w.Records(t.Context(), w.doc, 4, 5)
		w.damaged(err, 5, persist.PartRecord)
		w.holds(5, 10, batch("a", 6, 10)...) // the others are as they were
		_, err = w.Verify(t.Context(), w.doc)
		w.damaged(err, 5, persist.PartRecord)
		f.Damage(t, w.Store, w.doc, 10, persist.PartRecord)
		_, _, _, err = w.LastOf(t.Context(), w.doc, "a")
		w.damaged(err, 10, persist.PartRecord)
	})
	runIf(t, f.Damage != nil, "a damaged snapshot is never read", func(t *testing.T) {
		w := filled(t)
		f.Damage(t, w.Store, w.doc, 8, persist.PartSnapshot)
		_, err := w.Snapshot(t.Context(), w.doc, 10)
		w.damaged(err, 8, persist.PartSnapshot)
		s, err := w.Snapshot(t.Context(), w.doc, 7)
		w.must(err)
		if s.Revision != 4 {
			t.Errorf("the one before has revision %d", s.Revision)
		}
		_, err = w.Verify(t.Context(), w.doc)
		w.damaged(err, 8, persist.PartSnapshot)
	})
	runIf(t, f.Forge != nil, "a snapshot that the history does not make is found", func(t *testing.T) {
		w := filled(t)
		f.Forge(t, w.Store, w.doc, session.Snapshot{Revision: 4, Doc: w.state(ot.Text, batch("a", 1, 3)...)})
		_, err := w.Verify(t.Context(), w.doc)
		w.damaged(err, 4, persist.PartSnapshot)
	})
	runIf(t, f.Remove != nil, "a missing record is damage, not a short answer", func(t *testing.T) {
		w := filled(t)
		f.Remove(t, w.Store, w.doc, 6)
		_, err := w.Records(t.Context(), w.doc, 0, 10)
		w.damaged(err, 6, persist.PartRecord)
		_, err = w.Records(t.Context(), w.doc, 5, 6)
		w.damaged(err, 6, persist.PartRecord)
		w.holds(6, 10, batch("a", 7, 10)...)
		_, err = w.Facts(t.Context(), w.doc, 0, 10)
		w.damaged(err, 6, persist.PartRecord)
		w.knows(6, 10, batch("a", 7, 10)...)
	})
	runIf(t, f.Remove != nil, "a history that ends before a snapshot is found", func(t *testing.T) {
		w := filled(t)
		for r := wire.Revision(10); r > 6; r-- {
			f.Remove(t, w.Store, w.doc, r)
		}
		_, err := w.Verify(t.Context(), w.doc)
		w.damaged(err, 7, persist.PartRecord)
	})
}

func (w *world) damaged(err error, revision wire.Revision, part string) {
	w.t.Helper()
	d, ok := errors.AsType[*persist.DamagedError](err)
	if !ok || d.Doc != w.doc || d.Revision != revision || d.Part != part {
		w.t.Errorf("error is %v, want damage of %s %d", err, part, revision)
	}
}
