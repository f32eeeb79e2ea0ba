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
	vanished, at := b.compose(first, second)
	if at >= 0 {
		b.Reset()
		return cutAt(at)
	}
	b.inserted = first.inserted + second.inserted - vanished
	b.deleted = first.deleted + second.deleted - vanished
	b.retained = first.BaseLen() + max(0, second.BaseLen()-first.TargetLen()) - b.deleted
	b.trim()
	return nil
}

// compose writes parts and text. It returns the units that a inserts and c
// deletes, which never were, and the index in a where c cuts a surrogate pair,
// -1 if it does not. The innermost loop of the package is here: one step writes
// or lengthens one part.
func (b *Buffer) compose(a, c Op) (vanished, at int) {
	var x, y *part   // the present parts of a and c, of which
	var xn, yn int   // so many units
	var xSize uint32 // and bytes are left
	i, j, aText, cText := 0, 0, 0, 0
	text := slices.Grow(b.text, len(a.text)+len(c.text))[:len(a.text)+len(c.text)]
	end := 0 // of what is written of text
	w := b.writer(len(a.parts) + len(c.parts))
	for {
		if yn == 0 {
			if j == len(c.parts) {
				break
			}
			y = &c.parts[j]
			j++
			if y.kind == Insert {
				end += copyText(text[end:], c.text[cText:cText+int(y.size)])
				cText += int(y.size)
				w = w.put(Insert, y.units, y.attrs, y.size, y.embed)
				continue
			}
			yn = y.units
		}
		if xn == 0 {
			if i == len(a.parts) {
				break
			}
			x = &a.parts[i]
			i++
			if x.kind == Delete {
				w = w.skip(Delete, x.units, Attrs{})
				continue
			}
			xn, xSize = x.units, x.size
		}
		n := min(xn, yn)
		if x.kind == Retain {
			if y.kind == Delete {
				w = w.skip(Delete, n, Attrs{})
			} else {
				attrs := x.attrs
				if attrs != y.attrs && !y.attrs.isZero() {
					attrs = b.attrs(ruleWith, attrs, y.attrs)
				}
				w = w.skip(Retain, n, attrs)
			}
		} else {
			size := xSize
			switch {
			case n == xn:
			case int(xSize) == xn: // ASCII
				size = uint32(n)
			default:
				cut, ok := byteOffset(a.text[aText:aText+int(xSize)], xn, n)
				if !ok {
					return 0, i - 1
				}
				size = uint32(cut)
			}
			if y.kind == Delete {
				vanished += n
			} else {
				attrs := x.attrs
				if !y.attrs.isZero() {
					attrs = b.attrs(ruleOver, attrs, y.attrs)
				}
				end += copyText(text[end:], a.text[aText:aText+int(size)])
				w = w.put(Insert, n, attrs, size, x.embed)
			}
			aText += int(size)
			xSize -= size
		}
		xn -= n
		yn -= n
	}
	// Behind its end either op retains for ever.
	if xn > 0 {
		w = w.put(x.kind, xn, x.attrs, xSize, x.embed)
	}
	if yn > 0 {
		w = w.skip(y.kind, yn, y.attrs)
	}
	w = w.rest(a.parts[i:])
	w = w.rest(c.parts[j:])
	end += copy(text[end:], a.text[aText:])
	end += copy(text[end:], c.text[cText:])
	b.text = text[:end]
	b.written(w)
	return vanished, -1
}

// copyText is copy; a typed letter or word costs less than a call.
func copyText(dst []byte, s string) int {
	if len(s) > 8 {
		return copy(dst, s)
	}
	for i := range len(s) {
		dst[i] = s[i]
	}
	return len(s)
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
