package session

import (
	"slices"

	"github.com/collabd/collabd/ot"
)

// exact makes the parts of an op, that have its effect one after the other,
// compose to exactly that op. A client transforms its own edits over each part,
// and law L3 holds for no less: where a part ends in a delete and the next one
// begins with an insert, composing puts the insert in front of the delete. So
// the delete goes into the next part. It overwrites parts.
func exact(parts []ot.Op) []ot.Op {
	kept := parts[:0]
	for _, next := range parts {
		if n := len(kept); n > 0 {
			if head, tail, ok := passDelete(kept[n-1], next); ok {
				kept, next = kept[:n-1], tail
				if !head.IsNoop() {
					kept = append(kept, head)
				}
			}
		}
		kept = append(kept, next)
	}
	return kept
}

// passDelete takes the delete that the first op ends in to the second, if that
// begins with an insert there.
func passDelete(first, second ot.Op) (head, tail ot.Op, ok bool) {
	before, after := slices.Collect(first.Components()), slices.Collect(second.Components())
	place := 0
	if len(after) > 0 && after[0].Kind == ot.Retain && after[0].Attrs == (ot.Attrs{}) {
		place, after = after[0].Len, after[1:]
	}
	last := len(before) - 1
	if last < 0 || before[last].Kind != ot.Delete || place != first.TargetLen() ||
		len(after) == 0 || after[0].Kind != ot.Insert {
		return ot.Op{}, ot.Op{}, false
	}
	b := &ot.Builder{}
	add(b, before[:last])
	head = b.Op()
	b.Retain(place, ot.Attrs{}).Delete(before[last].Len)
	add(b, after)
	return head, b.Op(), true
}

func add(b *ot.Builder, list []ot.Component) {
	for _, c := range list {
		switch c.Kind {
		case ot.Retain:
			b.Retain(c.Len, c.Attrs)
		case ot.Delete:
			b.Delete(c.Len)
		case ot.Insert:
			b.Insert(c.Text, c.Attrs).InsertEmbed(c.Embed, c.Attrs)
		}
	}
}
