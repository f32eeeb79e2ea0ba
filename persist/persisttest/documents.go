package persisttest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

func (f Fixture) testDocuments(t *testing.T) {
	t.Run("what was created is read", func(t *testing.T) {
		w := f.world(t)
		want := w.create("rich", ot.Rich)
		got, err := w.Document(t.Context(), "rich")
		w.must(err)
		if got != want {
			t.Errorf("read %+v, want %+v", got, want)
		}
		_, err = w.Document(t.Context(), "none")
		w.fails(err, session.ErrNotFound)
	})
	t.Run("head and time of the last edit follow the log", func(t *testing.T) {
		w := f.world(t)
		w.append(batch("a", 1, 3)...)
		got, err := w.Document(t.Context(), w.doc)
		w.must(err)
		if got.Head != 3 || !got.Edited.Equal(record(3, "a", 3).At) || !got.Created.Equal(epoch) {
			t.Errorf("read %+v", got)
		}
	})
	t.Run("an id is taken once", func(t *testing.T) {
		w := f.world(t)
		err := w.CreateDocument(t.Context(), session.Document{ID: w.doc, Kind: ot.Rich, Lineage: "l", Title: "mine now"})
		w.fails(err, persist.ErrExists)
		got, err := w.Document(t.Context(), w.doc)
		w.must(err)
		if got.Kind != ot.Text || got.Title == "mine now" {
			t.Errorf("read %+v", got)
		}
	})
	t.Run("what is not a document is refused", func(t *testing.T) {
		w := f.world(t)
		for _, d := range []session.Document{
			{ID: "", Kind: ot.Text, Lineage: "l"}, {ID: "x", Kind: "sheet", Lineage: "l"}, {ID: "x", Kind: ot.Text},
		} {
			w.fails(w.CreateDocument(t.Context(), d), persist.ErrMalformed)
		}
	})
	t.Run("a new title is kept and is not an edit", func(t *testing.T) {
		w := f.world(t)
		title := "Ünïcode 😀 'quoted'"
		w.must(w.ChangeDocument(t.Context(), "", w.doc, persist.Change{Title: new(title)}))
		got, err := w.Document(t.Context(), w.doc)
		w.must(err)
		if got.Title != title || !got.Edited.Equal(epoch) {
			t.Errorf("read %+v", got)
		}
		w.fails(w.ChangeDocument(t.Context(), "", "none", persist.Change{Title: new(title)}), session.ErrNotFound)
	})
	t.Run("the list has the last edited first", func(t *testing.T) {
		w := f.world(t)
		w.create("b", ot.Text)
		w.create("c", ot.Text)
		w.append(batch("a", 1, 2)...)
		page, next, err := w.ListDocuments(t.Context(), 10, "")
		w.must(err)
		if got := ids(page); !slices.Equal(got, []wire.DocID{"doc", "c", "b"}) || next != "" {
			t.Errorf("list is %v, next %q", got, next)
		}
		if page[0].Head != 2 || page[0].Title != "Title of doc" {
			t.Errorf("first is %+v", page[0])
		}
	})
	t.Run("the list follows edits over hours, whatever the clock that dated them", func(t *testing.T) {
		w := f.world(t)
		edited := map[wire.DocID]time.Duration{w.doc: 0} // after epoch
		for i, after := range []time.Duration{26 * time.Hour, time.Hour, 61 * time.Second, 59 * time.Second, time.Second, -time.Hour, -48 * time.Hour} {
			other := &world{Store: w.Store, t: t, doc: w.create(wire.DocID(fmt.Sprintf("d%d", i)), ot.Text).ID}
			for k, at := range []time.Duration{3 * time.Hour, after} { // the last one counts
				r := record(revision(k+1), "a", wire.Seq(k+1))
				r.At = epoch.Add(at)
				other.append(r)
			}
			edited[other.doc] = after
		}
		want := slices.Collect(maps.Keys(edited))
		slices.SortFunc(want, func(a, b wire.DocID) int { return cmp.Compare(edited[b], edited[a]) })
		for _, limit := range []int{1, 3, 100} {
			var got []wire.DocID
			for after := ""; ; {
				page, next, err := w.ListDocuments(t.Context(), limit, after)
				w.must(err)
				got = append(got, ids(page)...)
				if after = next; after == "" {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("list in pages of %d is %v, want %v", limit, got, want)
			}
		}
	})
	t.Run("pages hold every document once", func(t *testing.T) {
		w := f.world(t)
		want := map[wire.DocID]bool{w.doc: true}
		for i := range 22 {
			id := wire.DocID(fmt.Sprintf("d%02d", i))
			want[id] = true
			w.must(w.CreateDocument(t.Context(), session.Document{ID: id, Kind: ot.Text, Lineage: "l",
				Created: epoch.Add(time.Duration(i/5) * time.Hour)})) // many at the same time
		}
		for _, limit := range []int{1, 5, 23, 50} {
			var all []session.Document
			for after, pages := "", 0; ; pages++ {
				page, next, err := w.ListDocuments(t.Context(), limit, after)
				w.must(err)
				all = append(all, page...)
				if after = next; after == "" {
					break
				}
				if len(page) != limit || pages > 30 {
					t.Fatalf("limit %d: page %d has %d documents", limit, pages, len(page))
				}
			}
			seen := make(map[wire.DocID]bool)
			for i, d := range all {
				seen[d.ID] = true
				if i > 0 && d.Edited.After(all[i-1].Edited) {
					t.Errorf("limit %d: %s is after %s", limit, d.ID, all[i-1].ID)
				}
			}
			if len(all) != len(want) || len(seen) != len(want) {
				t.Errorf("limit %d: %d documents, %d different, want %d", limit, len(all), len(seen), len(want))
			}
		}
	})
	t.Run("an edit between two pages brings nothing twice", func(t *testing.T) {
		w := f.world(t)
		for i := range 4 {
			w.create(wire.DocID(fmt.Sprintf("d%d", i)), ot.Text)
		}
		first, next, err := w.ListDocuments(t.Context(), 2, "")
		w.must(err)
		w.doc = first[1].ID
		w.append(record(1, "a", 1)) // moves to the top
		second, next, err := w.ListDocuments(t.Context(), 10, next)
		w.must(err)
		for _, id := range ids(second) {
			if slices.Contains(ids(first), id) {
				t.Errorf("%s is on both pages", id)
			}
		}
		if len(second) != 3 || next != "" {
			t.Errorf("second page is %v, next %q", ids(second), next)
		}
	})
	t.Run("a cursor of one's own making is refused", func(t *testing.T) {
		w := f.world(t)
		for _, after := range []string{"x", "!", "AAAA", "AAAAAAAAAAA"} {
			_, _, err := w.ListDocuments(t.Context(), 5, after)
			w.fails(err, persist.ErrMalformed)
		}
		_, _, err := w.ListDocuments(t.Context(), 0, "")
		w.fails(err, persist.ErrMalformed)
	})
}

func ids(page []session.Document) (out []wire.DocID) {
	for _, d := range page {
		out = append(out, d.ID)
	}
	return out
}
