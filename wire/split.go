package wire

import (
	"unicode/utf8"

	"github.com/collabd/collabd/ot"
)

// Split cuts an op into ops that, applied one after the other, have its
// effect. Each has at most the given number of inserted UTF-16 code units and
// of components, but at least one component. It is how edits and catch-ups
// that are too large for one message travel.
func Split(op ot.Op, units, components int) []ot.Op {
	var parts []ot.Op
	b := &ot.Builder{}
	done := 0 // units of the document that earlier parts have gone over
	at := 0   // and that this part has
	inserted, count := 0, 0
	cut := func() {
		if part := b.Op(); !part.IsNoop() {
			parts = append(parts, part)
		}
		done += at
		b = &ot.Builder{}
		b.Retain(done, ot.Attrs{})
		at, inserted, count = 0, 0, 1
	}
	for c := range op.Components() {
		if count >= components && count > 1 {
			cut()
		}
		switch c.Kind {
		case ot.Retain:
			b.Retain(c.Len, c.Attrs)
			at += c.Len
		case ot.Delete:
			b.Delete(c.Len)
		case ot.Insert:
			if !c.Embed.IsZero() {
				if inserted > 0 && inserted >= units {
					cut()
				}
				b.InsertEmbed(c.Embed, c.Attrs)
				at++
				inserted++
				break
			}
			for text := c.Text; text != ""; {
				head, n := prefix(text, units-inserted)
				if head == "" {
					cut()
					head, n = prefix(text, max(units, 2))
				}
				b.Insert(head, c.Attrs)
				at += n
				inserted += n
				text = text[len(head):]
			}
		}
		count++
	}
	if last := b.Op(); !last.IsNoop() || len(parts) == 0 {
		parts = append(parts, last)
	}
	return parts
}

// prefix returns the longest prefix of at most so many UTF-16 code units that
// cuts no character, and its length in units.
func prefix(s string, units int) (string, int) {
	n := 0
	for i, r := range s {
		w := 1
		if r > 0xFFFF {
			w = 2
		}
		if n+w > units {
			return s[:i], n
		}
		n += w
		if i+utf8.RuneLen(r) == len(s) {
			return s, n
		}
	}
	return s, n
}
