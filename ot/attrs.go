package ot

import (
	"iter"
	"slices"
	"strings"
)

// Attrs is an immutable set of attributes, sorted by name. The zero Attrs is
// the empty one. Compare with Equal, not with ==.
type Attrs struct{ set *[]attr } // never points to an empty list

type attr struct {
	name  string
	value Value
}

// NewAttrs returns the attributes of kv, which it copies. The values are canonical.
func NewAttrs(kv map[string]Value) Attrs {
	list := make([]attr, 0, len(kv))
	for name, value := range kv {
		list = append(list, attr{name, value})
	}
	return sortedAttrs(list)
}

// sortedAttrs takes over list, in which no name is twice.
func sortedAttrs(list []attr) Attrs {
	slices.SortFunc(list, func(a, b attr) int { return strings.Compare(a.name, b.name) })
	return attrsOf(list)
}

// attrsOf takes over list, which is sorted.
func attrsOf(list []attr) Attrs {
	if len(list) == 0 {
		return Attrs{}
	}
	return Attrs{&list}
}

func (a Attrs) list() []attr {
	if a.set == nil {
		return nil
	}
	return *a.set
}

// Len returns the number of attributes.
func (a Attrs) Len() int { return len(a.list()) }

// Get returns the value of name, false if there is none.
func (a Attrs) Get(name string) (Value, bool) {
	i, ok := slices.BinarySearchFunc(a.list(), name, func(x attr, name string) int { return strings.Compare(x.name, name) })
	if !ok {
		return "", false
	}
	return a.list()[i].value, true
}

// All yields names and values, sorted by name.
func (a Attrs) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for _, x := range a.list() {
			if !yield(x.name, x.value) {
				return
			}
		}
	}
}

// Equal reports whether both hold the same names and values.
func (a Attrs) Equal(b Attrs) bool { return a.set == b.set || slices.Equal(a.list(), b.list()) }

// with returns a overwritten by b, as a retain over a retain leaves them: a null
// of b stays, because it must still remove what the document has.
func (a Attrs) with(b Attrs) Attrs {
	if a.set == nil || a.set == b.set {
		return b
	}
	if b.set == nil {
		return a
	}
	x, y := a.list(), b.list()
	merged := make([]attr, 0, len(x)+len(y))
	for len(x) > 0 && len(y) > 0 {
		switch c := strings.Compare(x[0].name, y[0].name); {
		case c < 0:
			merged, x = append(merged, x[0]), x[1:]
		case c > 0:
			merged, y = append(merged, y[0]), y[1:]
		default:
			merged, x, y = append(merged, y[0]), x[1:], y[1:]
		}
	}
	return attrsOf(append(append(merged, x...), y...))
}

// withoutNull returns what content keeps of a: removals remove nothing there.
func (a Attrs) withoutNull() Attrs {
	isNull := func(x attr) bool { return x.value == Null }
	if !slices.ContainsFunc(a.list(), isNull) {
		return a
	}
	return attrsOf(slices.DeleteFunc(slices.Clone(a.list()), isNull))
}

// without returns the attributes of a whose names b does not have.
func (a Attrs) without(b Attrs) Attrs {
	if a.set == nil || b.set == nil {
		return a
	}
	taken := func(x attr) bool { _, ok := b.Get(x.name); return ok }
	if !slices.ContainsFunc(a.list(), taken) {
		return a
	}
	return attrsOf(slices.DeleteFunc(slices.Clone(a.list()), taken))
}

// undoing returns the attributes of a retain that takes a back from content
// that had base.
func (a Attrs) undoing(base Attrs) Attrs {
	var undo []attr
	for _, x := range a.list() {
		switch old, had := base.Get(x.name); {
		case had && old != x.value:
			undo = append(undo, attr{x.name, old})
		case !had: // a null too, as quill-delta has it
			undo = append(undo, attr{x.name, Null})
		}
	}
	return attrsOf(undo)
}
