package persist

import (
	"context"
	"fmt"
	"slices"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// NameRevision is as [SQLite.NameRevision].
func (m *Memory) NameRevision(ctx context.Context, doc wire.DocID, n RevisionName, most int) error {
	if err := checkName(n); err != nil {
		return fmt.Errorf("name revision %d of %s: %w", n.Revision, doc, err)
	}
	n.At = timeOf(n.At.UnixMicro())
	return m.on(ctx, doc, func(d *memoryDoc) error {
		i, found := d.findName(n.Revision)
		var put int64
		switch {
		case n.Revision > d.head():
		case found:
			d.names[i], put = n, 1
		case len(d.names) < most:
			d.names, put = slices.Insert(d.names, i, n), 1
		}
		return nameAnswer(n.Revision, int64(d.head()), put)
	})
}

// UnnameRevision is as [SQLite.UnnameRevision].
func (m *Memory) UnnameRevision(ctx context.Context, doc wire.DocID, revision wire.Revision) error {
	return m.on(ctx, doc, func(d *memoryDoc) error {
		i, found := d.findName(revision)
		if !found {
			return session.ErrNotFound
		}
		d.names = slices.Delete(d.names, i, i+1)
		return nil
	})
}

// RevisionNames is as [SQLite.RevisionNames].
func (m *Memory) RevisionNames(ctx context.Context, doc wire.DocID) (names []RevisionName, err error) {
	err = m.do(ctx, func() error {
		if d, ok := m.docs[doc]; ok {
			names = slices.Clone(d.names)
		}
		return nil
	})
	return names, err
}

func (d *memoryDoc) findName(revision wire.Revision) (int, bool) {
	return slices.BinarySearchFunc(d.names, revision, func(n RevisionName, r wire.Revision) int {
		return int(n.Revision) - int(r)
	})
}
