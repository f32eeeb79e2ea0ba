package persisttest

import (
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

func (f Fixture) testSnapshots(t *testing.T) {
	t.Run("a document begins with what its kind says", func(t *testing.T) {
		w := f.world(t)
		w.create("rich", ot.Rich)
		for doc, kind := range map[wire.DocID]ot.DocKind{"doc": ot.Text, "rich": ot.Rich} {
			s, err := w.Snapshot(t.Context(), doc, 100)
			w.must(err)
			if s.Revision != 0 || !s.Doc.Equal(kind.Initial()) {
				t.Errorf("%s begins with %q at %d", doc, s.Doc.Text(), s.Revision)
			}
		}
	})
	t.Run("the latest at or before a revision is found", func(t *testing.T) {
		w := f.world(t)
		records := batch("a", 1, 10)
		w.append(records...)
		for _, r := range []wire.Revision{3, 7} {
			w.must(w.PutSnapshot(t.Context(), w.doc, session.Snapshot{Revision: r, Doc: w.state(ot.Text, records[:r]...)}))
		}
		for upTo, want := range map[wire.Revision]wire.Revision{0: 0, 2: 0, 3: 3, 6: 3, 7: 7, 10: 7, 1 << 63: 7, ^wire.Revision(0): 7} {
			s, err := w.Snapshot(t.Context(), w.doc, upTo)
			w.must(err)
			if s.Revision != want || !s.Doc.Equal(w.state(ot.Text, records[:want]...)) {
				t.Errorf("up to %d: revision %d, want %d; or another text", upTo, s.Revision, want)
			}
		}
	})
	t.Run("attributes and embeds are kept", func(t *testing.T) {
		w := f.world(t)
		w.doc = w.create("rich", ot.Rich).ID
		op, err := ot.Parse([]byte(`[{"insert":"b","attributes":{"bold":true}},{"insert":{"divider":true}}]`), ot.DefaultLimits())
		w.must(err)
		r := record(1, "a", 1)
		r.Op = op
		w.append(r)
		want := w.state(ot.Rich, r)
		w.must(w.PutSnapshot(t.Context(), w.doc, session.Snapshot{Revision: 1, Doc: want}))
		s, err := w.Snapshot(t.Context(), w.doc, 1)
		w.must(err)
		if s.Revision != 1 || !s.Doc.Equal(want) {
			t.Errorf("read %v at %d, want %v", s.Doc.Op(), s.Revision, want.Op())
		}
	})
	t.Run("a document that became empty has an empty snapshot", func(t *testing.T) {
		w := f.world(t)
		insert, remove := record(1, "a", 1), record(2, "a", 2)
		var b ot.Builder
		remove.Op = b.Delete(insert.Op.TargetLen()).Op()
		w.append(insert, remove)
		w.must(w.PutSnapshot(t.Context(), w.doc, session.Snapshot{Revision: 2, Doc: w.state(ot.Text, insert, remove)}))
		s, err := w.Snapshot(t.Context(), w.doc, 2)
		w.must(err)
		if s.Revision != 2 || s.Doc.Len() != 0 {
			t.Errorf("revision %d with %d units", s.Revision, s.Doc.Len())
		}
	})
	t.Run("one that is there is left as it is", func(t *testing.T) {
		w := f.world(t)
		records := batch("a", 1, 2)
		w.append(records...)
		first := w.state(ot.Text, records...)
		w.must(w.PutSnapshot(t.Context(), w.doc, session.Snapshot{Revision: 2, Doc: first}))
		w.must(w.PutSnapshot(t.Context(), w.doc, session.Snapshot{Revision: 2, Doc: ot.Text.Initial()}))
		w.must(w.PutSnapshot(t.Context(), w.doc, session.Snapshot{Revision: 0, Doc: first}))
		s, err := w.Snapshot(t.Context(), w.doc, 2)
		w.must(err)
		if !s.Doc.Equal(first) {
			t.Error("the second one took its place")
		}
		s, err = w.Snapshot(t.Context(), w.doc, 0)
		w.must(err)
		if s.Doc.Len() != 0 {
			t.Error("the beginning can be replaced")
		}
	})
	t.Run("a revision that is not there has none", func(t *testing.T) {
		w := f.world(t)
		w.append(record(1, "a", 1))
		s := session.Snapshot{Revision: 2, Doc: ot.Text.Initial()}
		w.fails(w.PutSnapshot(t.Context(), w.doc, s), session.ErrNotFound)
		w.fails(w.PutSnapshot(t.Context(), "none", s), session.ErrNotFound)
		_, err := w.Snapshot(t.Context(), "none", 1)
		w.fails(err, session.ErrNotFound)
	})
}
