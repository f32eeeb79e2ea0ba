package formats

import (
	"flag"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
)

var (
	rounds = flag.Int("rounds", 1500, "random documents of a property")
	seed   = flag.Uint64("seed", 0, "the first seed; 0 for any")
)

// firstSeed is the seed of the first round, which a failure prints.
func firstSeed() uint64 {
	if *seed != 0 {
		return *seed
	}
	return rand.Uint64N(1 << 40)
}

// scraps are likely to be read as marks, or to be cut in the middle.
var scraps = []string{
	"a", "b", "word", " ", "  ", "\t", "*", "**", "_", "__", "~", "~~", "`", "``", "```", "[", "]", "(", ")", "](", "!", "![",
	"$", "$`", "<", "<hr>", "&", "&amp;", "&#32;", "&_;", "\\", "#", "# ", "##", ">", "> ", "-", "- ", "---", "+ ", "1. ", "12)", "=",
	"===", "|", "| a |", "[ ] ", "[x] ", "😀", "😁", "é", "ß", "ﷺ", "\u00a0", "\u2028", "https://a.example/", "@", "]: ", ".", ",",
	"</p>", "<script>", "\"", "'",
}

var someLinks = []string{"https://a.example/", "https://a.example/x y", "/d/(a)", "#a\\b", "mailto:a@b.example", "/<&amp;>", "/a&copy;b", "/\"'"}

// dice makes random documents.
type dice struct{ *rand.Rand }

func diceOf(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 7))} }

func pick[T any](d dice, of []T) T { return of[d.IntN(len(of))] }

func (d dice) text() string {
	var b strings.Builder
	for range d.IntN(6) {
		b.WriteString(pick(d, scraps))
	}
	return b.String()
}

// document makes a rich document, of all that one may hold, or only of what
// Markdown can say.
func (d dice) document(everything bool) ot.Doc {
	var b ot.Builder
	for range 1 + d.IntN(8) {
		attrs := d.lineAttrs(everything)
		_, code := attrs["code-block"]
		for range d.IntN(5) {
			if code && !everything {
				b.Insert(d.text(), ot.Attrs{})
			} else if d.IntN(5) == 0 {
				b.InsertEmbed(d.embed(), ot.NewAttrs(d.textAttrs(everything, true)))
			} else {
				b.Insert(d.text(), ot.NewAttrs(d.textAttrs(everything, false)))
			}
		}
		b.Insert("\n", ot.NewAttrs(attrs))
	}
	doc, err := ot.DocOf(b.Op())
	if err != nil {
		panic(err)
	}
	return doc
}

type values map[string]ot.Value

func (d dice) lineAttrs(everything bool) values {
	number := func(most int) ot.Value { return ot.Value('1' + rune(d.IntN(most))) }
	kinds := []values{
		{}, {},
		{"header": number(6)},
		{"list": ot.StringValue(pick(d, []string{"bullet", "ordered", "checked", "unchecked"}))},
		{"list": ot.StringValue(pick(d, []string{"bullet", "ordered"})), "indent": number(8)},
		{"blockquote": ot.True},
		{"code-block": pick(d, []ot.Value{ot.True, `"go"`, `"c++"`})},
	}
	chosen := pick(d, kinds)
	if everything && d.IntN(3) == 0 {
		for name, value := range pick(d, append(kinds, values{"align": `"center"`}, values{"direction": `"rtl"`}, values{"indent": "2"})) {
			chosen[name] = value
		}
	}
	return chosen
}

func (d dice) textAttrs(everything, embed bool) values {
	v := values{}
	for _, name := range []string{"bold", "italic", "strike"} {
		if d.IntN(3) == 0 {
			v[name] = ot.True
		}
	}
	if d.IntN(5) == 0 && (everything || !embed) {
		v["code"] = ot.True
	}
	if d.IntN(5) == 0 {
		v["link"] = ot.StringValue(pick(d, someLinks))
	}
	if !everything {
		return v
	}
	if d.IntN(4) == 0 {
		v[pick(d, []string{"color", "background"})] = pick(d, []ot.Value{`"#123"`, `"#abcdef"`})
	}
	if d.IntN(4) == 0 {
		v["underline"] = ot.True
	}
	if d.IntN(6) == 0 {
		v["script"] = pick(d, []ot.Value{`"sub"`, `"super"`})
	}
	if d.IntN(6) == 0 {
		v["font"] = pick(d, []ot.Value{`"serif"`, `"monospace"`})
	}
	if d.IntN(6) == 0 {
		v["size"] = pick(d, []ot.Value{`"small"`, `"large"`, `"huge"`})
	}
	return v
}

func (d dice) embed() ot.Embed {
	return pick(d, []ot.Embed{
		divider,
		ot.NewEmbed("image", ot.StringValue(pick(d, []string{"/files/a/b", "https://a.example/x(1).png", "/a b"}))),
		mention("mention:u_1", "@"+pick(d, []string{"Ana", " b*c ", "[x]", "@"})),
		ot.NewEmbed("formula", ot.StringValue(pick(d, []string{"x^2", "a`b", "`", " a ", "$"}))),
	})
}

// markdown makes text that a person or an attacker may have as Markdown.
func (d dice) markdown() string {
	lines := make([]string, 1+d.IntN(8))
	for i := range lines {
		lines[i] = pick(d, []string{"", "", "", "  ", "    ", "- ", "1. ", "  - ", "> ", "# ", "```", "---", "===", "\t"}) + d.text()
	}
	return strings.Join(lines, pick(d, []string{"\n", "\n\n", "\n\n\n\n", "  \n", "\\\n"}))
}

func docOf(t testing.TB, op ot.Op) ot.Doc {
	t.Helper()
	doc, err := ot.DocOf(op)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// checkWhole fails unless op writes a whole document of kind rich.
func checkWhole(t testing.TB, op ot.Op, note string) {
	t.Helper()
	doc := docOf(t, op)
	text := doc.Text()
	if !strings.HasSuffix(text, "\n") {
		t.Fatalf("%s: the document does not end in a line break", note)
	}
	// Everything but the last line break is an edit of the first document.
	if err := ot.Rich.CheckLen(op, 1); err != nil {
		t.Fatalf("%s: %v", note, err)
	}
}

func js(op ot.Op) string { return string(op.AppendJSON(nil)) }
