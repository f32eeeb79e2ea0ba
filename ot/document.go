package ot

import (
	"iter"
	"slices"
	"strings"
)

// Doc is a document: text in runs of equal attributes, and embeds. It is an
// immutable value that shares structure with the documents it came from, so
// that keeping an old one is cheap and an edit costs what it touches, plus a
// few bytes for each KiB of the document. The zero Doc is empty. It may be used
// by many goroutines.
type Doc struct {
	leaves []entry
	units  int
}

// NewDoc returns the empty document.
func NewDoc() Doc { return Doc{} }

// DocOf returns the document that op writes into an empty one. It fails with
// [CodeDocument] unless op only inserts.
func DocOf(op Op) (Doc, error) {
	for i, c := range op.list() {
		if c.Kind != Insert {
			return Doc{}, &Error{Code: CodeDocument, At: i, Detail: "a document has inserts only"}
		}
	}
	return Doc{}.Apply(op)
}

// Apply returns the document after op, and leaves d as it is. It fails with
// [CodeRange] if op reaches past the end and with [CodeSurrogate] if it cuts a
// surrogate pair.
func (d Doc) Apply(op Op) (Doc, error) {
	if op.IsNoop() {
		return d, nil
	}
	if err := d.covers(op); err != nil {
		return Doc{}, err
	}
	r := reader{leaves: d.leaves}
	w := writer{out: make([]entry, 0, len(d.leaves)+2)}
	for i, c := range op.list() {
		ok := true
		switch {
		case c.Kind == Insert:
			w.push(c)
		case c.Kind == Delete:
			ok = r.skip(c.Len)
		case c.Attrs.Len() == 0:
			ok = r.copy(c.Len, &w)
		default:
			ok = r.each(c.Len, func(run Component) {
				run.Attrs = run.Attrs.with(c.Attrs)
				w.push(run)
			})
		}
		if !ok {
			return Doc{}, cutAt(i)
		}
	}
	r.rest(&w)
	return Doc{leaves: w.finish(), units: d.units - op.deleted + op.inserted}, nil
}

func (d Doc) covers(op Op) error {
	if op.BaseLen() > d.units {
		return &Error{Code: CodeRange, At: -1, Detail: "the op reaches past the end of the document"}
	}
	return nil
}

func cutAt(i int) error {
	return &Error{Code: CodeSurrogate, At: i, Detail: "a surrogate pair would be cut"}
}

// Len returns the length in UTF-16 code units.
func (d Doc) Len() int { return d.units }

// runs yields the content in order. Neighbours may have equal attributes.
func (d Doc) runs() iter.Seq[Component] {
	return func(yield func(Component) bool) {
		for _, e := range d.leaves {
			for _, run := range e.runs {
				if !yield(run) {
					return
				}
			}
		}
	}
}

// Text returns the text alone, with U+FFFC for each embed: as many UTF-16 code
// units as Len.
func (d Doc) Text() string {
	var b strings.Builder
	for run := range d.runs() {
		if run.Embed.IsZero() {
			b.WriteString(run.Text)
		} else {
			b.WriteRune('\uFFFC')
		}
	}
	return b.String()
}

// Op returns the canonical op that writes d into an empty document.
func (d Doc) Op() Op {
	var b Builder
	for run := range d.runs() {
		b.add(run)
	}
	return b.Op()
}

// Equal reports whether both have the same content with the same attributes,
// however it is stored.
func (d Doc) Equal(other Doc) bool {
	if d.units != other.units {
		return false
	}
	if slices.Equal(d.leaves, other.leaves) {
		return true
	}
	return d.Op().Equal(other.Op())
}

// Chunks yields consecutive ops that only insert and together write d: each
// continues where the one before it ended. Each inserts at most maxUnits UTF-16
// code units (at least 2 are allowed), and none cuts a surrogate pair. An empty
// document has no chunk.
func (d Doc) Chunks(maxUnits int) iter.Seq[Op] {
	maxUnits = max(maxUnits, 2)
	return func(yield func(Op) bool) {
		var b Builder
		for run := range d.runs() {
			for b.out.inserted+run.Len > maxUnits {
				var part Component
				if part, run = split(run, maxUnits-b.out.inserted); part.Len > 0 {
					b.add(part)
				}
				if !yield(b.Op()) {
					return
				}
			}
			b.add(run)
		}
		if b.out.inserted > 0 {
			yield(b.Op())
		}
	}
}

// split cuts run after n units, or one earlier where that is inside a pair.
func split(run Component, n int) (part, rest Component) {
	cut, ok := byteOffset(run.Text, run.Len, n)
	if !ok {
		n--
		cut, _ = byteOffset(run.Text, run.Len, n)
	}
	part, rest = run, run
	part.Text, part.Len = run.Text[:cut], n
	rest.Text, rest.Len = run.Text[cut:], run.Len-n
	return part, rest
}
