package main

import (
	"math/bits"
	"time"
)

// histogram counts durations in buckets that are 1.6 % wide, from a microsecond up.
type histogram struct {
	counts [buckets]uint32
	n      int
}

const (
	mantissa = 6 // bits
	buckets  = (32 - mantissa + 1) << mantissa
)

func (h *histogram) add(d time.Duration) {
	h.counts[bucket(d)]++
	h.n++
}

func (h *histogram) merge(o *histogram) {
	if o == nil {
		return
	}
	for i, n := range o.counts {
		h.counts[i] += n
	}
	h.n += o.n
}

// quantile is the duration that the share q of all does not exceed.
func (h *histogram) quantile(q float64) time.Duration {
	left := int(float64(h.n)*q + 0.5)
	for i, n := range h.counts {
		if left -= int(n); left <= 0 && h.n > 0 {
			return upper(i)
		}
	}
	return 0
}

func bucket(d time.Duration) int {
	us := min(uint64(max(d/time.Microsecond, 0)), 1<<32-1)
	shift := max(bits.Len64(us)-mantissa-1, 0)
	return shift<<mantissa + int(us>>shift)
}

// upper is the end of a bucket.
func upper(i int) time.Duration {
	if i < 2<<mantissa {
		return time.Duration(i) * time.Microsecond
	}
	shift := i>>mantissa - 1
	us := (i - shift<<mantissa + 1) << shift
	return time.Duration(us-1) * time.Microsecond
}
