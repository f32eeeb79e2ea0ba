package ot

import (
	"strings"
	"unicode/utf8"
)

// A leaf is a stretch of a document that is rewritten as a whole. It is
// immutable and shared by all documents that contain it.
type leaf struct {
	runs   []Component // inserts, at least one
	weight int
}

// entry is a leaf with its length beside the pointer, so that looking for a
// position does not touch the leaves it passes.
type entry struct {
	*leaf
	units int
}

const (
	leafWeight = 1024 // what a leaf may weigh: its text in bytes and
	runWeight  = 16   // this for each run, which bounds how many it has
)

// reader walks over a document.
type reader struct {
	leaves []entry     // not yet entered
	runs   []Component // of the leaf that was entered, what is left
	head   Component   // the rest of a run that was cut
}

// each calls emit for the next n units, false if they end inside a pair. The
// document must have that many.
func (r *reader) each(n int, emit func(run Component)) bool {
	for n > 0 {
		run := r.run()
		if run.Len > n {
			if run.Embed.IsZero() {
				part, rest := split(run, n)
				if part.Len != n {
					return false
				}
				run, r.head = part, rest
			}
		}
		emit(run)
		n -= run.Len
	}
	return true
}

// run takes what is left of the present run, or the next one.
func (r *reader) run() Component {
	if r.head.Len > 0 {
		run := r.head
		r.head = Component{}
		return run
	}
	if len(r.runs) == 0 {
		r.runs, r.leaves = r.leaves[0].runs, r.leaves[1:]
	}
	run := r.runs[0]
	r.runs = r.runs[1:]
	return run
}

// whole takes the next leaf if the reader is in front of one of at most n units.
func (r *reader) whole(n int) (entry, bool) {
	if r.inside() || len(r.leaves) == 0 || r.leaves[0].units > n {
		return entry{}, false
	}
	e := r.leaves[0]
	r.leaves = r.leaves[1:]
	return e, true
}

func (r *reader) inside() bool { return r.head.Len > 0 || len(r.runs) > 0 }

// walk takes n units, whole leaves where it can.
func (r *reader) walk(n int, leaf func(entry), run func(Component)) bool {
	for n > 0 {
		if e, ok := r.whole(n); ok {
			leaf(e)
			n -= e.units
			continue
		}
		step := n
		if r.inside() {
			step = min(n, r.left())
		}
		if !r.each(step, run) {
			return false
		}
		n -= step
	}
	return true
}

// left returns the units left of the leaf the reader is inside.
func (r *reader) left() int {
	n := r.head.Len
	for _, run := range r.runs {
		n += run.Len
	}
	return n
}

func (r *reader) skip(n int) bool {
	return r.walk(n, func(entry) {}, func(Component) {})
}

func (r *reader) copy(n int, w *writer) bool { return r.walk(n, w.leaf, w.push) }

// rest copies all that is left.
func (r *reader) rest(w *writer) {
	for r.inside() {
		w.push(r.run())
	}
	for len(r.leaves) > 0 && w.weight > 0 {
		w.leaf(r.leaves[0])
		r.leaves = r.leaves[1:]
	}
	w.out = append(w.out, r.leaves...)
}

// writer makes the leaves of a document. What is not yet a leaf is pending; it
// grows until it is full or a leaf follows that can be taken over as it is.
type writer struct {
	out     []entry
	pending Builder
	weight  int // of what is pending
}

// leaf adds a leaf of another document, shared unless it and what is pending
// are small enough to be one.
func (w *writer) leaf(e entry) {
	if w.weight > 0 && w.weight+e.weight <= leafWeight {
		for _, run := range e.runs {
			w.push(run)
		}
		return
	}
	w.flush()
	w.out = append(w.out, e)
}

// push adds a run, cut into pieces if it is too large for one leaf.
func (w *writer) push(run Component) {
	for run.Embed.IsZero() && w.weight+len(run.Text) > leafWeight {
		cut := leafWeight - w.weight
		for cut > 0 && !utf8.RuneStart(run.Text[cut]) {
			cut--
		}
		if cut > 0 {
			part := run
			part.Text = strings.Clone(run.Text[:cut]) // or one leaf would keep a whole paste
			part.Len = unitsOf(part.Text)
			w.add(part)
			run.Text, run.Len = run.Text[cut:], run.Len-part.Len
		}
		w.flush()
	}
	w.add(run)
}

func (w *writer) add(run Component) {
	if run.Len == 0 {
		return
	}
	before := len(w.pending.out.parts)
	w.pending.add(run)
	w.weight += len(run.Text) + len(run.Embed.value) + runWeight*(len(w.pending.out.parts)-before)
	if w.weight >= leafWeight {
		w.flush()
	}
}

// flush makes a leaf of what is pending, together with the leaf before it if
// both are small: deleting must not leave crumbs.
func (w *writer) flush() {
	if w.weight == 0 {
		return
	}
	if n := len(w.out); n > 0 && w.out[n-1].weight+w.weight <= leafWeight/2 {
		last, tail := w.out[n-1], w.pending.Op().list()
		w.out = w.out[:n-1]
		w.pending, w.weight = Builder{}, 0
		for _, run := range last.runs {
			w.add(run)
		}
		for _, run := range tail {
			w.add(run)
		}
	}
	op := w.pending.Op()
	w.out = append(w.out, entry{&leaf{runs: op.list(), weight: w.weight}, op.inserted})
	w.weight = 0
}

func (w *writer) finish() []entry {
	w.flush()
	return w.out
}
