package ot

import (
	"encoding/binary"
	"iter"
	"slices"
	"strings"
	"unique"
)

// Attrs is an immutable set of attributes, sorted by name. The zero Attrs is
// the empty one. Equal sets share one place in memory, so that an Attrs is one
// word and comparing is cheap. Compare with Equal.
type Attrs struct{ set unique.Handle[attrSet] }

// attrSet is what an Attrs stands for. All of it follows from packed.
type attrSet struct {
	packed string // for each attribute: length and bytes of its name, then of its value
	count  int
	nulls  bool // one of the values is null
	hash   lanes
}

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

// sortedAttrs returns the attributes of list, which it sorts and in which no
// name is twice.
func sortedAttrs(list []attr) Attrs {
	slices.SortFunc(list, func(a, b attr) int { return strings.Compare(a.name, b.name) })
	return attrsOf(list)
}

// attrsOf returns the attributes of list, which is sorted.
func attrsOf(list []attr) Attrs {
	if len(list) == 0 {
		return Attrs{}
	}
	var room [128]byte
	packed, nulls := room[:0], false
	for _, x := range list {
		packed = appendBytes(appendBytes(packed, x.name), string(x.value))
		nulls = nulls || x.value == Null
	}
	return Attrs{unique.Make(attrSet{string(packed), len(list), nulls, hashOfAttrs(list)})}
}

func appendBytes(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// cutBytes undoes appendBytes.
func cutBytes(packed string) (s, rest string) {
	n, i := 0, 0
	for shift := 0; ; shift += 7 {
		c := packed[i]
		i++
		n |= int(c&0x7F) << shift
		if c < 0x80 {
			return packed[i : i+n], packed[i+n:]
		}
	}
}

// isZero reports whether there is no attribute.
func (a Attrs) isZero() bool { return a == Attrs{} }

// Len returns the number of attributes.
func (a Attrs) Len() int {
	if a.isZero() {
		return 0
	}
	return a.set.Value().count
}

// All yields names and values, sorted by name.
func (a Attrs) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if a.isZero() {
			return
		}
		for packed := a.set.Value().packed; packed != ""; {
			var name, value string
			name, packed = cutBytes(packed)
			value, packed = cutBytes(packed)
			if !yield(name, Value(value)) {
				return
			}
		}
	}
}

// Get returns the value of name, false if there is none.
func (a Attrs) Get(name string) (Value, bool) {
	for n, v := range a.All() {
		if n == name {
			return v, true
		}
	}
	return "", false
}

// Equal reports whether both hold the same names and values.
func (a Attrs) Equal(b Attrs) bool { return a == b }

func (a Attrs) list() []attr {
	list := make([]attr, 0, a.Len())
	for name, value := range a.All() {
		list = append(list, attr{name, value})
	}
	return list
}

func (a Attrs) hasNull() bool { return !a.isZero() && a.set.Value().nulls }

// with returns a overwritten by b, as a retain over a retain leaves them: a null
// of b stays, because it must still remove what the document has.
func (a Attrs) with(b Attrs) Attrs {
	if a.isZero() || a == b {
		return b
	}
	if b.isZero() {
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
	if !a.hasNull() {
		return a
	}
	return attrsOf(slices.DeleteFunc(a.list(), func(x attr) bool { return x.value == Null }))
}

// over returns what content with attributes a has after a retain with b.
func (a Attrs) over(b Attrs) Attrs { return a.with(b).withoutNull() }

// without returns the attributes of a whose names b does not have.
func (a Attrs) without(b Attrs) Attrs {
	if a.isZero() || b.isZero() {
		return a
	}
	taken := func(x attr) bool { _, ok := b.Get(x.name); return ok }
	return attrsOf(slices.DeleteFunc(a.list(), taken))
}

// undoing returns the attributes of a retain that takes a back from content
// that had base.
func (a Attrs) undoing(base Attrs) Attrs {
	var undo []attr
	for name, value := range a.All() {
		switch old, had := base.Get(name); {
		case had && old != value:
			undo = append(undo, attr{name, old})
		case !had: // a null too, as quill-delta has it
			undo = append(undo, attr{name, Null})
		}
	}
	return attrsOf(undo)
}
