package history

import (
	"iter"
	"slices"

	"github.com/collabd/collabd/wire"
)

// side is one of the two documents that are compared: its units by the revision
// that is behind each, and the changes of the op, which come in order.
type side struct {
	runs  []Part // all units; Revision 0 for what stayed
	parts []Part // of the changes so far
	hunk  int    // parts from here on are of the change that is not closed yet
	open  []hunk // changes for which nobody was found in themselves
	edges []int  // where changes begin and end, in order
}

// hunk is a change of which nothing is named: parts[from:to], after so many edges.
type hunk struct{ from, to, edges int }

func newSide(t *Trace, units iter.Seq2[int, wire.Revision]) *side {
	s := &side{}
	at := 0
	for n, revision := range units {
		if revision == t.begin {
			revision = 0
		}
		s.runs = append(s.runs, Part{at, n, revision})
		at += n
	}
	return s
}

// change takes a stretch that the op inserts or deletes.
func (s *side) change(at, units int) {
	if len(s.parts) == s.hunk {
		s.edges = append(s.edges, at, at)
	}
	s.edges[len(s.edges)-1] = at + units
	for i := s.runAt(at); units > 0; i++ {
		r := s.runs[i]
		n := min(units, r.At+r.Units-at)
		s.parts = append(s.parts, Part{at, n, r.Revision})
		at, units = at+n, units-n
	}
}

// runAt returns the run with the unit at a place.
func (s *side) runAt(at int) int {
	i, found := slices.BinarySearchFunc(s.runs, at, func(r Part, at int) int { return r.At - at })
	if !found {
		i--
	}
	return i
}

// close ends a change: parts of it that nobody is named for get their
// neighbour's name.
func (s *side) close() {
	parts := s.parts[s.hunk:]
	if len(parts) == 0 {
		return
	}
	if !spread(parts) {
		s.open = append(s.open, hunk{s.hunk, len(s.parts), len(s.edges)})
	}
	s.hunk = len(s.parts)
}

// spread gives the parts without a revision that of the one in front, or of the
// first behind; false if no part has one.
func spread(parts []Part) bool {
	first := slices.IndexFunc(parts, func(p Part) bool { return p.Revision > 0 })
	if first < 0 {
		return false
	}
	last := parts[first].Revision
	for i := range parts {
		if parts[i].Revision == 0 {
			parts[i].Revision = last
		}
		last = parts[i].Revision
	}
	return true
}

// finish returns all parts, those of one revision together.
func (s *side) finish() []Part {
	s.close()
	for _, h := range s.open {
		revision := s.beside(h)
		for i := h.from; i < h.to; i++ {
			s.parts[i].Revision = revision
		}
	}
	var joined []Part
	for _, p := range s.parts {
		if last := len(joined) - 1; last >= 0 && joined[last].Revision == p.Revision && joined[last].At+joined[last].Units == p.At {
			joined[last].Units += p.Units
		} else {
			joined = append(joined, p)
		}
	}
	return joined
}

// beside looks for who changed something nearest to a change, no further than
// the changes before and after it.
func (s *side) beside(h hunk) wire.Revision {
	left, right := 0, int(^uint(0)>>1)
	if h.edges > 2 {
		left = s.edges[h.edges-3]
	}
	if h.edges < len(s.edges) {
		right = s.edges[h.edges]
	}
	from, to := s.edges[h.edges-2], s.edges[h.edges-1]
	var revision wire.Revision
	best := right
	for i := s.runAt(from) - 1; i >= 0 && s.runs[i].At+s.runs[i].Units > left; i-- {
		if r := s.runs[i]; r.Revision > 0 {
			revision, best = r.Revision, from-(r.At+r.Units)
			break
		}
	}
	for i := s.runAt(to-1) + 1; i < len(s.runs) && s.runs[i].At < right && s.runs[i].At-to < best; i++ {
		if r := s.runs[i]; r.Revision > 0 {
			return r.Revision
		}
	}
	return revision
}
