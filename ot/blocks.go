package ot

import "math/bits"

// Blocks is a log of ops that answers with a stretch of it as one op. It keeps
// composed blocks of 2^k ops, each made of its two halves when it is first
// needed, so that a stretch is composed of a few blocks. Ops are counted from
// where the log began: op i leads from place i to place i+1. It belongs to
// one goroutine.
type Blocks struct {
	first  int  // place of ops[0]
	ops    []Op // each leads from one place to the next
	blocks map[block]Op
	queue  []block // of blocks, the oldest first
	bytes  int     // of blocks
	limit  int     // of bytes
}

// block stands for 2^level ops from place index·2^level on.
type block struct{ level, index int }

// blockLevel is the level below which blocks are not kept: 16 ops are composed
// in no time, and would make most of the memory.
const blockLevel = 4

// NewBlocks returns an empty log that begins at a place. Its blocks use
// about limit bytes at most, beside the ops.
func NewBlocks(first, limit int) *Blocks {
	return &Blocks{first: first, blocks: map[block]Op{}, limit: limit}
}

// First returns the first place that is known.
func (l *Blocks) First() int { return l.first }

// Head returns the last place, behind all ops.
func (l *Blocks) Head() int { return l.first + len(l.ops) }

// Append adds op, which leads from Head to the next place.
func (l *Blocks) Append(op Op) { l.ops = append(l.ops, op) }

// Forget drops the ops in front of a place, but none behind Head.
func (l *Blocks) Forget(before int) {
	n := min(before, l.Head()) - l.first
	if n <= 0 {
		return
	}
	clear(l.ops[:n]) // the array goes with the next time it grows
	l.ops, l.first = l.ops[n:], l.first+n
	kept := l.queue[:0]
	for _, b := range l.queue {
		if b.index<<b.level >= l.first {
			kept = append(kept, b)
		} else {
			l.drop(b)
		}
	}
	l.queue = kept
}

// Range returns the composition of the ops that lead from one place to another.
// It fails with [CodeRange] unless First() <= from <= to <= Head(), and as
// [Compose] does if the ops do not fit each other.
func (l *Blocks) Range(from, to int) (Op, error) {
	if from < l.first || from > to || to > l.Head() {
		return Op{}, &Error{Code: CodeRange, At: -1, Detail: "a stretch outside of the log"}
	}
	var parts []Op
	for from < to {
		level := bits.Len(uint(to-from)) - 1
		if from > 0 {
			level = min(level, bits.TrailingZeros(uint(from)))
		}
		op, err := l.block(block{level, from >> level})
		if err != nil {
			return Op{}, err
		}
		parts = append(parts, op)
		from += 1 << level
	}
	return ComposeAll(parts)
}

// block returns the op of a block, of which all ops are known.
func (l *Blocks) block(b block) (Op, error) {
	if b.level < blockLevel {
		at := b.index<<b.level - l.first
		return ComposeAll(l.ops[at : at+1<<b.level])
	}
	if op, ok := l.blocks[b]; ok {
		return op, nil
	}
	left, err := l.block(block{b.level - 1, 2 * b.index})
	if err != nil {
		return Op{}, err
	}
	right, err := l.block(block{b.level - 1, 2*b.index + 1})
	if err != nil {
		return Op{}, err
	}
	op, err := Compose(left, right)
	if err == nil {
		l.keep(b, op)
	}
	return op, err
}

// keep remembers a block, and forgets the oldest ones for it.
func (l *Blocks) keep(b block, op Op) {
	l.blocks[b] = op
	l.queue = append(l.queue, b)
	l.bytes += op.memory()
	for l.bytes > l.limit && len(l.queue) > 0 {
		l.drop(l.queue[0])
		l.queue = l.queue[1:]
	}
}

func (l *Blocks) drop(b block) {
	l.bytes -= l.blocks[b].memory()
	delete(l.blocks, b)
}

// memory returns about how many bytes o uses.
func (o Op) memory() int { return 160 + 24*len(o.parts) + len(o.text) }
