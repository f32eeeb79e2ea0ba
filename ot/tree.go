package ot

import (
	"math"
	"sync/atomic"
)

// fan is the number of children of an inner node, at most.
const fan = 16

// maxUnits is the length of a document, at most: a node counts in 32 bits.
const maxUnits = math.MaxInt32

// inner is a node above leaves or other inner nodes. It counts the content of
// each child, so that looking for a place does not touch those that it passes.
// It belongs to an editor, or is shared, as a leaf is.
type inner struct {
	owner  uint64
	hash   atomic.Uint64 // remembered by Doc.Hash
	height int           // 1 above leaves
	n      int           // children, at least one
	units  [fan]int32    // of each child
	lines  [fan]int32    // line breaks of each child
	leaves [fan]*leaf    // the children at height 1
	inners [fan]*inner   // the children above
}

func (t *inner) cloneFor(owner uint64) *inner {
	return &inner{
		owner: owner, height: t.height, n: t.n,
		units: t.units, lines: t.lines, leaves: t.leaves, inners: t.inners,
	}
}

// sum returns the units and line breaks of all children.
func (t *inner) sum() (units, lines int) {
	for i := range t.n {
		units += int(t.units[i])
		lines += int(t.lines[i])
	}
	return units, lines
}

// recount counts the child with index i again.
func (t *inner) recount(i int) {
	units, lines := 0, 0
	if t.height == 1 {
		units, lines = t.leaves[i].len(), t.leaves[i].lines
	} else {
		units, lines = t.inners[i].sum()
	}
	t.units[i], t.lines[i] = int32(units), int32(lines)
}

// child is one of both, or none.
type child struct {
	leaf  *leaf
	inner *inner
}

// insert inserts c in front of the child with index i. If there is no room, it
// moves the upper children to a new node, which it returns: half of them, or
// just c if that is the last, so that text typed at the end fills its nodes.
func (t *inner) insert(i int, c child) (right *inner) {
	if t.n < fan {
		t.place(i, c)
		return nil
	}
	half := fan / 2
	if i == fan {
		half = fan
	}
	right = &inner{owner: t.owner, height: t.height}
	right.take(t, half)
	if i > half || half == fan {
		right.place(i-half, c)
	} else {
		t.place(i, c)
	}
	return right
}

// place inserts c where there is room.
func (t *inner) place(i int, c child) {
	copy(t.units[i+1:t.n+1], t.units[i:t.n])
	copy(t.lines[i+1:t.n+1], t.lines[i:t.n])
	copy(t.leaves[i+1:t.n+1], t.leaves[i:t.n])
	copy(t.inners[i+1:t.n+1], t.inners[i:t.n])
	t.leaves[i], t.inners[i] = c.leaf, c.inner
	t.n++
	t.recount(i)
}

// take appends the children of from, those with index i and up, and leaves from
// with the others. from may keep what is shared: its own counts are cleared only
// if it has the same owner.
func (t *inner) take(from *inner, i int) {
	copy(t.units[t.n:], from.units[i:from.n])
	copy(t.lines[t.n:], from.lines[i:from.n])
	copy(t.leaves[t.n:], from.leaves[i:from.n])
	copy(t.inners[t.n:], from.inners[i:from.n])
	t.n += from.n - i
	if from.owner == t.owner {
		clear(from.leaves[i:from.n])
		clear(from.inners[i:from.n])
		from.n = i
	}
}

// remove removes the child with index i.
func (t *inner) remove(i int) {
	copy(t.units[i:], t.units[i+1:t.n])
	copy(t.lines[i:], t.lines[i+1:t.n])
	copy(t.leaves[i:], t.leaves[i+1:t.n])
	copy(t.inners[i:], t.inners[i+1:t.n])
	t.n--
	t.leaves[t.n], t.inners[t.n] = nil, nil
}
