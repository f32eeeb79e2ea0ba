package ot

import "sync/atomic"

// finger is a tree that is being edited, and the leaf that was edited last. As
// most edits are near the one before, most find their leaf at once; what the leaf
// has grown since is counted in the nodes above only when the finger leaves it.
type finger struct {
	root   *inner // nil: empty
	units  int    // of the document
	owner  uint64 // of the nodes that may be changed in place; 0 until the first is needed
	leaf   *leaf  // nil: the finger is nowhere
	start  int    // the place of the leaf in the document
	owned  bool   // leaf and path belong to owner
	path   []step // from the root to the node above the leaf
	grown  int    // units of the leaf that path does not count yet
	broken int    // line breaks of the leaf that path does not count yet
}

type step struct {
	node *inner
	i    int // of the child
}

// owners numbers editors, and each of their lives between two documents.
var owners atomic.Uint64

// freeze counts what is not counted, and gives up all nodes: they belong to a
// document now.
func (f *finger) freeze() *inner {
	f.flush()
	f.owner, f.owned = 0, false
	return f.root
}

// toUnit moves to the leaf with a unit of the document and returns its index there.
func (f *finger) toUnit(pos int) int {
	if at := pos - f.start; f.leaf != nil && at >= 0 && at < f.leaf.len() {
		return at
	}
	return pos - f.descend(pos)
}

// toGap moves to a leaf that has pos inside or at an end, and returns the place
// in it. The tree is not empty.
func (f *finger) toGap(pos int) int {
	if at := pos - f.start; f.leaf != nil && at >= 0 && at <= f.leaf.len() {
		return at
	}
	return pos - f.descend(max(pos-1, 0))
}

// descend moves to the leaf with a unit, and returns where it starts.
func (f *finger) descend(pos int) int {
	f.flush()
	if f.path == nil {
		f.path = make([]step, 0, 6)
	}
	f.path = f.path[:0]
	f.start, f.owned = pos, false
	for t := f.root; ; {
		i := 0
		for pos >= int(t.units[i]) && i < t.n-1 {
			pos -= int(t.units[i])
			i++
		}
		f.path = append(f.path, step{t, i})
		if t.height == 1 {
			f.leaf = t.leaves[i]
			break
		}
		t = t.inners[i]
	}
	f.start -= pos
	return f.start
}

// leave forgets where the finger was: the tree has changed its shape.
func (f *finger) leave() { f.leaf, f.owned = nil, false }

// flush counts what the leaf has grown.
func (f *finger) flush() {
	if f.grown == 0 && f.broken == 0 {
		return
	}
	for _, s := range f.path {
		s.node.units[s.i] += int32(f.grown)
		s.node.lines[s.i] += int32(f.broken)
	}
	f.grown, f.broken = 0, 0
}

// own makes the leaf, and the path to it, one that may be changed.
func (f *finger) own() {
	if f.owned {
		return
	}
	f.ownPath()
	if f.leaf.owner != f.owner {
		f.leaf = f.leaf.cloneFor(f.owner)
		last := f.path[len(f.path)-1]
		last.node.leaves[last.i] = f.leaf
	}
	f.owned = true
}

func (f *finger) ownPath() {
	if f.owner == 0 {
		f.owner = owners.Add(1)
	}
	for k := range f.path {
		s := &f.path[k]
		if s.node.owner == f.owner {
			continue
		}
		s.node = s.node.cloneFor(f.owner)
		if k == 0 {
			f.root = s.node
		} else {
			f.path[k-1].node.inners[f.path[k-1].i] = s.node
		}
	}
}

// plant makes the tree of an empty document, one empty leaf, and moves there.
func (f *finger) plant() {
	if f.owner == 0 {
		f.owner = owners.Add(1)
	}
	f.root = &inner{owner: f.owner, height: 1, n: 1}
	f.root.leaves[0] = &leaf{owner: f.owner}
	f.descend(0)
}

// insertAfter inserts a leaf behind the present one, both of which have their
// final content. The leaf and its path are owned. The finger is nowhere afterwards.
func (f *finger) insertAfter(l *leaf) {
	f.grown, f.broken = 0, 0 // counted again here
	next := child{leaf: l}
	for k := len(f.path) - 1; k >= 0; k-- {
		t, i := f.path[k].node, f.path[k].i
		t.recount(i)
		if next == (child{}) {
			continue
		}
		right := t.insert(i+1, next)
		next = child{inner: right}
		if right != nil && k == 0 {
			root := &inner{owner: f.owner, height: t.height + 1}
			root.place(0, child{inner: t})
			root.place(1, next)
			f.root = root
		}
	}
	f.leave()
}

// removeLeaf removes the present leaf. Its path is owned. The finger is nowhere
// afterwards.
func (f *finger) removeLeaf() {
	k := len(f.path) - 1
	f.path[k].node.remove(f.path[k].i)
	for k > 0 && f.path[k].node.n == 0 {
		k--
		f.path[k].node.remove(f.path[k].i)
	}
	f.shrunk(k)
}

// shrunk counts path again, whose node at depth k has lost children, and makes
// one of neighbours that have become small.
func (f *finger) shrunk(k int) {
	f.grown, f.broken = 0, 0
	for ; k > 0; k-- {
		parent, i := f.path[k-1].node, f.path[k-1].i
		parent.recount(i)
		if f.path[k].node.n > fan/4 {
			continue
		}
		if i+1 < parent.n && parent.inners[i].n+parent.inners[i+1].n <= fan {
			f.mergeInners(parent, i)
		} else if i > 0 && parent.inners[i-1].n+parent.inners[i].n <= fan {
			f.mergeInners(parent, i-1)
		}
	}
	for f.root.height > 1 && f.root.n == 1 {
		f.root = f.root.inners[0]
	}
	if f.root.n == 0 {
		f.root = nil
	}
	f.leave()
}

// mergeInners moves the children of child i+1 to child i.
func (f *finger) mergeInners(parent *inner, i int) {
	left := parent.inners[i]
	if left.owner != f.owner {
		left = left.cloneFor(f.owner)
		parent.inners[i] = left
	}
	left.take(parent.inners[i+1], 0)
	parent.remove(i + 1)
	parent.recount(i)
}

// mergeLeaf makes one of the present leaf and a neighbour if both are small.
func (f *finger) mergeLeaf() {
	s := f.path[len(f.path)-1]
	for _, i := range [2]int{s.i, s.i - 1} {
		if i < 0 || i+1 >= s.node.n {
			continue
		}
		left, right := s.node.leaves[i], s.node.leaves[i+1]
		if left.len()+right.len() > leafUnits*3/4 || len(left.runs)+len(right.runs) > leafRuns*3/4 {
			continue
		}
		if left.owner != f.owner {
			left = left.cloneFor(f.owner)
			s.node.leaves[i] = left
		}
		left.absorb(right)
		s.node.remove(i + 1)
		s.node.recount(i)
		f.shrunk(len(f.path) - 1)
		return
	}
}
