package history

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"sync"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// recording is the beginning of a document's history in memory, as blocks of
// ops, so that any revision of a long history is some hundred ops away. The
// records behind the last whole block are read from the source each time: they
// are few.
type recording struct {
	turn   turn       // whoever holds it may extend the recording
	editor *ot.Editor // at the end of the last block
	trace  *Trace     // the same
	bytes  int        // of blocks
	full   bool       // it shall not grow any more
	mu     sync.Mutex // held for moments only
	blocks []block    // grows and does not change
}

// block is some ops that follow each other, and what they lead to.
type block struct {
	ops      []byte // each with its length in front, in binary
	composed ot.Op
	doc      ot.Doc
	trace    *Trace // of every so many blocks; nobody changes it
}

// recorded is what a recording held at some moment.
type recorded struct {
	size   wire.Revision // records of a block
	blocks []block
}

// recorded returns what is recorded of a document.
func (a *Archive) recorded(doc wire.DocID) recorded {
	r := &a.keep(doc).recording
	r.mu.Lock()
	defer r.mu.Unlock()
	return recorded{wire.Revision(a.lim.BlockRecords), r.blocks}
}

// end is the last revision that is recorded.
func (r recorded) end() wire.Revision { return wire.Revision(len(r.blocks)) * r.size }

// before returns how many blocks end at or before a revision.
func (r recorded) before(revision wire.Revision) int { return min(len(r.blocks), int(revision/r.size)) }

// whole returns the last revision at or before one where a block ends, or would
// end.
func (r recorded) whole(revision wire.Revision) wire.Revision { return revision / r.size * r.size }

// record extends the recording of a document up to a revision, or to its last
// block before it. A document that would take more than half of the memory is
// recorded in part.
func (a *Archive) record(ctx context.Context, doc wire.DocID, upTo wire.Revision) error {
	k := a.keep(doc)
	r := &k.recording
	if have := a.recorded(doc); have.end() >= have.whole(upTo) {
		return nil
	}
	if err := r.turn.take(ctx); err != nil {
		return err
	}
	defer r.turn.give()
	have := recorded{wire.Revision(a.lim.BlockRecords), r.blocks}
	if r.full || have.end() >= have.whole(upTo) {
		return nil
	}
	if r.editor == nil {
		first, err := a.src.Snapshot(ctx, doc, 0)
		if err != nil {
			return err
		}
		r.editor, r.trace = first.Doc.Edit(), NewTrace(0, first.Doc.Len())
	}
	var ops []ot.Op
	var made []Fact
	return a.read(ctx, doc, have.end(), have.whole(upTo), func(rec *session.Record) error {
		ops, made = append(ops, rec.Op), append(made, Fact{rec.Revision, rec.User, rec.At})
		if len(ops) < a.lim.BlockRecords {
			return nil
		}
		err := r.add(ops, a.lim.TraceBlocks)
		k.ledger.offer(made)
		ops, made = ops[:0], made[:0]
		if err != nil { // the log is damaged
			a.forget(doc, k)
			return err
		}
		a.count(doc, k, func() { k.recordingBytes = r.bytes })
		if r.full = r.bytes > a.lim.Memory/2; r.full {
			return errStop
		}
		return nil
	})
}

// add appends a block.
func (r *recording) add(ops []ot.Op, traceBlocks int) error {
	var b block
	var one []byte
	for _, op := range ops {
		at := r.trace.At() + 1
		if err := r.editor.Apply(op); err != nil {
			return fmt.Errorf("replay revision %d: %w", at, err)
		}
		if err := r.trace.Apply(op, at); err != nil {
			return err
		}
		var err error
		if one, err = op.AppendBinary(one[:0]); err != nil {
			return err
		}
		b.ops = append(binary.AppendUvarint(b.ops, uint64(len(one))), one...)
	}
	var err error
	if b.composed, err = ot.ComposeAll(ops); err != nil {
		return err
	}
	b.doc = r.editor.Doc()
	if (len(r.blocks)+1)%traceBlocks == 0 {
		b.trace = r.trace.Clone()
	}
	r.mu.Lock()
	r.blocks = append(r.blocks, b)
	r.mu.Unlock()
	r.bytes += b.bytes()
	return nil
}

// bytes is about how much memory a block takes: a document shares with the one
// before it what lies between the places that the block touches.
func (b *block) bytes() int {
	const part, touched = 24, 3 << 10
	n := len(b.ops) + part*b.composed.Len() + b.composed.TargetLen() - b.composed.BaseLen() + touched*(2+b.composed.Len()/2)
	if b.trace != nil {
		n += 2 * b.trace.bytes()
	}
	return max(n, part)
}

// each goes through the ops from one revision to another, both of which are
// recorded.
func (r recorded) each(after, upTo wire.Revision, do func(wire.Revision, ot.Op) error) error {
	for after < upTo {
		at := r.whole(after)
		rest := r.blocks[after/r.size].ops
		for end := min(upTo, at+r.size); at < end; at++ {
			size, n := binary.Uvarint(rest)
			bytes := rest[n : n+int(size)]
			rest = rest[n+int(size):]
			if at < after {
				continue
			}
			op, err := ot.ParseBinary(bytes, unlimited)
			if err == nil {
				err = do(at+1, op)
			}
			if err != nil {
				return fmt.Errorf("replay revision %d: %w", at+1, err)
			}
		}
		after = at
	}
	return nil
}

// unlimited is for what was in the log.
var unlimited = ot.Limits{
	Bytes: math.MaxInt32, Components: math.MaxInt32, InsertUnits: math.MaxInt32, Attributes: math.MaxInt32,
	AttributeBytes: math.MaxInt32, Depth: 64, Units: math.MaxInt32,
}
