package docx_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/collabd/collabd/formats/docx"
	"github.com/collabd/collabd/ot"
)

// book is a document of about a million units and 60,000 runs.
func book(b *testing.B) ot.Doc {
	var build ot.Builder
	bold := ot.NewAttrs(map[string]ot.Value{"bold": ot.True})
	heading := ot.NewAttrs(map[string]ot.Value{"header": "2"})
	for i := range 10_000 {
		build.Insert(fmt.Sprintf("Paragraph %d begins with a sentence, ", i), ot.Attrs{}).Insert("has a strong one", bold).Insert(" in the middle, and goes on to its end.", ot.Attrs{})
		if i%20 == 0 {
			build.Insert("\n", heading)
		} else {
			build.Insert("\n", ot.Attrs{})
		}
	}
	return mustDoc(b, build.Op())
}

func BenchmarkWrite(b *testing.B) {
	doc := book(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := docx.Write(io.Discard, doc, docx.Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(doc.Len()), "units")
}

func BenchmarkRead(b *testing.B) {
	file := written(b, book(b), docx.Options{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := docx.Read(bytes.NewReader(file), int64(len(file)), docx.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(file)), "file-bytes")
}
