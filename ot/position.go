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
