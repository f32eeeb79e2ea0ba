package history

import (
	"context"

	"github.com/collabd/collabd/difference"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// Change returns the op that makes the document at one revision into that at
// another, before or after it. It is what people did, composed; only where that
// would take long, because the revisions are far apart and have not been read
// lately, it is an op that replaces all but what both begin and end with. It is
// [session.ErrNotFound] if there is no such revision.
func (a *Archive) Change(ctx context.Context, doc wire.DocID, from, to wire.Revision) (ot.Op, error) {
	first, last := min(from, to), max(from, to)
	if err := a.reaches(ctx, doc, last); err != nil {
		return ot.Op{}, err
	}
	if unread := max(first, a.recorded(doc).end()); last > unread+wire.Revision(a.lim.Near) {
		return a.coarse(ctx, doc, from, to)
	}
	op, err := a.composed(ctx, doc, first, last)
	if err != nil || from <= to {
		return op, err
	}
	was, err := a.at(ctx, doc, to)
	if err != nil {
		return ot.Op{}, err
	}
	return ot.Invert(op, was)
}

func (a *Archive) coarse(ctx context.Context, doc wire.DocID, from, to wire.Revision) (ot.Op, error) {
	was, err := a.at(ctx, doc, from)
	if err != nil {
		return ot.Op{}, err
	}
	is, err := a.at(ctx, doc, to)
	if err != nil {
		return ot.Op{}, err
	}
	return difference.Coarse(was, is)
}

// composed returns the ops of the revisions after+1 to upTo as one: of whole
// blocks that are recorded what they were composed to.
func (a *Archive) composed(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) (ot.Op, error) {
	kept := a.recorded(doc)
	first, last := int((after+kept.size-1)/kept.size), kept.before(upTo)
	var parts []ot.Op
	if first < last {
		head, err := a.composedFew(ctx, doc, after, wire.Revision(first)*kept.size)
		if err != nil {
			return ot.Op{}, err
		}
		parts = append(parts, head)
		for _, b := range kept.blocks[first:last] {
			parts = append(parts, b.composed)
		}
		after = wire.Revision(last) * kept.size
	}
	tail, err := a.composedFew(ctx, doc, after, upTo)
	if err != nil {
		return ot.Op{}, err
	}
	return ot.ComposeAll(append(parts, tail))
}

// composedFew composes ops as a tree of two levels, of which not all need be in
// memory at once.
func (a *Archive) composedFew(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) (ot.Op, error) {
	var parts, ops []ot.Op
	err := a.each(ctx, doc, after, upTo, func(at wire.Revision, op ot.Op) error {
		if ops = append(ops, op); len(ops) < composeStep && at < upTo {
			return nil
		}
		op, err := ot.ComposeAll(ops)
		parts, ops = append(parts, op), ops[:0]
		return err
	})
	if err != nil {
		return ot.Op{}, err
	}
	return ot.ComposeAll(parts)
}

// composeStep is how many ops are composed at once.
const composeStep = 1024
