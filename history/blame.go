package history

import (
	"context"
	"iter"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// Blame tells who inserted what is in the document at a revision: all of it, in
// order. Revision 0 is what was there from the beginning. It is
// [session.ErrNotFound] if there is no such revision.
func (a *Archive) Blame(ctx context.Context, doc wire.DocID, revision wire.Revision) ([]Credit, error) {
	if err := a.reaches(ctx, doc, revision); err != nil {
		return nil, err
	}
	t, err := a.traceAt(ctx, doc, revision)
	if err != nil {
		return nil, err
	}
	facts, err := a.facts(ctx, doc, revision)
	if err != nil {
		return nil, err
	}
	return credit(parts(t.Units()), facts), nil
}

// traceAt returns the trace from the beginning to a revision. It goes on from
// the last one that was recorded.
func (a *Archive) traceAt(ctx context.Context, doc wire.DocID, revision wire.Revision) (*Trace, error) {
	if err := a.record(ctx, doc, revision); err != nil {
		return nil, err
	}
	kept := a.recorded(doc)
	if n := kept.before(revision) / a.lim.TraceBlocks * a.lim.TraceBlocks; n > 0 {
		t := kept.blocks[n-1].trace.Clone()
		return t, a.follow(ctx, doc, t, revision)
	}
	began, err := a.at(ctx, doc, 0)
	if err != nil {
		return nil, err
	}
	t := NewTrace(0, began.Len())
	return t, a.follow(ctx, doc, t, revision)
}

// follow moves a trace on to a revision.
func (a *Archive) follow(ctx context.Context, doc wire.DocID, t *Trace, upTo wire.Revision) error {
	return a.each(ctx, doc, t.At(), upTo, func(at wire.Revision, op ot.Op) error { return t.Apply(op, at) })
}

// parts gives stretches that follow each other their places.
func parts(units iter.Seq2[int, wire.Revision]) iter.Seq[Part] {
	return func(yield func(Part) bool) {
		at := 0
		for n, revision := range units {
			if !yield(Part{at, n, revision}) {
				return
			}
			at += n
		}
	}
}
