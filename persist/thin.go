package persist

import (
	"context"
	"fmt"

	"github.com/collabd/collabd/wire"
)

const (
	// snapshotRecords is the most records that are replayed to read any revision of
	// a packed history, where a snapshot was there to be kept.
	snapshotRecords = 16_384
	// snapshotBytes is the most bytes of blocks between two snapshots, for edits
	// that are larger than typed letters.
	snapshotBytes = 1 << 20
)

// snapshotSize is a stored snapshot: where it is, and whether it was stored before
// snapshots were compressed.
type snapshotSize struct {
	revision wire.Revision
	raw      bool
}

// thin removes the snapshots of a packed history that are not needed to read any
// revision quickly, and compresses those that stay. Of all snapshots the latest
// one stays: it is what the document is opened with.
func thin(ctx context.Context, p packer, doc wire.DocID) (dropped int, err error) {
	packed, _, _, err := p.packedTo(ctx, doc)
	if err != nil {
		return 0, err
	}
	snapshots, err := p.snapshotSizes(ctx, doc)
	if err != nil {
		return 0, err
	}
	blocks, err := p.blockSizes(ctx, doc)
	if err != nil {
		return 0, err
	}
	drop, keep := superfluous(snapshots, blocks, packed)
	if len(drop) > 0 {
		if err := p.dropSnapshots(ctx, doc, drop); err != nil {
			return 0, fmt.Errorf("thin snapshots: %w", err)
		}
	}
	for _, s := range keep {
		if !s.raw {
			continue
		}
		snapshot, err := p.Snapshot(ctx, doc, s.revision)
		if err != nil {
			return len(drop), err
		}
		if snapshot.Revision != s.revision {
			continue // somebody else removed it
		}
		row := encodeSnapshot(doc, snapshot)
		if row.op[0] != compressedSnapshot {
			continue // it does not become smaller
		}
		if err := p.repack(ctx, row); err != nil {
			return len(drop), fmt.Errorf("compress snapshots: %w", err)
		}
	}
	return len(drop), nil
}

// superfluous goes through the snapshots in order, and drops each whose
// neighbours, the one that was kept before it and the next, are close enough.
func superfluous(snapshots []snapshotSize, blocks []blockSize, packed wire.Revision) (drop []wire.Revision, keep []snapshotSize) {
	between := func(from, to wire.Revision) (bytes int64) {
		for _, b := range blocks {
			if b.last > from && b.first <= to {
				bytes += b.bytes
			}
		}
		return bytes
	}
	kept := wire.Revision(0) // every document has one at 0
	for i, s := range snapshots {
		if s.revision > packed {
			break
		}
		if i+1 < len(snapshots) {
			next := snapshots[i+1].revision
			if next-kept <= snapshotRecords && between(kept, next) <= snapshotBytes {
				drop = append(drop, s.revision)
				continue
			}
		}
		kept = s.revision
		keep = append(keep, s)
	}
	return drop, keep
}
