package persisttest

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// listed lists in pages of limit, to the end.
func (w *world) listed(q persist.ListQuery) (all []persist.Entry) {
	w.t.Helper()
	for pages := 0; ; pages++ {
		page, next, err := w.List(w.t.Context(), q)
		w.must(err)
		all = append(all, page...)
		if q.After = next; next == "" {
			return all
		}
		if len(page) != q.Limit || pages > 100 {
			w.t.Fatalf("page %d of %+v has %d entries", pages, q, len(page))
		}
	}
}

// lists checks which documents a query lists, in which order, in pages of 1 and
// of many.
func (w *world) lists(q persist.ListQuery, want ...wire.DocID) {
	w.t.Helper()
	for _, q.Limit = range []int{1, 2, 100} {
		var got []wire.DocID
		for _, e := range w.listed(q) {
			got = append(got, e.ID)
		}
		if !slices.Equal(got, want) {
			w.t.Errorf("%+v lists %v, want %v", q, got, want)
		}
	}
}

func (w *world) change(viewer wire.UserID, doc wire.DocID, c persist.Change) {
	w.t.Helper()
	w.must(w.ChangeDocument(w.t.Context(), viewer, doc, c))
}

func (w *world) entry(viewer wire.UserID, doc wire.DocID) persist.Entry {
	w.t.Helper()
	e, err := w.Entry(w.t.Context(), viewer, doc)
	w.must(err)
	return e
}

// named makes a document with a title.
func (w *world) named(id wire.DocID, title string) {
	w.t.Helper()
	w.must(w.CreateDocument(w.t.Context(), session.Document{ID: id, Kind: ot.Text, Title: title, Lineage: "l", Created: epoch}))
}

var (
	yes, no = true, false
	now     = epoch.Add(5 * time.Hour)
	never   time.Time
)

func folder(id persist.FolderID) *persist.FolderID { return &id }

