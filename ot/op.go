package ot

import (
	"fmt"
	"iter"
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
// their text freely, and may be used by many goroutines.
type Op struct {
	list     []Component
	inserted int // units
	retained int // units
	deleted  int // units
}

// Components yields the components in order.
func (o Op) Components() iter.Seq[Component] {
	return func(yield func(Component) bool) {
		for _, c := range o.list {
			if !yield(c) {
				return
			}
		}
	}
}

// Len returns the number of components.
func (o Op) Len() int { return len(o.list) }

// BaseLen returns the units of a document that o retains and deletes: the least
// length of a document it applies to.
func (o Op) BaseLen() int { return o.retained + o.deleted }

// TargetLen returns the units that o inserts and retains.
func (o Op) TargetLen() int { return o.inserted + o.retained }

// IsNoop reports whether o changes no document.
func (o Op) IsNoop() bool { return len(o.list) == 0 }

// Equal reports whether both have the same components in the same order.
func (o Op) Equal(other Op) bool {
	if len(o.list) != len(other.list) {
		return false
	}
	for i, a := range o.list {
		b := other.list[i]
		if a.Kind != b.Kind || a.Len != b.Len || a.Text != b.Text || a.Embed != b.Embed || !a.Attrs.Equal(b.Attrs) {
			return false
		}
	}
	return true
}

// String describes the shape of o, as in "retain 3, insert 1 +attrs, delete 2".
// It holds no text, so that it may be logged; [Op.AppendJSON] has everything.
func (o Op) String() string {
	var b strings.Builder
	b.WriteByte('[')
	for i, c := range o.list {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s %d", c.Kind, c.Len)
		if c.Attrs.Len() > 0 {
			b.WriteString(" +attrs")
		}
	}
	b.WriteByte(']')
	return b.String()
}
