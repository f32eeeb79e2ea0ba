package ot

import (
	"bytes"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// Sizes of leaves. Text is a KiB where it is ASCII, two where it is not.
const (
	leafUnits  = 1024 // units of a leaf, at most
	leafRuns   = 64   // runs of a leaf, at most
	leafFilled = 896  // units of the leaves that a long insert makes
	leafSmall  = 256  // a leaf with less looks for a neighbour to be one with
)

// leaf is a stretch of a document. While it belongs to an editor that editor
// changes it in place, and nobody else sees it; from then on it is immutable and
// shared by all documents that contain it. No surrogate pair lies in two leaves.
type leaf struct {
	owner uint64        // the editor that made it
	hash  atomic.Uint64 // remembered by Doc.Hash
	lines int           // line breaks
	ascii []byte        // a unit is a byte, in a leaf of ASCII text, else
	wide  []uint16      // it is here
	runs  []run         // nil if all is plain text
}

func (l *leaf) len() int { return len(l.ascii) + len(l.wide) } // one of them is empty

// cloneFor returns a copy with room for a few more units.
func (l *leaf) cloneFor(owner uint64) *leaf {
	c := &leaf{owner: owner, lines: l.lines}
	if len(l.wide) > 0 {
		c.wide = append(make([]uint16, 0, roomFor(len(l.wide)+1)), l.wide...)
	} else {
		c.ascii = append(make([]byte, 0, roomFor(len(l.ascii)+1)), l.ascii...)
	}
	if l.runs != nil {
		c.runs = append(make([]run, 0, len(l.runs)+2), l.runs...)
	}
	return c
}

// roomFor is the capacity of a text of n units that may grow.
func roomFor(n int) int {
	if n > leafUnits {
		return n
	}
	return min(n+n/4+32, leafUnits)
}

// insertText inserts so many units of text at a place that cuts no pair.
func (l *leaf) insertText(at int, text string, units int) {
	if len(text) == 1 {
		if text[0] == '\n' {
			l.lines++
		}
	} else {
		l.lines += strings.Count(text, "\n")
	}
	if units == len(text) && len(l.wide) == 0 {
		l.ascii = openGap(l.ascii, at, units)
		copy(l.ascii[at:], text)
		return
	}
	l.widen()
	l.wide = openGap(l.wide, at, units)
	encodeUTF16(l.wide[at:], text)
}

// encodeUTF16 writes text over the first units of dst.
func encodeUTF16(dst []uint16, text string) {
	i := 0
	for _, r := range text {
		if r < 0x10000 {
			dst[i] = uint16(r)
			i++
			continue
		}
		r -= 0x10000
		dst[i], dst[i+1] = uint16(0xD800+r>>10), uint16(0xDC00+r&0x3FF)
		i += 2
	}
}

// widen makes a wide leaf of one of ASCII text.
func (l *leaf) widen() {
	if len(l.ascii) == 0 {
		return
	}
	l.wide = make([]uint16, len(l.ascii), roomFor(len(l.ascii)+1))
	for i, c := range l.ascii {
		l.wide[i] = uint16(c)
	}
	l.ascii = nil
}

// openGap makes room for n elements at a place of s.
func openGap[T byte | uint16](s []T, at, n int) []T {
	size := len(s) + n
	if size > cap(s) {
		grown := make([]T, size, roomFor(size))
		copy(grown, s[:at])
		copy(grown[at+n:], s[at:])
		return grown
	}
	s = s[:size]
	copy(s[at+n:], s[at:])
	return s
}

func (l *leaf) deleteText(at, n int) {
	l.lines -= l.breaks(at, at+n)
	if len(l.wide) == 0 {
		l.ascii = append(l.ascii[:at], l.ascii[at+n:]...)
	} else {
		l.wide = append(l.wide[:at], l.wide[at+n:]...)
	}
}

// breaks counts the line breaks from one place to another.
func (l *leaf) breaks(from, to int) int {
	n := 0
	if len(l.wide) == 0 {
		if to-from == 1 {
			if l.ascii[from] == '\n' {
				n = 1
			}
			return n
		}
		return bytes.Count(l.ascii[from:to], []byte{'\n'})
	}
	for _, c := range l.wide[from:to] {
		if c == '\n' {
			n++
		}
	}
	return n
}

// cutsPair reports whether a place is the middle of a surrogate pair.
func (l *leaf) cutsPair(at int) bool {
	return at < len(l.wide) && l.wide[at]&0xFC00 == 0xDC00
}

// split leaves the first units in l and returns a leaf with the others. It
// cuts one unit earlier rather than through a pair.
func (l *leaf) split(at int) *leaf {
	if l.cutsPair(at) {
		at--
	}
	right := &leaf{owner: l.owner}
	right.lines = l.breaks(at, l.len())
	l.lines -= right.lines
	if l.runs != nil {
		i := l.boundary(at)
		right.runs = append([]run(nil), l.runs[i:]...)
		clear(l.runs[i:])
		l.runs = l.runs[:i]
		l.settleRuns()
		right.settleRuns()
	}
	if len(l.wide) == 0 {
		right.ascii = append(make([]byte, 0, roomFor(len(l.ascii)-at)), l.ascii[at:]...)
		l.ascii = l.ascii[:at]
	} else {
		right.wide = append(make([]uint16, 0, roomFor(len(l.wide)-at)), l.wide[at:]...)
		l.wide = l.wide[:at]
		l.narrow()
		right.narrow()
	}
	return right
}

// narrow makes a leaf of ASCII text of a wide one that no longer needs it.
func (l *leaf) narrow() {
	for _, c := range l.wide {
		if c >= utf8.RuneSelf {
			return
		}
	}
	l.ascii = make([]byte, len(l.wide), roomFor(len(l.wide)))
	for i, c := range l.wide {
		l.ascii[i] = byte(c)
	}
	l.wide = nil
}

// absorb appends the content of right, which it does not change.
func (l *leaf) absorb(right *leaf) {
	if l.runs != nil || right.runs != nil {
		l.spellRuns()
		runs := right.runs
		if runs == nil {
			runs = []run{{units: right.len()}}
		}
		n := len(l.runs)
		l.runs = append(l.runs, runs...)
		l.joinRuns(n, n+1)
		l.settleRuns()
	}
	l.lines += right.lines
	if len(l.wide) == 0 && len(right.wide) == 0 {
		l.ascii = append(l.ascii, right.ascii...)
		return
	}
	l.widen()
	l.wide = append(l.wide, right.wide...)
	for _, c := range right.ascii {
		l.wide = append(l.wide, uint16(c))
	}
}

// appendUTF8 appends the text from one place to another; an embed is one byte
// of no meaning.
func (l *leaf) appendUTF8(dst []byte, from, to int) []byte {
	if len(l.wide) == 0 {
		return append(dst, l.ascii[from:to]...)
	}
	for i := from; i < to; i++ {
		switch c := rune(l.wide[i]); {
		case c < utf8.RuneSelf:
			dst = append(dst, byte(c))
		case c&0xFC00 == 0xD800:
			i++
			dst = utf8.AppendRune(dst, 0x10000+(c&0x3FF)<<10+rune(l.wide[i]&0x3FF))
		default:
			dst = utf8.AppendRune(dst, c)
		}
	}
	return dst
}
