package ot

import (
	"math"
	"slices"
)

// partWriter writes parts one behind the other and makes one of those that can
// be. It is small and handed on by value, so that it stays in registers.
type partWriter struct {
	last *part
	free []part // behind last
}

// writer returns a partWriter for at most n parts, into the buffer's own memory.
// In front of them is an empty part, which nothing merges with.
func (b *Buffer) writer(n int) partWriter {
	b.room = slices.Grow(b.room[:0], n+1)[:n+1]
	b.room[0] = part{}
	return partWriter{&b.room[0], b.room[1:]}
}

// written makes what w wrote the parts of the buffer.
func (b *Buffer) written(w partWriter) { b.parts = b.room[1 : len(b.room)-len(w.free)] }

func (w partWriter) put(kind Kind, units int, attrs Attrs, size uint32, embed bool) partWriter {
	if h := w.last; h.kind == kind && h.attrs == attrs && !embed && !h.embed && uint64(h.size)+uint64(size) <= math.MaxUint32 {
		h.units += units
		h.size += size
		return w
	}
	w.last, w.free = &w.free[0], w.free[1:]
	*w.last = part{kind: kind, units: units, attrs: attrs, size: size, embed: embed}
	return w
}

// rest adds list, which is canonical: only its first can be one with the last part.
func (w partWriter) rest(list []part) partWriter {
	if len(list) == 0 {
		return w
	}
	p := &list[0]
	w = w.put(p.kind, p.units, p.attrs, p.size, p.embed)
	if n := copy(w.free, list[1:]); n > 0 {
		w.last, w.free = &w.free[n-1], w.free[n:]
	}
	return w
}
