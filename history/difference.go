package history

import (
	"context"
	"slices"

	"github.com/collabd/collabd/difference"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// Difference is what differs between the documents at two revisions.
type Difference struct {
	// Op makes the one of the other. It is as small as package difference finds
	// it: what was written and deleted again, or moved, does not show in it.
	Op ot.Op
	// Inserted covers all that Op inserts, by its place in the later document;
	// Deleted all that it deletes, by its place in the earlier one.
	Inserted, Deleted []Credit
}

// Part is a stretch of a document.
type Part struct {
	At, Units int           // UTF-16 code units
	Revision  wire.Revision // that inserted or deleted it, 0 if none can be named
}

// Difference compares the documents at two revisions, from <= to. It is
// [session.ErrNotFound] if there is no such revision.
func (a *Archive) Difference(ctx context.Context, doc wire.DocID, from, to wire.Revision) (Difference, error) {
	if err := a.reaches(ctx, doc, max(from, to)); err != nil {
		return Difference{}, err
	}
	if to-from > wire.Revision(a.lim.Near) {
		if err := a.record(ctx, doc, to); err != nil {
			return Difference{}, err
		}
	}
	was, err := a.at(ctx, doc, from)
	if err != nil {
		return Difference{}, err
	}
	is, err := a.at(ctx, doc, to)
	if err != nil {
		return Difference{}, err
	}
	op, err := difference.Between(was, is, difference.Limits{})
	if err != nil {
		return Difference{}, err
	}
	t := NewTrace(from, was.Len())
	if err := a.follow(ctx, doc, t, to); err != nil {
		return Difference{}, err
	}
	facts, err := a.facts(ctx, doc, to)
	if err != nil {
		return Difference{}, err
	}
	inserted, deleted := attribute(op, t)
	return Difference{Op: op, Inserted: credit(slices.Values(inserted), facts), Deleted: credit(slices.Values(deleted), facts)}, nil
}

// attribute says which revisions are behind an op from the beginning of a trace
// to its end.
//
// The op is not the one that people wrote: of "aa" it may delete the first a
// where they deleted the second. So a unit that it deletes may be one that is
// there still. Then what they deleted is near: in the same change, or else in
// the text beside it that stayed.
func attribute(op ot.Op, t *Trace) (insertions, deletions []Part) {
	inserted, deleted := newSide(t, t.Units()), newSide(t, t.Fates())
	was, is := 0, 0
	for c := range op.Components() {
		switch c.Kind {
		case ot.Insert:
			inserted.change(is, c.Len)
			is += c.Len
		case ot.Delete:
			deleted.change(was, c.Len)
			was += c.Len
		default:
			inserted.close()
			deleted.close()
			was, is = was+c.Len, is+c.Len
		}
	}
	return inserted.finish(), deleted.finish()
}
