package session

import (
	"context"
	"fmt"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// load reads a document at its head: the latest snapshot and the records
// after it. The records before the snapshot that still fit the window are
// left in the store. It also returns the revision of the snapshot.
func load(ctx context.Context, store Store, meta Document, lim Limits) (State, wire.Revision, error) {
	head, err := store.Head(ctx, meta.ID)
	if err != nil {
		return State{}, 0, fmt.Errorf("head: %w", err)
	}
	snap, err := store.Snapshot(ctx, meta.ID, head)
	if err != nil {
		return State{}, 0, fmt.Errorf("snapshot: %w", err)
	}
	s := NewState(meta.Kind, snap)
	for s.Head() < head {
		upTo := min(head, s.Head()+wire.Revision(lim.CatchupStep))
		tail, err := store.Records(ctx, meta.ID, s.Head(), upTo)
		if err != nil {
			return State{}, 0, fmt.Errorf("records: %w", err)
		}
		if s, err = s.Extend(tail); err != nil {
			return State{}, 0, err
		}
		s = s.trim(lim, func(wire.ClientID) bool { return false })
	}
	return s, snap.Revision, nil
}

// ReadAt reads a document as it was at a revision: the snapshot before it and
// the records from there. It does not need a live session. ErrNotFound if
// there is no such revision.
func ReadAt(ctx context.Context, store Store, doc wire.DocID, at wire.Revision) (ot.Doc, error) {
	head, err := store.Head(ctx, doc)
	if err != nil {
		return ot.Doc{}, err
	}
	if at > head {
		return ot.Doc{}, fmt.Errorf("revision %d, the head is %d: %w", at, head, ErrNotFound)
	}
	snap, err := store.Snapshot(ctx, doc, at)
	if err != nil {
		return ot.Doc{}, err
	}
	d := snap.Doc.Edit() // copies what it shares with the snapshot once, not for each record
	const step = 10_000
	for rev := snap.Revision; rev < at; {
		upTo := min(at, rev+step)
		records, err := store.Records(ctx, doc, rev, upTo)
		if err != nil {
			return ot.Doc{}, err
		}
		for _, r := range records {
			if err := d.Apply(r.Op); err != nil {
				return ot.Doc{}, fmt.Errorf("replay revision %d: %w", r.Revision, err)
			}
		}
		rev = upTo
	}
	return d.Doc(), nil
}
