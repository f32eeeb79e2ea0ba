package ot

import "slices"

// Compose returns the op that does what a and then b do (law L1). Where b
// inserts and a deletes at one place, b's insert comes first, and no insert
// moves over a delete; law L3 needs both. It fails with [CodeSurrogate], the
// index being that in a, where b cuts a surrogate pair that a inserts.
func Compose(a, b Op) (Op, error) {
	if a.IsNoop() && !b.borrowed {
		return b, nil
	}
	if b.IsNoop() && !a.borrowed {
		return a, nil
	}
	out := buffers.Get().(*Buffer)
	defer buffers.Put(out)
	if err := out.Compose(a, b); err != nil {
		return Op{}, err
	}
	return out.Op(), nil
}

// Compose makes b hold Compose(first, second), of which neither is a view of b.
// After an error it holds the op that changes nothing.
func (b *Buffer) Compose(first, second Op) error {
	switch {
	case first.IsNoop():
		b.set(second)
		return nil
	case second.IsNoop():
		b.set(first)
		return nil
	}
	b.Reset()
	b.parts = slices.Grow(b.parts, len(first.parts)+len(second.parts))
	b.text = slices.Grow(b.text, len(first.text)+len(second.text))
	c := composer{out: b, a: first.parts, aText: first.text, b: second.parts, bText: second.text}
	if err := c.run(); err != nil {
		b.Reset()
		return err
	}
	b.inserted = first.inserted + second.inserted - c.vanished
	b.deleted = first.deleted + second.deleted - c.vanished
	b.retained = first.BaseLen() + max(0, second.BaseLen()-first.TargetLen()) - b.deleted
	b.trim()
	return nil
}

// composer walks over two ops. What is left of their present components is x
// and y, of length zero when the next one is due.
type composer struct {
	out          *Buffer
	a, b         []part // behind x and y
	aText, bText string // of x and y and what is behind them
	x, y         part
	vanished     int // units that a inserts and b deletes
}

func (c *composer) run() error {
	for at := -1; ; {
		if c.y.units == 0 {
			if len(c.b) == 0 {
				c.rest(&c.x, c.a, c.aText)
				return nil
			}
			c.y, c.b = c.b[0], c.b[1:]
			if c.y.kind == Insert {
				c.bText = c.keep(c.y, c.bText)
				c.y.units = 0
				continue
			}
		}
		if c.x.units == 0 {
			if len(c.a) == 0 {
				c.rest(&c.y, c.b, c.bText) // behind its end a retains for ever
				return nil
			}
			c.x, c.a = c.a[0], c.a[1:]
			at++
			if c.x.kind == Delete {
				c.out.push(c.x)
				c.x.units = 0
				continue
			}
		}
		if !c.step() {
			return cutAt(at)
		}
	}
}

// step takes what is common to x, an insert or retain, and y, a retain or
// delete. It is false where that would cut a surrogate pair.
func (c *composer) step() bool {
	n := min(c.x.units, c.y.units)
	part := part{kind: c.x.kind, units: n, attrs: c.x.attrs, embed: c.x.embed}
	if c.x.kind == Insert {
		size, ok := int(c.x.size), true
		if n < c.x.units {
			if size, ok = byteOffset(c.aText[:size], c.x.units, n); !ok {
				return false
			}
		}
		part.size = uint32(size)
	}
	switch {
	case c.y.kind == Retain:
		if !c.y.attrs.isZero() {
			rule := ruleWith
			if part.kind == Insert {
				rule = ruleOver
			}
			part.attrs = c.out.attrs(rule, part.attrs, c.y.attrs)
		}
		c.keep(part, c.aText)
	case part.kind == Insert:
		c.vanished += n // what a inserts and b deletes never was
	default:
		c.out.push(deletion(n))
	}
	c.aText = c.aText[part.size:]
	c.x.units -= n
	c.x.size -= part.size
	c.y.units -= n
	return true
}

func deletion(n int) part { return part{kind: Delete, units: n} }

// keep appends p, whose bytes are the first of text, and returns what is behind them.
func (c *composer) keep(p part, text string) string {
	if p.size > 0 {
		c.out.text = append(c.out.text, text[:p.size]...)
	}
	c.out.push(p)
	return text[p.size:]
}

// rest appends what is left of one op: its present component, and those behind.
// Only the first two can be one with what stands in front of them.
func (c *composer) rest(head *part, list []part, text string) {
	c.out.text = append(c.out.text, text...)
	if head.units > 0 {
		c.out.push(*head)
	}
	if len(list) > 0 {
		c.out.push(list[0])
		c.out.parts = append(c.out.parts, list[1:]...)
	}
}

// ComposeAll composes ops, the first first, as a balanced tree: the cost is that
// of their total size times the logarithm of their number. It does not modify ops.
// The index in an error is that in an op in between.
func ComposeAll(ops []Op) (Op, error) {
	if len(ops) <= 2 {
		return composeFew(ops)
	}
	var t composeTree
	op, err := t.compose(ops, 0, 0)
	if err != nil || !op.borrowed {
		return op, err
	}
	return t[0][0].Op(), nil
}

func composeFew(ops []Op) (Op, error) {
	switch len(ops) {
	case 0:
		return Op{}, nil
	case 1:
		return Compose(ops[0], Op{})
	}
	return Compose(ops[0], ops[1])
}

// composeTree has buffers for the left and right half at each depth of the tree.
type composeTree [][2]Buffer

// compose returns a view of t[depth][side], or the only one of ops.
func (t *composeTree) compose(ops []Op, depth, side int) (Op, error) {
	if len(ops) == 1 {
		return ops[0], nil
	}
	for len(*t) <= depth+1 {
		*t = append(*t, [2]Buffer{})
	}
	half := len(ops) / 2
	left, err := t.compose(ops[:half], depth+1, 0)
	if err != nil {
		return Op{}, err
	}
	right, err := t.compose(ops[half:], depth+1, 1)
	if err != nil {
		return Op{}, err
	}
	out := &(*t)[depth][side]
	if err := out.Compose(left, right); err != nil {
		return Op{}, err
	}
	return out.View(), nil
}
