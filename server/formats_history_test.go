package server

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/collabd/collabd/formats/docx"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/wire"
)

// export is a document as a file of a format.
func (p *person) export(doc wire.DocID, query string) answer {
	p.w.t.Helper()
	return p.do("GET", "/api/docs/"+string(doc)+"/export?"+query, "").is(p.w.t, 200, "")
}

// illustrated imports a page with an image, of two lines.
func (p *person) illustrated(png string) documentJSON {
	p.w.t.Helper()
	made, dropped := p.imports("text/html", "title=Tïtle", `<h1>Head 😀</h1><p><a href="/d/other">text</a> <img src="`+"data:image/png;base64,"+base64.StdEncoding.EncodeToString([]byte(png))+`"></p>`)
	if dropped != 0 {
		p.w.t.Fatalf("%d images were left out", dropped)
	}
	return made
}

// A document leaves as a Word file and comes back, with its images.
func TestDocx(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana := w.person()
		png := drawn(t, "image/png", 3, 4)
		was := ana.illustrated(png)
		file := ana.export(was.ID, "format=docx")
		if got := file.header.Get("Content-Disposition"); !strings.Contains(got, "T%C3%AFtle.docx") {
			t.Errorf("it is named %q", got)
		}
		if got := file.header.Get("Content-Type"); got != docx.MediaType {
			t.Errorf("it is %q", got)
		}
		made, dropped := ana.imports(docx.MediaType, "", file.body)
		files, err := w.store.(persist.Store).Files(t.Context(), made.ID)
		if err != nil || len(files) != 1 || dropped != 0 || made.Title != "Tïtle" || made.Kind != ot.Rich {
			t.Fatalf("%+v has files %+v, %v", made, files, err)
		}
		address := "/files/" + string(made.ID) + "/" + string(files[0].ID)
		if got := ana.content(made.ID, "markdown"); got != "# Head 😀\n\n[text](/d/other) ![]("+address+")\n" {
			t.Errorf("it holds %q", got)
		}
		if got := ana.do("GET", address, "").is(t, 200, ""); got.body != png {
			t.Error("the image has other bytes")
		}
		as, dropped := ana.imports(docx.MediaType, "kind=text&title=Own", file.body)
		if got := ana.content(as.ID, "text"); got != "Head 😀\ntext </d/other> " || dropped != 0 || as.Title != "Own" {
			t.Errorf("as a text it is %q, %+v", got, as)
		}
		again, _ := ana.imports(docx.MediaType, "kind=text", ana.export(as.ID, "format=docx").body)
		if got := ana.content(again.ID, "text"); got != "Head 😀\ntext </d/other> " {
			t.Errorf("a text came back as %q", got)
		}
		before := ana.export(was.ID, "format=docx&revision=0")
		if empty, _ := ana.imports(docx.MediaType, "", before.body); empty.Revision != 0 {
			t.Errorf("revision 0 is %+v", empty)
		}
	})
}

// A document leaves with its history and comes back with it.
func TestHistoryFile(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana, ben := w.person(), w.person()
		png := drawn(t, "image/png", 3, 4)
		was := ana.illustrated(png)
		for i := range 20 {
			p := []*person{ana, ben}[i%2]
			p.do("POST", "/api/docs/"+string(was.ID)+"/edits", fmt.Sprintf(`{"base":%d,"op":[{"retain":%d},{"insert":"%d"}]}`, was.Revision+wire.Revision(i), 1+i%5, i)).is(t, 200, "")
		}
		head := was.Revision + 20
		file := ana.export(was.ID, "format=history")
		made, _ := ben.imports("application/gzip", "", file.body)
		if made.ID == was.ID || made.Revision != head || made.Title != "Tïtle" || made.Kind != ot.Rich {
			t.Fatalf("%+v", made)
		}
		content := func(doc wire.DocID, at wire.Revision) string {
			got := ana.do("GET", fmt.Sprintf("/api/docs/%s/content?format=delta&revision=%d", doc, at), "").is(t, 200, "").body
			_, got, _ = strings.Cut(got, `"op":`)
			return strings.ReplaceAll(got, "/files/"+string(doc)+"/", "")
		}
		files, err := w.store.(persist.Store).Files(t.Context(), made.ID)
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		old, err := w.store.(persist.Store).Files(t.Context(), was.ID)
		if err != nil {
			t.Fatal(err)
		}
		for at := range head + 1 {
			if is, want := content(made.ID, at), strings.ReplaceAll(content(was.ID, at), string(old[0].ID), string(files[0].ID)); is != want {
				t.Fatalf("revision %d is %s, not %s", at, is, want)
			}
		}
		// Ben stays who he is, Ana is a guest with her name.
		facts, err := w.store.Facts(t.Context(), made.ID, 0, head)
		if err != nil {
			t.Fatal(err)
		}
		if by := facts[head-1].User; by != ben.me().ID {
			t.Errorf("the last revision is by %s", by)
		}
		author, err := w.store.User(t.Context(), facts[0].User)
		if err != nil || author.ID == ana.me().ID || !author.Guest || author.Name != ana.me().Name {
			t.Errorf("the first revision is by %+v, %v", author, err)
		}
		// As text, up to a revision, with another title.
		z, err := gzip.NewReader(strings.NewReader(ana.export(was.ID, "format=history&revision=3").body))
		if err != nil {
			t.Fatal(err)
		}
		lines, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		part, _ := ana.imports("application/json", "title=Part", string(lines))
		if part.Revision != 3 || part.Title != "Part" || content(part.ID, 3) == content(was.ID, head) {
			t.Errorf("%+v", part)
		}
		if n := len(ana.listed("")); n != 3 {
			t.Errorf("%d documents are listed", n)
		}
		// The new document is one like any other.
		ana.do("POST", "/api/docs/"+string(made.ID)+"/edits", fmt.Sprintf(`{"base":%d,"op":[{"insert":"new"}]}`, head)).is(t, 200, "")
	})
}

// What cannot be read leaves nothing behind.
func TestWordAndHistoryRefused(t *testing.T) {
	w := open(t)
	ana := w.person()
	was := ana.illustrated(drawn(t, "image/png", 3, 4))
	history := ana.export(was.ID, "format=history").body
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	if _, err := z.Write([]byte(`{"collabd":"history"` + strings.Repeat(" ", 40<<20))); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind, file string
		status     int
		code       string
	}{
		{docx.MediaType, "x", 422, "unreadable_file"},
		{docx.MediaType, history, 422, "unreadable_file"},
		{"application/gzip", "x", 422, "unreadable_file"},
		{"application/gzip", history[:len(history)/2], 422, "unreadable_file"},
		{"application/gzip", bomb.String(), 413, "too_large"},
		{"application/json", `{"collabd":"history","version":7}`, 422, "unreadable_file"},
	} {
		ana.doAs(c.kind, "POST", "/api/docs/import?", c.file).is(t, c.status, c.code)
	}
	ana.do("GET", "/api/docs/"+string(was.ID)+"/export?format=history&revision=99", "").is(t, 404, "no_such_revision")
	if n := len(ana.listed("")); n != 1 {
		t.Errorf("%d documents are listed", n)
	}
	if n := len(ana.listed("view=trash")); n != 0 {
		t.Errorf("%d documents are in the trash", n)
	}
}
