package ot

import (
	"iter"
	"unicode/utf8"
)

// piece is a stretch of one run of a leaf.
type piece struct {
	leaf     *leaf
	run      *run
	from, to int // in the leaf
}

// plain stands for the only run of a leaf that has none.
var plain run

// pieces yields the content from one place to another in order.
func (d Doc) pieces(from, to int) iter.Seq[piece] {
	return func(yield func(piece) bool) {
		if from < to {
			d.root.pieces(from, to, yield)
		}
	}
}

// pieces yields what lies between two places of t, of which there is something.
func (t *inner) pieces(from, to int, yield func(piece) bool) bool {
	start := 0
	for i := 0; i < t.n && start < to; i++ {
		end := start + int(t.units[i])
		if end > from {
			a, b, ok := max(from-start, 0), min(to, end)-start, false
			if t.height == 1 {
				ok = t.leaves[i].pieces(a, b, yield)
			} else {
				ok = t.inners[i].pieces(a, b, yield)
			}
			if !ok {
				return false
			}
		}
		start = end
	}
	return true
}

func (l *leaf) pieces(from, to int, yield func(piece) bool) bool {
	if l.runs == nil {
		return yield(piece{l, &plain, from, to})
	}
	start := 0
	for i := 0; i < len(l.runs) && start < to; i++ {
		end := start + l.runs[i].units
		if end > from && !yield(piece{l, &l.runs[i], max(from, start), min(to, end)}) {
			return false
		}
		start = end
	}
	return true
}

// component is the piece as an insert of its own.
func (p piece) component() Component {
	c := Component{Kind: Insert, Len: p.to - p.from, Attrs: p.run.attrs}
	if p.run.embed != nil {
		c.Embed = *p.run.embed
	} else {
		c.Text = string(p.leaf.appendUTF8(nil, p.from, p.to))
	}
	return c
}

func (b *Buffer) insertPiece(p piece) {
	if p.run.embed != nil {
		b.insertEmbed(*p.run.embed, p.run.attrs)
		return
	}
	before := len(b.text)
	b.text = p.leaf.appendUTF8(b.text, p.from, p.to)
	b.inserted += p.to - p.from
	b.push(part{kind: Insert, units: p.to - p.from, size: uint32(len(b.text) - before), attrs: p.run.attrs})
}

// texts yields the text from one place to another in pieces, U+FFFC for an embed.
// A piece is valid until the next.
func (d Doc) texts(from, to int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		var room []byte
		for p := range d.pieces(from, to) {
			switch {
			case p.run.embed != nil:
				room = utf8.AppendRune(room[:0], '\uFFFC')
			case len(p.leaf.wide) == 0: // immutable: no copy needed
				if !yield(p.leaf.ascii[p.from:p.to:p.to]) {
					return
				}
				continue
			default:
				room = p.leaf.appendUTF8(room[:0], p.from, p.to)
			}
			if !yield(room) {
				return
			}
		}
	}
}

// ReadRange yields the content between two places, in UTF-16 code units, as
// inserts. Neighbours may have equal attributes. It reads as it goes and copies
// only what it yields. It fails with [CodeRange] unless 0 <= from <= to <= Len,
// and with [CodeSurrogate] where a place is inside a surrogate pair.
func (d Doc) ReadRange(from, to int) (iter.Seq[Component], error) {
	if err := d.checkRange(from, to); err != nil {
		return nil, err
	}
	return func(yield func(Component) bool) {
		for p := range d.pieces(from, to) {
			if !yield(p.component()) {
				return
			}
		}
	}, nil
}

// ReadText yields the text between two places, with U+FFFC for each embed, in
// parts of at most a few KiB. A part is valid until the next one, and not to be
// modified. It fails as ReadRange does.
func (d Doc) ReadText(from, to int) (iter.Seq[[]byte], error) {
	if err := d.checkRange(from, to); err != nil {
		return nil, err
	}
	return d.texts(from, to), nil
}

func (d Doc) checkRange(from, to int) error {
	switch {
	case from < 0 || from > to || to > d.units:
		return &Error{Code: CodeRange, At: -1, Detail: "a range outside of the document"}
	case d.cutsPair(from) || d.cutsPair(to):
		return &Error{Code: CodeSurrogate, At: -1, Detail: "a range that cuts a surrogate pair"}
	}
	return nil
}

// cutsPair reports whether a place is the middle of a surrogate pair.
func (d Doc) cutsPair(pos int) bool {
	for p := range d.pieces(pos, min(pos+1, d.units)) {
		return p.leaf.cutsPair(p.from)
	}
	return false
}

// Chunks yields consecutive ops that only insert and together write d: each
// continues where the one before it ended. Each inserts at most maxUnits UTF-16
// code units (at least 2 are allowed), and none cuts a surrogate pair. An empty
// document has no chunk.
func (d Doc) Chunks(maxUnits int) iter.Seq[Op] {
	maxUnits = max(maxUnits, 2)
	return func(yield func(Op) bool) {
		var out Buffer
		for p := range d.pieces(0, d.units) {
			for out.inserted+p.to-p.from > maxUnits {
				part := p
				part.to = p.from + maxUnits - out.inserted
				if p.leaf.cutsPair(part.to) {
					part.to--
				}
				if part.from < part.to {
					out.insertPiece(part)
				}
				if !yield(out.Op()) {
					return
				}
				out.Reset()
				p.from = part.to
			}
			out.insertPiece(p)
		}
		if out.inserted > 0 {
			yield(out.Op())
		}
	}
}
