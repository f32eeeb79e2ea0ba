package history

import (
	"context"
	"fmt"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Limits bound what an archive uses.
type Limits struct {
	// ReadStep is how many records are read from the source at once.
	ReadStep int
	// Spans is the most spans of a summary.
	Spans int
}

// DefaultLimits are those of a server.
func DefaultLimits() Limits { return Limits{ReadStep: 10_000, Spans: 2000} }

// Archive answers about the histories of documents. It is safe for concurrent
// use.
type Archive struct {
	src Source
	lim Limits
}

// NewArchive returns an archive over a source. Zero limits are [DefaultLimits].
func NewArchive(src Source, lim Limits) *Archive {
	if lim == (Limits{}) {
		lim = DefaultLimits()
	}
	return &Archive{src: src, lim: lim}
}

// At returns the document at a revision, [session.ErrNotFound] if there is no
// such revision or document.
func (a *Archive) At(ctx context.Context, doc wire.DocID, revision wire.Revision) (ot.Doc, error) {
	if err := a.reaches(ctx, doc, revision); err != nil {
		return ot.Doc{}, err
	}
	return a.at(ctx, doc, revision)
}

func (a *Archive) at(ctx context.Context, doc wire.DocID, revision wire.Revision) (ot.Doc, error) {
	snap, err := a.src.Snapshot(ctx, doc, revision)
	if err != nil {
		return ot.Doc{}, err
	}
	editor := snap.Doc.Edit()
	err = a.each(ctx, doc, snap.Revision, revision, func(_ wire.Revision, op ot.Op) error { return editor.Apply(op) })
	if err != nil {
		return ot.Doc{}, err
	}
	return editor.Doc(), nil
}

// reaches returns session.ErrNotFound if the history is shorter.
func (a *Archive) reaches(ctx context.Context, doc wire.DocID, revision wire.Revision) error {
	head, err := a.src.Head(ctx, doc)
	if err != nil {
		return err
	}
	return within(revision, head)
}

func within(revision, head wire.Revision) error {
	if revision > head {
		return fmt.Errorf("revision %d, the head is %d: %w", revision, head, session.ErrNotFound)
	}
	return nil
}

// each goes through the ops of the revisions after+1 to upTo.
func (a *Archive) each(ctx context.Context, doc wire.DocID, after, upTo wire.Revision, do func(wire.Revision, ot.Op) error) error {
	for after < upTo {
		step := min(upTo, after+wire.Revision(a.lim.ReadStep))
		records, err := a.src.Records(ctx, doc, after, step)
		if err != nil {
			return err
		}
		for i := range records {
			if err := do(records[i].Revision, records[i].Op); err != nil {
				return fmt.Errorf("replay revision %d: %w", records[i].Revision, err)
			}
		}
		after = step
	}
	return nil
}

// trace returns the trace of what was there at a revision, up to another.
func (a *Archive) trace(ctx context.Context, doc wire.DocID, from ot.Doc, begin, upTo wire.Revision) (*Trace, error) {
	t := NewTrace(begin, from.Len())
	err := a.each(ctx, doc, begin, upTo, func(at wire.Revision, op ot.Op) error { return t.Apply(op, at) })
	return t, err
}

// Fact returns who made a revision and when, [session.ErrNotFound] if there is
// none, as for revision 0.
func (a *Archive) Fact(ctx context.Context, doc wire.DocID, revision wire.Revision) (Fact, error) {
	if revision == 0 {
		return Fact{}, fmt.Errorf("revision 0: %w", session.ErrNotFound)
	}
	facts, err := a.src.Facts(ctx, doc, revision-1, revision)
	if err != nil {
		return Fact{}, err
	}
	return facts[0], nil
}
