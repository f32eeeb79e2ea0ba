package ot

// Compose returns the op that does what a and then b do (law L1). Where b
// inserts and a deletes at one place, b's insert comes first, and no insert
// moves over a delete; law L3 needs both. It fails with [CodeSurrogate], the
// index being that in a, where b cuts a surrogate pair that a inserts.
func Compose(a, b Op) (Op, error) {
	if a.IsNoop() {
		return b, nil
	}
	if b.IsNoop() {
		return a, nil
	}
	first, second := cursorOf(a), cursorOf(b)
	out := Builder{list: make([]Component, 0, a.Len()+b.Len())}
	for !first.done || !second.done {
		switch {
		case second.head.Kind == Insert:
			out.push(second.next())
		case first.head.Kind == Delete:
			out.push(first.next())
		default:
			n := min(first.head.Len, second.head.Len)
			x, err := first.take(n)
			if err != nil {
				return Op{}, err
			}
			y := second.skip(n)
			switch {
			case y.Kind == Retain:
				x.Attrs = x.Attrs.with(y.Attrs) // push drops nulls from an insert
				out.push(x)
			case x.Kind == Retain:
				out.push(y)
			}
			// What a inserts and b deletes never was.
		}
	}
	return out.Op(), nil
}

// ComposeAll composes ops, the first first, as a balanced tree: the cost is that
// of their total size times the logarithm of their number. It does not modify ops.
// The index in an error is that in an op in between.
func ComposeAll(ops []Op) (Op, error) {
	switch len(ops) {
	case 0:
		return Op{}, nil
	case 1:
		return ops[0], nil
	}
	left, err := ComposeAll(ops[:len(ops)/2])
	if err != nil {
		return Op{}, err
	}
	right, err := ComposeAll(ops[len(ops)/2:])
	if err != nil {
		return Op{}, err
	}
	return Compose(left, right)
}
