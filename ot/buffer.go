package ot

import (
	"math"
	"slices"
	"sync"
	"unsafe"
)

// Buffer is an op in memory that is written again and again: once it has grown
// to the size of what it is used for, [Buffer.Compose] and [Buffer.Transform]
// allocate nothing. Its zero value is ready and holds the op that changes
// nothing. It belongs to one goroutine.
type Buffer struct {
	parts    []part
	text     []byte
	whole    string // instead of text: that of an immutable op, all of it
	inserted int
	retained int
	deleted  int
	memo     *attrMemo
	room     []part // memory for parts
}

// buffers lends memory to the functions that return an Op of their own.
var buffers = sync.Pool{New: func() any { return new(Buffer) }}

// View returns what the buffer holds, without a copy. The op, and every text
// of its components, is valid until the buffer is written the next time.
func (b *Buffer) View() Op {
	op := b.sums()
	op.parts, op.text = b.parts, b.whole
	if len(b.text) > 0 {
		op.text = unsafe.String(unsafe.SliceData(b.text), len(b.text))
	}
	op.borrowed = true
	return op
}

// Op returns a copy of what the buffer holds, an op like any other.
func (b *Buffer) Op() Op {
	op := b.sums()
	if len(b.parts) > 0 {
		op.parts = slices.Clone(b.parts)
	}
	op.text = b.whole
	if len(b.text) > 0 {
		op.text = string(b.text)
	}
	return op
}

// take returns what the buffer holds with the buffer's own memory, and leaves it empty.
func (b *Buffer) take() Op {
	op := b.View()
	op.borrowed = false
	*b = Buffer{}
	return op
}

func (b *Buffer) sums() Op {
	return Op{inserted: b.inserted, retained: b.retained, deleted: b.deleted}
}

// Reset makes the buffer hold the op that changes nothing. It keeps its memory.
func (b *Buffer) Reset() {
	b.parts, b.text, b.whole = b.parts[:0], b.text[:0], ""
	b.inserted, b.retained, b.deleted = 0, 0, 0
}

// set makes the buffer hold op.
func (b *Buffer) set(op Op) {
	b.Reset()
	b.parts = append(b.parts, op.parts...)
	b.inserted, b.retained, b.deleted = op.inserted, op.retained, op.deleted
	b.adopt(op)
}

// adopt takes the text of op for that of the buffer.
func (b *Buffer) adopt(op Op) {
	if op.borrowed {
		b.text = append(b.text[:0], op.text...)
	} else {
		b.whole = op.text
	}
}

func (b *Buffer) attrs(rule attrRule, x, y Attrs) Attrs {
	if b.memo == nil {
		b.memo = new(attrMemo)
	}
	return b.memo.apply(rule, x, y)
}

// insert appends text of so many units. Nulls are dropped.
func (b *Buffer) insert(text string, units int, attrs Attrs) {
	b.text = append(b.text, text...)
	b.inserted += units
	b.push(part{kind: Insert, units: units, size: sizeOf(text), attrs: attrs.withoutNull()})
}

func (b *Buffer) insertEmbed(e Embed, attrs Attrs) {
	before := len(b.text)
	b.text = e.appendPacked(b.text)
	b.inserted++
	b.push(part{kind: Insert, units: 1, size: uint32(len(b.text) - before), embed: true, attrs: attrs.withoutNull()})
}

func (b *Buffer) retain(n int, attrs Attrs) {
	b.retained += n
	b.push(part{kind: Retain, units: n, attrs: attrs})
}

func (b *Buffer) delete(n int) {
	b.deleted += n
	b.push(part{kind: Delete, units: n})
}

// push appends p, whose text has been appended, or makes the last part longer.
func (b *Buffer) push(p part) {
	if n := len(b.parts); n > 0 {
		if last := &b.parts[n-1]; last.takes(&p) {
			last.units += p.units
			last.size += p.size
			return
		}
	}
	b.parts = append(b.parts, p)
}

// takes reports whether p and next, behind it, are one component.
func (p *part) takes(next *part) bool {
	return p.kind == next.kind && p.attrs == next.attrs && !p.embed && !next.embed && uint64(p.size)+uint64(next.size) <= math.MaxUint32
}

// trim drops a plain retain at the end.
func (b *Buffer) trim() {
	if n := len(b.parts); n > 0 && b.parts[n-1].isPlainRetain() {
		b.retained -= b.parts[n-1].units
		b.parts = b.parts[:n-1]
	}
}

// sizeOf is the length of text, which one component counts in 32 bits.
func sizeOf(text string) uint32 {
	if uint64(len(text)) > math.MaxUint32 {
		panic("ot: an insert of 4 GiB")
	}
	return uint32(len(text))
}
