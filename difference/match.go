package difference

import (
	"time"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"

	"github.com/collabd/collabd/ot"
)

// matcher walks over two documents and builds the op between them.
type matcher struct {
	a, b     []token
	table    *table
	limits   Limits
	deadline time.Time
	build    ot.Builder
}

// all compares whole documents, line by line, and what lies between two lines
// that stayed letter by letter.
func (m *matcher) all() {
	start, end := shared(m.a, m.b)
	if unitsOf(m.a[start:len(m.a)-end])+unitsOf(m.b[start:len(m.b)-end]) > m.limits.Units {
		m.middle()
		return
	}
	// What stays is whole lines, or a new line would be told as the end of the
	// one before it and the beginning of the next.
	start, end = wholeLines(m.a, start, end)
	runs := []run{{kept: true, a: start, b: start}}
	runs = m.lines(runs, split(m.a[start:len(m.a)-end]), split(m.b[start:len(m.b)-end]))
	if end > 0 {
		runs = append(runs, run{kept: true, a: end, b: end})
	}
	a, b := m.a, m.b
	for _, r := range m.lastBreak(runs) {
		if r.kept {
			m.keep(a[:r.a], b[:r.b])
		} else {
			m.changed(a[:r.a], b[:r.b])
		}
		a, b = a[r.a:], b[r.b:]
	}
}

// run is so many tokens of both documents that stay, or of which the ones take
// the place of the others.
type run struct {
	kept bool
	a, b int
}

// lastBreak makes the line break that both documents end in, if they do, one
// that stays, whatever it looks like. Where lines are new or gone at the end, the
// break in front of them is taken for new or gone instead.
func (m *matcher) lastBreak(runs []run) []run {
	last := &runs[len(runs)-1]
	switch {
	case last.kept || !endsLine(m.a) || !endsLine(m.b):
		return runs
	case last.a > 0 && last.b > 0:
		last.a--
		last.b--
	default: // the other document has an end, which is what stays
		before := &runs[len(runs)-2]
		before.a--
		before.b--
	}
	return append(runs, run{kept: true, a: 1, b: 1})
}

func endsLine(tokens []token) bool {
	return len(tokens) > 0 && tokens[len(tokens)-1].char == '\n'
}

// middle replaces all but what both begin and end with.
func (m *matcher) middle() {
	m.butLast(func(a, b []token) { m.between(a, b, m.replace) })
}

// butLast compares all but the last line break, if both have one.
func (m *matcher) butLast(compare func(a, b []token)) {
	a, b := len(m.a), len(m.b)
	if endsLine(m.a) && endsLine(m.b) {
		a, b = a-1, b-1
	}
	compare(m.a[:a], m.b[:b])
	m.keep(m.a[a:], m.b[b:])
}

// between keeps what both begin and end with and leaves the rest to differ.
func (m *matcher) between(a, b []token, differ func(a, b []token)) {
	start, end := shared(a, b)
	m.keep(a[:start], b[:start])
	differ(a[start:len(a)-end], b[start:len(b)-end])
	m.keep(a[len(a)-end:], b[len(b)-end:])
}

// wholeLines makes a shared beginning and end smaller, until the one ends and
// the other begins between two lines.
func wholeLines(tokens []token, start, end int) (int, int) {
	for start > 0 && tokens[start-1].char != '\n' {
		start--
	}
	for cut := false; end > 0 && !cut; end-- {
		cut = tokens[len(tokens)-end].char == '\n'
	}
	return start, end
}

// linesMost bounds the memory that comparing lines takes: 48 bytes a line.
const linesMost = 1 << 20

// lines compares line by line, and adds what it finds to the runs.
func (m *matcher) lines(runs []run, a, b [][]token) []run {
	runes := newAlphabet[string]()
	x, ok := encode(a, func(line []token) (rune, bool) { return runes.rune(lineKey(line)) })
	y, ok2 := encode(b, func(line []token) (rune, bool) { return runes.rune(lineKey(line)) })
	add := func(kept bool, n, l int) {
		runs = append(runs, run{kept, len(join(a[:n])), len(join(b[:l]))})
		a, b = a[n:], b[l:]
	}
	switch {
	case len(a)+len(b) == 0:
	case !ok || !ok2 || len(a)+len(b) > linesMost:
		add(false, len(a), len(b))
	default:
		// Lines that only one of both has are not compared: they cost the most,
		// and are found at once.
		x2, atX := common(x, y)
		y2, atY := common(y, x)
		i, j := 0, 0 // lines of a and b that are done
		m.steps(x2, y2, false, func(n int) {
			for range n {
				if i < atX[0] || j < atY[0] {
					add(false, atX[0]-i, atY[0]-j)
				}
				add(true, 1, 1)
				i, j = atX[0]+1, atY[0]+1
				atX, atY = atX[1:], atY[1:]
			}
		}, func(deleted, inserted int) { atX, atY = atX[deleted:], atY[inserted:] })
		if len(a)+len(b) > 0 {
			add(false, len(a), len(b))
		}
	}
	return runs
}

// common returns the lines of a that b has too, and where they are.
func common(a, b []rune) (lines []rune, at []int) {
	has := make(map[rune]bool)
	for _, r := range b {
		has[r] = true
	}
	for i, r := range a {
		if has[r] {
			lines, at = append(lines, r), append(at, i)
		}
	}
	return lines, at
}

