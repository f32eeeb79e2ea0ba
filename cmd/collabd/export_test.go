package main

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/archive"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/persist/pgcluster/pgclustertest"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// opened opens a store for a part of a test.
func opened(t *testing.T, store string, use func(s persist.Store)) {
	t.Helper()
	s, err := persist.Open(t.Context(), store, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	use(s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// small is the least picture.
func small(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 2, 1))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A document leaves a store as a file of each format and comes into another one.
func TestExportImport(t *testing.T) {
	from := "sqlite:" + filepath.Join(t.TempDir(), "from.db")
	heading := ot.NewAttrs(map[string]ot.Value{"header": "1"})
	epoch := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
	var want string
	opened(t, from, func(s persist.Store) {
		var b ot.Builder
		content := archive.Content{Kind: ot.Rich, Title: "A title", Images: []archive.Image{{URL: "/x", Data: small(t), Type: "image/png", Width: 2, Height: 1}}}
		content.Op = b.Insert("Head", ot.Attrs{}).Insert("\n", heading).Insert("text 😀\n", ot.Attrs{}).InsertEmbed(ot.NewEmbed("image", ot.StringValue("/x")), ot.Attrs{}).Insert("\n", ot.Attrs{}).Op()
		if err := s.CreateUser(t.Context(), persist.User{ID: "ana", Name: "Ana", Color: "#112233", Created: epoch}); err != nil {
			t.Fatal(err)
		}
		done, err := archive.Make(t.Context(), s, content, "ana")
		if err != nil {
			t.Fatal(err)
		}
		want = string(done.Document.ID)
	})
	for _, to := range []string{"sqlite:" + filepath.Join(t.TempDir(), "to.db"), pgclustertest.Database(t)} {
		opened(t, to, func(persist.Store) {}) // import makes no new database
		for format, name := range map[string]string{"history": "a.gz", "docx": "a.docx", "markdown": "a.md", "html": "a.html"} {
			file := filepath.Join(t.TempDir(), name)
			runs(t, "export", "--store", from, "--format", format, "-o", file, want)
			out := runs(t, "import", "--store", to, "--title", format, file)
			id, rest, _ := strings.Cut(out, "\t")
			if !strings.HasSuffix(rest, "\t"+format+"\n") {
				t.Errorf("%s: import said %q", format, out)
			}
			opened(t, to, func(s persist.Store) { compareImported(t, s, format, wire.DocID(id)) })
		}
	}
	if out := runs(t, "export", "--store", from, "--format", "text", want); !strings.Contains(out, "text 😀\n") {
		t.Errorf("as text: %q", out)
	}
	if out := runs(t, "export", "--store", from, "--format", "delta", "--revision", "0", want); out != `{"kind":"rich","title":"A title","op":[{"insert":"\n"}]}`+"\n" {
		t.Errorf("as delta: %q", out)
	}
}

func compareImported(t *testing.T, s persist.Store, format string, id wire.DocID) {
	t.Helper()
	d, err := s.Document(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := session.ReadAt(t.Context(), s, id, d.Head)
	if err != nil {
		t.Fatal(err)
	}
	files, err := s.Files(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if format == "markdown" { // which has no pictures of its own
		if !strings.HasPrefix(doc.Text(), "Head\ntext 😀\n") {
			t.Errorf("markdown: %q", doc.Text())
		}
		return
	}
	if len(files) != 1 {
		t.Fatalf("%s: %d files", format, len(files))
	}
	want := `[{"insert":"Head"},{"insert":"\n","attributes":{"header":1}},{"insert":"text 😀\n"},{"insert":{"image":"` + archive.FileURL(id, files[0].ID) + `"}},{"insert":"\n"}]`
	if got := string(doc.Op().AppendJSON(nil)); got != want {
		t.Errorf("%s: %s, not %s", format, got, want)
	}
	if format == "history" {
		facts, err := s.Facts(t.Context(), id, 0, d.Head)
		if err != nil {
			t.Fatal(err)
		}
		u, err := s.User(t.Context(), facts[0].User)
		if err != nil || u.Name != "Ana" || !u.Guest || u.ID == "ana" {
			t.Errorf("written by %+v, %v", u, err)
		}
	}
}

// What cannot be done is said in a sentence, and nothing is left of it.
func TestExportImportRefused(t *testing.T) {
	dir := t.TempDir()
	store := "sqlite:" + filepath.Join(dir, "x.db")
	opened(t, store, func(s persist.Store) {
		if err := s.CreateDocument(t.Context(), session.Document{ID: "doc", Kind: ot.Text, Lineage: "l", Created: time.Now()}); err != nil {
			t.Fatal(err)
		}
	})
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	there := file("there", "x")
	for _, c := range []struct {
		says string
		args []string
	}{
		{"there is no document nobody", []string{"export", "--store", store, "nobody"}},
		{"the latest one is 0", []string{"export", "--store", store, "--revision", "7", "doc"}},
		{"file exists", []string{"export", "--store", store, "-o", there, "doc"}},
		{"no readable history", []string{"import", "--store", store, file("a.gz", "x")}},
		{"no readable Word document", []string{"import", "--store", store, file("a.docx", "x")}},
		{"does not say what it is", []string{"import", "--store", store, file("a.xls", "x")}},
		{"there is no database", []string{"import", "--store", filepath.Join(dir, "none.db"), there}},
	} {
		if out, err := command(t, c.args...).CombinedOutput(); err == nil || !strings.Contains(string(out), c.says) {
			t.Errorf("%v: %v, %q", c.args, err, out)
		}
	}
	if b, err := os.ReadFile(there); err != nil || string(b) != "x" {
		t.Errorf("the file that was there is %q, %v", b, err)
	}
	opened(t, store, func(s persist.Store) {
		if docs, _, err := s.ListDocuments(t.Context(), 10, ""); err != nil || len(docs) != 1 {
			t.Errorf("%d documents, %v", len(docs), err)
		}
	})
}
