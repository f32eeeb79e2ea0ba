package persist_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/persist/pgcluster/pgclustertest"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// copyStores makes an empty store of each kind that can be copied.
func copyStores(t *testing.T) map[string]func() persist.Store {
	open := func(name string) persist.Store {
		s, err := persist.Open(t.Context(), name, zerolog.Nop())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return s
	}
	return map[string]func() persist.Store{
		"sqlite":   func() persist.Store { return open("sqlite:" + filepath.Join(t.TempDir(), "x.db")) },
		"postgres": func() persist.Store { return open(pgclustertest.Database(t)) },
	}
}

// populate puts documents, people, logins and a key into a store.
func populate(t *testing.T, s persist.Store, seed uint64) {
	t.Helper()
	ctx := t.Context()
	r := rand.New(rand.NewPCG(seed, 1))
	at := time.Date(2026, 5, 1, 12, 0, 0, 123_000, time.UTC)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.Key(ctx, "client ids", 32)
	must(err)
	for i := range 5 {
		u := persist.User{ID: wire.UserID(fmt.Sprint("u", i)), Name: "Ána \"😀\"", Color: "#102030", Guest: i%2 == 0, Created: at}
		must(s.CreateUser(ctx, u))
		info := persist.WithLoginInfo(ctx, persist.LoginInfo{User: u.ID, IP: "::1", Agent: "a browser"})
		must(s.Logins().CommitCtx(info, fmt.Sprint("token", i), []byte(fmt.Sprint("data ", i)), time.Now().Add(time.Hour)))
	}
	must(s.Logins().DeleteCtx(ctx, "token3"))
	must(s.CreateFolder(ctx, persist.Folder{ID: "f1", Name: "Büro", Created: at}))
	must(s.CreateFolder(ctx, persist.Folder{ID: "f2", Name: "empty", Created: at}))
	for i := range 7 {
		kind := []ot.DocKind{ot.Text, ot.Rich}[i%2]
		d := session.Document{
			ID: wire.DocID(fmt.Sprint("d", i)), Kind: kind, Title: fmt.Sprint("T\n", i), Lineage: "l", Owner: "u1",
			Created: at.Add(time.Duration(i) * time.Second), Edited: at.Add(time.Duration(i) * time.Second),
		}
		must(s.CreateDocument(ctx, d))
		folder, trashed, pinned := persist.FolderID("f1"), at.Add(time.Hour), true
		if i%3 == 0 {
			must(s.ChangeDocument(ctx, "u1", d.ID, persist.Change{Folder: &folder, Pinned: &pinned}))
			must(s.ChangeDocument(ctx, "gone", d.ID, persist.Change{Pinned: &pinned}))
		}
		if i%2 == 1 {
			must(s.ChangeDocument(ctx, "", d.ID, persist.Change{Trashed: &trashed}))
			data := make([]byte, i*200_000)
			for k := range data {
				data[k] = byte(r.Uint32())
			}
			_, err := s.PutFile(ctx, persist.File{ID: persist.FileID(fmt.Sprint("file", i)), Doc: d.ID, User: "u1", Type: "image/png", Width: i, Height: 7, Created: at}, data, 1<<30)
			must(err)
		}
		doc := kind.Initial()
		var batch []session.Record
		for rev := wire.Revision(1); rev <= wire.Revision(i*400); rev++ {
			op := (&ot.Builder{}).Insert([]string{"a", "😀", "\"\\", "é"}[r.IntN(4)], ot.Attrs{}).Op()
			doc, err = doc.Apply(op)
			must(err)
			batch = append(batch, session.Record{
				Revision: rev, Client: wire.ClientID(fmt.Sprint("c", rev%3)), Seq: wire.Seq(rev/3 + 1), User: "u2",
				At: at.Add(time.Duration(rev) * time.Millisecond), Digest: r.Uint64(), Op: op,
			})
			if rev%100 == 0 {
				must(s.Append(ctx, d.ID, batch))
				batch = nil
			}
			if rev%500 == 0 {
				must(s.PutSnapshot(ctx, d.ID, session.Snapshot{Revision: rev, Doc: doc}))
				must(s.NameRevision(ctx, d.ID, persist.RevisionName{Revision: rev - 1, Name: "Version 😀", User: "u1", At: at}, 1000))
			}
		}
	}
}

// A packed history is copied with all that it tells, and so that a client that
// sends its last edit again is recognised.
func TestCopyOfPackedHistory(t *testing.T) {
	for name, open := range copyStores(t) {
		t.Run("into "+name, func(t *testing.T) {
			from, to := copyStores(t)["sqlite"](), open()
			populate(t, from, 11)
			packed := persist.Packed{}
			for d := range 6 { // the seventh stays as it is
				p, err := from.Pack(t.Context(), wire.DocID(fmt.Sprint("d", d)), time.Now().AddDate(10, 0, 0))
				if err != nil {
					t.Fatal(err)
				}
				packed.Add(p)
			}
			if packed.Records != 15*400 {
				t.Fatalf("packed are %+v", packed)
			}
			if _, err := persist.Copy(t.Context(), from, to, nil); err != nil {
				t.Fatal(err)
			}
			sameStores(t, from, to)
		})
	}
}

