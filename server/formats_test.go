package server

import (
	"encoding/base64"
	"fmt"
	"mime"
	"net/url"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/wire"
)

// imports sends a file and returns the document that was made of it.
func (p *person) imports(kind, query, file string) (doc documentJSON, dropped int) {
	p.w.t.Helper()
	a := p.doAs(kind, "POST", "/api/docs/import?"+query, file).is(p.w.t, 201, "")
	var made struct {
		documentJSON
		Dropped int `json:"dropped"`
	}
	a.into(p.w.t, &made)
	return made.documentJSON, made.Dropped
}

// content is a document as text of a format.
func (p *person) content(doc wire.DocID, format string) string {
	p.w.t.Helper()
	return p.do("GET", "/api/docs/"+string(doc)+"/content?format="+format, "").is(p.w.t, 200, "").body
}

func TestImport(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana := w.person()
		for _, c := range []struct {
			kind, query, file      string
			isKind                 ot.DocKind
			title, format, content string
		}{
			{"text/plain", "title=Notes", "a\r\nb", ot.Text, "Notes", "text", "a\nb"},
			{"text/plain; charset=utf-8", "kind=rich", "# a\nb", ot.Rich, "", "markdown", "\\# a\n\nb\n"},
			{"text/plain", "", "", ot.Text, "", "text", ""},
			{"text/plain", "", "\xff\xfeh\x00i\x00", ot.Text, "", "text", "hi"},
			{"text/markdown", "", "# a\n\n* b *c*\n", ot.Rich, "", "markdown", "# a\n\n- b *c*\n"},
			{"text/markdown", "kind=text", "# a\n", ot.Text, "", "text", "# a\n"},
			{"text/html", "", "<title>Own\ntitle</title><h2>a</h2><p>b<script>c</script>", ot.Rich, "Own title", "markdown", "## a\n\nb\n"},
			{"text/html", "title=Other&kind=text", "<title>Own</title><ul><li>a</ul>", ot.Text, "Other", "text", "- a\n"},
			{"application/json", "", `{"kind":"text","title":"T","op":[{"insert":"x"}]}`, ot.Text, "T", "text", "x"},
			{"application/json", "", `[{"insert":"x"},{"insert":"\n","attributes":{"header":1}}]`, ot.Rich, "", "markdown", "# x\n"},
		} {
			made, dropped := ana.imports(c.kind, c.query, c.file)
			if made.Kind != c.isKind || made.Title != c.title || dropped != 0 {
				t.Errorf("%s %q is %+v", c.kind, c.file, made)
			}
			if got := ana.content(made.ID, c.format); got != c.content {
				t.Errorf("%s %q holds %q, want %q", c.kind, c.file, got, c.content)
			}
			if made.Revision > 0 && (made.LastEditor == nil || made.LastEditor.ID != ana.me().ID) {
				t.Errorf("its author is %+v", made.LastEditor)
			}
		}
		if n := len(ana.listed("")); n != 10 {
			t.Errorf("%d documents are listed", n)
		}
	})
}

// What cannot be read leaves nothing behind.
func TestImportRefuses(t *testing.T) {
	w := open(t)
	ana := w.person()
	for _, c := range []struct {
		kind, query, file string
		status            int
		code              string
	}{
		{"image/png", "", "x", 415, "unknown_format"},
		{"", "", "x", 415, "unknown_format"},
		{"text/plain", "", "a\xffb", 422, "unreadable_file"},
		{"text/plain", "", "a\x00b", 422, "unreadable_file"},
		{"text/html", "", "\xff\xfea", 422, "unreadable_file"},
		{"text/plain", "kind=other", "x", 400, "bad_request"},
		{"text/plain", "title=" + strings.Repeat("x", titleRunes+1), "x", 400, "bad_request"},
		{"application/json", "", `{"op":[{"delete":1}]}`, 422, "unreadable_file"},
		{"application/json", "", `{"op":[{"insert":"x","attributes":{"onclick":"y"}}]}`, 422, "unreadable_file"},
		{"application/json", "", `{"kind":"text","op":[{"insert":"x","attributes":{"bold":true}}]}`, 422, "unreadable_file"},
		{"application/json", "kind=rich", `{"kind":"text","op":[{"insert":"x"}]}`, 400, "bad_request"},
		{"application/json", "", `{"other":1}`, 422, "unreadable_file"},
		{"application/json", "", `{"op":[{"insert":"\ud800"}]}`, 422, "unreadable_file"},
		{"text/plain", "", strings.Repeat("x", importBytes+1), 413, "too_large"},
	} {
		ana.doAs(c.kind, "POST", "/api/docs/import?"+c.query, c.file).is(t, c.status, c.code)
	}
	if docs := ana.listed(""); len(docs) > 0 {
		t.Errorf("there are %+v", docs)
	}
}

