package docx_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
)

// text returns a value that is a text.
func text(s string) ot.Value { return ot.StringValue(s) }

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// longID is a person's id that no tag of Word has room for.
var longID = strings.Repeat("i", 60)

// randomDoc returns a rich document of what the schema has, in the places where
// it means something, and now and then elsewhere.
func randomDoc(r *rand.Rand) ot.Doc {
	var b ot.Builder
	for range r.IntN(12) {
		for range r.IntN(5) {
			attrs := randomCharacters(r)
			if r.IntN(5) > 0 {
				b.Insert(randomText(r), attrs)
				continue
			}
			b.InsertEmbed(randomEmbed(r), attrs)
		}
		b.Insert("\n", randomLine(r))
	}
	b.Insert("\n", randomLine(r))
	doc, err := ot.DocOf(b.Op())
	if err != nil {
		panic(err)
	}
	return doc
}

func randomText(r *rand.Rand) string {
	return pick(r, "word", " ", "  two  spaces ", "a\tb", "\t", "😀", "é<&>\"'", "שלום", "\u2028", "\uFFFE", "]]>", "\u0085", "x\U0001F468\u200d\U0001F469", "&amp;")
}

func randomEmbed(r *rand.Rand) ot.Embed {
	switch r.IntN(4) {
	case 0:
		return ot.NewEmbed("divider", ot.True)
	case 1:
		return ot.NewEmbed("image", text(pick(r, "/files/d/one", "/files/d/two", "https://example.com/a b.png?x=<y>&z", "/files/d/gone")))
	case 2:
		return ot.NewEmbed("formula", text(pick(r, `\frac{a}{b} < c & d`, " x^2 ", "@x")))
	}
	return mention(pick(r, "u1", "A_b-9", longID), pick(r, "Ann", " B & <C>", "@", "שלום"))
}

func mention(id, name string) ot.Embed {
	v, err := ot.ParseValue(fmt.Appendf(nil, `{"id":%s,"name":%s}`, text(id), text(name)), 2)
	if err != nil {
		panic(err)
	}
	return ot.NewEmbed("mention", v)
}

var links = []string{"https://example.com/?a=1&b=\"2\"", "mailto:a@example.com", "/d/abc", "#place", "#_hidden", "https://example.com/with space", "https://example.com/ü", "tel:1", "https://example.com/%20", "http://[bad", "https://example.com/%zz"}

func randomCharacters(r *rand.Rand) ot.Attrs {
	kv := map[string]ot.Value{}
	for _, name := range []string{"bold", "italic", "underline", "strike", "code"} {
		if r.IntN(6) == 0 {
			kv[name] = ot.True
		}
	}
	maybe := func(name string, values ...string) {
		if r.IntN(6) == 0 {
			kv[name] = text(pick(r, values...))
		}
	}
	maybe("script", "sub", "super")
	maybe("color", "#000", "#1155cc", "#AbCdEf", "#f00", "#ffffff", "#000000")
	maybe("background", "#fff", "#ffff00", "#123", "#0563C1")
	maybe("font", "serif", "monospace")
	maybe("size", "small", "large", "huge")
	maybe("link", links...)
	if r.IntN(20) == 0 {
		kv["header"] = "2"
	}
	return ot.NewAttrs(kv)
}

func randomLine(r *rand.Rand) ot.Attrs {
	kv := map[string]ot.Value{}
	if r.IntN(5) == 0 {
		kv["header"] = ot.Value(fmt.Sprint(1 + r.IntN(6)))
	}
	if r.IntN(3) == 0 {
		kv["list"] = text(pick(r, "ordered", "bullet", "checked", "unchecked"))
	}
	if r.IntN(3) == 0 {
		kv["indent"] = ot.Value(fmt.Sprint(1 + r.IntN(8)))
	}
	if r.IntN(6) == 0 {
		kv["align"] = text(pick(r, "center", "right", "justify"))
	}
	if r.IntN(8) == 0 {
		kv["direction"] = text("rtl")
	}
	if r.IntN(8) == 0 {
		kv["blockquote"] = ot.True
	}
	if r.IntN(8) == 0 {
		kv["code-block"] = pick(r, ot.True, text("go"), text("c++"), text("c#"))
	}
	if r.IntN(20) == 0 {
		kv["bold"] = ot.True
	}
	return ot.NewAttrs(kv)
}

// pictures are the files that the random documents show.
func pictures(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for i, url := range []string{"/files/d/one", "/files/d/two"} {
		m := image.NewRGBA(image.Rect(0, 0, 3+i*2000, 5))
		m.Set(0, 0, color.White)
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		files[url] = b.Bytes()
	}
	return files
}
