package ot

import (
	"bytes"
	"iter"
	"slices"
)

// Line is a line of a document.
type Line struct {
	Start   int   // its place in the document, in UTF-16 code units
	Content Op    // what is in it, as inserts, without the line break
	Attrs   Attrs // of the line break: those of the line
	Broken  bool  // it ends in a line break; only the last line may not
}

// LineCount returns the number of lines: one more than there are line breaks,
// but a document that ends in a line break does not begin a line behind it. The
// empty document has none.
func (d Doc) LineCount() int {
	if d.units == 0 {
		return 0
	}
	_, breaks := d.root.sum()
	if !d.endsBroken() {
		breaks++
	}
	return breaks
}

func (d Doc) endsBroken() bool {
	for p := range d.pieces(d.units-1, d.units) {
		return p.isBreak(p.from)
	}
	return false
}

// isBreak reports whether a unit of the piece is a line break. An embed has a
// zero for its unit.
func (p piece) isBreak(at int) bool {
	if len(p.leaf.wide) > 0 {
		return p.leaf.wide[at] == '\n'
	}
	return p.leaf.ascii[at] == '\n'
}

// LineStart returns where a line starts, in UTF-16 code units, and Len for any
// behind the last. The first line is 0.
func (d Doc) LineStart(line int) int {
	if line <= 0 {
		return 0
	}
	if d.root == nil {
		return 0
	}
	pos := 0
	for t := d.root; ; {
		i := 0
		for i < t.n && line > int(t.lines[i]) {
			line -= int(t.lines[i])
			pos += int(t.units[i])
			i++
		}
		switch {
		case i == t.n:
			return d.units
		case t.height > 1:
			t = t.inners[i]
			continue
		}
		return pos + t.leaves[i].afterBreak(line)
	}
}

// afterBreak returns the place behind the n-th line break, from 1.
func (l *leaf) afterBreak(n int) int {
	at := 0
	for ; n > 0; n-- {
		if len(l.wide) > 0 {
			at += slices.Index(l.wide[at:], '\n') + 1
		} else {
			at += bytes.IndexByte(l.ascii[at:], '\n') + 1
		}
	}
	return at
}

// LineAt returns the line with a place of the document, in UTF-16 code units: a
// line break belongs to the line it ends. Below the first and behind the last
// place it is the first or last line.
func (d Doc) LineAt(pos int) int {
	if d.root == nil {
		return 0
	}
	if pos >= d.units {
		return d.LineCount() - 1
	}
	line := 0
	for t := d.root; ; {
		i := 0
		for pos >= int(t.units[i]) {
			pos -= int(t.units[i])
			line += int(t.lines[i])
			i++
		}
		if t.height == 1 {
			return line + t.leaves[i].breaks(0, max(pos, 0))
		}
		t = t.inners[i]
	}
}

// Lines yields the lines one after the other; each is read when it is due.
func (d Doc) Lines() iter.Seq[Line] {
	return func(yield func(Line) bool) {
		line, pos := Line{}, 0
		var out Buffer
		for p := range d.pieces(0, d.units) {
			for at := p.from; at < p.to; at++ {
				if !p.isBreak(at) {
					continue
				}
				if p.from < at {
					out.insertPiece(piece{p.leaf, p.run, p.from, at})
				}
				pos += at + 1 - p.from
				p.from = at + 1
				line.Content, line.Attrs, line.Broken = out.Op(), p.run.attrs, true
				if !yield(line) {
					return
				}
				out.Reset()
				line = Line{Start: pos}
			}
			if p.from < p.to {
				out.insertPiece(p)
				pos += p.to - p.from
			}
		}
		if line.Content = out.Op(); !line.Content.IsNoop() {
			yield(line)
		}
	}
}
