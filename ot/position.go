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
	for _, c := range op.list {
		switch {
		case c.Kind == Insert && left == 0 && g == Left:
			return result
		case c.Kind == Insert:
			result += c.Len
		case left < c.Len && c.Kind == Delete:
			return result
		case left < c.Len:
			return result + left
		default:
			left -= c.Len
			if c.Kind == Retain {
				result += c.Len
			}
		}
	}
	return result + left
}
