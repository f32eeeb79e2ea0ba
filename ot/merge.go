package ot

import "slices"

// Merge rebases a branch over a history: edits made one after the other, on the
// document on which history was made too. Each stays an edit of its own. It
// returns history as it is after the branch, and the branch after the history:
//
//	rebased[i] = T(branch[i], h[i])   h[i+1] = T'(h[i], branch[i])   h[0] = history
//
// exactly, but at the cost of the distance between one edit and the next, not of
// the length of the history: an edit changes history only where it is.
func Merge(history Op, branch []Op) (history2 Op, rebased []Op) {
	m := merger{segments: cutToSegments(history.parts)}
	rebased = make([]Op, len(branch))
	for i, op := range branch {
		m.rebase(op)
		rebased[i] = m.out.Op()
	}
	return m.history(history), rebased
}

// segmentParts is how many parts a segment has, at most; a new one has half of them.
const segmentParts = 64

// segment is a stretch of the parts of the history.
type segment struct {
	parts        []part
	base, target int // units of the document before and after it
}

func cutToSegments(parts []part) []segment {
	segments := make([]segment, 0, len(parts)/segmentParts*2+1)
	for list := range slices.Chunk(parts, segmentParts/2) {
		s := segment{parts: append(make([]part, 0, segmentParts+2), list...)}
		s.count()
		segments = append(segments, s)
	}
	return segments
}

func (s *segment) count() {
	s.base, s.target = 0, 0
	for i := range s.parts {
		if s.parts[i].kind != Insert {
			s.base += s.parts[i].units
		}
		if s.parts[i].kind != Delete {
			s.target += s.parts[i].units
		}
	}
}

// merger holds the history in segments, and a place in it: in front of unit in
// of part at in segment at. What is in front of that segment is base units long
// before the history, and target units after it. Behind its end the history
// retains for ever.
type merger struct {
	out          Buffer
	segments     []segment
	segment      int
	base, target int
	at, in       int
}

// rebase writes what op is after the history to out, and makes the history what
// it is after op.
func (m *merger) rebase(op Op) {
	m.out.Reset()
	m.out.adopt(op)
	m.out.inserted = op.inserted
	parts := op.parts
	first := 0
	if len(parts) > 0 && parts[0].isPlainRetain() {
		first, parts = parts[0].units, parts[1:]
	}
	rest := m.seek(first)
	if m.target > 0 {
		m.out.retain(m.target, Attrs{})
	}
	m.walk(part{kind: Retain, units: rest})
	for i := range parts {
		m.walk(parts[i])
	}
	m.out.trim()
}

// seek goes to the start of the segment with a unit of the document before the
// history, and returns how far in front of the unit that is.
func (m *merger) seek(pos int) int {
	m.at, m.in = 0, 0
	for m.segment > 0 && pos < m.base {
		m.segment--
		m.base -= m.segments[m.segment].base
		m.target -= m.segments[m.segment].target
	}
	for m.segment < len(m.segments) && pos >= m.base+m.segments[m.segment].base {
		m.pass()
	}
	return pos - m.base
}

// pass goes to the start of the next segment.
func (m *merger) pass() {
	m.base += m.segments[m.segment].base
	m.target += m.segments[m.segment].target
	m.segment++
	m.at, m.in = 0, 0
}

// part returns the part of the history that is next, nil behind its end.
func (m *merger) part() *part {
	for m.segment < len(m.segments) {
		if s := &m.segments[m.segment]; m.at < len(s.parts) {
			return &s.parts[m.at]
		}
		m.pass()
	}
	return nil
}

// walk takes a component of the op.
func (m *merger) walk(x part) {
	for x.units > 0 {
		y := m.part()
		switch {
		case y == nil && x.kind == Insert:
			m.out.push(x)
			return
		case y == nil:
			m.put(x, x.units, Attrs{})
			return
		case y.kind == Insert: // the history wins ties
			m.out.retain(y.units, Attrs{})
			m.at++
			continue
		case x.kind == Insert:
			m.out.push(x)
			m.insert(x.units)
			return
		}
		n := min(x.units, y.units-m.in)
		if y.kind == Retain {
			m.put(x, n, y.attrs)
		}
		x.units -= n
		if x.kind == Delete {
			m.delete(n)
		} else if m.in += n; m.in == y.units {
			m.at, m.in = m.at+1, 0
		}
	}
}

// put writes n units of x, a retain or delete, where the history retains with
// attributes.
func (m *merger) put(x part, n int, attrs Attrs) {
	if x.kind == Delete {
		m.out.delete(n)
		return
	}
	if !x.attrs.isZero() && !attrs.isZero() {
		x.attrs = m.out.attrs(ruleWithout, x.attrs, attrs)
	}
	m.out.retain(n, x.attrs)
}

// insert makes the history retain n units more, here, and goes behind them.
func (m *merger) insert(n int) {
	s := &m.segments[m.segment]
	s.base += n
	s.target += n
	y := &s.parts[m.at]
	if y.isPlainRetain() {
		y.units += n
		m.in += n
		return
	}
	added := part{kind: Retain, units: n}
	if m.in == 0 {
		s.parts = slices.Insert(s.parts, m.at, added)
		m.at++
	} else {
		rest := *y
		rest.units -= m.in
		y.units = m.in
		s.parts = slices.Insert(s.parts, m.at+1, added, rest)
		m.at, m.in = m.at+2, 0
	}
	if len(s.parts) > segmentParts {
		m.split()
	}
}

// delete makes the history forget the next n units of the document.
func (m *merger) delete(n int) {
	s := &m.segments[m.segment]
	y := &s.parts[m.at]
	s.base -= n
	if y.kind == Retain {
		s.target -= n
	}
	if y.units -= n; y.units == 0 {
		s.parts = slices.Delete(s.parts, m.at, m.at+1)
	} else if m.in == y.units {
		m.at, m.in = m.at+1, 0
	}
}

// split cuts the present segment in two, and stays where it is.
func (m *merger) split() {
	s := &m.segments[m.segment]
	half := len(s.parts) / 2
	right := segment{parts: append(make([]part, 0, segmentParts+2), s.parts[half:]...)}
	s.parts = s.parts[:half]
	s.count()
	right.count()
	m.segments = slices.Insert(m.segments, m.segment+1, right)
	if m.at >= half {
		at, in := m.at-half, m.in
		m.pass()
		m.at, m.in = at, in
	}
}

// history returns what the history is now, with the text that it always had.
func (m *merger) history(before Op) Op {
	m.out.Reset()
	m.out.adopt(before)
	m.out.inserted = before.inserted
	for i := range m.segments {
		for _, p := range m.segments[i].parts {
			m.out.retained, m.out.deleted = p.count(m.out.retained, m.out.deleted)
			m.out.push(p)
		}
	}
	m.out.trim()
	return m.out.Op()
}
