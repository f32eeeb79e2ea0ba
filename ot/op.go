package ot

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Kind says what a component does.
type Kind uint8

// The kinds of components.
const (
	Insert Kind = iota + 1
	Retain
	Delete
)

// String returns insert, retain or delete.
func (k Kind) String() string {
	switch k {
	case Insert:
		return "insert"
	case Retain:
		return "retain"
	case Delete:
		return "delete"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Component is one step of an op: a view of it, not to be modified.
type Component struct {
	Kind  Kind
	Len   int    // UTF-16 code units, at least 1; an embed is 1
	Text  string // insert of text: valid UTF-8
	Embed Embed  // insert of an embed, zero otherwise
	Attrs Attrs  // of inserts (no nulls) and retains; a delete has none
}

// Op is an immutable list of components in canonical form: neighbours that can
// be one are one, none is empty, and the last is no plain retain. The order of
// inserts and deletes is as it was built. The zero Op changes nothing. Ops share
// their text freely, and may be used by many goroutines, but see [Buffer.View].
type Op struct {
	parts    []part
	text     string // all that is inserted, one after the other
	inserted int    // units
	retained int    // units
	deleted  int    // units
	borrowed bool   // from a Buffer, which will change it
}

// part is a component as an op stores it: flat, 24 bytes. The text of an insert
// follows that of the insert before it in the op's text.
type part struct {
	units int
	attrs Attrs
	size  uint32 // bytes in the op's text
	kind  Kind
	embed bool // the bytes are a packed Embed
}

func (p *part) isPlainRetain() bool { return p.kind == Retain && p.attrs.isZero() }

// Components yields the components in order.
func (o Op) Components() iter.Seq[Component] {
	return func(yield func(Component) bool) {
		at := 0
		for i := range o.parts {
			p := &o.parts[i]
			end := at + int(p.size)
			if !yield(p.component(o.text[at:end])) {
				return
			}
			at = end
		}
	}
}

// component is the view of p with its bytes.
func (p *part) component(bytes string) Component {
	c := Component{Kind: p.kind, Len: p.units, Attrs: p.attrs}
	if p.embed {
		c.Embed = unpackEmbed(bytes)
	} else {
		c.Text = bytes
	}
	return c
}

// Len returns the number of components.
func (o Op) Len() int { return len(o.parts) }

// BaseLen returns the units of a document that o retains and deletes: the least
// length of a document it applies to.
func (o Op) BaseLen() int { return o.retained + o.deleted }

// TargetLen returns the units that o inserts and retains.
func (o Op) TargetLen() int { return o.inserted + o.retained }

// IsNoop reports whether o changes no document.
func (o Op) IsNoop() bool { return len(o.parts) == 0 }

// Equal reports whether both have the same components in the same order.
func (o Op) Equal(other Op) bool {
	return o.text == other.text && slices.Equal(o.parts, other.parts)
}

// String describes the shape of o, as in "retain 3, insert 1 +attrs, delete 2".
// It holds no text, so that it may be logged; [Op.AppendJSON] has everything.
func (o Op) String() string {
	var b strings.Builder
	b.WriteByte('[')
	for i := range o.parts {
		p := &o.parts[i]
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s %d", p.kind, p.units)
		if !p.attrs.isZero() {
			b.WriteString(" +attrs")
		}
	}
	b.WriteByte(']')
	return b.String()
}
