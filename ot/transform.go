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
// never fails for ops that apply to a common document; the error is kept for ops
// that do not, should a later representation notice them.
func Transform(op, over Op, side Side) (Op, error) {
	if op.IsNoop() || over.IsNoop() {
		return op, nil
	}
	mine, theirs := cursorOf(op), cursorOf(over)
	out := Builder{list: make([]Component, 0, op.Len()+over.Len())}
	for !mine.done {
		switch {
		case mine.head.Kind == Insert && (side == History || theirs.head.Kind != Insert):
			out.push(mine.next())
		case theirs.head.Kind == Insert:
			out.push(Component{Kind: Retain, Len: theirs.next().Len})
		default:
			n := min(mine.head.Len, theirs.head.Len)
			x, y := mine.skip(n), theirs.skip(n)
			if y.Kind == Delete {
				continue // it is gone, whatever op did with it
			}
			if side == Incoming {
				x.Attrs = x.Attrs.without(y.Attrs)
			}
			out.push(x)
		}
	}
	return out.Op(), nil
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
