package ot

// UndoStack takes one user's edits back, the last first, while others go on
// writing: what they wrote stays. It holds for each of the user's edits the op
// that takes it back, and moves these ops over what others do. Its zero value is
// ready. It belongs to one goroutine.
//
//	d0 ──edit 1──▶ d1 ──edit 2──▶ d2 ──another's edit──▶ d3
//	                              ◀── T(inverse of 2) ── d3'
//
// The top of a stack applies to the present document, and each op below to the
// document that the one above leads to. Ops of others wait at the top until it is
// taken: law L3 makes one composed op of them, and nothing is paid for what is
// never undone.
type UndoStack struct {
	undo, redo inverses
}

// inverses is a stack of ops that take something back.
type inverses []inverse

type inverse struct {
	op   Op
	over []Op // of others, made after op was; not yet under it
}

// Record remembers how to take back op, which the user made on doc. What could
// be done again no longer can. With join it is one with the edit before, as
// letters of a word are, unless another's edit lies between. It fails as
// [Invert] does, and then remembers nothing.
func (s *UndoStack) Record(op Op, doc Doc, join bool) error {
	back, err := Invert(op, doc)
	if err != nil || op.IsNoop() {
		return err
	}
	s.redo = nil
	if n := len(s.undo); join && n > 0 && len(s.undo[n-1].over) == 0 {
		both, err := Compose(back, s.undo[n-1].op)
		if err != nil {
			return err
		}
		s.undo[n-1].op = both
		return nil
	}
	s.undo = append(s.undo, inverse{op: back})
	return nil
}

// Remote moves the stack over op, which somebody else has made on the present
// document.
func (s *UndoStack) Remote(op Op) {
	s.undo.remote(op)
	s.redo.remote(op)
}

func (s inverses) remote(op Op) {
	if len(s) == 0 || op.IsNoop() {
		return
	}
	top := &s[len(s)-1]
	top.over = append(top.over, op)
	if len(top.over) == waiting {
		if all, err := ComposeAll(top.over); err == nil { // or let it fail where it can be told
			top.over = append(top.over[:0], all)
		}
	}
}

// waiting is how many ops of others wait for one that takes something back,
// before they are composed.
const waiting = 64

// CanUndo reports whether there is an edit to take back. Others may have deleted
// all it did; taking it back then changes nothing.
func (s *UndoStack) CanUndo() bool { return len(s.undo) > 0 }

// CanRedo reports whether there is an edit that was taken back.
func (s *UndoStack) CanRedo() bool { return len(s.redo) > 0 }

// Undo returns the op that takes the last edit back from doc, the present
// document, and false if there is none. The op is the user's like any edit, but
// it is not to be recorded.
func (s *UndoStack) Undo(doc Doc) (op Op, ok bool, err error) { return move(&s.undo, &s.redo, doc) }

// Redo returns the op that does again on doc, the present document, what was
// taken back last, and false if there is nothing.
func (s *UndoStack) Redo(doc Doc) (op Op, ok bool, err error) { return move(&s.redo, &s.undo, doc) }

// move takes the top of one stack, and puts what takes it back on the other.
func move(from, to *inverses, doc Doc) (Op, bool, error) {
	n := len(*from)
	if n == 0 {
		return Op{}, false, nil
	}
	top := (*from)[n-1]
	over, err := ComposeAll(top.over)
	if err != nil {
		return Op{}, false, err
	}
	below, op, err := TransformPair(over, top.op)
	if err != nil {
		return Op{}, false, err
	}
	back, err := Invert(op, doc)
	if err != nil {
		return Op{}, false, err
	}
	*from = (*from)[:n-1]
	from.remote(below)
	*to = append(*to, inverse{op: back})
	return op, true, nil
}
