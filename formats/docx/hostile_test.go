package docx_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/collabd/collabd/formats/docx"
)

func document(body string) string {
	return head + `<w:document` + spaces + `><w:body>` + body + `</w:body></w:document>`
}

// What is no document, or too much of one, is an error that says so.
func TestHostile(t *testing.T) {
	deep := strings.Repeat("<w:sdtContent>", 5_000)
	for _, c := range []struct {
		name  string
		parts map[string]string
		lim   docx.Limits
		want  error
	}{
		{"no document", map[string]string{"a.txt": "x"}, docx.Limits{}, docx.ErrUnreadable},
		{"another root", map[string]string{"word/document.xml": `<html/>`}, docx.Limits{}, docx.ErrUnreadable},
		{"not XML", map[string]string{"word/document.xml": `<w:document`}, docx.Limits{}, docx.ErrUnreadable},
		{"open elements", map[string]string{"word/document.xml": document("") + "<"}, docx.Limits{}, docx.ErrUnreadable},
		{"document type", map[string]string{"word/document.xml": `<!DOCTYPE x [<!ENTITY a "b">]>` + document(p("", r("", "&a;")))}, docx.Limits{}, docx.ErrUnreadable},
		{"document type alone", map[string]string{"word/document.xml": `<!DOCTYPE x SYSTEM "http://example.com/x">` + document("")}, docx.Limits{}, docx.ErrUnreadable},
		{"unknown entity", map[string]string{"word/document.xml": document(p("", r("", "&a;")))}, docx.Limits{}, docx.ErrUnreadable},
		{"HTML's entities", map[string]string{"word/document.xml": document(p("", r("", "&nbsp;")))}, docx.Limits{}, docx.ErrUnreadable},
		{"another encoding", map[string]string{"word/document.xml": `<?xml version="1.0" encoding="UTF-16"?>` + document("")}, docx.Limits{}, docx.ErrUnreadable},
		{"too deep", map[string]string{"word/document.xml": document(deep)}, docx.Limits{}, docx.ErrTooLarge},
		{"too deep in styles", map[string]string{"word/document.xml": document(""), "word/styles.xml": deep, "word/_rels/document.xml.rels": head + relsOf + `<Relationship Id="s" Type="` + office + `styles" Target="styles.xml"/></Relationships>`}, docx.Limits{}, docx.ErrTooLarge},
		{"a bomb", map[string]string{"word/document.xml": document(p("", r("", strings.Repeat("x", 1<<20))))}, docx.Limits{XMLBytes: 1 << 16}, docx.ErrTooLarge},
		{"a bomb of white space", map[string]string{"word/document.xml": document(strings.Repeat(" ", 1<<20))}, docx.Limits{XMLBytes: 1 << 16}, docx.ErrTooLarge},
		{"a bomb in a part", map[string]string{"word/document.xml": document(""), "_rels/.rels": strings.Repeat(" ", 1<<20)}, docx.Limits{PartBytes: 1 << 16}, docx.ErrTooLarge},
		{"too much text", map[string]string{"word/document.xml": document(p("", r("", "four and more")))}, docx.Limits{Units: 4}, docx.ErrTooLarge},
		{"too many pieces", map[string]string{"word/document.xml": document(strings.Repeat("<w:p/>", 20))}, docx.Limits{Runs: 19}, docx.ErrTooLarge},
		{"too many elements", map[string]string{"word/document.xml": document(strings.Repeat("<w:x/>", 20))}, docx.Limits{Elements: 20}, docx.ErrTooLarge},
		{"too many parts", map[string]string{"word/document.xml": document(""), "a": "", "b": ""}, docx.Limits{Entries: 2}, docx.ErrTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := zipped(t, c.parts)
			_, err := docx.Read(bytes.NewReader(file), int64(len(file)), c.lim)
			if !errors.Is(err, c.want) {
				t.Errorf("%v, expected %v", err, c.want)
			}
		})
	}
}

// A picture that is too large is dropped, and the text is not.
func TestLargePicture(t *testing.T) {
	file := sample{
		body: p("", r("", "x")+`<w:r><w:drawing><a:blip r:embed="i"/></w:drawing></w:r>`),
		rels: `<Relationship Id="i" Type="` + office + `image" Target="media/i.png"/>`,
		more: map[string]string{"word/media/i.png": string(pictures(t)["/files/d/one"])},
	}.file(t)
	d, err := docx.Read(bytes.NewReader(file), int64(len(file)), docx.Limits{ImageBytes: 20})
	if err != nil || d.Dropped != 1 || docx.Plain(d.Op) != "x" {
		t.Errorf("%v, %d dropped, text %q", err, d.Dropped, docx.Plain(d.Op))
	}
}

// However a file is damaged, it is read or refused.
func TestDamaged(t *testing.T) {
	file := written(t, randomDoc(rand.New(rand.NewPCG(9, 9))), docx.Options{Title: "t"})
	r := rand.New(rand.NewPCG(1, 1))
	for range 2_000 {
		bad := bytes.Clone(file)
		for range 1 + r.IntN(4) {
			bad[r.IntN(len(bad))] = byte(r.UintN(256))
		}
		if r.IntN(4) == 0 {
			bad = bad[:r.IntN(len(bad))]
		}
		checkBounded(t, bad)
	}
}

func checkBounded(t testing.TB, file []byte) {
	t.Helper()
	d, err := docx.Read(bytes.NewReader(file), int64(len(file)), docx.Limits{XMLBytes: 1 << 20, PartBytes: 1 << 18})
	if err == nil {
		checkRich(t, d.Op)
		return
	}
	if !errors.Is(err, docx.ErrUnreadable) && !errors.Is(err, docx.ErrTooLarge) {
		t.Fatalf("another error: %v", err)
	}
}

// FuzzDocx reads any bytes as a file, and any as the text and the styles of one.
func FuzzDocx(f *testing.F) {
	f.Add(written(f, randomDoc(rand.New(rand.NewPCG(1, 2))), docx.Options{}), []byte(""))
	f.Add([]byte(p("", r("", "x"))), []byte(wordStyles))
	f.Add([]byte(`<w:tbl><w:tr><w:tc>`+p("<w:bidi/>", r("<w:b/>", "x"))+`</w:tc></w:tr></w:tbl>`), []byte(wordNumbers))
	f.Fuzz(func(t *testing.T, body, more []byte) {
		checkBounded(t, body)
		checkBounded(t, sample{body: string(body), styles: string(more), numbering: string(more), footnotes: string(body)}.file(t))
	})
}
