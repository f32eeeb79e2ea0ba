package ot_test

import (
	"os"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
)

type checkCase struct {
	kind ot.DocKind
	doc  string
	op   string
	code ot.ErrorCode
}

// checkCases: what Check says to edits of small documents.
func checkCases() []checkCase {
	const rich = `[{"insert":"ab\n"}]`
	cases := []checkCase{
		{ot.Rich, rich, `[]`, ""},
		{ot.Rich, rich, `[{"insert":"x\ty\n"}]`, ""},
		{ot.Rich, rich, `[{"retain":2},{"insert":"x"}]`, ""},
		{ot.Rich, rich, `[{"delete":2}]`, ""},
		{ot.Rich, rich, `[{"retain":3,"attributes":{"bold":true}}]`, ""},
		{ot.Rich, rich, `[{"retain":2},{"retain":1,"attributes":{"header":1,"list":null}}]`, ""},
		{ot.Rich, rich, `[{"delete":2},{"insert":"x"}]`, ""},
		{ot.Rich, rich, `[{"retain":3},{"insert":"x"}]`, ot.CodeLastLine},
		{ot.Rich, rich, `[{"retain":3,"attributes":{"bold":true}},{"insert":"\n"}]`, ot.CodeLastLine},
		{ot.Rich, rich, `[{"delete":3}]`, ot.CodeLastLine},
		{ot.Rich, rich, `[{"retain":2},{"delete":1}]`, ot.CodeLastLine},
		{ot.Rich, rich, `[{"retain":2},{"insert":"\n"},{"delete":1}]`, ot.CodeLastLine},
		{ot.Rich, rich, `[{"retain":2},{"delete":1},{"insert":"\n"}]`, ot.CodeLastLine},
		{ot.Rich, rich, `[{"delete":4}]`, ot.CodeRange},
		{ot.Rich, rich, `[{"retain":4},{"insert":"x"}]`, ot.CodeRange},
		{ot.Rich, rich, `[{"insert":"a\rb"}]`, ot.CodeSchema},
		{ot.Rich, rich, `[{"insert":"a\u0000b"}]`, ot.CodeSchema},
		{ot.Rich, rich, `[{"insert":"\u001f"}]`, ot.CodeSchema},
		{ot.Rich, rich, `[{"insert":"x","attributes":{"onclick":"x"}}]`, ot.CodeSchema},
		{ot.Rich, rich, `[{"retain":1,"attributes":{"onclick":null}}]`, ot.CodeSchema},
		{ot.Rich, rich, `[{"retain":1,"attributes":{"Bold":true}}]`, ot.CodeSchema},
		{ot.Rich, rich, `[{"insert":{"video":"https://e.x/"}}]`, ot.CodeSchema},
		{ot.Rich, rich, `[{"insert":{"divider":true},"attributes":{"align":"center"}}]`, ""},
		{ot.Rich, rich, `[{"insert":{"divider":1}}]`, ot.CodeSchema},

		{ot.Text, `[]`, `[{"insert":"a\u0000\tb"}]`, ""},
		{ot.Text, `[{"insert":"ab"}]`, `[{"delete":2},{"insert":"x"}]`, ""},
		{ot.Text, `[{"insert":"ab"}]`, `[{"retain":2},{"insert":"x"}]`, ""},
		{ot.Text, `[{"insert":"ab"}]`, `[{"delete":3}]`, ot.CodeRange},
		{ot.Text, `[{"insert":"ab"}]`, `[{"insert":"x","attributes":{"bold":true}}]`, ot.CodeSchema},
		{ot.Text, `[{"insert":"ab"}]`, `[{"retain":1,"attributes":{"bold":null}}]`, ot.CodeSchema},
		{ot.Text, `[{"insert":"ab"}]`, `[{"insert":{"image":"/x.png"}}]`, ot.CodeSchema},
	}
	values := func(code ot.ErrorCode, name string, list ...string) {
		for _, v := range list {
			cases = append(cases, checkCase{ot.Rich, rich, `[{"insert":"x","attributes":{"` + name + `":` + v + `}}]`, code})
		}
	}
	for _, name := range []string{"bold", "italic", "underline", "strike", "code", "blockquote"} {
		values("", name, `true`)
		values(ot.CodeSchema, name, `false`, `1`, `"true"`, `[true]`)
	}
	values("", "script", `"sub"`, `"super"`)
	values(ot.CodeSchema, "script", `"Sub"`, `""`, `true`)
	for _, name := range []string{"color", "background"} {
		values("", name, `"#fff"`, `"#12aBcD"`)
		values(ot.CodeSchema, name, `"red"`, `"#ffff"`, `"#ggg"`, `"#fff;x:y"`, `"#fff\n"`, `" #fff"`, `"url(x)"`, `1`)
	}
	values("", "font", `"serif"`, `"monospace"`)
	values(ot.CodeSchema, "font", `"Comic Sans"`)
	values("", "size", `"small"`, `"large"`, `"huge"`)
	values(ot.CodeSchema, "size", `"12px"`)
	values("", "header", `1`, `6`)
	values(ot.CodeSchema, "header", `0`, `7`, `10`, `-1`, `1.5`, `"1"`, `true`)
	values("", "indent", `1`, `8`)
	values(ot.CodeSchema, "indent", `0`, `9`)
	values("", "list", `"ordered"`, `"bullet"`, `"checked"`, `"unchecked"`)
	values(ot.CodeSchema, "list", `true`, `"x"`)
	values("", "align", `"center"`, `"right"`, `"justify"`)
	values(ot.CodeSchema, "align", `"left"`)
	values("", "direction", `"rtl"`)
	values(ot.CodeSchema, "direction", `"ltr"`)
	values("", "code-block", `true`, `"go"`, `"c++"`, `"c#"`, `"`+strings.Repeat("x", 32)+`"`)
	values(ot.CodeSchema, "code-block", `""`, `"Go"`, `"a b"`, `"`+strings.Repeat("x", 33)+`"`, `false`, `1`)

	values("", "link", `"https://e.x"`, `"http://e.x/a?b=c#d"`, `"HTTPS://E.X/"`, `"mailto:a@e.x"`, `"tel:+41791234567"`,
		`"/d/x"`, `"#top"`, `"https://e.x/é 😀"`, `"/`+strings.Repeat("x", 2047)+`"`)
	values(ot.CodeSchema, "link", `"javascript:alert(1)"`, `"JavaScript:alert(1)"`, `"java\tscript:alert(1)"`, `" javascript:alert(1)"`,
		`"\u0001javascript:alert(1)"`, `"java\nscript:x"`, `"data:text/html,x"`, `"DATA:text/html,x"`, `"vbscript:x"`, `"file:///etc/passwd"`,
		`"blob:https://e.x/1"`, `" https://e.x"`, `"\thttps://e.x"`, `"https://"`, `"https:/e.x"`, `"https:e.x"`, `"http:// e.x"`, `"http:///e.x"`,
		`"https://e.x/\u0000"`, `"https://e.x/\u007f"`, `"https://e.x/\u0085"`, `"https://e.x\r\n"`, `"e.x"`, `"./x"`, `""`, `"mailto:"`, `true`,
		`"/`+strings.Repeat("x", 2048)+`"`)

	images := func(code ot.ErrorCode, list ...string) {
		for _, v := range list {
			cases = append(cases, checkCase{ot.Rich, rich, `[{"insert":{"image":` + v + `}}]`, code})
		}
	}
	images("", `"https://e.x/a.png"`, `"http://e.x/a.png"`, `"/a.png"`)
	images(ot.CodeSchema, `"//e.x/a.png"`, `"/\\e.x/a.png"`, `"data:image/png;base64,AAAA"`, `"javascript:x"`, `"blob:x"`, `"a.png"`, `"#x"`, `""`, `true`, `{"src":"/x"}`, `"/a\n"`)
	embeds := func(name string, code ot.ErrorCode, list ...string) {
		for _, v := range list {
			cases = append(cases, checkCase{ot.Rich, rich, `[{"insert":{"` + name + `":` + v + `}}]`, code})
		}
	}
	embeds("mention", "", `{"name":"Ana","id":"u1_-Z"}`, `{"id":"u","name":"Ana é 😀 <b>"}`)
	embeds("mention", ot.CodeSchema, `"Ana"`, `true`, `{"id":"u1"}`, `{"name":"Ana"}`, `{"id":"","name":"Ana"}`, `{"id":"u1","name":""}`, `{"id":"u/1","name":"Ana"}`,
		`{"id":1,"name":"Ana"}`, `{"id":"u1","name":"A\nB"}`, `{"id":"u1","name":"Ana","role":"owner"}`, `{"id":"u1","name":"`+strings.Repeat("x", 257)+`"}`, `{"id":"u1","name":["Ana"]}`)
	embeds("formula", "", `"e=mc^2"`, `"\\frac{1}{2}"`, `"`+strings.Repeat("x", 2048)+`"`)
	embeds("formula", ot.CodeSchema, `""`, `true`, `"a\nb"`, `"\u0000"`, `"`+strings.Repeat("x", 2049)+`"`)
	return cases
}

