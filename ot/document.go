package ot

import (
	"strings"
)

// Doc is a document: text in runs of equal attributes, and embeds. It is an
// immutable value that shares structure with the documents it came from, so
// that keeping an old one is cheap and an edit costs what it touches. The zero
// Doc is empty. It may be used by many goroutines.
//
// It is a B+tree. A leaf has up to 1,024 units, in a byte each if all are ASCII
// and in two otherwise, and its runs of attributes, 24 bytes each, if there are
// any. That is 1.3 bytes a unit for ASCII text that was loaded and 1.5 for
// text that was typed letter by letter, 2.4 for other text, and 0.8 more with a
// run for each 50 units. An edit looks for its leaf in O(log n), and in O(1) where
// an [Editor] made the one before; it moves at most what a leaf holds.
type Doc struct {
	root  *inner // nil if empty
	units int
}

// NewDoc returns the empty document.
func NewDoc() Doc { return Doc{} }

// DocOf returns the document that op writes into an empty one. It fails with
// [CodeDocument] unless op only inserts.
func DocOf(op Op) (Doc, error) {
	for i := range op.parts {
		if op.parts[i].kind != Insert {
			return Doc{}, &Error{Code: CodeDocument, At: i, Detail: "a document has inserts only"}
		}
	}
	return Doc{}.Apply(op)
}

// Apply returns the document after op, and leaves d as it is. It fails with
// [CodeRange] if op reaches past the end, with [CodeSurrogate] if it cuts a
// surrogate pair, and with [CodeLimit] where more than 2^31-1 units would result. For many ops one after the other, use [Doc.Edit].
func (d Doc) Apply(op Op) (Doc, error) {
	if op.IsNoop() {
		return d, nil
	}
	e := Editor{f: finger{root: d.root, units: d.units}}
	if err := e.Apply(op); err != nil {
		return Doc{}, err
	}
	return e.Doc(), nil
}

func errRange() error {
	return &Error{Code: CodeRange, At: -1, Detail: "the op reaches past the end of the document"}
}

func cutAt(i int) error {
	return &Error{Code: CodeSurrogate, At: i, Detail: "a surrogate pair would be cut"}
}

// Len returns the length in UTF-16 code units.
func (d Doc) Len() int { return d.units }

// Text returns the text alone, with U+FFFC for each embed: as many UTF-16 code
// units as Len.
func (d Doc) Text() string {
	var b strings.Builder
	b.Grow(d.units)
	for text := range d.texts(0, d.units) {
		b.Write(text)
	}
	return b.String()
}

// Op returns the canonical op that writes d into an empty document.
func (d Doc) Op() Op {
	var out Buffer
	for p := range d.pieces(0, d.units) {
		out.insertPiece(p)
	}
	return out.take()
}

// Equal reports whether both have the same content with the same attributes,
// however it is stored.
func (d Doc) Equal(other Doc) bool {
	if d.units != other.units {
		return false
	}
	if d.root == other.root {
		return true
	}
	return d.Hash() == other.Hash() && d.Op().Equal(other.Op())
}