func (f Fixture) testList(t *testing.T) {
	t.Run("every order holds every document once, in pages of any size", func(t *testing.T) {
		w := f.world(t)
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		rnd := rand.New(rand.NewPCG(seed, 1))
		for i := range 40 {
			d := session.Document{
				ID: wire.DocID(fmt.Sprintf("d%02d", i)), Kind: ot.Text, Lineage: "l",
				Title:   []string{"", "b", "B", "Ähre", "ahre z", "c++", "😀"}[rnd.IntN(7)],
				Created: epoch.Add(time.Duration(rnd.IntN(6)) * time.Minute),
			}
			w.must(w.CreateDocument(t.Context(), d))
			if rnd.IntN(2) == 0 {
				r := record(1, "a", 1)
				r.At = epoch.Add(time.Duration(rnd.IntN(200)) * time.Second)
				w.must(w.Append(t.Context(), d.ID, []session.Record{r}))
			}
		}
		for _, q := range []persist.ListQuery{{Sort: persist.SortEdited}, {Sort: persist.SortCreated}, {Sort: persist.SortName}, {}} {
			q.Limit = 100
			want := w.listed(q)
			if len(want) != 41 {
				t.Fatalf("%+v lists %d", q, len(want))
			}
			if !slices.IsSortedFunc(want, func(a, b persist.Entry) int {
				switch q.Sort {
				case persist.SortName:
					return 0 // see the next test
				case persist.SortCreated:
					return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID))
				}
				return cmp.Or(b.Edited.Compare(a.Edited), cmp.Compare(b.ID, a.ID))
			}) {
				t.Errorf("%+v is not in order", q)
			}
			for _, q.Limit = range []int{1, 3, 20, 41} {
				if got := w.listed(q); !slices.Equal(got, want) {
					t.Errorf("%+v lists others than in one page", q)
				}
			}
		}
	})
	t.Run("a document can be made in the trash", func(t *testing.T) {
		w := f.world(t)
		d := session.Document{ID: "new", Kind: ot.Text, Title: "new", Lineage: "l", Created: epoch}
		w.must(w.CreateInTrash(t.Context(), d, epoch.Add(time.Second)))
		w.lists(persist.ListQuery{}, "doc")
		w.lists(persist.ListQuery{View: persist.ViewTrash}, "new")
		e, err := w.Entry(t.Context(), "", "new")
		w.must(err)
		if !e.Trashed.Equal(epoch.Add(time.Second)) || e.Title != "new" {
			t.Errorf("read %+v", e)
		}
		w.must(w.Append(t.Context(), "new", []session.Record{record(1, "a", 1)}))
		w.change("", "new", persist.Change{Trashed: &time.Time{}})
		w.lists(persist.ListQuery{View: persist.ViewTrash})
		w.lists(persist.ListQuery{}, "new", "doc")
	})
	t.Run("names are in order without case and accents, also after a renaming", func(t *testing.T) {
		w := f.world(t)
		w.change("", w.doc, persist.Change{Title: ptr("zebra")})
		w.named("d1", "Über")
		w.named("d2", "apple")
		w.named("d3", "Änderung")
		w.named("d4", "")
		w.named("d5", "ubuntu")
		w.named("d6", "Apple")
		w.lists(persist.ListQuery{Sort: persist.SortName}, "d4", "d3", "d2", "d6", "d1", "d5", "doc")
		w.change("", "d2", persist.Change{Title: ptr("Zoo")})
		w.must(w.ChangeDocument(t.Context(), "", "d4", persist.Change{Title: new("m")}))
		w.lists(persist.ListQuery{Sort: persist.SortName}, "d3", "d6", "d4", "d1", "d5", "doc", "d2")
	})
	t.Run("the trash is a list of its own, and nothing is lost by it", func(t *testing.T) {
		w := f.world(t)
		w.create("b", ot.Text)
		w.append(record(1, "a", 1))
		w.change("", w.doc, persist.Change{Trashed: &now})
		w.lists(persist.ListQuery{}, "b")
		w.lists(persist.ListQuery{View: persist.ViewTrash}, "doc")
		if e := w.entry("", w.doc); !e.Trashed.Equal(now) || e.Head != 1 {
			t.Errorf("entry is %+v", e)
		}
		w.append(record(2, "a", 2)) // it may still be edited
		page, _, err := w.ListDocuments(t.Context(), 10, "")
		w.must(err)
		if len(page) != 2 {
			t.Errorf("all documents are %v", ids(page))
		}
		w.change("", w.doc, persist.Change{Trashed: &never})
		w.lists(persist.ListQuery{}, "doc", "b")
		w.lists(persist.ListQuery{View: persist.ViewTrash})
	})
	t.Run("a pin is somebody's own", func(t *testing.T) {
		w := f.world(t)
		w.create("b", ot.Text)
		w.change("ana", w.doc, persist.Change{Pinned: &yes})
		w.change("ana", w.doc, persist.Change{Pinned: &yes})
		w.change("ben", "b", persist.Change{Pinned: &yes})
		w.lists(persist.ListQuery{View: persist.ViewPinned, Viewer: "ana"}, "doc")
		w.lists(persist.ListQuery{View: persist.ViewPinned, Viewer: "ben"}, "b")
		w.lists(persist.ListQuery{View: persist.ViewPinned})
		w.lists(persist.ListQuery{Viewer: "ana"}, "doc", "b")
		if w.entry("ben", w.doc).Pinned || !w.entry("ana", w.doc).Pinned {
			t.Error("the pin is another's")
		}
		by, err := w.PinnedBy(t.Context(), w.doc)
		w.must(err)
		if len(by) != 1 || !by["ana"] {
			t.Errorf("pinned by %v", by)
		}
		w.change("ana", w.doc, persist.Change{Trashed: &now})
		w.lists(persist.ListQuery{View: persist.ViewPinned, Viewer: "ana"})
		w.change("ana", w.doc, persist.Change{Trashed: &never, Pinned: &no})
		w.change("ana", w.doc, persist.Change{Pinned: &no})
		w.lists(persist.ListQuery{View: persist.ViewPinned, Viewer: "ana"})
		w.fails(w.ChangeDocument(t.Context(), "", w.doc, persist.Change{Pinned: &yes}), persist.ErrMalformed)
	})
	t.Run("the last editor is who wrote the last record", func(t *testing.T) {
		w := f.world(t)
		if e := w.entry("", w.doc); e.LastEditor != (wire.User{}) {
			t.Errorf("before an edit: %+v", e.LastEditor)
		}
		w.append(record(1, "x", 1))
		if e := w.entry("", w.doc); e.LastEditor != (wire.User{}) {
			t.Errorf("somebody unknown: %+v", e.LastEditor)
		}
		ana := wire.User{ID: record(1, "a", 1).User, Name: "Ana", Color: "#123456"}
		w.must(w.CreateUser(t.Context(), persist.User{ID: ana.ID, Name: ana.Name, Color: ana.Color}))
		w.append(record(2, "a", 1))
		if e := w.listed(persist.ListQuery{Limit: 5})[0]; e.LastEditor != ana || e.Head != 2 {
			t.Errorf("after hers: %+v", e)
		}
		w.append(record(3, "x", 2))
		if e := w.entry("", w.doc); e.LastEditor != (wire.User{}) {
			t.Errorf("after another's: %+v", e.LastEditor)
		}
	})
	t.Run("what cannot be listed or changed is refused", func(t *testing.T) {
		w := f.world(t)
		for _, q := range []persist.ListQuery{{Limit: 0}, {Limit: -1}, {Limit: 1, View: "none"}, {Limit: 1, Sort: "size"}} {
			_, _, err := w.List(t.Context(), q)
			w.fails(err, persist.ErrMalformed)
		}
		_, err := w.Entry(t.Context(), "", "none")
		w.fails(err, session.ErrNotFound)
		_, err = w.Entry(t.Context(), "x\x00", "no\x00ne\xff")
		w.fails(err, session.ErrNotFound)
		for _, c := range []persist.Change{{}, {Title: ptr("x")}, {Pinned: &yes}, {Pinned: &no}, {Trashed: &now}} {
			w.fails(w.ChangeDocument(t.Context(), "ana", "none", c), session.ErrNotFound)
		}
		w.fails(w.ChangeDocument(t.Context(), "ana", w.doc, persist.Change{Title: ptr("a\x00")}), persist.ErrMalformed)
		w.lists(persist.ListQuery{Viewer: "a\x00", Folder: folder("\xff")})
	})
	t.Run("a change can name the title that it is made for", func(t *testing.T) {
		w := f.world(t)
		w.change("", w.doc, persist.Change{Title: ptr("a"), TitleWas: ptr("Title of doc")})
		late := persist.Change{Title: ptr("b"), TitleWas: ptr("Title of doc"), Trashed: &now, Pinned: &yes}
		w.fails(w.ChangeDocument(t.Context(), "ana", w.doc, late), persist.ErrTitleChanged)
		if e := w.entry("ana", w.doc); e.Title != "a" || e.Pinned || !e.Trashed.IsZero() {
			t.Errorf("half of a change is there: %+v", e)
		}
	})
	t.Run("a cursor is taken for its own order alone", func(t *testing.T) {
		w := f.world(t)
		w.create("b", ot.Text)
		w.create("c", ot.Text)
		sorts := []persist.Sort{persist.SortEdited, persist.SortCreated, persist.SortName}
		hostile := []string{"x", "!", "AAAA", "AAAAAAAAAAA"}
		for _, raw := range []string{"e", "e1234567", "e12345678", "n", "n\x05abc", "n\x02ab", "n\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01a",
			"n\x01a\x00b", "e12345678\xff\xfe", "c12345678\x00"} {
			hostile = append(hostile, base64.RawURLEncoding.EncodeToString([]byte(raw)))
		}
		for _, sort := range sorts {
			for _, after := range hostile {
				_, _, err := w.List(t.Context(), persist.ListQuery{Sort: sort, Limit: 5, After: after})
				w.fails(err, persist.ErrMalformed)
			}
			_, next, err := w.List(t.Context(), persist.ListQuery{Sort: sort, Limit: 1})
			w.must(err)
			for _, other := range sorts {
				_, _, err := w.List(t.Context(), persist.ListQuery{Sort: other, Limit: 5, After: next})
				if (err == nil) != (sort == other) {
					t.Errorf("a cursor of %s in %s: %v", sort, other, err)
				}
			}
		}
	})
}