// TestCopy: what is copied from a store to each kind of store, and from there
// back, is what was there at first.
func TestCopy(t *testing.T) {
	for middle, openMiddle := range copyStores(t) {
		t.Run("over "+middle, func(t *testing.T) {
			first, second, third := copyStores(t)["sqlite"](), openMiddle(), copyStores(t)["sqlite"]()
			populate(t, first, 7)
			want := persist.Copied{Documents: 7, Records: 21 * 400, Snapshots: 0 + 0 + 1 + 2 + 3 + 4 + 4, Users: 5, Logins: 4,
				Folders: 2, Pins: 6, Files: 3, Names: 14}
			for _, way := range [][2]persist.Store{{first, second}, {second, third}} {
				calls := 0
				done, err := persist.Copy(t.Context(), way[0], way[1], func(persist.Copied) { calls++ })
				if err != nil {
					t.Fatal(err)
				}
				if done != want || calls == 0 {
					t.Errorf("copied %+v with %d words about it, want %+v", done, calls, want)
				}
			}
			sameStores(t, first, third)
			sameStores(t, first, second)
			// Nothing more fits in, and the original is as it was.
			if _, err := persist.Copy(t.Context(), first, second, nil); !errors.Is(err, persist.ErrNotEmpty) {
				t.Errorf("copying into a store that is not empty: %v", err)
			}
			sameStores(t, first, second)
		})
	}
}

// sameStores compares what two stores hold, as far as a store tells.
func sameStores(t *testing.T, a, b persist.Store) {
	t.Helper()
	ctx := t.Context()
	describe := func(s persist.Store) map[string]any {
		out := map[string]any{}
		note := func(name string, v any, err error) {
			out[name] = fmt.Sprint(v, err)
		}
		docs, _, err := s.ListDocuments(ctx, 100, "")
		note("documents", len(docs), err)
		for _, d := range docs {
			note("document "+string(d.ID), fmt.Sprint(d.Kind, d.Title, d.Lineage, d.Owner, d.Created.UTC(), d.Edited.UTC(), d.Head), nil)
			records, err := s.Records(ctx, d.ID, 0, d.Head)
			for i := range records {
				note(fmt.Sprint(d.ID, "/", i), fmt.Sprintf("%d %s %d %s %s %d %s", records[i].Revision, records[i].Client, records[i].Seq,
					records[i].User, records[i].At.UTC(), records[i].Digest, records[i].Op.AppendJSON(nil)), err)
			}
			for c := range 3 {
				last, head, found, err := s.LastOf(ctx, d.ID, wire.ClientID(fmt.Sprint("c", c)))
				note(fmt.Sprint(d.ID, " last of ", c), fmt.Sprint(last.Revision, last.Seq, last.Digest, head, found), err)
			}
			entry, err := s.Entry(ctx, "u1", d.ID)
			pins, err2 := s.PinnedBy(ctx, d.ID)
			note("entry "+string(d.ID), fmt.Sprint(entry, pins), errors.Join(err, err2))
			files, err := s.Files(ctx, d.ID)
			note("files "+string(d.ID), files, err)
			names, err := s.RevisionNames(ctx, d.ID)
			note("names "+string(d.ID), names, err)
			report, err := s.Verify(ctx, d.ID)
			note("verify "+string(d.ID), report, err)
		}
		for i := range 5 {
			u, err := s.User(ctx, wire.UserID(fmt.Sprint("u", i)))
			u.Created = u.Created.UTC()
			note("user "+fmt.Sprint(i), u, err)
			data, found, err := s.Logins().FindCtx(ctx, fmt.Sprint("token", i))
			note("login "+fmt.Sprint(i), fmt.Sprint(string(data), found), err)
		}
		folders, err := s.Folders(ctx)
		note("folders", folders, err)
		key, err := s.Key(ctx, "client ids", 32)
		note("key", key, err)
		return out
	}
	if x, y := describe(a), describe(b); !reflect.DeepEqual(x, y) {
		for name := range x {
			if x[name] != y[name] {
				t.Fatalf("%s: %v and %v", name, x[name], y[name])
			}
		}
		t.Fatalf("%d and %d things", len(x), len(y))
	}
}

// TestCopyOfAStoreInUse: what is appended meanwhile is noticed.
func TestCopyOfAStoreInUse(t *testing.T) {
	from, to := copyStores(t)["sqlite"](), copyStores(t)["sqlite"]()
	populate(t, from, 8)
	busy := false
	_, err := persist.Copy(t.Context(), from, to, func(done persist.Copied) {
		if done.Documents == 3 && !busy {
			busy = true
			head, err := from.Head(t.Context(), "d6")
			if err == nil {
				err = from.Append(t.Context(), "d6", []session.Record{{
					Revision: head + 1, Client: "late", Seq: 1, User: "u1", At: time.Now(), Op: (&ot.Builder{}).Insert("x", ot.Attrs{}).Op(),
				}})
			}
			if err != nil {
				t.Error(err)
			}
		}
	})
	if !errors.Is(err, persist.ErrChanged) {
		t.Errorf("copying a store in use: %v", err)
	}
}

// TestReadSQLite: a database is read while a server has it open, and not
// written.
func TestReadSQLite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s, err := persist.Open(t.Context(), path, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	populate(t, s, 9)
	r, err := persist.OpenToRead(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	report, err := r.Verify(t.Context(), "d6")
	if err != nil || report.Head != 2400 || report.Snapshots != 4 {
		t.Errorf("verified %+v, %v", report, err)
	}
	if err := r.ChangeDocument(t.Context(), "", "d6", persist.Change{Title: new("y")}); !errors.Is(err, persist.ErrReadOnly) {
		t.Errorf("writing: %v", err)
	}
	if err := s.ChangeDocument(t.Context(), "", "d6", persist.Change{Title: new("y")}); err != nil {
		t.Errorf("the server writes: %v", err)
	}
	if d, err := r.Document(t.Context(), "d6"); err != nil || d.Title != "y" {
		t.Errorf("the reader sees %q, %v", d.Title, err)
	}
	if err := errors.Join(r.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	if _, err := persist.ReadSQLite(t.Context(), path+"x"); err == nil {
		t.Error("a file that is not there is read")
	}
}
