package client

import (
	"unicode/utf8"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// fit encodes as much of an edit as one message may hold, and returns the rest:
// an op on the document after it.
func fit(e wire.Edit, lim wire.Limits) (Message, ot.Op) {
	// Below two of each there would be ops that cannot be cut: a retain before
	// what it leads to, and an astral character.
	units, components := max(lim.EditUnits, 2), max(lim.EditComponents, 2)
	whole := e.Op
	for {
		first, rest := cut(whole, units, components)
		e.Op = first
		m := Message{Edit: e, Frame: e.Append(nil)}
		if len(m.Frame) <= lim.Frame || units == 2 && components == 2 {
			return m, rest
		}
		// Attributes and escapes can make a legal number of components too
		// many bytes.
		units, components = max(units/2, 2), max(components/2, 2)
	}
}

// cut divides op after at most so many inserted UTF-16 units and components:
// first, then rest, do what op does. rest is the identity if op is that small.
func cut(op ot.Op, units, components int) (first, rest ot.Op) {
	var head, tail ot.Builder
	kept := 0 // units that head retains and inserts: where tail begins
	inHead := true
	for c := range op.Components() {
		if inHead && components == 0 {
			inHead = false
			tail.Retain(kept, ot.Attrs{})
		}
		if inHead && c.Kind == ot.Insert && c.Len > units {
			inHead = false
			if c.Embed.IsZero() {
				var text string
				text, c.Text = cutText(c.Text, units)
				head.Insert(text, c.Attrs)
				kept += utf16Len(text)
			}
			tail.Retain(kept, ot.Attrs{})
		}
		if !inHead {
			add(&tail, c)
			continue
		}
		add(&head, c)
		components--
		switch c.Kind {
		case ot.Insert:
			units -= c.Len
			kept += c.Len
		case ot.Retain:
			kept += c.Len
		}
	}
	return head.Op(), tail.Op()
}

func add(b *ot.Builder, c ot.Component) {
	switch {
	case c.Kind == ot.Retain:
		b.Retain(c.Len, c.Attrs)
	case c.Kind == ot.Delete:
		b.Delete(c.Len)
	case c.Embed.IsZero():
		b.Insert(c.Text, c.Attrs)
	default:
		b.InsertEmbed(c.Embed, c.Attrs)
	}
}

// cutText cuts text after at most n UTF-16 units, and never a surrogate pair.
func cutText(text string, n int) (string, string) {
	for i, r := range text {
		if n -= utf16Size(r); n < 0 {
			return text[:i], text[i:]
		}
	}
	return text, ""
}

func utf16Len(s string) int {
	n := utf8.RuneCountInString(s)
	for i := range len(s) {
		if s[i] >= 0xf0 { // the first byte of a character above U+FFFF
			n++
		}
	}
	return n
}

func utf16Size(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}
