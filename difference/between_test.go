package difference

import (
	"flag"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
)

var seeds = flag.Uint64("seeds", 2000, "random pairs of documents")

func doc(t *testing.T, delta string) ot.Doc {
	t.Helper()
	op, err := ot.Parse([]byte(delta), ot.DefaultLimits())
	if err != nil {
		t.Fatalf("%s: %v", delta, err)
	}
	d, err := ot.DocOf(op)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestBetween(t *testing.T) {
	for _, c := range []struct{ name, a, b, want string }{
		{"nothing", `[{"insert":"same\n"}]`, `[{"insert":"same\n"}]`, `[]`},
		{"a word", `[{"insert":"one two three\n"}]`, `[{"insert":"one 2 three\n"}]`, `[{"retain":4},{"insert":"2"},{"delete":3}]`},
		{"the first line", `[{"insert":"\n"}]`, `[{"insert":"hello\n"}]`, `[{"insert":"hello"}]`},
		{"all", `[{"insert":"gone\n"}]`, `[{"insert":"\n"}]`, `[{"delete":4}]`},
		{"a line between equal ones", `[{"insert":"a\nb\nc\n"}]`, `[{"insert":"a\nx\nb\nc\n"}]`, `[{"retain":2},{"insert":"x\n"}]`},
		{"a line goes elsewhere", `[{"insert":"one\ntwo\nthree\n"}]`, `[{"insert":"two\nthree\none\n"}]`, `[{"delete":4},{"retain":9},{"insert":"\none"}]`},
		{"a format", `[{"insert":"plain bold\n"}]`, `[{"insert":"plain "},{"insert":"bold","attributes":{"bold":true}},{"insert":"\n"}]`,
			`[{"retain":6},{"retain":4,"attributes":{"bold":true}}]`},
		{"another format", `[{"insert":"x","attributes":{"bold":true,"color":"#f00"}},{"insert":"\n"}]`,
			`[{"insert":"x","attributes":{"italic":true,"color":"#0f0"}},{"insert":"\n"}]`,
			`[{"retain":1,"attributes":{"bold":null,"color":"#0f0","italic":true}}]`},
		{"a line's format", `[{"insert":"title\n"}]`, `[{"insert":"title"},{"insert":"\n","attributes":{"header":1}}]`,
			`[{"retain":5},{"retain":1,"attributes":{"header":1}}]`},
		{"half of a pair that changes", `[{"insert":"😀\n"}]`, `[{"insert":"😁\n"}]`, `[{"insert":"😁"},{"delete":2}]`},
		{"behind pairs", `[{"insert":"😀😀 a\n"}]`, `[{"insert":"😀😀 b\n"}]`, `[{"retain":5},{"insert":"b"},{"delete":1}]`},
		{"an embed", `[{"insert":"ab\n"}]`, `[{"insert":"a"},{"insert":{"divider":true}},{"insert":"b\n"}]`, `[{"retain":1},{"insert":{"divider":true}}]`},
		{"one of two embeds", `[{"insert":{"image":"/a"}},{"insert":{"image":"/b"}},{"insert":"\n"}]`, `[{"insert":{"image":"/b"}},{"insert":"\n"}]`, `[{"delete":1}]`},
		{"an embed is no character", `[{"insert":{"divider":true}},{"insert":"\n"}]`, `[{"insert":"\ufffc\n"}]`, `[{"insert":"￼"},{"delete":1}]`},
		{"lines around the last one", `[{"insert":"one\n"}]`, `[{"insert":"zero\none\ntwo\n"}]`, `[{"insert":"zero\n"},{"retain":3},{"insert":"\ntwo"}]`},
		{"the last line goes", `[{"insert":"one\ntwo\n"}]`, `[{"insert":"one\n"}]`, `[{"retain":3},{"delete":4}]`},
		{"without a last line break", `[{"insert":"ab"}]`, `[{"insert":"abc"}]`, `[{"retain":2},{"insert":"c"}]`},
		{"from nothing", `[]`, `[{"insert":"abc"}]`, `[{"insert":"abc"}]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			op, err := Between(doc(t, c.a), doc(t, c.b), Limits{})
			if err != nil || string(op.AppendJSON(nil)) != c.want {
				t.Errorf("got %s, %v; want %s", op.AppendJSON(nil), err, c.want)
			}
		})
	}
}

// writer makes documents that look alike.
type writer struct {
	*rand.Rand
	rich bool
}

var texts = []string{"a", "b", "the same words\n", "x", " ", "\n", "😀", "𝒳𝒴", "e\u0301", "עברית", "\U000f0000", "\U000f0001", "word ", "another line here\n"}

func (w writer) attrs(line bool) ot.Attrs {
	if !w.rich || w.IntN(3) > 0 {
		return ot.Attrs{}
	}
	if line {
		return ot.NewAttrs(map[string]ot.Value{"header": ot.Value("1")})
	}
	return ot.NewAttrs([]map[string]ot.Value{{"bold": "true"}, {"italic": "true"}, {"bold": "true", "color": `"#ff0000"`}, {"color": `"#00ff00"`}}[w.IntN(4)])
}

func (w writer) piece(b *ot.Builder) {
	if w.rich && w.IntN(8) == 0 {
		b.InsertEmbed([]ot.Embed{ot.NewEmbed("divider", "true"), ot.NewEmbed("image", `"/a"`), ot.NewEmbed("image", `"/b"`)}[w.IntN(3)], w.attrs(false))
		return
	}
	text := texts[w.IntN(len(texts))]
	b.Insert(text, w.attrs(strings.HasSuffix(text, "\n")))
}

func (w writer) document(pieces int) ot.Doc {
	var b ot.Builder
	for range pieces {
		w.piece(&b)
	}
	b.Insert("\n", w.attrs(true))
	d, err := ot.DocOf(b.Op())
	if err != nil {
		panic(err)
	}
	return d
}

// edited changes some places of a document, as people do.
func (w writer) edited(d ot.Doc) ot.Doc {
	for range 1 + w.IntN(5) {
		tokens := new(table).tokensOf(d)
		at := w.IntN(len(tokens))
		n := min(w.IntN(6), len(tokens)-1-at)
		var b ot.Builder
		b.Retain(unitsOf(tokens[:at]), ot.Attrs{})
		switch w.IntN(map[bool]int{true: 3, false: 2}[w.rich]) {
		case 0:
			w.piece(&b)
		case 1:
			if n > 0 {
				b.Delete(unitsOf(tokens[at : at+n]))
			}
		default:
			if n > 0 {
				b.Retain(unitsOf(tokens[at:at+n]), ot.NewAttrs(map[string]ot.Value{"bold": []ot.Value{ot.Null, "true"}[w.IntN(2)]}))
			}
		}
		made, err := d.Apply(b.Op())
		if err != nil {
			panic(err)
		}
		d = made
	}
	return d
}

// One document leads to the other, without the way out that replaces all, and
// as an edit that the kind of document allows; whatever the limits are.
func TestRandom(t *testing.T) {
	for seed := range *seeds {
		w := writer{rand.New(rand.NewPCG(seed, 6)), seed%4 > 0}
		a := w.document(w.IntN(60))
		b := w.edited(a)
		if w.IntN(4) == 0 {
			b = w.document(w.IntN(60))
		}
		limits := []Limits{DefaultLimits(), DefaultLimits(), {Units: 1 << 20, LineUnits: 10, Time: time.Second}, {Units: 20, LineUnits: 10, Time: time.Second}, {Units: 1 << 20, LineUnits: 1 << 20, Time: 1}}[w.IntN(5)]
		op := between(a, b, limits, (*matcher).all)
		if !leads(a, op, b) {
			t.Fatalf("seed %d: from %v to %v by %v", seed, a.Op(), b.Op(), op)
		}
		if kind := map[bool]ot.DocKind{true: ot.Rich, false: ot.Text}[w.rich]; kind.Check(op, a) != nil {
			t.Fatalf("seed %d: %v is no edit: %v", seed, op, kind.Check(op, a))
		}
		if back := between(b, a, limits, (*matcher).all); !leads(b, back, a) {
			t.Fatalf("seed %d: back from %v to %v by %v", seed, b.Op(), a.Op(), back)
		}
	}
}

// A few changes in a large document come out as few changes.
func TestSmallChangesOfALargeDocument(t *testing.T) {
	var text strings.Builder
	w := writer{Rand: rand.New(rand.NewPCG(1, 2))}
	for text.Len() < 1<<20 {
		text.WriteString("line ")
		for range w.IntN(12) {
			text.WriteString(texts[w.IntN(len(texts))])
		}
		text.WriteByte('\n')
	}
	was := text.String()
	now := was[:1000] + "HERE" + was[1000:400_000] + was[400_003:900_000] + "\nand a new line\n" + was[900_000:]
	now, was = strings.ToValidUTF8(now, ""), strings.ToValidUTF8(was, "")
	op, err := Between(plain(t, was), plain(t, now), Limits{})
	if err != nil || op.Len() > 12 {
		t.Errorf("%d components, %v", op.Len(), err)
	}
}

// A word that is replaced in each line of a large document comes out so: with
// one change a line, not as a new document.
func TestAWordInEachLine(t *testing.T) {
	was := strings.Repeat("the colour of the line\n", 20_000)
	op, err := Between(plain(t, was), plain(t, strings.ReplaceAll(was, "colour", "color")), Limits{Units: 8 << 20, LineUnits: 64 << 10, Time: time.Minute})
	if err != nil || op.BaseLen()-op.TargetLen() != 20_000 || op.Len() != 40_000 {
		t.Errorf("%d components, %v", op.Len(), err)
	}
}

// Documents of which nothing is the same cost no more than the limits say, and
// nothing is lost.
func TestNothingInCommon(t *testing.T) {
	a, b := strings.Repeat("abcdefghij klmno\n", 60_000), strings.Repeat("0123456789 98765\n", 60_000)
	for _, limits := range []Limits{{}, {Units: 1000, LineUnits: 100, Time: time.Minute}} {
		if _, err := Between(plain(t, a), plain(t, b), limits); err != nil {
			t.Error(err)
		}
	}
}

func plain(t testing.TB, text string) ot.Doc {
	t.Helper()
	var b ot.Builder
	d, err := ot.DocOf(b.Insert(text, ot.Attrs{}).Op())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func BenchmarkBetween(b *testing.B) {
	line := "All work and no play makes Jack a dull boy, said line "
	var text strings.Builder
	for i := 0; text.Len() < 1<<20; i++ {
		text.WriteString(line + strings.Repeat("x", i%40) + "\n")
	}
	was := plain(b, text.String())
	now := plain(b, strings.Replace(text.String(), "dull boy, said line xxxxxxx\n", "bright boy\n", 50))
	for b.Loop() {
		if _, err := Between(was, now, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
