package formats

import (
	"testing"

	"github.com/collabd/collabd/ot"
)

// What programs put on the clipboard or into files, as it is read. The samples
// are made after theirs.
func TestHTMLOfOthers(t *testing.T) {
	for _, c := range []struct{ name, page, want string }{
		{
			"Google Docs",
			`<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1"><h1 dir="ltr" style="line-height:1.38;margin-top:20pt;"><span style="font-size:20pt;font-family:Arial,sans-serif;color:#000000;background-color:transparent;font-weight:400;font-style:normal;text-decoration:none;white-space:pre-wrap;">Plan</span></h1><p dir="ltr" style="text-align: center;"><span style="color:#ff0000;font-weight:400;white-space:pre;white-space:pre-wrap;">one  </span><span style="font-weight:700;white-space:pre-wrap;">bold</span><span style="font-weight:400;text-decoration:underline;white-space:pre-wrap;"> under</span><a href="https://a.example/" style="text-decoration:none;"><span style="color:#1155cc;text-decoration:underline;white-space:pre-wrap;">link</span></a></p><br /><ul style="margin-top:0;"><li dir="ltr" style="list-style-type:disc;" aria-level="1"><p dir="ltr" role="presentation"><span style="white-space:pre-wrap;">item</span></p></li><ul style="margin-top:0;"><li dir="ltr" aria-level="2"><p dir="ltr" role="presentation"><span style="white-space:pre-wrap;">deeper</span></p></li></ul></ul></b>`,
			`[{"insert":"Plan"},{"insert":"\n","attributes":{"header":1}},{"insert":"one  "},{"insert":"bold","attributes":{"bold":true}},{"insert":" under","attributes":{"underline":true}},{"insert":"link","attributes":{"link":"https://a.example/"}},{"insert":"\n","attributes":{"align":"center"}},{"insert":"\nitem"},{"insert":"\n","attributes":{"list":"bullet"}},{"insert":"deeper"},{"insert":"\n","attributes":{"indent":1,"list":"bullet"}}]`,
		},
		{
			"Word",
			`<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><title>Report</title><style><!-- p.MsoNormal {margin:0cm;} --></style></head><body lang=EN-US><div class=WordSection1><h2>Report<o:p></o:p></h2><p class=MsoNormal>Some <b><span lang=DE>bold</span></b> and&nbsp;text.<o:p></o:p></p><p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>first<o:p></o:p></p><p class=MsoListParagraphCxSpLast style='mso-list:l1 level2 lfo2'><![if !supportLists]><span style='mso-list:Ignore'>2.<span>&nbsp; </span></span><![endif]>second</p><p class=MsoNormal style='mso-hide:all;display:none'>hidden</p></div></body></html>`,
			`[{"insert":"Report"},{"insert":"\n","attributes":{"header":2}},{"insert":"Some "},{"insert":"bold","attributes":{"bold":true}},{"insert":" and text.\nfirst"},{"insert":"\n","attributes":{"list":"bullet"}},{"insert":"second"},{"insert":"\n","attributes":{"indent":1,"list":"ordered"}}]`,
		},
		{
			"GitHub",
			"<h3 dir=\"auto\">Steps</h3>\n<ul class=\"contains-task-list\">\n<li class=\"task-list-item\"><input type=\"checkbox\" class=\"task-list-item-checkbox\" checked disabled> done</li>\n<li class=\"task-list-item\"><input type=\"checkbox\" disabled> <strong>open</strong></li>\n</ul>\n<div class=\"highlight highlight-source-go notranslate\"><pre><span class=\"pl-k\">func</span> <span class=\"pl-en\">main</span>() {\n\t<span>x</span>()\n}</pre></div>\n<p>See <code>a b</code>, <del>old</del><br>\nnext.</p>\n<markdown-accessiblity-table><table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td><em>2</em></td></tr></tbody></table></markdown-accessiblity-table>",
			`[{"insert":"Steps"},{"insert":"\n","attributes":{"header":3}},{"insert":"done"},{"insert":"\n","attributes":{"list":"checked"}},{"insert":"open","attributes":{"bold":true}},{"insert":"\n","attributes":{"list":"unchecked"}},{"insert":"func main() {"},{"insert":"\n","attributes":{"code-block":"go"}},{"insert":"\tx()"},{"insert":"\n","attributes":{"code-block":"go"}},{"insert":"}"},{"insert":"\n","attributes":{"code-block":"go"}},{"insert":"See "},{"insert":"a b","attributes":{"code":true}},{"insert":", "},{"insert":"old","attributes":{"strike":true}},{"insert":"\nnext.\na\tb\n1\t"},{"insert":"2","attributes":{"italic":true}},{"insert":"\n"}]`,
		},
		{
			"a mail laid out with tables",
			`<table width="100%"><tr><td><p>Dear Ana,</p><p>hello.</p><table><tr><td>Sum</td><td>3&nbsp;€</td></tr><tr><td><div>Tax</div><div>old</div></td><td>1&nbsp;€</td></tr></table></td></tr></table>`,
			`[{"insert":"Dear Ana,\nhello.\nSum\t3 €\nTax old\t1 €\n"}]`,
		},
		{
			"an editor with Quill",
			`<ol><li data-list="bullet"><span class="ql-ui" contenteditable="false"></span>a</li><li data-list="checked" class="ql-indent-1">b</li></ol><blockquote>q</blockquote><p class="ql-align-center"><br></p><p>&nbsp;x</p>`,
			`[{"insert":"a"},{"insert":"\n","attributes":{"list":"bullet"}},{"insert":"b"},{"insert":"\n","attributes":{"indent":1,"list":"checked"}},{"insert":"q"},{"insert":"\n","attributes":{"blockquote":true}},{"insert":"\n x\n"}]`,
		},
		{
			"tags that nobody closed",
			`<p>one<p>two <b>three<ul><li>a<li>b<ul><li>c</ul><li>d</ul>end`,
			`[{"insert":"one\ntwo "},{"insert":"three","attributes":{"bold":true}},{"insert":"\n"},{"insert":"a","attributes":{"bold":true}},{"insert":"\n","attributes":{"list":"bullet"}},{"insert":"b","attributes":{"bold":true}},{"insert":"\n","attributes":{"list":"bullet"}},{"insert":"c","attributes":{"bold":true}},{"insert":"\n","attributes":{"indent":1,"list":"bullet"}},{"insert":"d","attributes":{"bold":true}},{"insert":"\n","attributes":{"list":"bullet"}},{"insert":"end","attributes":{"bold":true}},{"insert":"\n"}]`,
		},
		{"white space", " \n <p> a \n\t b <i> c</i> </p> \n", `[{"insert":"a b "},{"insert":"c","attributes":{"italic":true}},{"insert":"\n"}]`},
		{"an image of another site", `<p>a <img src="https://b.example/i.png" alt=" the  chart ">.</p>`, `[{"insert":"a "},{"insert":"the chart","attributes":{"link":"https://b.example/i.png"}},{"insert":".\n"}]`},
		{"an image of this site", `<img src="https://docs.example/files/a/b"><img src="/files/a/c">`, `[{"insert":{"image":"/files/a/b"}},{"insert":{"image":"/files/a/c"}},{"insert":"\n"}]`},
		{"nothing", "", `[{"insert":"\n"}]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			read, err := FromHTML(c.page, Source{Base: "https://docs.example"})
			if err != nil {
				t.Fatal(err)
			}
			if got := js(read.Op); got != c.want {
				t.Errorf("got\n%s, want\n%s", got, c.want)
			}
		})
	}
}

func TestMarkdownOfOthers(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{
			"a README",
			"Title\n===\n\n[![Build](https://ci.example/b.svg)](https://ci.example/)\n\nSee [the guide][g] and <https://a.example/>, *really*.\nSoft wrap.\n\n* a\n  1. b\n\n  2. c\n* d\n\n[g]: https://g.example/ \"Guide\"\n",
			"# Title\n\n[Build](https://ci.example/)\n\nSee [the guide](https://g.example/) and [https://a.example/](https://a.example/), *really*. Soft wrap.\n\n- a\n    1. b\n    2. c\n- d\n",
		},
		{"a table", "| a | b |\n|:--|--:|\n| 1 | `2` |\n", "a\tb\n\n1\t`2`\n"},
		{"HTML is text", "<details><summary>x</summary>\n\nInside <kbd>Ctrl</kbd> &amp; more<hr>\n\n</details>\n", "\\<details>\\<summary>x\\</summary>\n\nInside \\<kbd>Ctrl\\</kbd> & more<hr>\n\n\\</details>\n"},
		{"code", "    a  b\n\n~~~Go linenos\nx\n~~~\n", "```\na  b\n```\n\n```go\nx\n```\n"},
		{"formulas and mentions", "1. $`a_b`$ and [@Ana](mention:u_1)\n\n\n2. x\n", "1. $`a_b`$ and [@Ana](mention:u_1)\n2. x\n"},
		{"what this program wrote, to the letter", "a\n\n\n\n    - b\n", "a\n\n\n\n    - b\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			read, err := ImportMarkdown(c.text, Source{})
			if err != nil {
				t.Fatal(err)
			}
			if got := Markdown(docOf(t, read.Op)); got != c.want {
				t.Errorf("got\n%q, want\n%q", got, c.want)
			}
		})
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct{ name, delta, want string }{
		{"lines", `[{"insert":"a\n\nb\n"}]`, "a\n\nb\n"},
		{"lists", `[{"insert":"a"},{"insert":"\n","attributes":{"list":"ordered"}},{"insert":"b"},{"insert":"\n","attributes":{"list":"ordered","indent":1}},{"insert":"c"},{"insert":"\n","attributes":{"list":"ordered"}},{"insert":"d"},{"insert":"\n","attributes":{"list":"checked"}},{"insert":"e\n"}]`, "1. a\n  1. b\n2. c\n[x] d\ne\n"},
		{"a quote and a link", `[{"insert":"see "},{"insert":"here","attributes":{"link":"https://a.example/"}},{"insert":"!"},{"insert":"\n","attributes":{"blockquote":true}}]`, "> see here <https://a.example/>!\n"},
		{"a link that shows itself", `[{"insert":"a@b.example","attributes":{"link":"mailto:a@b.example"}},{"insert":"\n"}]`, "a@b.example\n"},
		{"embeds", `[{"insert":{"mention":{"id":"u","name":"Ana"}}},{"insert":{"formula":"x^2"}},{"insert":{"divider":true}},{"insert":{"image":"/files/a/b"}},{"insert":"\n"}]`, "@Anax^2---/files/a/b\n"},
	} {
		op, err := ot.Parse([]byte(c.delta), ot.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if got := Text(docOf(t, op), ot.Rich); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Text(FromText(s)) = s, and a Delta file is what was written.
func TestTextAndDeltaComeBack(t *testing.T) {
	first := firstSeed()
	for n := range *rounds {
		d := diceOf(first + uint64(n))
		text := d.markdown()
		for _, kind := range []ot.DocKind{ot.Rich, ot.Text} {
			op, err := FromText(text, kind)
			if err != nil {
				t.Fatal(err)
			}
			want := text
			if kind == ot.Rich {
				checkWhole(t, op, text)
				if len(want) == 0 || want[len(want)-1] != '\n' {
					want += "\n"
				}
			}
			if got := Text(docOf(t, op), kind); got != want {
				t.Fatalf("seed %d: %q came back as %q", first+uint64(n), text, got)
			}
		}
		doc := d.document(true)
		file := Delta{Kind: ot.Rich, Title: text, Op: doc.Op()}
		back, err := ParseDelta(file.AppendJSON(nil))
		if err != nil || back.Kind != ot.Rich || back.Title != text || !back.Op.Equal(doc.Op()) {
			t.Fatalf("seed %d: %s came back as %+v, %v", first+uint64(n), file.AppendJSON(nil), back, err)
		}
	}
}
