package formats

import (
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
)

func fromHTML(t testing.TB, s string) ot.Op {
	t.Helper()
	read, err := FromHTML(s, Source{})
	if err != nil {
		t.Fatal(err)
	}
	checkWhole(t, read.Op, s)
	return read.Op
}

func TestHTMLLaws(t *testing.T) {
	first := firstSeed()
	for n := range *rounds {
		doc := diceOf(first + uint64(n)).document(true)
		page := HTML(doc, Page{Title: "a <b> & c", Base: "https://docs.example"})
		read, err := FromHTML(page, Source{Base: "https://docs.example"})
		if err != nil {
			t.Fatal(err)
		}
		if view := HTMLView(doc); !read.Op.Equal(view) {
			t.Fatalf("seed %d: %s\nis %s\nread as %s\nwant    %s", first+uint64(n), js(doc.Op()), page[strings.Index(page, "<main"):], js(read.Op), js(view))
		}
		if read.Title != "a <b> & c" || read.Dropped != 0 {
			t.Fatalf("title %q, %d dropped", read.Title, read.Dropped)
		}
		if docOf(t, read.Op).Len() != doc.Len() {
			t.Fatal("the view is not as long as the document")
		}
	}
}
