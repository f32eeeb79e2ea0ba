package history

import (
	"context"
	"iter"

	"github.com/collabd/collabd/wire"
)

// Blame tells who inserted what is in the document at a revision: all of it, in
// order. Revision 0 is what was there from the beginning. It is
// [session.ErrNotFound] if there is no such revision.
func (a *Archive) Blame(ctx context.Context, doc wire.DocID, revision wire.Revision) ([]Credit, error) {
	if err := a.reaches(ctx, doc, revision); err != nil {
		return nil, err
	}
	began, err := a.at(ctx, doc, 0)
	if err != nil {
		return nil, err
	}
	t, err := a.trace(ctx, doc, began, 0, revision)
	if err != nil {
		return nil, err
	}
	facts, err := a.facts(ctx, doc, revision)
	if err != nil {
		return nil, err
	}
	return credit(parts(t.Units()), facts), nil
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
