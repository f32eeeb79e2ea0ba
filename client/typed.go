package client

import "github.com/collabd/collabd/ot"

// typed is what the user typed while an edit was in flight: a list of ops, the
// last first, composed only when somebody needs the sum. Typing thus costs the
// same however much is pending, and a long list is composed as a balanced tree.
// A nil typed is empty. Values are immutable and share their tails.
type typed struct {
	op     ot.Op
	before *typed
	n      int // calls of Local in op and before
}

func (t *typed) push(op ot.Op) *typed {
	return &typed{op: op, before: t, n: t.edits() + 1}
}

func (t *typed) edits() int {
	if t == nil {
		return 0
	}
	return t.n
}

func (t *typed) compose() (ot.Op, error) {
	if t == nil {
		return ot.Op{}, nil
	}
	if t.before == nil {
		return t.op, nil
	}
	var ops []ot.Op
	for at := t; at != nil; at = at.before {
		ops = append(ops, at.op)
	}
	for i, j := 0, len(ops)-1; i < j; i, j = i+1, j-1 {
		ops[i], ops[j] = ops[j], ops[i]
	}
	return ot.ComposeAll(ops)
}
