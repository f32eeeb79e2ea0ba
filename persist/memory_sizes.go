package persist

import (
	"context"
	"maps"
	"slices"

	"github.com/collabd/collabd/wire"
)

// Sizes is as [SQLite.Sizes].
func (m *Memory) Sizes(ctx context.Context, after wire.DocID, limit int) (page []Size, err error) {
	err = m.do(ctx, func() error {
		for _, id := range slices.Sorted(maps.Keys(m.docs)) {
			if id > after && len(page) < limit {
				page = append(page, m.sizeOf(id, m.docs[id]))
			}
		}
		return nil
	})
	return page, err
}

func (m *Memory) sizeOf(id wire.DocID, d *memoryDoc) Size {
	s := Size{Doc: id, Edits: int64(d.head()), Packed: int64(d.packed())}
	for i := range d.records {
		if r := &d.records[i]; r.revision > 0 {
			s.Records.add(Amount{1, r.bytes()})
		}
	}
	for _, b := range d.blocks {
		s.Blocks.add(Amount{1, b.bytes()})
	}
	for client := range d.clients {
		s.Blocks.add(Amount{0, int64(len(id) + len(client) + 16)})
	}
	for _, row := range d.snapshots {
		s.Snapshots.add(Amount{1, int64(len(row.op))})
	}
	for _, f := range m.files {
		if f.about.Doc == id {
			s.Files.add(Amount{1, f.about.Bytes})
		}
	}
	return s
}

// Space is as [SQLite.Space]: nothing.
func (m *Memory) Space(ctx context.Context) (bytes, free int64, err error) {
	return 0, 0, m.do(ctx, func() error { return nil })
}

// Shrink does nothing.
func (m *Memory) Shrink(ctx context.Context) error { return m.do(ctx, func() error { return nil }) }
