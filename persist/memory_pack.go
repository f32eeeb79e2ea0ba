package persist

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/collabd/collabd/wire"
)

var _ packer = (*Memory)(nil)

// Pack is as [SQLite.Pack].
func (m *Memory) Pack(ctx context.Context, doc wire.DocID, before time.Time) (Packed, error) {
	return pack(ctx, m, doc, before)
}

// Packable is as [SQLite.Packable].
func (m *Memory) Packable(ctx context.Context, before time.Time, after wire.DocID, limit int) (docs []wire.DocID, err error) {
	old := func(d *memoryDoc, n int) bool {
		i := int(d.packed()) + n - 1
		return i < len(d.records) && d.records[i].at < before.UnixMicro()
	}
	err = m.do(ctx, func() error {
		for _, id := range slices.Sorted(maps.Keys(m.docs)) {
			d := m.docs[id]
			waiting := len(d.records) - int(d.packed())
			if id > after && len(docs) < limit && (old(d, blockRecords/2) || waiting >= packLeast && old(d, waiting)) {
				docs = append(docs, id)
			}
		}
		return nil
	})
	return docs, err
}

func (d *memoryDoc) packed() wire.Revision {
	if len(d.blocks) == 0 {
		return 0
	}
	return wire.Revision(d.blocks[len(d.blocks)-1].last)
}

func (m *Memory) packedTo(ctx context.Context, doc wire.DocID) (packed, head wire.Revision, last blockSize, err error) {
	err = m.on(ctx, doc, func(d *memoryDoc) error {
		if packed, head = d.packed(), d.head(); packed > 0 {
			last = sizeOf(d.blocks[len(d.blocks)-1])
		}
		return nil
	})
	return packed, head, last, err
}

func sizeOf(b blockRow) blockSize {
	return blockSize{wire.Revision(b.first), wire.Revision(b.last), b.bytes()}
}

func (m *Memory) blockSizes(ctx context.Context, doc wire.DocID) (sizes []blockSize, err error) {
	err = m.on(ctx, doc, func(d *memoryDoc) error {
		for _, b := range d.blocks {
			sizes = append(sizes, sizeOf(b))
		}
		return nil
	})
	return sizes, err
}

func (m *Memory) putBlock(ctx context.Context, b blockRow, clients []clientRow, packed wire.Revision) error {
	return m.on(ctx, wire.DocID(b.doc), func(d *memoryDoc) error {
		if d.packed() != packed {
			return errPacked
		}
		if n := len(d.blocks); n > 0 && d.blocks[n-1].first == b.first {
			d.blocks = d.blocks[:n-1]
		}
		d.blocks = append(slices.Clip(d.blocks), b)
		for _, c := range clients {
			if c.seq > d.clients[c.client].seq {
				d.clients[c.client] = c
			}
		}
		for i := range d.records[:min(b.last, int64(d.head())-1)] {
			d.records[i] = recordRow{at: d.records[i].at}
		}
		return nil
	})
}

func (m *Memory) snapshotSizes(ctx context.Context, doc wire.DocID) (sizes []snapshotSize, err error) {
	err = m.on(ctx, doc, func(d *memoryDoc) error {
		for _, r := range slices.Sorted(maps.Keys(d.snapshots)) {
			sizes = append(sizes, snapshotSize{r, d.snapshots[r].op[0] != compressedSnapshot})
		}
		return nil
	})
	return sizes, err
}

func (m *Memory) dropSnapshots(ctx context.Context, doc wire.DocID, revisions []wire.Revision) error {
	return m.on(ctx, doc, func(d *memoryDoc) error {
		for _, r := range revisions {
			delete(d.snapshots, r)
		}
		return nil
	})
}

func (m *Memory) repack(ctx context.Context, row snapshotRow) error {
	return m.on(ctx, wire.DocID(row.doc), func(d *memoryDoc) error {
		if _, ok := d.snapshots[wire.Revision(row.revision)]; ok {
			d.snapshots[wire.Revision(row.revision)] = row
		}
		return nil
	})
}
