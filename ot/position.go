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
		if left == 0 && (c.Kind != Insert || g == Left) {
			break
		}
		switch c.Kind {
		case Insert:
			result += c.Len
		case Retain:
			n := min(left, c.Len)
			left, result = left-n, result+n
		case Delete:
			left -= min(left, c.Len)
		}
	}
	return result + left
}