// TestSchemaIsTheProtocols: the tables of docs/protocol.md name what this package
// accepts, in its words, and nothing else.
func TestSchemaIsTheProtocols(t *testing.T) {
	page, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	for i, head := range []string{"| attribute | values |\n|---|---|\n", "| embed | value |\n|---|---|\n"} {
		_, table, found := strings.Cut(string(page), head)
		table, _, ended := strings.Cut(table, "\n\n")
		if !found || !ended {
			t.Fatalf("no table %q", head)
		}
		got := map[string]string{}
		for row := range strings.SplitSeq(table, "\n") {
			names, words, _ := strings.Cut(strings.Trim(row, "| "), " | ")
			names, _, _ = strings.Cut(names, " (") // a remark
			for name := range strings.FieldsSeq(names) {
				got[strings.Trim(name, "`")] = words
			}
		}
		want := ot.SchemaWords(i == 1)
		for name, words := range want {
			if got[name] != words {
				t.Errorf("%s: the page says %q, want %q", name, got[name], words)
			}
		}
		for name := range got {
			if _, ok := want[name]; !ok {
				t.Errorf("%s is on the page, and refused", name)
			}
		}
	}
}

func TestCheck(t *testing.T) {
	for _, c := range checkCases() {
		if err := c.kind.Check(op(t, c.op), doc(t, c.doc)); codeOf(err) != c.code {
			t.Errorf("%s %.100s: %v, want code %q", c.kind, c.op, err, c.code)
		}
	}
}

