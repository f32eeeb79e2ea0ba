package ot_test

import (
	"testing"

	"github.com/collabd/collabd/ot"
)

func init() {
	laws["undo alone"] = lawUndoAlone
	laws["undo among others"] = lawUndoAmongOthers
}

func FuzzUndoAlone(f *testing.F)       { fuzz(f, lawUndoAlone) }
func FuzzUndoAmongOthers(f *testing.F) { fuzz(f, lawUndoAmongOthers) }

// lawUndoAlone: without others, undo leads through every document back to the
// first, and redo forth to the last.
func lawUndoAlone(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	var stack ot.UndoStack
	d := s.doc("d", r.doc())
	docs := []ot.Doc{d}
	for i := range r.IntN(6) {
		a := s.op("a", r.op(d, false))
		join := i > 0 && r.one(3)
		if err := stack.Record(a, d, join); err != nil {
			s.failf("Record: %v", err)
		}
		if d = s.apply(d, a); a.IsNoop() {
			continue
		}
		if join && len(docs) > 1 {
			docs[len(docs)-1] = d
		} else {
			docs = append(docs, d)
		}
	}
	move := func(what string, f func(ot.Doc) (ot.Op, bool, error), want ot.Doc) {
		op, ok, err := f(d)
		if err != nil || !ok {
			s.failf("%s: %t, %v", what, ok, err)
		}
		d = s.apply(d, op)
		s.sameDoc(what, d, want)
	}
	for range 2 {
		for i := len(docs) - 2; i >= 0; i-- {
			move("Undo", stack.Undo, docs[i])
		}
		if _, ok, _ := stack.Undo(d); ok || stack.CanUndo() {
			s.failf("there is more to undo than was done")
		}
		for i := 1; i < len(docs); i++ {
			move("Redo", stack.Redo, docs[i])
		}
		if _, ok, _ := stack.Redo(d); ok || stack.CanRedo() {
			s.failf("there is more to redo than was undone")
		}
	}
}

// lawUndoAmongOthers: when a user has undone everything, nothing of the user's is
// left, and all that others have written or deleted is as they left it. Each
// letter is inserted once, so that it says who wrote it.
func lawUndoAmongOthers(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	var stack ot.UndoStack
	letter := '一'
	insert := func(n int) string {
		text := ""
		for range n {
			text += string(letter)
			letter++
		}
		return text
	}
	var b ot.Builder
	d := s.apply(ot.NewDoc(), s.op("d", b.Insert(insert(r.IntN(6)), ot.Attrs{}).Op()))
	want := map[rune]bool{} // what must be left: all but the user's, less what others deleted
	for _, c := range d.Text() {
		want[c] = true
	}
	// edit returns an op on d, and the letters that it deletes and inserts.
	edit := func() (op ot.Op, gone, added []rune) {
		text := []rune(d.Text())
		for at := 0; ; {
			to := at + r.IntN(len(text)-at+1)
			b.Retain(to-at, ot.Attrs{})
			at = to
			if n := min(r.IntN(3), len(text)-at); r.one(2) {
				b.Delete(n)
				gone = append(gone, text[at:at+n]...)
				at += n
			} else {
				typed := insert(1 + r.IntN(2))
				b.Insert(typed, ot.Attrs{})
				added = append(added, []rune(typed)...)
			}
			if r.one(2) {
				return b.Op(), gone, added
			}
		}
	}
	undone := func(op ot.Op, ok bool, err error) {
		if err != nil || !ok {
			s.failf("Undo or Redo: %t, %v", ok, err)
		}
		d = s.apply(d, s.op("back", op))
	}
	remote := func() {
		op, gone, added := edit()
		for _, c := range gone {
			delete(want, c)
		}
		for _, c := range added {
			want[c] = true
		}
		stack.Remote(op)
		d = s.apply(d, s.op("others", op))
	}
	for range 4 + r.IntN(10) {
		switch {
		case r.one(2):
			remote()
		case r.one(4) && stack.CanUndo():
			undone(stack.Undo(d))
		case r.one(3) && stack.CanRedo():
			undone(stack.Redo(d))
		default:
			op, _, _ := edit()
			s.op("own", op)
			if err := stack.Record(op, d, r.one(3)); err != nil {
				s.failf("Record: %v", err)
			}
			d = s.apply(d, op)
		}
	}
	for stack.CanUndo() {
		undone(stack.Undo(d))
		if r.one(4) {
			remote()
		}
	}
	left := map[rune]bool{}
	for _, c := range d.Text() {
		if left[c] || !want[c] {
			s.failf("the letter %c is twice in the document, or should not be there: %q", c, d.Text())
		}
		left[c] = true
	}
	if len(left) != len(want) {
		s.failf("%d letters are left, want %d: %q", len(left), len(want), d.Text())
	}
}

