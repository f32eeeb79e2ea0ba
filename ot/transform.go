package ot

import "slices"

// Side says which of two concurrent ops [Transform] changes: it decides who
// goes left where both insert at one place, and who wins where both set one
// attribute. The history always does.
type Side bool

const (
	// Incoming is an op that is rebased over the history: over's inserts go
	// left of op's, and over's attributes win.
	Incoming Side = false
	// History is an op of the history, rebased over an incoming one: op's
	// inserts stay left of over's, and op's attributes win.
	History Side = true
)

// Transform returns op as it is after over, which was made on the same document.
// Transform(x, h, Incoming) rebases an incoming op x over the history h, and
// Transform(h, x, History) is the other half of the diamond (laws L2 and L3). It
// never fails for ops that apply to a common document.
func Transform(op, over Op, side Side) (Op, error) {
	if (op.IsNoop() || over.IsNoop()) && !op.borrowed {
		return op, nil
	}
	out := buffers.Get().(*Buffer)
	defer buffers.Put(out)
	if err := out.Transform(op, over, side); err != nil {
		return Op{}, err
	}
	return out.Op(), nil
}

// Transform makes b hold Transform(op, over, side), of which neither is a view
// of b. After an error it holds the op that changes nothing.
func (b *Buffer) Transform(op, over Op, side Side) error {
	if op.IsNoop() || over.IsNoop() {
		b.set(op)
		return nil
	}
	b.Reset()
	b.parts = slices.Grow(b.parts, len(op.parts)+len(over.parts))
	t := transformer{out: b, side: side, mine: op.parts, theirs: over.parts}
	t.run()
	b.adopt(op) // all its inserts stay, in their order
	b.inserted = op.inserted
	b.trim()
	return nil
}

// transformer walks over two ops. What is left of their present components is x
// and y, of length zero when the next one is due. Behind its end, theirs retains
// for ever.
type transformer struct {
	out          *Buffer
	side         Side
	mine, theirs []part // behind x and y
	x, y         part
}

func (t *transformer) run() {
	for {
		if t.x.units == 0 {
			if len(t.mine) == 0 {
				return
			}
			t.x, t.mine = t.mine[0], t.mine[1:]
		}
		if t.y.units == 0 {
			if len(t.theirs) == 0 {
				t.rest()
				return
			}
			t.y, t.theirs = t.theirs[0], t.theirs[1:]
		}
		switch {
		case t.x.kind == Insert && (t.side == History || t.y.kind != Insert):
			t.out.push(t.x)
			t.x.units = 0
		case t.y.kind == Insert:
			t.out.retain(t.y.units, Attrs{})
			t.y.units = 0
		default:
			t.step()
		}
	}
}

// step takes what is common to x and y, both a retain or delete.
func (t *transformer) step() {
	n := min(t.x.units, t.y.units)
	t.x.units -= n
	t.y.units -= n
	switch {
	case t.y.kind == Delete: // it is gone, whatever op did with it
	case t.x.kind == Delete:
		t.out.delete(n)
	case t.side == Incoming && !t.x.attrs.isZero() && !t.y.attrs.isZero():
		t.out.retain(n, t.out.attrs(ruleWithout, t.x.attrs, t.y.attrs))
	default:
		t.out.retain(n, t.x.attrs)
	}
}

// rest appends what is left of op as it is.
func (t *transformer) rest() {
	t.count(&t.x)
	t.out.push(t.x)
	for i := range t.mine {
		t.count(&t.mine[i])
	}
	if len(t.mine) > 0 { // only the first can be one with what stands in front
		t.out.push(t.mine[0])
		t.out.parts = append(t.out.parts, t.mine[1:]...)
	}
}

func (t *transformer) count(p *part) {
	switch p.kind {
	case Retain:
		t.out.retained += p.units
	case Delete:
		t.out.deleted += p.units
	}
}

// TransformPair returns both halves of the diamond: history as it is after
// incoming, and incoming as it is after history.
func TransformPair(history, incoming Op) (history2, incoming2 Op, err error) {
	if history2, err = Transform(history, incoming, History); err != nil {
		return Op{}, Op{}, err
	}
	if incoming2, err = Transform(incoming, history, Incoming); err != nil {
		return Op{}, Op{}, err
	}
	return history2, incoming2, nil
}
