package ot

// lanes are two polynomials modulo the prime 2^31-1 side by side. Both are less
// than the prime.
type lanes struct{ a, b uint32 }

// The multipliers. All are below 2^21, so that a browser can multiply one with a
// number below 2^31 exactly in a float64.
const (
	hashPrime = 1<<31 - 1
	docA      = 1_687_331
	docB      = 1_937_813
	textA     = 1_270_607
	textB     = 2_039_441
)

// reduce returns a number below 2^33 that equals x modulo the prime.
func reduce(x uint64) uint64 { return x&hashPrime + x>>31 }

// hashOfText is the hash of canonical JSON text.
func hashOfText(h lanes, s string) lanes {
	a, b := uint64(h.a), uint64(h.b)
	for _, r := range s {
		if r > 0xFFFF {
			high := uint64(0xD800+(r-0x10000)>>10) + 1
			a, b = reduce(a*textA+high), reduce(b*textB+high)
			r = 0xDC00 + (r-0x10000)&0x3FF
		}
		unit := uint64(r) + 1
		a, b = reduce(a*textA+unit), reduce(b*textB+unit)
	}
	return lanes{uint32(a % hashPrime), uint32(b % hashPrime)}
}

func hashOfAttrs(list []attr) lanes {
	return hashOfText(lanes{}, string(appendAttrs(nil, list)))
}