// TestUndoOverManyOthers composes what waits at the top.
func TestUndoOverManyOthers(t *testing.T) {
	var stack ot.UndoStack
	d := doc(t, `[{"insert":"ab"}]`)
	own := op(t, `[{"retain":1},{"insert":"OWN"}]`)
	if err := stack.Record(own, d, false); err != nil {
		t.Fatal(err)
	}
	d, _ = d.Apply(own)
	for range 1000 {
		r := op(t, `[{"retain":2},{"insert":"x"}]`)
		stack.Remote(r)
		d, _ = d.Apply(r)
	}
	back, ok, err := stack.Undo(d)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if d, err = d.Apply(back); err != nil || d.Len() != 1002 || d.Text()[:2] != "ax" || d.Text()[1001:] != "b" {
		t.Errorf("%d units, %v", d.Len(), err)
	}
}

func TestUndoRefusesWhatDoesNotFit(t *testing.T) {
	var stack ot.UndoStack
	if err := stack.Record(op(t, `[{"delete":1}]`), ot.NewDoc(), false); codeOf(err) != ot.CodeRange || stack.CanUndo() {
		t.Errorf("recorded, %v", err)
	}
}

func TestTransformRange(t *testing.T) {
	for _, c := range []struct {
		op         string
		r          ot.Range
		start, end ot.Gravity
		want       ot.Range
	}{
		{`[{"insert":"x"}]`, ot.Range{Anchor: 0, Head: 2}, ot.Right, ot.Left, ot.Range{Anchor: 1, Head: 3}},
		{`[{"insert":"x"}]`, ot.Range{Anchor: 0, Head: 2}, ot.Left, ot.Right, ot.Range{Anchor: 0, Head: 3}},
		{`[{"retain":2},{"insert":"x"}]`, ot.Range{Anchor: 0, Head: 2}, ot.Right, ot.Left, ot.Range{Anchor: 0, Head: 2}},
		{`[{"retain":2},{"insert":"x"}]`, ot.Range{Anchor: 0, Head: 2}, ot.Left, ot.Right, ot.Range{Anchor: 0, Head: 3}},
		{`[{"retain":2},{"insert":"x"}]`, ot.Range{Anchor: 2, Head: 0}, ot.Left, ot.Right, ot.Range{Anchor: 3, Head: 0}},
		{`[{"retain":1},{"insert":"x"}]`, ot.Range{Anchor: 2, Head: 0}, ot.Right, ot.Left, ot.Range{Anchor: 3, Head: 0}},
		{`[{"insert":"x"}]`, ot.Range{}, ot.Right, ot.Left, ot.Range{}},
		{`[{"insert":"x"}]`, ot.Range{}, ot.Left, ot.Right, ot.Range{Anchor: 1, Head: 1}},
		{`[{"delete":1},{"insert":"x"},{"delete":1}]`, ot.Range{Anchor: 0, Head: 2}, ot.Right, ot.Left, ot.Range{Anchor: 0, Head: 1}},
		{`[{"delete":2},{"insert":"x"}]`, ot.Range{Anchor: 0, Head: 2}, ot.Right, ot.Left, ot.Range{Anchor: 0, Head: 0}},
		{`[{"insert":"x"},{"delete":2}]`, ot.Range{Anchor: 2, Head: 0}, ot.Right, ot.Left, ot.Range{Anchor: 1, Head: 1}},
		{`[{"delete":5}]`, ot.Range{Anchor: 1, Head: 4}, ot.Right, ot.Left, ot.Range{}},
	} {
		if got := ot.TransformRange(op(t, c.op), c.r, c.start, c.end); got != c.want {
			t.Errorf("%v over %s: got %v, want %v", c.r, c.op, got, c.want)
		}
	}
}