func TestCheckNamesTheName(t *testing.T) {
	err := ot.Rich.Check(op(t, `[{"insert":"x","attributes":{"onclick":"steal()"}}]`), ot.Rich.Initial())
	if err == nil || !strings.Contains(err.Error(), `"onclick"`) || strings.Contains(err.Error(), "steal") {
		t.Errorf("got %v", err)
	}
	long := `[{"insert":"x","attributes":{"` + strings.Repeat("é", 2000) + `":1}}]`
	if err := ot.Rich.Check(op(t, long), ot.Rich.Initial()); err == nil || len(err.Error()) > 200 {
		t.Errorf("a long name: an error of %d bytes", len(err.Error()))
	}
}

func TestKinds(t *testing.T) {
	for kind, valid := range map[ot.DocKind]bool{ot.Rich: true, ot.Text: true, "": false, "Rich": false} {
		if kind.Valid() != valid {
			t.Errorf("%q.Valid() = %t", kind, !valid)
		}
	}
	if got := ot.Rich.Initial().Text(); got != "\n" {
		t.Errorf("a rich document begins as %q", got)
	}
	if got := ot.Text.Initial().Len(); got != 0 {
		t.Errorf("a text document begins with %d units", got)
	}
	if err := ot.DocKind("x").Check(ot.Op{}, ot.NewDoc()); codeOf(err) != ot.CodeSchema {
		t.Errorf("an unknown kind: %v", err)
	}
}
