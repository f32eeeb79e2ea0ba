package docx_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/collabd/collabd/formats/docx"
	"github.com/collabd/collabd/ot"
)

// written writes a document and returns the file.
func written(t testing.TB, doc ot.Doc, opt docx.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := docx.Write(&b, doc, opt); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(t testing.TB, file []byte) docx.Document {
	t.Helper()
	d, err := docx.Read(bytes.NewReader(file), int64(len(file)), docx.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// withImages gives pictures the addresses of the files that have their bytes.
func withImages(t testing.TB, d docx.Document, files map[string][]byte) ot.Op {
	t.Helper()
	urls := map[string]string{}
	for _, i := range d.Images {
		for url, data := range files {
			if bytes.Equal(data, i.Data) {
				urls[i.URL] = url
			}
		}
		if urls[i.URL] == "" {
			t.Errorf("the picture %s has other bytes", i.URL)
		}
	}
	var b ot.Builder
	for c := range d.Op.Components() {
		if c.Embed.IsZero() {
			b.Insert(c.Text, c.Attrs)
			continue
		}
		if url, _ := c.Embed.Value().Text(); c.Embed.Name() == "image" && urls[url] != "" {
			c.Embed = ot.NewEmbed("image", text(urls[url]))
		}
		b.InsertEmbed(c.Embed, c.Attrs)
	}
	return b.Op()
}

// What is written is read back.
func TestRoundTrip(t *testing.T) {
	files := pictures(t)
	for i := range 400 {
		seed := uint64(i)
		r := rand.New(rand.NewPCG(seed, 6))
		doc := randomDoc(r)
		file := written(t, doc, docx.Options{Title: "A <title> & more", Image: func(url string) ([]byte, bool) {
			data, ok := files[url]
			return data, ok
		}})
		d := read(t, file)
		if got, want := withImages(t, d, files), view(doc); !got.Equal(want) {
			t.Fatalf("seed %d:\n got %s\nwant %s\nfrom %s", seed, got.AppendJSON(nil), want.AppendJSON(nil), doc.Op().AppendJSON(nil))
		}
		if d.Title != "A <title> & more" || d.Dropped != 0 {
			t.Errorf("seed %d: title %q, %d dropped", seed, d.Title, d.Dropped)
		}
		checkPackage(t, file)
		if again := written(t, mustDoc(t, d.Op), docx.Options{}); len(again) == 0 {
			t.Error("nothing written")
		}
	}
}

func mustDoc(t testing.TB, op ot.Op) ot.Doc {
	t.Helper()
	doc, err := ot.DocOf(op)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// The same document makes the same file: nothing depends on the order of a map.
func TestSameBytes(t *testing.T) {
	doc := randomDoc(rand.New(rand.NewPCG(3, 3)))
	opt := docx.Options{Title: "t", Created: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	first := written(t, doc, opt)
	for range 10 {
		if !bytes.Equal(first, written(t, doc, opt)) {
			t.Fatal("two files of one document differ")
		}
	}
}

// A text document is one paragraph a line.
func TestTextDocument(t *testing.T) {
	for _, s := range []string{"", "one", "one\n", "\n", "\n\n", "a\n\nb", " tab\there \n  x", "bell\x07 and \x00"} {
		var b ot.Builder
		doc := mustDoc(t, b.Insert(s, ot.Attrs{}).Op())
		d := read(t, written(t, doc, docx.Options{Kind: ot.Text}))
		want := ""
		for _, r := range s {
			if r < ' ' && r != '\t' && r != '\n' {
				r = 0xFFFD
			}
			want += string(r)
		}
		if got := docx.Plain(d.Op); got != want {
			t.Errorf("%q came back as %q", s, got)
		}
	}
}

var errFull = errors.New("full")

// failing takes so many bytes.
type failing int

func (f *failing) Write(p []byte) (int, error) {
	if *f -= failing(len(p)); *f < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// An error of the writer is the answer.
func TestWriteError(t *testing.T) {
	doc := randomDoc(rand.New(rand.NewPCG(4, 4)))
	whole := len(written(t, doc, docx.Options{}))
	for n := 0; n < whole; n += 397 {
		w := failing(n)
		if err := docx.Write(&w, doc, docx.Options{}); !errors.Is(err, errFull) {
			t.Fatalf("after %d of %d bytes: %v", n, whole, err)
		}
	}
}

// Each numbered list counts from one: it is a numbering of its own.
func TestListsCountAgain(t *testing.T) {
	var b ot.Builder
	ordered := ot.NewAttrs(map[string]ot.Value{"list": text("ordered")})
	bullet := ot.NewAttrs(map[string]ot.Value{"list": text("bullet"), "indent": "1"})
	b.Insert("one", ot.Attrs{}).Insert("\n", ordered).Insert("\n", bullet).Insert("two", ot.Attrs{}).Insert("\n", ordered)
	b.Insert("between\nagain one", ot.Attrs{}).Insert("\n", ordered)
	file := written(t, mustDoc(t, b.Op()), docx.Options{})
	checkPackage(t, file)
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	part, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(part)
	if err != nil {
		t.Fatal(err)
	}
	var numbers []string
	walkXML(t, "document", body, func(element string, attrs map[string]string) {
		if element == "numId" {
			numbers = append(numbers, attrs["val"])
		}
	})
	if want := []string{"4", "1", "4", "5"}; !slices.Equal(numbers, want) {
		t.Errorf("the numberings are %v, not %v", numbers, want)
	}
}

// Addresses on this site are whole in a file that leaves it.
func TestBase(t *testing.T) {
	var b ot.Builder
	b.Insert("x", ot.NewAttrs(map[string]ot.Value{"link": text("/d/abc")})).InsertEmbed(ot.NewEmbed("image", text("/files/d/gone")), ot.Attrs{}).Insert("\n", ot.Attrs{})
	d := read(t, written(t, mustDoc(t, b.Op()), docx.Options{Base: "https://docs.example"}))
	want := `[{"insert":"x","attributes":{"link":"https://docs.example/d/abc"}},{"insert":{"image":"https://docs.example/files/d/gone"}},{"insert":"\n"}]`
	if got := string(d.Op.AppendJSON(nil)); got != want {
		t.Errorf("%s, not %s", got, want)
	}
}
