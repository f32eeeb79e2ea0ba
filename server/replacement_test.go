package server

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
)

func parse(t testing.TB, text string) ot.Op {
	t.Helper()
	op, err := ot.Parse([]byte(text), ot.Limits{})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return op
}

func document(t testing.TB, text string) ot.Doc {
	t.Helper()
	doc, err := ot.DocOf(parse(t, text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return doc
}

// TestReplacement: what is different becomes the edit, and nothing else.
func TestReplacement(t *testing.T) {
	const image = `{"insert":{"image":{"src":"/files/a/b"}}}`
	for name, test := range map[string]struct {
		kind ot.DocKind
		base string
		form form
		body string
		want string // the op
	}{
		"nothing": {ot.Text, `[{"insert":"one\ntwo"}]`, formText, "one\ntwo", `[]`},
		"a word":  {ot.Text, `[{"insert":"one two three"}]`, formText, "one 2 three", `[{"retain":4},{"insert":"2"},{"delete":3}]`},
		"an emoji becomes another one": {
			ot.Text, `[{"insert":"a😀b"}]`, formText, "a😃b", `[{"retain":1},{"insert":"😃"},{"delete":2}]`,
		},
		"all of it":              {ot.Text, `[{"insert":"abc"}]`, formText, "", `[{"delete":3}]`},
		"into an empty document": {ot.Text, `[]`, formText, "abc", `[{"insert":"abc"}]`},
		"a text document is taken to the letter": {
			ot.Text, `[{"insert":"abc"}]`, formText, "abc\n", `[{"retain":3},{"insert":"\n"}]`,
		},
		"a text document takes Markdown as text": {
			ot.Text, `[{"insert":"abc"}]`, formMarkdown, "**abc**", `[{"insert":"**"},{"retain":3},{"insert":"**"}]`,
		},
		"line ends of Windows": {ot.Text, `[{"insert":"a\nb\n"}]`, formText, "a\r\nb\r\nc\r\n", `[{"retain":3},{"insert":"\nc"}]`},
		"line ends of old":     {ot.Text, `[{"insert":"a\nb\n"}]`, formText, "a\rb\r", `[]`},
		"line ends that are the document's own": {
			ot.Text, `[{"insert":"a\r\nb\r\n"}]`, formText, "a\r\nb\n", `[{"retain":4},{"delete":1}]`,
		},
		"a byte order mark": {ot.Text, `[{"insert":"a"}]`, formText, "\ufeffa", `[]`},
		"a byte order mark that is the document's own": {
			ot.Text, `[{"insert":"\ufeffa"}]`, formText, "a", `[{"delete":1}]`,
		},
		"no line break at the end": {ot.Rich, `[{"insert":"a\n"}]`, formText, "ab", `[{"retain":1},{"insert":"b"}]`},
		"an empty body":            {ot.Rich, `[{"insert":"a\n"}]`, formText, "", `[{"delete":1}]`},
		"formats stay": {
			ot.Rich, `[{"insert":"bold","attributes":{"bold":true}},{"insert":" "},{"insert":"red","attributes":{"color":"#ff0000"}},{"insert":"\n","attributes":{"list":"bullet"}}]`,
			formText, "bold or red\n", `[{"retain":5},{"insert":"or "}]`,
		},
		"an embed stays": {
			ot.Rich, `[{"insert":"a"},` + image + `,{"insert":"b\n"}]`, formText, "a\ufffcc\n", `[{"retain":2},{"insert":"c"},{"delete":1}]`,
		},
		"an embed moves": {
			ot.Rich, `[{"insert":"first\n"},` + image + `,{"insert":"\nlast\n"}]`, formText, "first\nlast\n\ufffc\n",
			`[{"retain":6},{"delete":2},{"retain":4},{"insert":"\n"},` + image + `]`,
		},
		"an embed that is none": {ot.Rich, `[{"insert":"a\n"}]`, formText, "a\ufffcb\n", `[{"retain":1},{"insert":"b"}]`},
		"an embed goes":         {ot.Rich, `[{"insert":"a"},` + image + `,{"insert":"\n"}]`, formText, "a\n", `[{"retain":1},{"delete":1}]`},
		"Markdown says bold": {
			ot.Rich, `[{"insert":"one two\n"}]`, formMarkdown, "one **two**\n", `[{"retain":4},{"retain":3,"attributes":{"bold":true}}]`,
		},
		"Markdown cannot say red": {
			ot.Rich, `[{"insert":"one ","attributes":{"color":"#ff0000"}},{"insert":"two\n"}]`, formMarkdown, "one two three\n", `[{"retain":7},{"insert":" three"}]`,
		},
		"Markdown keeps red under what it says": {
			ot.Rich, `[{"insert":"one","attributes":{"color":"#ff0000","bold":true}},{"insert":"\n"}]`, formMarkdown, "one\n", `[{"retain":3,"attributes":{"bold":null}}]`,
		},
		"a line behind the last one": {
			ot.Rich, `[{"insert":"one"},{"insert":"\n","attributes":{"align":"center"}}]`, formText, "one\ntwo\n",
			`[{"retain":3},{"insert":"\n","attributes":{"align":"center"}},{"insert":"two"},{"retain":1,"attributes":{"align":null}}]`,
		},
		"the same in Markdown": {
			ot.Rich, `[{"insert":"one"},{"insert":"\n","attributes":{"align":"center","list":"bullet"}}]`, formMarkdown, "- one\n\ntwo\n",
			`[{"retain":3},{"insert":"\n","attributes":{"align":"center","list":"bullet"}},{"insert":"two"},{"retain":1,"attributes":{"align":null,"list":null}}]`,
		},
		"the last line goes": {
			ot.Rich, `[{"insert":"one"},{"insert":"\n","attributes":{"align":"center"}},{"insert":"two"},{"insert":"\n","attributes":{"list":"bullet"}}]`, formText, "one\n",
			`[{"retain":3},{"delete":4},{"retain":1,"attributes":{"align":"center","list":null}}]`,
		},
		"a line is divided": {
			ot.Rich, `[{"insert":"one two"},{"insert":"\n","attributes":{"list":"bullet"}}]`, formText, "one \ntwo\n",
			`[{"retain":4},{"insert":"\n","attributes":{"list":"bullet"}}]`,
		},
		"two lines are joined": {
			ot.Rich, `[{"insert":"one"},{"insert":"\n","attributes":{"align":"center"}},{"insert":"two"},{"insert":"\n","attributes":{"list":"bullet"}}]`, formText, "onetwo\n",
			`[{"retain":3},{"delete":1}]`,
		},
		"a whole document": {
			ot.Rich, `[{"insert":"one\n"}]`, formDelta, `{"op":[{"insert":"one","attributes":{"bold":true}},{"insert":"\n"}]}`,
			`[{"retain":3,"attributes":{"bold":true}}]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			op, err := replacement(test.kind, document(t, test.base), test.form, []byte(test.body))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(op.AppendJSON(nil)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestRefusedReplacements: what is no document is refused in words.
func TestRefusedReplacements(t *testing.T) {
	for _, test := range []struct {
		kind   ot.DocKind
		form   form
		body   string
		status int
		says   string
	}{
		{ot.Text, formText, "a\xff", 400, "not UTF-8"},
		{ot.Text, formText, "a\xed\xa0\x80", 400, "not UTF-8"}, // half a pair
		{ot.Text, formDelta, `{"op":[{"insert":"\ud83d"}]}`, 400, "surrogate"},
		{ot.Text, formDelta, `{"op":[{"insert":"a"}]`, 400, "unexpected end"},
		{ot.Text, formDelta, `[{"insert":"a"}]`, 400, "another type"},
		{ot.Text, formDelta, `{}`, 400, "its one member is op"},
		{ot.Text, formDelta, `{"op":[],"base":1}`, 400, "its one member is op"},
		{ot.Text, formDelta, `{"op":[],"op":[]}`, 400, "duplicate"},
		{ot.Text, formDelta, `{"op":[{"retain":1},{"insert":"a"}]}`, 400, "inserts only"},
		{ot.Text, formDelta, `{"op":[{"insert":"a","attributes":{"bold":true}}]}`, 422, "attributes in plain text"},
		{ot.Rich, formDelta, `{"op":[]}`, 422, "line break"},
		{ot.Rich, formDelta, `{"op":[{"insert":"a"}]}`, 422, "line break"},
		{ot.Rich, formDelta, `{"op":[{"insert":"a\n"},{"insert":"b","attributes":{"blink":true}},{"insert":"\n"}]}`, 422, "blink"},
	} {
		_, err := replacement(test.kind, test.kind.Initial(), test.form, []byte(test.body))
		var e *apiError
		if !errors.As(err, &e) || e.Status != test.status || !strings.Contains(e.Message, test.says) {
			t.Errorf("%s as %s: %v, want %d about %q", test.body, test.form, err, test.status, test.says)
		}
	}
}

// TestReplacementOfAnything: the op makes of the document what was sent,
// whatever both are; what the two have in common stays untouched; and a text
// that was read from the document changes nothing.
func TestReplacementOfAnything(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	letters := []string{"a", "b", "ä", "😀", "\n", " ", "word ", embedMark, "漢"}
	some := func(n int) string {
		var b strings.Builder
		for range r.IntN(n) {
			b.WriteString(letters[r.IntN(len(letters))])
		}
		return b.String()
	}
	for i := range 2000 {
		kind := []ot.DocKind{ot.Rich, ot.Text}[r.IntN(2)]
		base := richDocument(t, r, kind)
		was := base.Text()
		for _, text := range []string{was, some(30), mutated(r, was, some(4))} {
			op, err := replacement(kind, base, formText, []byte(text))
			if err != nil {
				t.Fatalf("case %d: %q: %v", i, text, err)
			}
			if text == was && !op.IsNoop() {
				t.Fatalf("case %d: the text of %s changes it: %s", i, base.Op(), op)
			}
			if err := kind.Check(op, base); err != nil {
				t.Fatalf("case %d: %s: %v", i, op, err)
			}
			after, err := base.Apply(op)
			if err != nil {
				t.Fatalf("case %d: %v", i, err)
			}
			if got, want := withoutMarks(after.Text()), withoutMarks(cleanText(kind, was, text)); got != want {
				t.Fatalf("case %d: %q became %q, want %q", i, was, got, want)
			}
			for c := range op.Components() {
				if c.Kind == ot.Retain && c.Len > 1 && c.Attrs != (ot.Attrs{}) {
					t.Fatalf("case %d: text changes formats: %s", i, op)
				}
			}
			if kind == ot.Rich && strings.Count(text, embedMark) >= strings.Count(was, embedMark) && embedCount(after) != embedCount(base) {
				t.Fatalf("case %d: %d embeds became %d by %s", i, embedCount(base), embedCount(after), op)
			}
		}
	}
}

// TestReplacementKeepsLines: whatever whole lines come and go, every line that
// stays has the formats that it had.
func TestReplacementKeepsLines(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	formats := []string{`{"align":"center"}`, `{"list":"bullet"}`, `{"header":2}`, `{"indent":1}`, `{}`}
	for i := range 2000 {
		var base []string
		var lines []string
		for n := range 1 + r.IntN(8) {
			lines = append(lines, fmt.Sprintf("line %d", n))
			base = append(base, fmt.Sprintf(`{"insert":%q},{"insert":"\n","attributes":%s}`, lines[n], formats[r.IntN(len(formats))]))
		}
		doc := document(t, "["+strings.Join(base, ",")+"]")
		was := lineFormats(doc)
		only := r.IntN(2) == 0 // new ones: where one takes the place of another it may have its formats
		for range 1 + r.IntN(3) {
			switch at := r.IntN(len(lines) + 1); {
			case only || r.IntN(2) == 0:
				lines = slices.Insert(lines, at, fmt.Sprintf("new %d", r.IntN(1000)))
			case at < len(lines) && len(lines) > 1:
				lines = slices.Delete(lines, at, at+1)
			}
		}
		text := strings.Join(lines, "\n") + "\n"
		op, err := replacement(ot.Rich, doc, formText, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		after, err := doc.Apply(op)
		if err != nil {
			t.Fatal(err)
		}
		if after.Text() != text {
			t.Fatalf("case %d: it is %q, want %q", i, after.Text(), text)
		}
		for line, attrs := range lineFormats(after) {
			if had, stays := was[line]; stays && had != attrs {
				t.Fatalf("case %d: %q had %v, has %v; by %s", i, line, had, attrs, op)
			}
			if _, stays := was[line]; only && !stays && attrs.Len() > 0 {
				t.Fatalf("case %d: %q is new and has %v; by %s", i, line, attrs, op)
			}
		}
	}
}

func lineFormats(doc ot.Doc) map[string]ot.Attrs {
	formats := map[string]ot.Attrs{}
	for l := range doc.Lines() {
		d, _ := ot.DocOf(l.Content)
		formats[d.Text()] = l.Attrs
	}
	return formats
}

func withoutMarks(s string) string { return strings.ReplaceAll(s, embedMark, "") }

func embedCount(doc ot.Doc) (n int) {
	for c := range doc.Op().Components() {
		if !c.Embed.IsZero() {
			n++
		}
	}
	return n
}

// mutated puts something in place of something in a text.
func mutated(r *rand.Rand, text, in string) string {
	runes := []rune(text)
	from := r.IntN(len(runes) + 1)
	to := from + r.IntN(min(5, len(runes)-from)+1)
	return string(slices.Concat(runes[:from], []rune(in), runes[to:]))
}

func richDocument(t *testing.T, r *rand.Rand, kind ot.DocKind) ot.Doc {
	pieces := []string{
		`{"insert":"plain text"}`, `{"insert":"b","attributes":{"bold":true}}`, `{"insert":"a"}`, `{"insert":"😀\n"}`,
		`{"insert":{"divider":true}}`, `{"insert":"\n","attributes":{"list":"bullet"}}`,
	}
	if kind == ot.Text {
		pieces = []string{`{"insert":"plain text"}`, `{"insert":"a\n\n"}`, `{"insert":"ä😀"}`}
	}
	var list []string
	for range r.IntN(12) {
		list = append(list, pieces[r.IntN(len(pieces))])
	}
	if kind == ot.Rich {
		list = append(list, `{"insert":"\n"}`)
	}
	return document(t, fmt.Sprintf("[%s]", strings.Join(list, ",")))
}

// TestLargeReplacement: texts that have too little in common to be compared are
// replaced by each other, but for what they begin and end with.
func TestLargeReplacement(t *testing.T) {
	const n = comparedBytes / 8
	was, text := "same\n"+strings.Repeat("old\n", n)+"end\n", "same\n"+strings.Repeat("new\n", n+1)+"end\n"
	for _, kind := range []ot.DocKind{ot.Rich, ot.Text} {
		base, err := plainDocument(was)
		if err != nil {
			t.Fatal(err)
		}
		op, err := replacement(kind, base, formText, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := kind.Check(op, base); err != nil || op.Len() > 3 {
			t.Errorf("%d components, %v", op.Len(), err)
		}
		if after, err := base.Apply(op); err != nil || after.Text() != text {
			t.Errorf("it is another text, %v", err)
		}
		op, err = replacement(kind, base, formText, []byte(strings.Replace(was, "old\n", "old\nx\n", 1)))
		if err != nil || string(op.AppendJSON(nil)) != `[{"retain":9},{"insert":"x\n"}]` {
			t.Errorf("%s, %v", op, err)
		}
		_, err = replacement(kind, base, formDelta, []byte(strings.Repeat(" ", comparedBytes)))
		if e := (*apiError)(nil); !errors.As(err, &e) || e.Code != "too_large" {
			t.Errorf("%v", err)
		}
	}
}
