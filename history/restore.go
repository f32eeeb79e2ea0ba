package history

import (
	"context"
	"fmt"

	"github.com/collabd/collabd/difference"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Edit is an op that is ready to be submitted, and the revision it applies to.
// One that changes nothing needs not be.
type Edit struct {
	Base wire.Revision
	Op   ot.Op
}

// Restore returns the edit of the present document that makes it what it was at
// a revision, as small as package difference finds it. It is
// [session.ErrNotFound] if there is no such revision.
func (a *Archive) Restore(ctx context.Context, doc wire.DocID, revision wire.Revision) (Edit, error) {
	head, was, is, err := a.wasAndIs(ctx, doc, revision)
	if err != nil {
		return Edit{}, err
	}
	op, err := difference.Between(is, was, difference.Limits{})
	return Edit{Base: head, Op: op}, err
}

// RestoreRange is Restore for a part: what has become of a stretch of the
// document at a revision is made what it was, and the rest stays as it is. What
// was typed right before or behind the stretch does not belong to it. Where
// all of it was deleted, it comes back in that place. The stretch is from
// unit From to unit To of the document at the revision. An [*ot.Error] says that
// it is not in the document or cuts a surrogate pair.
func (a *Archive) RestoreRange(ctx context.Context, doc wire.DocID, revision wire.Revision, from, to int) (Edit, error) {
	head, was, is, err := a.wasAndIs(ctx, doc, revision)
	if err != nil {
		return Edit{}, err
	}
	wanted, err := part(was, from, to)
	if err != nil {
		return Edit{}, err
	}
	since, err := a.composed(ctx, doc, revision, head)
	if err != nil {
		return Edit{}, err
	}
	now := ot.TransformRange(since, ot.Range{Anchor: from, Head: to}, ot.Right, ot.Left)
	present, err := part(is, now.Anchor, now.Head)
	if err != nil {
		return Edit{}, err
	}
	op, err := difference.Between(present, wanted, difference.Limits{})
	if err != nil || op.IsNoop() {
		return Edit{Base: head}, err
	}
	return Edit{Base: head, Op: shift(op, now.Anchor)}, nil
}

// Undo returns the edit of the present document that takes back what one
// revision did, and nothing of what others did since. It is
// [session.ErrNotFound] if there is no such revision, or if it is 0.
func (a *Archive) Undo(ctx context.Context, doc wire.DocID, revision wire.Revision) (Edit, error) {
	if revision == 0 {
		return Edit{}, fmt.Errorf("undo revision 0: %w", session.ErrNotFound)
	}
	head, err := a.src.Head(ctx, doc)
	if err != nil {
		return Edit{}, err
	}
	if err := within(revision, head); err != nil {
		return Edit{}, err
	}
	before, err := a.at(ctx, doc, revision-1)
	if err != nil {
		return Edit{}, err
	}
	op, err := a.composed(ctx, doc, revision-1, revision)
	if err != nil {
		return Edit{}, err
	}
	back, err := ot.Invert(op, before)
	if err != nil {
		return Edit{}, err
	}
	since, err := a.composed(ctx, doc, revision, head)
	if err != nil {
		return Edit{}, err
	}
	back, err = ot.Transform(back, since, ot.Incoming)
	return Edit{Base: head, Op: back}, err
}

// wasAndIs returns the document at a revision and at the head.
func (a *Archive) wasAndIs(ctx context.Context, doc wire.DocID, revision wire.Revision) (head wire.Revision, was, is ot.Doc, err error) {
	if head, err = a.src.Head(ctx, doc); err != nil {
		return 0, was, is, err
	}
	if err = within(revision, head); err != nil {
		return 0, was, is, err
	}
	if was, err = a.at(ctx, doc, revision); err != nil {
		return 0, was, is, err
	}
	is, err = a.at(ctx, doc, head)
	return head, was, is, err
}

// part returns a stretch of a document as a document.
func part(doc ot.Doc, from, to int) (ot.Doc, error) {
	content, err := doc.ReadRange(from, to)
	if err != nil {
		return ot.Doc{}, err
	}
	var b ot.Builder
	for c := range content {
		b.Insert(c.Text, c.Attrs).InsertEmbed(c.Embed, c.Attrs)
	}
	return ot.DocOf(b.Op())
}

// shift returns op as it is behind so many units.
func shift(op ot.Op, units int) ot.Op {
	var b ot.Builder
	b.Retain(units, ot.Attrs{})
	for c := range op.Components() {
		switch c.Kind {
		case ot.Insert:
			b.Insert(c.Text, c.Attrs).InsertEmbed(c.Embed, c.Attrs)
		case ot.Retain:
			b.Retain(c.Len, c.Attrs)
		case ot.Delete:
			b.Delete(c.Len)
		}
	}
	return b.Op()
}
