package history

import (
	"context"
	"errors"
	"fmt"
	"sync"

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
	// Memory is about how many bytes are kept of the documents whose history was
	// looked at last.
	Memory int
	// BlockRecords is how many records a block has that is kept: so many are
	// replayed for a revision at most.
	BlockRecords int
	// TraceBlocks is how many blocks lie between two of which it is kept who
	// inserted what.
	TraceBlocks int
	// Near is how many records are read and composed for one answer without
	// being kept.
	Near int
}

// DefaultLimits are those of a server.
func DefaultLimits() Limits {
	return Limits{ReadStep: 8192, Spans: 2000, Memory: 96 << 20, BlockRecords: 512, TraceBlocks: 16, Near: 2048}
}

// Archive answers about the histories of documents. It is safe for concurrent
// use.
type Archive struct {
	src Source
	lim Limits

	mu    sync.Mutex // held for moments only
	docs  map[wire.DocID]*kept
	bytes int // of all of docs
	calls uint64
}

// NewArchive returns an archive over a source. Zero limits are [DefaultLimits].
func NewArchive(src Source, lim Limits) *Archive {
	if lim == (Limits{}) {
		lim = DefaultLimits()
	}
	return &Archive{src: src, lim: lim, docs: make(map[wire.DocID]*kept)}
}

// Prepare reads the history of a document, so that all that is asked about it
// next is answered at once. Nothing depends on it.
func (a *Archive) Prepare(ctx context.Context, doc wire.DocID) error {
	head, err := a.src.Head(ctx, doc)
	if err != nil {
		return err
	}
	return a.record(ctx, doc, head)
}

// At returns the document at a revision, [session.ErrNotFound] if there is no
// such revision or document.
func (a *Archive) At(ctx context.Context, doc wire.DocID, revision wire.Revision) (ot.Doc, error) {
	if err := a.reaches(ctx, doc, revision); err != nil {
		return ot.Doc{}, err
	}
	return a.at(ctx, doc, revision)
}

// at begins at the end of a block, or at a stored snapshot, if that is nearer.
func (a *Archive) at(ctx context.Context, doc wire.DocID, revision wire.Revision) (ot.Doc, error) {
	var from session.Snapshot
	kept := a.recorded(doc)
	if n := kept.before(revision); n > 0 {
		from = session.Snapshot{Revision: wire.Revision(n) * kept.size, Doc: kept.blocks[n-1].doc}
	}
	if from.Revision == 0 || from.Revision < kept.whole(revision) {
		stored, err := a.src.Snapshot(ctx, doc, revision)
		if err != nil {
			return ot.Doc{}, err
		}
		if stored.Revision >= from.Revision {
			from = stored
		}
	}
	if from.Revision == revision {
		return from.Doc, nil
	}
	editor := from.Doc.Edit()
	err := a.each(ctx, doc, from.Revision, revision, func(_ wire.Revision, op ot.Op) error { return editor.Apply(op) })
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

// each goes through the ops of the revisions after+1 to upTo: those that are
// recorded, and the others from the source.
func (a *Archive) each(ctx context.Context, doc wire.DocID, after, upTo wire.Revision, do func(wire.Revision, ot.Op) error) error {
	kept := a.recorded(doc)
	if end := min(upTo, kept.end()); after < end {
		if err := kept.each(after, end, do); err != nil {
			return err
		}
		after = end
	}
	return a.read(ctx, doc, after, upTo, func(r *session.Record) error {
		if err := do(r.Revision, r.Op); err != nil {
			return fmt.Errorf("replay revision %d: %w", r.Revision, err)
		}
		return nil
	})
}

// errStop ends read before its end, without an error.
var errStop = errors.New("stop")

// read goes through the records after+1 to upTo. While some are worked on the
// next are read.
func (a *Archive) read(ctx context.Context, doc wire.DocID, after, upTo wire.Revision, do func(*session.Record) error) error {
	type step struct {
		records []session.Record
		err     error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	next := func(after wire.Revision) <-chan step {
		c := make(chan step, 1)
		if after >= upTo {
			c <- step{}
			return c
		}
		get := func() {
			records, err := a.src.Records(ctx, doc, after, min(upTo, after+wire.Revision(a.lim.ReadStep)))
			c <- step{records, err}
		}
		if upTo-after <= wire.Revision(a.lim.ReadStep) {
			get()
		} else {
			go get() // ends with ctx at the latest
		}
		return c
	}
	for ahead := next(after); after < upTo; {
		s := <-ahead
		if s.err != nil {
			return s.err
		}
		after += wire.Revision(len(s.records))
		ahead = next(after)
		for i := range s.records {
			if err := do(&s.records[i]); errors.Is(err, errStop) {
				return nil
			} else if err != nil {
				return err
			}
		}
	}
	return nil
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
