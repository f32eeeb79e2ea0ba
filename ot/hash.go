package ot

import (
	"fmt"
	"math/bits"
)

// Hash stands for the content of a document: the same for equal documents,
// however they are stored and whatever edits made them, and with a probability of
// about 2^-62 the same for two that differ by accident. It is no protection
// against somebody who looks for collisions.
//
// A client can compute it from any Delta of the document. With p = 2^31-1, it is
// two numbers, each a polynomial modulo p, started at 0 and continued for each
// UTF-16 code unit, or embed, in order:
//
//	a = (a × 1687331 + v + va) mod p
//	b = (b × 1937813 + v + vb) mod p
//
// For a unit of text, v is its code plus 1. For an embed, instead of v, each has
// the text hash of the embed's JSON, {"name":value}. va and vb are zero without
// attributes, else the text hash of their JSON, {"name":value,…}. JSON is without
// white space and sorted by name at every level, as [Op.AppendJSON] writes it
// (control characters other than \n, \t and \r as \u00xx). The text hash of a
// string is computed in the same way over its UTF-16 code units c:
//
//	a = (a × 1270607 + c + 1) mod p
//	b = (b × 2039441 + c + 1) mod p
//
// All multipliers are below 2^21, so that each product is below 2^52 and exact in
// a JavaScript number x; x mod p is then lo + hi, less p if that is not below
// it, of hi = Math.floor(x / 2147483648) and lo = x - hi * 2147483648.
//
// As text: a, then b, as 8 hexadecimal digits each.
type Hash uint64

// String returns 16 hexadecimal digits.
func (h Hash) String() string { return fmt.Sprintf("%016x", uint64(h)) }

// lanes are the two numbers, both less than hashPrime.
type lanes struct{ a, b uint32 }

const (
	hashPrime = 1<<31 - 1
	docA      = 1_687_331
	docB      = 1_937_813
	textA     = 1_270_607
	textB     = 2_039_441
)

// reduce returns a number equal to x modulo the prime, and at most x/2^31 + 2^31.
func reduce(x uint64) uint64 { return x&hashPrime + x>>31 }

func lanesOf(a, b uint64) lanes { return lanes{uint32(a % hashPrime), uint32(b % hashPrime)} }

// hashOfText is the text hash of s, which is valid UTF-8.
func hashOfText(s string) lanes {
	a, b := uint64(0), uint64(0)
	add := func(unit rune) {
		a, b = reduce(a*textA+uint64(unit)+1), reduce(b*textB+uint64(unit)+1)
	}
	for _, r := range s {
		if r > 0xFFFF {
			add(0xD800 + (r-0x10000)>>10)
			r = 0xDC00 + (r-0x10000)&0x3FF
		}
		add(r)
	}
	return lanesOf(a, b)
}

func hashOfAttrs(list []attr) lanes { return hashOfText(string(appendAttrs(nil, list))) }

// Hash returns the hash of the content. Every node of the tree remembers its
// own, so that it costs what has changed since the last time, plus the path to it.
func (d Doc) Hash() Hash {
	if d.root == nil {
		return 0
	}
	h := d.root.hashed()
	return Hash(uint64(h.a)<<32 | uint64(h.b))
}

// A remembered hash is distinct from 0, which stands for none: bit 63 is set.
const hashKnown = 1 << 63

func remembered(bits uint64) lanes {
	return lanes{uint32(bits >> 31 & hashPrime), uint32(bits & hashPrime)}
}

func (h lanes) remember() uint64 { return hashKnown | uint64(h.a)<<31 | uint64(h.b) }

func (t *inner) hashed() lanes {
	if bits := t.hash.Load(); bits != 0 {
		return remembered(bits)
	}
	a, b := uint64(0), uint64(0)
	for i := range t.n {
		var h lanes
		if t.height == 1 {
			h = t.leaves[i].hashed()
		} else {
			h = t.inners[i].hashed()
		}
		a = (a*power(docA, int(t.units[i])) + uint64(h.a)) % hashPrime
		b = (b*power(docB, int(t.units[i])) + uint64(h.b)) % hashPrime
	}
	h := lanesOf(a, b)
	t.hash.Store(h.remember())
	return h
}

// power returns x to the n modulo the prime.
func power(x uint64, n int) uint64 {
	r := uint64(1)
	for i := bits.Len(uint(n)) - 1; i >= 0; i-- {
		r = r * r % hashPrime
		if n>>i&1 == 1 {
			r = r * x % hashPrime
		}
	}
	return r
}

func (l *leaf) hashed() lanes {
	if bits := l.hash.Load(); bits != 0 {
		return remembered(bits)
	}
	a, b := uint64(0), uint64(0)
	l.pieces(0, l.len(), func(p piece) bool {
		va, vb := uint64(0), uint64(0)
		if !p.run.attrs.isZero() {
			h := p.run.attrs.set.Value().hash
			va, vb = uint64(h.a), uint64(h.b)
		}
		if p.run.embed != nil {
			h := p.run.embed.hash()
			a, b = reduce(a*docA+uint64(h.a)+va), reduce(b*docB+uint64(h.b)+vb)
			return true
		}
		if len(l.wide) == 0 {
			for _, c := range l.ascii[p.from:p.to] {
				a, b = reduce(a*docA+uint64(c)+1+va), reduce(b*docB+uint64(c)+1+vb)
			}
			return true
		}
		for _, c := range l.wide[p.from:p.to] {
			a, b = reduce(a*docA+uint64(c)+1+va), reduce(b*docB+uint64(c)+1+vb)
		}
		return true
	})
	h := lanesOf(a, b)
	l.hash.Store(h.remember())
	return h
}

func (e *Embed) hash() lanes {
	return hashOfText(string(appendAttrs(nil, []attr{{e.name, e.value}})))
}