// A large file is several revisions, none larger than an edit.
func TestImportLarge(t *testing.T) {
	w := open(t)
	ana := w.person()
	for kind, line := range map[string]string{"text/plain": "0123456789 😀\n", "text/markdown": "*a* **b** `c` 😀\n\n"} {
		file := strings.Repeat(line, 60_000)
		made, _ := ana.imports(kind, "", file)
		if made.Revision < 2 || made.Revision > 60 {
			t.Errorf("%s has %d revisions", kind, made.Revision)
		}
		format := map[string]string{"text/plain": "text", "text/markdown": "markdown"}[kind]
		if got := ana.content(made.ID, format); strings.TrimRight(got, "\n") != strings.TrimRight(file, "\n") {
			t.Errorf("%s came back with %d bytes of %d", kind, len(got), len(file))
		}
		records, err := w.store.Records(t.Context(), made.ID, 0, made.Revision)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if _, err := ot.Parse(r.Op.AppendJSON(nil), ot.DefaultLimits()); err != nil {
				t.Errorf("revision %d is no edit: %v", r.Revision, err)
			}
		}
	}
}

// Images in a file become files of the document, each once; what is no image is
// left out and counted. They leave with the document again.
func TestImportImages(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana := w.person()
		uri := func(data string) string {
			return "data:image/png;base64," + base64.StdEncoding.EncodeToString([]byte(data))
		}
		png := drawn(t, "image/png", 3, 4)
		page := fmt.Sprintf(`<p>a<img src="%s">b<img src="%s"><img src="%s"><img src="data:image/svg+xml,<svg/>"></p>`, uri(png), uri(png), uri("no image"))
		made, dropped := ana.imports("text/html", "", page)
		if dropped != 2 {
			t.Errorf("%d images were left out", dropped)
		}
		files, err := w.store.(persist.Store).Files(t.Context(), made.ID)
		if err != nil || len(files) != 1 || files[0].Width != 3 {
			t.Fatalf("files are %+v, %v", files, err)
		}
		address := "/files/" + string(made.ID) + "/" + string(files[0].ID)
		if got := ana.content(made.ID, "markdown"); got != "a![]("+address+")b![]("+address+")\n" {
			t.Errorf("the document is %q", got)
		}
		if got := ana.do("GET", address, "").is(t, 200, ""); got.body != png {
			t.Error("the image has other bytes")
		}
		out := ana.do("GET", "/api/docs/"+string(made.ID)+"/export?format=html", "").is(t, 200, "")
		if strings.Count(out.body, uri(png)) != 2 {
			t.Errorf("the export is %s", out.body)
		}
		again, dropped := ana.imports("text/html", "", out.body)
		if dropped != 0 || strings.ReplaceAll(ana.content(again.ID, "markdown"), string(again.ID), string(made.ID)) == "" {
			t.Error("the export was not read again")
		}
		if got := ana.content(made.ID, "html"); !strings.Contains(got, `src="`+w.http.URL+address+`"`) {
			t.Errorf("content is %s", got)
		}
	})
}

