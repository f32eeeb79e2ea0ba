package history

import (
	"context"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// Change returns the op that makes the document at one revision into that at
// another, before or after it. It is [session.ErrNotFound] if there is no such
// revision.
func (a *Archive) Change(ctx context.Context, doc wire.DocID, from, to wire.Revision) (ot.Op, error) {
	if err := a.reaches(ctx, doc, max(from, to)); err != nil {
		return ot.Op{}, err
	}
	if from <= to {
		return a.composed(ctx, doc, from, to)
	}
	op, err := a.composed(ctx, doc, to, from)
	if err != nil {
		return ot.Op{}, err
	}
	was, err := a.at(ctx, doc, to)
	if err != nil {
		return ot.Op{}, err
	}
	return ot.Invert(op, was)
}

// composed returns the ops of the revisions after+1 to upTo as one.
func (a *Archive) composed(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) (ot.Op, error) {
	var blocks, block []ot.Op
	err := a.each(ctx, doc, after, upTo, func(at wire.Revision, op ot.Op) error {
		if block = append(block, op); len(block) < composeStep && at < upTo {
			return nil
		}
		op, err := ot.ComposeAll(block)
		blocks, block = append(blocks, op), block[:0]
		return err
	})
	if err != nil {
		return ot.Op{}, err
	}
	return ot.ComposeAll(blocks)
}

// composeStep is how many ops are composed at once.
const composeStep = 1024