func (f Fixture) testFolders(t *testing.T) {
	t.Run("documents are in one folder or in none", func(t *testing.T) {
		w := f.world(t)
		w.create("b", ot.Text)
		w.create("c", ot.Text)
		for _, f := range []persist.Folder{{ID: "f1", Name: "öffentlich"}, {ID: "f2", Name: "Notes"}, {ID: "f3", Name: "Offers"}} {
			f.Created = epoch
			w.must(w.CreateFolder(t.Context(), f))
		}
		w.change("", w.doc, persist.Change{Folder: folder("f1")})
		w.change("", "b", persist.Change{Folder: folder("f2")})
		w.change("", "c", persist.Change{Folder: folder("f2"), Trashed: &now})
		w.lists(persist.ListQuery{Folder: folder("f1")}, "doc")
		w.lists(persist.ListQuery{Folder: folder("f2")}, "b")
		w.lists(persist.ListQuery{Folder: folder("f2"), View: persist.ViewTrash}, "c")
		w.lists(persist.ListQuery{Folder: folder("f3")})
		w.lists(persist.ListQuery{Folder: folder("")})
		w.lists(persist.ListQuery{}, "doc", "b")
		if e := w.entry("", "b"); e.Folder != "f2" {
			t.Errorf("entry is %+v", e)
		}
		w.folders("f2 Notes 1", "f1 öffentlich 1", "f3 Offers 0")
		w.change("", "b", persist.Change{Folder: folder("f1")})
		w.change("", w.doc, persist.Change{Folder: folder("")})
		w.lists(persist.ListQuery{Folder: folder("")}, "doc")
		w.must(w.RenameFolder(t.Context(), "f1", "A"))
		w.folders("f1 A 1", "f2 Notes 0", "f3 Offers 0")
	})
	t.Run("a folder goes, and its documents stay", func(t *testing.T) {
		w := f.world(t)
		w.create("b", ot.Text)
		w.must(w.CreateFolder(t.Context(), persist.Folder{ID: "f1", Name: "x", Created: epoch}))
		w.change("", w.doc, persist.Change{Folder: folder("f1")})
		w.change("", "b", persist.Change{Folder: folder("f1"), Trashed: &now})
		w.must(w.DeleteFolder(t.Context(), "f1"))
		w.folders()
		w.lists(persist.ListQuery{Folder: folder("")}, "doc")
		w.lists(persist.ListQuery{Folder: folder(""), View: persist.ViewTrash}, "b")
	})
	t.Run("what is not there is said", func(t *testing.T) {
		w := f.world(t)
		ctx := t.Context()
		w.must(w.CreateFolder(ctx, persist.Folder{ID: "f1", Name: "x", Created: epoch}))
		w.fails(w.CreateFolder(ctx, persist.Folder{ID: "f1", Name: "y", Created: epoch}), persist.ErrExists)
		w.fails(w.CreateFolder(ctx, persist.Folder{Name: "y"}), persist.ErrMalformed)
		w.fails(w.CreateFolder(ctx, persist.Folder{ID: "f2", Name: "y\x00"}), persist.ErrMalformed)
		w.fails(w.RenameFolder(ctx, "f1", "\xff"), persist.ErrMalformed)
		for _, id := range []persist.FolderID{"none", "no\x00ne", "\xff"} {
			w.fails(w.RenameFolder(ctx, id, "z"), persist.ErrNoFolder)
			w.fails(w.DeleteFolder(ctx, id), persist.ErrNoFolder)
			title := "changed with the folder or not at all"
			w.fails(w.ChangeDocument(ctx, "ana", w.doc, persist.Change{Title: &title, Folder: &id, Pinned: &yes}), persist.ErrNoFolder)
		}
		w.folders("f1 x 0")
		if e := w.entry("ana", w.doc); e.Title != "Title of doc" || e.Pinned || e.Folder != "" {
			t.Errorf("half of a change is there: %+v", e)
		}
	})
	t.Run("documents are moved while their folders go", func(t *testing.T) {
		w := f.world(t)
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				for k := range 8 {
					id := persist.FolderID(fmt.Sprintf("f%d-%d", i, k))
					if err := w.CreateFolder(t.Context(), persist.Folder{ID: id, Name: "x", Created: epoch}); err != nil {
						t.Error(err)
					}
					if err := w.ChangeDocument(t.Context(), "", w.doc, persist.Change{Folder: &id}); err != nil {
						t.Error(err)
					}
					if err := w.DeleteFolder(t.Context(), id); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		w.folders()
		w.lists(persist.ListQuery{Folder: folder("")}, "doc")
	})
}

// folders checks all folders, each as "id name documents".
func (w *world) folders(want ...string) {
	w.t.Helper()
	list, err := w.Folders(w.t.Context())
	w.must(err)
	var got []string
	for _, f := range list {
		got = append(got, fmt.Sprint(f.ID, " ", f.Name, " ", f.Documents))
		if !f.Created.Equal(epoch) {
			w.t.Errorf("folder %s was created at %v", f.ID, f.Created)
		}
	}
	if !slices.Equal(got, want) {
		w.t.Errorf("folders are %q, want %q", got, want)
	}
}

func ptr(s string) *string { return &s }