// changed compares lines letter by letter: all together, or, if that is too
// much, each with the one in its place if there are as many, as when a word is
// replaced everywhere.
func (m *matcher) changed(a, b []token) {
	if unitsOf(a)+unitsOf(b) > m.limits.LineUnits {
		if x, y := split(a), split(b); len(x) == len(y) {
			for i := range x {
				m.letters(x[i], y[i])
			}
			return
		}
	}
	m.letters(a, b)
}

// letters compares character by character.
func (m *matcher) letters(a, b []token) {
	if len(a) == 0 || len(b) == 0 || unitsOf(a)+unitsOf(b) > m.limits.LineUnits || !time.Now().Before(m.deadline) {
		m.between(a, b, m.replace)
		return
	}
	chars := newCharacters(a, b)
	m.steps(chars.encode(a), chars.encode(b), true, func(n int) {
		m.keep(a[:n], b[:n])
		a, b = a[n:], b[n:]
	}, func(deleted, inserted int) {
		m.replace(a[:deleted], b[:inserted])
		a, b = a[deleted:], b[inserted:]
	})
}

// cleanMost bounds what go-diff makes readable: in a text that repeats itself
// that takes the square of its length.
const cleanMost = 64 << 10

// steps lets go-diff compare two sequences and tells what it found: so many
// that stayed, or so many in place of so many. With clean, changes that are
// close together become one, as a person would see it.
func (m *matcher) steps(a, b []rune, clean bool, kept func(n int), changed func(deleted, inserted int)) {
	start, end := sharedRunes(a, b)
	if start > 0 {
		kept(start)
	}
	if end > 0 {
		defer kept(end)
	}
	a, b = a[start:len(a)-end], b[start:len(b)-end]
	if len(a) == 0 && len(b) == 0 {
		return
	}
	if len(a) == 0 || len(b) == 0 || len(a)+len(b) < 3 || !time.Now().Before(m.deadline) {
		changed(len(a), len(b))
		return
	}
	// Not DiffMain: for a text that repeats itself, what that tries first takes
	// the square of its length, and looks at no deadline. It is left out where
	// no timeout is set.
	dmp := diffmatchpatch.New()
	dmp.DiffTimeout = 0
	diffs := dmp.DiffBisect(string(a), string(b), m.deadline)
	if clean && len(a)+len(b) <= cleanMost {
		diffs = dmp.DiffCleanupSemantic(diffs)
	}
	deleted, inserted := 0, 0
	flush := func() {
		if deleted+inserted > 0 {
			changed(deleted, inserted)
		}
		deleted, inserted = 0, 0
	}
	for _, d := range diffs {
		n := utf8.RuneCountInString(d.Text)
		switch d.Type {
		case diffmatchpatch.DiffDelete:
			deleted += n
		case diffmatchpatch.DiffInsert:
			inserted += n
		default:
			flush()
			kept(n)
		}
	}
	flush()
}

// keep retains tokens that are the same but for their attributes.
func (m *matcher) keep(a, b []token) {
	for i := 0; i < len(a); {
		units, j := 0, i
		for ; j < len(a) && a[j].attrs.Equal(a[i].attrs) && b[j].attrs.Equal(b[i].attrs); j++ {
			units += a[j].units()
		}
		m.build.Retain(units, changes(a[i].attrs, b[i].attrs))
		i = j
	}
}

// replace inserts what is in b and deletes what is in a.
func (m *matcher) replace(a, b []token) {
	for i := 0; i < len(b); {
		if b[i].isEmbed() {
			m.build.InsertEmbed(m.table.embed(b[i].char), b[i].attrs)
			i++
			continue
		}
		var text []byte
		j := i
		for ; j < len(b) && !b[j].isEmbed() && b[j].attrs.Equal(b[i].attrs); j++ {
			text = utf8.AppendRune(text, b[j].char)
		}
		m.build.Insert(string(text), b[i].attrs)
		i = j
	}
	if n := unitsOf(a); n > 0 {
		m.build.Delete(n)
	}
}

// changes returns what a retain must say to make attributes a into b.
func changes(a, b ot.Attrs) ot.Attrs {
	if a.Equal(b) {
		return ot.Attrs{}
	}
	kv := make(map[string]ot.Value)
	for name := range a.All() {
		if _, ok := b.Get(name); !ok {
			kv[name] = ot.Null
		}
	}
	for name, value := range b.All() {
		if was, ok := a.Get(name); !ok || was != value {
			kv[name] = value
		}
	}
	return ot.NewAttrs(kv)
}

// shared returns how many tokens both begin with, and how many both end with.
func shared(a, b []token) (start, end int) {
	most := min(len(a), len(b))
	for end < most && a[len(a)-1-end].same(b[len(b)-1-end]) {
		end++
	}
	for start < most-end && a[start].same(b[start]) {
		start++
	}
	return start, end
}

func sharedRunes(a, b []rune) (start, end int) {
	most := min(len(a), len(b))
	for start < most && a[start] == b[start] {
		start++
	}
	for end < most-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	return start, end
}

func encode[T any](things []T, code func(T) (rune, bool)) ([]rune, bool) {
	runes := make([]rune, len(things))
	for i, t := range things {
		r, ok := code(t)
		if !ok {
			return nil, false
		}
		runes[i] = r
	}
	return runes, true
}

func join(lines [][]token) []token {
	if len(lines) == 0 {
		return nil
	}
	n := 0
	for _, l := range lines {
		n += len(l)
	}
	// Lines that follow each other were cut from one slice.
	return lines[0][:n:n]
}
