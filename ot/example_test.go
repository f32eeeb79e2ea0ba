package ot_test

import (
	"fmt"
	"log"

	"github.com/collabd/collabd/ot"
)

// A server rebases an edit over the history since the revision it was made on.
// However long that history is, and however it is grouped, it may be composed
// first.
func ExampleTransform() {
	var b ot.Builder
	doc, err := ot.DocOf(b.Insert("a text", ot.Attrs{}).Op())
	if err != nil {
		log.Fatal(err)
	}
	history := []ot.Op{
		b.Retain(2, ot.Attrs{}).Insert("long ", ot.Attrs{}).Op(),
		b.Delete(1).Insert("one", ot.Attrs{}).Op(),
	}
	incoming := b.Retain(6, ot.Attrs{}).Insert("!", ot.Attrs{}).Op()

	over, err := ot.ComposeAll(history)
	if err != nil {
		log.Fatal(err)
	}
	rebased, err := ot.Transform(incoming, over, ot.Incoming)
	if err != nil {
		log.Fatal(err)
	}
	for _, op := range append(history, rebased) {
		if doc, err = doc.Apply(op); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(doc.Text())
	fmt.Printf("%s\n", rebased.AppendJSON(nil))
	// Output:
	// one long text!
	// [{"retain":13},{"insert":"!"}]
}

// Bytes of a stranger are parsed, then checked against what the kind of
// document allows.
func ExampleDocKind_Check() {
	doc := ot.Rich.Initial()
	op, err := ot.Parse([]byte(`[{"insert":"click","attributes":{"link":"javascript:alert(1)"}}]`), ot.DefaultLimits())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ot.Rich.Check(op, doc))
	// Output: ot: a value that attribute "link" does not have at 0 (schema)
}
