package ot

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
	b.adopt(op) // all its inserts stay, in their order
	b.inserted = op.inserted
	b.transform(op.parts, over.parts, side)
	b.trim()
	return nil
}

// transform writes parts, and how much they retain and delete.
func (b *Buffer) transform(mine, theirs []part, side Side) {
	var x, y *part // the present parts
	var xn, yn int // so many units of them are left
	i, j, retained, deleted := 0, 0, 0, 0
	w := b.writer(len(mine) + len(theirs))
	for {
		if xn == 0 {
			if i == len(mine) {
				break
			}
			x = &mine[i]
			i++
			xn = x.units
		}
		if yn == 0 {
			if j == len(theirs) {
				break
			}
			y = &theirs[j]
			j++
			yn = y.units
		}
		if x.kind == Insert && (side == History || y.kind != Insert) {
			w = w.put(Insert, xn, x.attrs, x.size, x.embed)
			xn = 0
			continue
		}
		if y.kind == Insert {
			retained += yn
			w = w.skip(Retain, yn, Attrs{})
			yn = 0
			continue
		}
		n := min(xn, yn)
		xn -= n
		yn -= n
		switch {
		case y.kind == Delete: // it is gone, whatever op did with it
		case x.kind == Delete:
			deleted += n
			w = w.skip(Delete, n, Attrs{})
		default:
			attrs := x.attrs
			if side == Incoming && !attrs.isZero() && !y.attrs.isZero() {
				attrs = b.attrs(ruleWithout, attrs, y.attrs)
			}
			retained += n
			w = w.skip(Retain, n, attrs)
		}
	}
	// Behind its end over retains for ever.
	if xn > 0 {
		rest := part{kind: x.kind, units: xn, attrs: x.attrs, size: x.size, embed: x.embed}
		w = w.put(rest.kind, rest.units, rest.attrs, rest.size, rest.embed)
		retained, deleted = rest.count(retained, deleted)
	}
	w = w.rest(mine[i:])
	for ; i < len(mine); i++ {
		retained, deleted = mine[i].count(retained, deleted)
	}
	b.retained, b.deleted = retained, deleted
	b.written(w)
}

// count adds p to sums.
func (p *part) count(retained, deleted int) (int, int) {
	switch p.kind {
	case Retain:
		retained += p.units
	case Delete:
		deleted += p.units
	}
	return retained, deleted
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