// An image of another document is not put into an export: who may read one
// document might not read the other.
func TestExportHoldsNoImageOfAnother(t *testing.T) {
	w := open(t)
	ana := w.person()
	other := ana.create("x", ot.Rich)
	var sent fileJSON
	ana.sends(other.ID, "image/png", drawn(t, "image/png", 2, 2)).is(t, 201, "").into(t, &sent)
	made, _ := ana.imports("application/json", "", `[{"insert":{"image":"`+sent.URL+`"}},{"insert":"\n"}]`)
	out := ana.do("GET", "/api/docs/"+string(made.ID)+"/export?format=html", "").is(t, 200, "")
	if strings.Contains(out.body, "base64") || !strings.Contains(out.body, w.http.URL+sent.URL) {
		t.Errorf("the export is %s", out.body)
	}
}

func TestExport(t *testing.T) {
	w := open(t)
	ana := w.person()
	made, _ := ana.imports("text/markdown", "title="+url.QueryEscape(`a/b "c" – ü`), "# a\n\n1. *b*\n")
	for _, c := range []struct{ format, mediaType, extension, content string }{
		{"text", "text/plain", "txt", "a\n1. b\n"},
		{"markdown", "text/markdown", "md", "# a\n\n1. *b*\n"},
		{"delta", "application/json", "json", `{"kind":"rich","title":"a/b \"c\" – ü","op":[{"insert":"a"},{"insert":"\n","attributes":{"header":1}},` +
			`{"insert":"b","attributes":{"italic":true}},{"insert":"\n","attributes":{"list":"ordered"}}]}` + "\n"},
	} {
		a := ana.do("GET", "/api/docs/"+string(made.ID)+"/export?format="+c.format, "").is(t, 200, "")
		if a.body != c.content {
			t.Errorf("%s is %q, want %q", c.format, a.body, c.content)
		}
		if kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type")); kind != c.mediaType {
			t.Errorf("%s has the type %s", c.format, kind)
		}
		kind, params, err := mime.ParseMediaType(a.header.Get("Content-Disposition"))
		if err != nil || kind != "attachment" || params["filename"] != "a b c – ü."+c.extension {
			t.Errorf("%s is named %q, %v", c.format, a.header.Get("Content-Disposition"), err)
		}
	}
	ana.do("GET", "/api/docs/"+string(made.ID)+"/export?format=markdown&revision=0", "").is(t, 200, "")
	ana.do("GET", "/api/docs/"+string(made.ID)+"/export?format=markdown&revision=99", "").is(t, 404, "no_such_revision")
	ana.do("GET", "/api/docs/"+string(made.ID)+"/export?format=pdf", "").is(t, 400, "bad_request")
	ana.do("GET", "/api/docs/"+string(made.ID)+"/export", "").is(t, 400, "bad_request")
}

// A title cannot end the header, name another folder or hide what a file is.
func TestFileNames(t *testing.T) {
	for title, want := range map[string]string{
		"":                            "document",
		"...":                         "document",
		"../../etc/passwd":            "etc passwd",
		"a\r\nSet-Cookie: x=y":        "a Set-Cookie x=y",
		`"; filename="evil.exe`:       "; filename= evil.exe",
		"photo\u202egpj.exe":          "photo gpj.exe",
		"C:\\con|<>?*":                "C con",
		"100% – ünïcode 😀":            "100% – ünïcode 😀",
		strings.Repeat("é", 300):      strings.Repeat("é", fileNameRunes),
		"trailing dot.":               "trailing dot",
		"\x00\x1f\x7f":                "document",
		"tab\tand\u00a0no-break here": "tab and no-break here",
	} {
		header := disposition(title, "md")
		kind, params, err := mime.ParseMediaType(header)
		if err != nil || kind != "attachment" || params["filename"] != want+".md" {
			t.Errorf("%q is named %q (%q, %v), want %q", title, params["filename"], header, err, want)
		}
		for _, r := range header {
			if r < ' ' || r > '~' {
				t.Errorf("%q has %q in its header", title, r)
			}
		}
	}
}
