package ot

import (
	"math"
	"slices"
)

// partWriter writes parts one behind the other and makes one of those that can
// be. It is small and handed on by value, so that it stays in registers.
type partWriter struct {
	out []part
	k   int // of the last part in out
}

// writer returns a partWriter for at most n parts, into the buffer's own memory.
// In front of them is an empty part, which nothing merges with.
func (b *Buffer) writer(n int) partWriter {
	b.room = slices.Grow(b.room[:0], n+1)[:n+1]
	b.room[0] = part{}
	return partWriter{out: b.room}
}

// written makes what w wrote the parts of the buffer.
func (b *Buffer) written(w partWriter) { b.parts = b.room[1 : w.k+1] }

func (w partWriter) put(kind Kind, units int, attrs Attrs, size uint32, embed bool) partWriter {
	if h := &w.out[w.k]; h.kind == kind && h.attrs == attrs && !embed && !h.embed && uint64(h.size)+uint64(size) <= math.MaxUint32 {
		h.units += units
		h.size += size
		return w
	}
	w.k++
	w.out[w.k] = part{kind: kind, units: units, attrs: attrs, size: size, embed: embed}
	return w
}

// skip is put for a retain or delete.
func (w partWriter) skip(kind Kind, units int, attrs Attrs) partWriter {
	if h := &w.out[w.k]; h.kind == kind && h.attrs == attrs {
		h.units += units
		return w
	}
	w.k++
	w.out[w.k] = part{kind: kind, units: units, attrs: attrs}
	return w
}

// rest adds list, which is canonical: only its first can be one with the last part.
func (w partWriter) rest(list []part) partWriter {
	if len(list) == 0 {
		return w
	}
	p := &list[0]
	w = w.put(p.kind, p.units, p.attrs, p.size, p.embed)
	w.k += copy(w.out[w.k+1:], list[1:])
	return w
}
