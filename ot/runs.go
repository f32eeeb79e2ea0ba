package ot

import "slices"

// run is a stretch of a leaf with the same attributes, or an embed.
type run struct {
	units int
	attrs Attrs
	embed *Embed // immutable; the unit in the text then means nothing
}

func (r *run) isPlain() bool { return r.attrs.isZero() && r.embed == nil }

// takes reports whether other, beside r, can be the same run.
func (r *run) takes(other *run) bool {
	return r.attrs == other.attrs && r.embed == nil && other.embed == nil
}

// The runs of a leaf, unless there are none, have as many units as its text. No
// two neighbours could be one, and a single one is not plain. Methods that change
// runs are called before those that change the text.

// spellRuns makes a list of runs if there was none.
func (l *leaf) spellRuns() {
	if l.runs == nil && l.len() > 0 {
		l.runs = append(make([]run, 0, 4), run{units: l.len()})
	}
}

// settleRuns drops the list if it says nothing.
func (l *leaf) settleRuns() {
	if len(l.runs) == 0 || len(l.runs) == 1 && l.runs[0].isPlain() {
		l.runs = nil
	}
}

// insertRun inserts r at a place.
func (l *leaf) insertRun(at int, r run) {
	if l.runs == nil && r.isPlain() {
		return
	}
	l.spellRuns()
	i := 0
	for i < len(l.runs) && at > l.runs[i].units {
		at -= l.runs[i].units
		i++
	}
	switch {
	case i == len(l.runs):
		l.runs = append(l.runs, r)
	case l.runs[i].takes(&r):
		l.runs[i].units += r.units
	case at == 0:
		l.runs = slices.Insert(l.runs, i, r)
	case at < l.runs[i].units:
		rest := l.runs[i]
		rest.units -= at
		l.runs[i].units = at
		l.runs = slices.Insert(l.runs, i+1, r, rest)
	case i+1 < len(l.runs) && l.runs[i+1].takes(&r):
		l.runs[i+1].units += r.units
	default:
		l.runs = slices.Insert(l.runs, i+1, r)
	}
}

// deleteRuns deletes n units at a place.
func (l *leaf) deleteRuns(at, n int) {
	if l.runs == nil {
		return
	}
	i := 0
	for at >= l.runs[i].units {
		at -= l.runs[i].units
		i++
	}
	if r := &l.runs[i]; n < r.units && at+n <= r.units {
		r.units -= n
		return
	}
	if at > 0 {
		n -= l.runs[i].units - at
		l.runs[i].units = at
		i++
	}
	j := i
	for j < len(l.runs) && n >= l.runs[j].units {
		n -= l.runs[j].units
		j++
	}
	if n > 0 {
		l.runs[j].units -= n
	}
	l.runs = slices.Delete(l.runs, i, j)
	l.joinRuns(i, i+1)
	l.settleRuns()
}

// format changes the attributes of n units at a place as a retain with attrs does.
func (l *leaf) format(at, n int, attrs Attrs, memo *attrMemo) {
	l.spellRuns()
	i := l.boundary(at)
	j := l.boundary(at + n)
	for k := i; k < j; k++ {
		l.runs[k].attrs = memo.apply(ruleOver, l.runs[k].attrs, attrs)
	}
	l.joinRuns(i, j+1)
	l.settleRuns()
}

// boundary returns the index of the run that begins at a place, and cuts one in
// two if none does.
func (l *leaf) boundary(at int) int {
	i := 0
	for i < len(l.runs) && at >= l.runs[i].units {
		at -= l.runs[i].units
		i++
	}
	if at == 0 {
		return i
	}
	rest := l.runs[i]
	rest.units -= at
	l.runs[i].units = at
	l.runs = slices.Insert(l.runs, i+1, rest)
	return i + 1
}

// joinRuns makes one of neighbours that can be, from the run with index i to the
// one in front of j, and each with the run in front of it.
func (l *leaf) joinRuns(i, j int) {
	i, j = max(i, 1), min(j, len(l.runs))
	if i >= j {
		return
	}
	kept := i - 1
	for k := i; k < j; k++ {
		if l.runs[kept].takes(&l.runs[k]) {
			l.runs[kept].units += l.runs[k].units
		} else {
			kept++
			l.runs[kept] = l.runs[k]
		}
	}
	l.runs = slices.Delete(l.runs, kept+1, j)
}
