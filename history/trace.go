package history

import (
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// Trace is a document as runs of units, each with the revision that inserted
// it. What was there when the trace began is kept when it is deleted, with the
// revision that did, in its place and order; what came later and went again is
// forgotten. So one trace from the beginning tells who wrote a document, and one
// from another revision tells also what became of it.
//
// The runs are in chunks, and an edit near the one before it costs what the
// moves in a chunk cost; one elsewhere costs a walk over the chunks, of which a
// document of a million runs has some ten thousand. A Trace belongs to one
// goroutine.
type Trace struct {
	begin, at wire.Revision
	live      int // units that are there
	chunks    []chunk
	here      int // a chunk, before which
	before    int // so many units are there
}

// run is units next to each other with one fate. Ages are counted from the
// beginning of the trace: revision - begin.
type run struct {
	units    uint32
	inserted uint32 // age of the insert, 0 if it was there at the beginning
	deleted  uint32 // age of the delete, 0 while it is there
}

// chunkRuns is how many runs a chunk has at most.
const chunkRuns = 128

type chunk struct {
	live   int // units that are there
	runs   []run
	shared bool // with another trace: to be copied before it is changed
}

// NewTrace returns the trace of a document of so many UTF-16 code units at a
// revision.
func NewTrace(at wire.Revision, units int) *Trace {
	t := &Trace{begin: at, at: at, live: units, chunks: []chunk{{live: units}}}
	if units > 0 {
		t.chunks[0].runs = []run{{units: uint32(units)}}
	}
	return t
}

// At returns the revision of the trace.
func (t *Trace) At() wire.Revision { return t.at }

// Len returns the units of the document.
func (t *Trace) Len() int { return t.live }

// Clone returns a trace of its own, which shares what neither changes. A clone
// that was not changed yet may be cloned by many goroutines at once.
func (t *Trace) Clone() *Trace {
	for i := range t.chunks {
		if c := &t.chunks[i]; !c.shared {
			c.shared = true
		}
	}
	clone := *t
	clone.chunks = slices.Clone(t.chunks)
	return &clone
}

// bytes is about how much memory the trace takes that it does not share.
func (t *Trace) bytes() int { return 48*len(t.chunks) + 12*chunkRuns }

// Apply applies the op that made a revision. Revisions may be left out, but not
// come back. It fails if the op reaches past the end of the document; the trace
// is not to be used then.
func (t *Trace) Apply(op ot.Op, revision wire.Revision) error {
	switch {
	case op.BaseLen() > t.live:
		return fmt.Errorf("trace revision %d: the op needs %d units of %d", revision, op.BaseLen(), t.live)
	case t.live+op.TargetLen()-op.BaseLen() > math.MaxInt32:
		return fmt.Errorf("trace revision %d: the document is too long", revision)
	case revision <= t.at || revision-t.begin > math.MaxUint32:
		return fmt.Errorf("trace revision %d after %d, from %d on", revision, t.at, t.begin)
	}
	age, pos := uint32(revision-t.begin), 0
	for c := range op.Components() {
		switch c.Kind {
		case ot.Insert:
			t.insert(pos, c.Len, age)
			pos += c.Len
		case ot.Delete:
			t.delete(pos, c.Len, age)
		default:
			pos += c.Len
		}
	}
	t.at = revision
	return nil
}

// Units yields how many units there are, in order, and the revision that
// inserted them; that in which the trace began for what was there already.
func (t *Trace) Units() iter.Seq2[int, wire.Revision] {
	return t.each(func(r run) (bool, uint32) { return r.deleted == 0, r.inserted })
}

// Fates yields the units that were there at the beginning, in order, and the
// revision that deleted them; that in which the trace began for what is still
// there.
func (t *Trace) Fates() iter.Seq2[int, wire.Revision] {
	return t.each(func(r run) (bool, uint32) { return r.inserted == 0, r.deleted })
}

// each yields some of the runs with a revision, neighbours of one revision
// together.
func (t *Trace) each(of func(run) (bool, uint32)) iter.Seq2[int, wire.Revision] {
	return func(yield func(int, wire.Revision) bool) {
		units, last := 0, uint32(0)
		for i := range t.chunks {
			for _, r := range t.chunks[i].runs {
				told, age := of(r)
				if !told {
					continue
				}
				if units > 0 && age != last {
					if !yield(units, t.begin+wire.Revision(last)) {
						return
					}
					units = 0
				}
				units, last = units+int(r.units), age
			}
		}
		if units > 0 {
			yield(units, t.begin+wire.Revision(last))
		}
	}
}

// own returns the present chunk to be changed.
func (t *Trace) own() *chunk {
	c := &t.chunks[t.here]
	if c.shared {
		c.runs = append(make([]run, 0, chunkRuns+2), c.runs...)
		c.shared = false
	}
	return c
}

// insert puts units behind the unit in front of pos, so left of what was
// deleted there, as ot.Compose does.
func (t *Trace) insert(pos, units int, age uint32) {
	for t.here > 0 && pos <= t.before {
		t.back()
	}
	for pos > t.before+t.chunks[t.here].live {
		t.forth()
	}
	c := t.own()
	added := run{units: uint32(units), inserted: age}
	switch i, in := c.find(pos - t.before); {
	case i > 0 && in == 0 && c.runs[i-1].inserted == age && c.runs[i-1].deleted == 0:
		c.runs[i-1].units += uint32(units)
	case in == 0:
		c.runs = slices.Insert(c.runs, i, added)
	default:
		rest := c.runs[i]
		rest.units -= uint32(in)
		c.runs[i].units = uint32(in)
		c.runs = slices.Insert(c.runs, i+1, added, rest)
	}
	c.live += units
	t.live += units
	t.bound()
}

// find returns the run behind so many units that are there, and how many of its
// units are in front of that place.
func (c *chunk) find(units int) (i, in int) {
	for units > 0 {
		r := c.runs[i]
		if r.deleted == 0 {
			if units < int(r.units) {
				return i, units
			}
			units -= int(r.units)
		}
		i++
	}
	return i, 0
}

// delete takes units away that are there.
func (t *Trace) delete(pos, units int, age uint32) {
	t.live -= units
	for units > 0 {
		for pos < t.before {
			t.back()
		}
		for pos >= t.before+t.chunks[t.here].live {
			t.forth()
		}
		c := t.own()
		n := min(units, t.before+c.live-pos)
		c.delete(pos-t.before, n, age)
		units -= n
		if len(c.runs) < chunkRuns/4 {
			t.join()
		}
		t.bound()
	}
}

// delete takes units away that are there, all of them in c.
func (c *chunk) delete(at, units int, age uint32) {
	c.live -= units
	i, in := c.find(at)
	if in > 0 { // what follows is at the beginning of a run
		rest := c.runs[i]
		rest.units -= uint32(in)
		c.runs[i].units = uint32(in)
		i++
		c.runs = slices.Insert(c.runs, i, rest)
	}
	kept := i // runs up to here stay
	var buried []run
	for units > 0 {
		r := &c.runs[i]
		if r.deleted != 0 {
			buried = append(buried, *r)
			i++
			continue
		}
		n := min(units, int(r.units))
		units -= n
		if r.inserted == 0 {
			if last := len(buried) - 1; last >= 0 && buried[last].deleted == age {
				buried[last].units += uint32(n)
			} else {
				buried = append(buried, run{units: uint32(n), deleted: age})
			}
		}
		if r.units -= uint32(n); r.units == 0 {
			i++
		}
	}
	c.runs = slices.Replace(c.runs, kept, i, buried...)
}

func (t *Trace) back() {
	t.here--
	t.before -= t.chunks[t.here].live
}

func (t *Trace) forth() {
	t.before += t.chunks[t.here].live
	t.here++
}

// bound cuts the present chunk in two if it has too many runs.
func (t *Trace) bound() {
	for len(t.chunks[t.here].runs) > chunkRuns {
		c := &t.chunks[t.here]
		half := len(c.runs) / 2
		right := chunk{runs: append(make([]run, 0, chunkRuns+2), c.runs[half:]...)}
		for _, r := range right.runs {
			if r.deleted == 0 {
				right.live += int(r.units)
			}
		}
		c.runs = c.runs[:half]
		c.live -= right.live
		t.chunks = slices.Insert(t.chunks, t.here+1, right)
	}
}

// join puts the present chunk and the next into one, if they fit.
func (t *Trace) join() {
	if t.here+1 == len(t.chunks) {
		return
	}
	c, next := &t.chunks[t.here], t.chunks[t.here+1]
	if len(c.runs)+len(next.runs) > chunkRuns/2 {
		return
	}
	c.runs = append(c.runs, next.runs...)
	c.live += next.live
	t.chunks = slices.Delete(t.chunks, t.here+1, t.here+2)
}
