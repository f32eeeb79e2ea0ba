package persisttest

import (
	"bytes"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

func (f Fixture) testLife(t *testing.T) {
	runIf(t, f.Reopen != nil, "all is there after a restart", func(t *testing.T) {
		w := f.world(t)
		ctx := t.Context()
		records := batch("a", 1, 20)
		w.append(records...)
		w.must(w.PutSnapshot(ctx, w.doc, session.Snapshot{Revision: 9, Doc: w.state(ot.Text, records[:9]...)}))
		w.must(w.ChangeDocument(ctx, "", w.doc, persist.Change{Title: new("renamed")}))
		w.must(w.CreateFolder(ctx, persist.Folder{ID: "f", Name: "folder", Created: epoch}))
		w.change("u", w.doc, persist.Change{Folder: folder("f"), Trashed: &now, Pinned: &yes})
		w.must(w.PutText(ctx, w.doc, 20, "words"))
		image := w.put("file", bytesOf(1, 300_000))
		w.must(w.CreateUser(ctx, persist.User{ID: "u", Name: "Ana", Created: epoch}))
		w.must(w.Logins().CommitCtx(ctx, "hash", []byte("data"), time.Now().Add(time.Hour)))
		w.must(w.Logins().CommitCtx(ctx, "over", []byte("data"), time.Now().Add(time.Hour)))
		w.must(w.Logins().DeleteCtx(ctx, "over"))
		key, err := w.Key(ctx, "k", 32)
		w.must(err)
		about, err := w.Document(ctx, w.doc)
		w.must(err)

		w.must(w.Close())
		w.Store = f.Reopen(t, w.Store)

		w.holds(0, 20, records...)
		if e := w.entry("u", w.doc); e.Folder != "f" || !e.Trashed.Equal(now) || !e.Pinned {
			t.Errorf("entry is %+v", e)
		}
		if found := w.search(persist.SearchQuery{Text: "renamed words", View: persist.ViewTrash}); len(found) != 1 {
			t.Errorf("found are %+v", found)
		}
		if f, err := w.File(ctx, w.doc, "file"); err != nil || f != image {
			t.Errorf("file is %+v, %v", f, err)
		}
		w.folders("f folder 0")
		again, err := w.Document(ctx, w.doc)
		w.must(err)
		if again != about || about.Title != "renamed" {
			t.Errorf("document is %+v, was %+v", again, about)
		}
		s, err := w.Snapshot(ctx, w.doc, 20)
		w.must(err)
		if s.Revision != 9 || !s.Doc.Equal(w.state(ot.Text, records[:9]...)) {
			t.Errorf("snapshot has revision %d", s.Revision)
		}
		if u, err := w.User(ctx, "u"); err != nil || u.Name != "Ana" {
			t.Errorf("user is %+v, %v", u, err)
		}
		if k, err := w.Key(ctx, "k", 32); err != nil || !bytes.Equal(k, key) {
			t.Errorf("the key changed, %v", err)
		}
		if _, found, err := w.Logins().FindCtx(ctx, "hash"); !found || err != nil {
			t.Errorf("login found %v, %v", found, err)
		}
		w.must(w.Logins().CommitCtx(ctx, "over", []byte("data"), time.Now().Add(time.Hour)))
		if _, found, err := w.Logins().FindCtx(ctx, "over"); found || err != nil {
			t.Errorf("ended login found %v, %v", found, err)
		}
		w.refused(session.ErrConflict, record(20, "b", 1))
		w.append(record(21, "b", 1))
		_, err = w.Verify(ctx, w.doc)
		w.must(err)
	})
	t.Run("a closed store does nothing", func(t *testing.T) {
		w := f.world(t)
		w.append(record(1, "a", 1))
		w.must(w.Close())
		w.must(w.Close())
		ctx := t.Context()
		calls := map[string]func() error{
			"Append":         func() error { return w.Append(ctx, w.doc, batch("a", 2, 2)) },
			"Records":        func() error { _, err := w.Records(ctx, w.doc, 0, 1); return err },
			"Head":           func() error { _, err := w.Head(ctx, w.doc); return err },
			"Heads":          func() error { _, err := w.Heads(ctx, []wire.DocID{w.doc}); return err },
			"LastOf":         func() error { _, _, _, err := w.LastOf(ctx, w.doc, "a"); return err },
			"Snapshot":       func() error { _, err := w.Snapshot(ctx, w.doc, 1); return err },
			"PutSnapshot":    func() error { return w.PutSnapshot(ctx, w.doc, session.Snapshot{Revision: 1}) },
			"Document":       func() error { _, err := w.Document(ctx, w.doc); return err },
			"CreateDocument": func() error { return w.CreateDocument(ctx, session.Document{ID: "x", Kind: ot.Text, Lineage: "l"}) },
			"ListDocuments":  func() error { _, _, err := w.ListDocuments(ctx, 1, ""); return err },
			"Entry":          func() error { _, err := w.Entry(ctx, "", w.doc); return err },
			"List":           func() error { _, _, err := w.List(ctx, persist.ListQuery{Limit: 1}); return err },
			"ChangeDocument": func() error { return w.ChangeDocument(ctx, "u", w.doc, persist.Change{Pinned: &yes}) },
			"PinnedBy":       func() error { _, err := w.PinnedBy(ctx, w.doc); return err },
			"Search":         func() error { _, err := w.Search(ctx, persist.SearchQuery{Text: "x", Limit: 1}); return err },
			"PutText":        func() error { return w.PutText(ctx, w.doc, 1, "x") },
			"TextBehind":     func() error { _, err := w.TextBehind(ctx, w.doc); return err },
			"TextsBehind":    func() error { _, err := w.TextsBehind(ctx, "", 1); return err },
			"Folders":        func() error { _, err := w.Folders(ctx); return err },
			"CreateFolder":   func() error { return w.CreateFolder(ctx, persist.Folder{ID: "f"}) },
			"RenameFolder":   func() error { return w.RenameFolder(ctx, "f", "x") },
			"DeleteFolder":   func() error { return w.DeleteFolder(ctx, "f") },
			"PutFile":        func() error { _, err := w.PutFile(ctx, w.file("f", w.doc), []byte("x"), 9); return err },
			"File":           func() error { _, err := w.File(ctx, w.doc, "f"); return err },
			"Files":          func() error { _, err := w.Files(ctx, w.doc); return err },
			"FilePart":       func() error { _, err := w.FilePart(ctx, "f", 0); return err },
			"Verify":         func() error { _, err := w.Verify(ctx, w.doc); return err },
			"User":           func() error { _, err := w.User(ctx, "u"); return err },
			"CreateUser":     func() error { return w.CreateUser(ctx, persist.User{ID: "u"}) },
			"UpdateUser":     func() error { return w.UpdateUser(ctx, persist.User{ID: "u"}) },
			"Key":            func() error { _, err := w.Key(ctx, "k", 8); return err },
			"Ping":           func() error { return w.Ping(ctx) },
			"FindCtx":        func() error { _, _, err := w.Logins().FindCtx(ctx, "x"); return err },
			"CommitCtx":      func() error { return w.Logins().CommitCtx(ctx, "x", nil, time.Now()) },
			"DeleteCtx":      func() error { return w.Logins().DeleteCtx(ctx, "x") },
			"EndLoginsOf":    func() error { _, err := w.Logins().EndLoginsOf(ctx, "u"); return err },
		}
		for name, call := range calls {
			t.Run(name, func(t *testing.T) { w.fails(call(), persist.ErrClosed) })
		}
	})
}
