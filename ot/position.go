package ot

// Gravity says on which side of a text a position stays that is inserted just there.
type Gravity bool

const (
	// Left stays in front of what is inserted there.
	Left Gravity = false
	// Right moves behind what is inserted there.
	Right Gravity = true
)

// TransformPosition returns where pos, in UTF-16 code units, is after op: where
// a marker inserted there would be (law L5). One below zero counts as zero.
func TransformPosition(op Op, pos int, g Gravity) int {
	left, result := max(pos, 0), 0 // left: units of the old document up to pos
	for i := range op.parts {
		c := &op.parts[i]
		switch {
		case c.kind == Insert && left == 0 && g == Left:
			return result
		case c.kind == Insert:
			result += c.units
		case left < c.units && c.kind == Delete:
			return result
		case left < c.units:
			return result + left
		default:
			left -= c.units
			if c.kind == Retain {
				result += c.units
			}
		}
	}
	return result + left
}

// Range is a stretch of a document: a selection, from where it was begun to
// where the caret is, or what a comment is about. Both places are in UTF-16 code
// units. Head may be in front of Anchor; a caret is a range of no length.
type Range struct{ Anchor, Head int }

// TransformRange returns where r is after op. start is the gravity of the end
// in front, and end that of the one behind: Right, Left for a range that text
// typed at its ends does not join, Left, Right for one that it does. A caret has
// the gravity end. A range does not turn round: where all its text is deleted,
// both ends stay together.
func TransformRange(op Op, r Range, start, end Gravity) Range {
	if r.Anchor == r.Head {
		at := TransformPosition(op, r.Head, end)
		return Range{at, at}
	}
	from := TransformPosition(op, min(r.Anchor, r.Head), start)
	to := TransformPosition(op, max(r.Anchor, r.Head), end)
	from = min(from, to) // an insert in the place of all the text may part them
	if r.Head < r.Anchor {
		return Range{Anchor: to, Head: from}
	}
	return Range{Anchor: from, Head: to}
}
