package formats

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
)

// vector is a document with its Markdown, or Markdown of anybody without a
// document; view is what is read of it. The browser's tests read and write the
// file: frontend/src/bindings/markdown-vectors.test.ts.
type vector struct {
	Document *ot.Op `json:"document"`
	Markdown string `json:"markdown"`
	View     ot.Op  `json:"view"`
}

func vectors(t *testing.T, path string) []vector {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var v vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		all = append(all, v)
	}
	return all
}

// The server writes and reads Markdown as the browser does.
func TestMarkdownVectors(t *testing.T) {
	path := "testdata/markdown.jsonl"
	if other := os.Getenv("COLLABD_VECTORS_FILE"); other != "" {
		path = other
	}
	all := vectors(t, path)
	if len(all) < 400 {
		t.Fatalf("%d vectors", len(all))
	}
	for _, v := range all {
		read, err := FromMarkdown(v.Markdown)
		if err != nil || !read.Equal(v.View) {
			t.Errorf("FromMarkdown(%q) =\n%s, %v; want\n%s", v.Markdown, read.AppendJSON(nil), err, v.View.AppendJSON(nil))
		}
		if v.Document == nil {
			continue
		}
		doc := docOf(t, *v.Document)
		if got := Markdown(doc); got != v.Markdown {
			t.Errorf("Markdown(%s) =\n%q; want\n%q", v.Document.AppendJSON(nil), got, v.Markdown)
		}
		if got := MarkdownView(doc); !got.Equal(v.View) {
			t.Errorf("MarkdownView(%s) =\n%s; want\n%s", v.Document.AppendJSON(nil), got.AppendJSON(nil), v.View.AppendJSON(nil))
		}
	}
}

func TestMarkdownLaws(t *testing.T) {
	first := firstSeed()
	for n := range *rounds {
		d := diceOf(first + uint64(n))
		everything := n%2 == 0
		doc := d.document(everything)
		text, view := Markdown(doc), MarkdownView(doc)
		read, err := FromMarkdown(text)
		if err != nil || !read.Equal(view) {
			t.Fatalf("seed %d: %s\nis %q\nread as %s, %v; want\n%s", first+uint64(n), js(doc.Op()), text, js(read), err, js(view))
		}
		if docOf(t, view).Len() != doc.Len() {
			t.Fatalf("seed %d: the view is not as long as the document", first+uint64(n))
		}
		if !everything && !view.Equal(doc.Op()) {
			t.Fatalf("seed %d: the view of what Markdown can say is not the same: %s, %s", first+uint64(n), js(doc.Op()), js(view))
		}
		if again := Markdown(docOf(t, read)); again != text {
			t.Fatalf("seed %d: %q is written again as %q", first+uint64(n), text, again)
		}
		checkWhole(t, read, text)
	}
}

// Markdown of anybody becomes a document that can be said in Markdown.
func TestMarkdownOfAnybody(t *testing.T) {
	first := firstSeed()
	for n := range *rounds {
		text := diceOf(first + uint64(n)).markdown()
		read, err := FromMarkdown(text)
		if err != nil {
			t.Fatal(err)
		}
		checkWhole(t, read, text)
		again, err := FromMarkdown(Markdown(docOf(t, read)))
		if err != nil || !again.Equal(read) {
			t.Fatalf("seed %d: %q is %s and then %s", first+uint64(n), text, js(read), js(again))
		}
	}
}

// attacks would not end if reading were quadratic.
var attacks = []string{
	"*a ", "**a*", "_a", "~~a", "`", "`a", "[", "![", "[a](", "](", "](u)", "![](/u", "[a](/u)", "[@", "<", "&", "$`", "\\",
	"> ", "- ", "\n", "\n\n", "    - a\n", "```\n", "# ", "a\n", "| a\n", "***a ", "*_~~", "- - ", "1. ", "[a](<", "\t",
	"&a", "[a]: ", "<a ", "a|", "|-", "![a][", "^", ": ", "=\n", "*a_b~~",
}

func TestMarkdownIsLinear(t *testing.T) {
	const size = 1 << 16
	for _, attack := range attacks {
		read, err := FromMarkdown(strings.Repeat(attack, size/len(attack)))
		if err != nil {
			t.Fatal(err)
		}
		Markdown(docOf(t, read))
	}
	for _, pair := range [][2]string{{"![", "](/u)"}, {"[@", "](mention:a)"}, {"**", "**"}, {"*a _b ", "c_ d* "}} {
		read, err := FromMarkdown(strings.Repeat(pair[0], size/8) + strings.Repeat(pair[1], size/8))
		if err != nil {
			t.Fatal(err)
		}
		Markdown(docOf(t, read))
	}
	if _, err := FromMarkdown(strings.Repeat("a", MaxBytes+1)); err != ErrTooLarge {
		t.Errorf("a text over the limit: %v", err)
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{"# a\n\n- b\n", "*a **b***", "```go\n\n```", "[@a](mention:b)$`c`$"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		read, err := FromMarkdown(s)
		if err != nil {
			t.Fatal(err)
		}
		checkWhole(t, read, s)
		text := Markdown(docOf(t, read))
		if again, err := FromMarkdown(text); err != nil || !again.Equal(read) {
			t.Fatalf("%q is %s, written %q, and then %s", s, js(read), text, js(again))
		}
	})
}
