package persist

import (
	"context"
	"fmt"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Append is as [SQLite.Append].
func (m *Memory) Append(ctx context.Context, doc wire.DocID, records []session.Record) error {
	rows, err := encodeBatch(doc, records)
	if err != nil {
		return fmt.Errorf("append to %s: %w", doc, err)
	}
	if len(rows) == 0 {
		return nil
	}
	return m.on(ctx, doc, func(d *memoryDoc) error { return d.append(rows) })
}

// append looks at the whole batch before it keeps a row.
func (d *memoryDoc) append(rows []recordRow) error {
	if rows[0].revision != int64(d.head())+1 {
		return session.ErrConflict
	}
	batch := make(map[clientSeq]bool, len(rows))
	for _, r := range rows {
		key := clientSeq{r.client, r.seq}
		if d.seqs[key] || batch[key] || r.seq <= d.clients[r.client].seq {
			return ErrDuplicate
		}
		batch[key] = true
	}
	for key := range batch {
		d.seqs[key] = true
	}
	d.records = append(d.records, rows...)
	d.about.Edited = timeOf(rows[len(rows)-1].at)
	return nil
}

// Records is as [SQLite.Records].
func (m *Memory) Records(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) (records []session.Record, err error) {
	err = m.on(ctx, doc, func(d *memoryDoc) error {
		if err := checkRevisions(after, upTo, d.head()); err != nil {
			return err
		}
		records, err = d.stretch(doc, after, upTo).records(after, upTo, m.blocks)
		return err
	})
	return records, err
}

// stretch is what a database would read of a range.
func (d *memoryDoc) stretch(doc wire.DocID, after, upTo wire.Revision) stretch {
	part := stretch{doc: doc, rows: d.records[max(after, min(d.packed(), upTo)):upTo]}
	for _, b := range d.blocks {
		if b.last > int64(after) && b.first <= int64(upTo) {
			part.blocks = append(part.blocks, b)
		}
	}
	return part
}

// Facts is as [Store] says.
func (m *Memory) Facts(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) (facts []Fact, err error) {
	err = m.on(ctx, doc, func(d *memoryDoc) error {
		if err := checkRevisions(after, upTo, d.head()); err != nil {
			return err
		}
		facts, err = d.stretch(doc, after, upTo).facts(after, upTo)
		return err
	})
	return facts, err
}

// Head is as [SQLite.Head].
func (m *Memory) Head(ctx context.Context, doc wire.DocID) (head wire.Revision, err error) {
	err = m.on(ctx, doc, func(d *memoryDoc) error { head = d.head(); return nil })
	return head, err
}

// Heads is as [SQLite.Heads].
func (m *Memory) Heads(ctx context.Context, docs []wire.DocID) (map[wire.DocID]wire.Revision, error) {
	heads := make(map[wire.DocID]wire.Revision, len(docs))
	err := m.do(ctx, func() error {
		for _, doc := range docs {
			if d, ok := m.docs[doc]; ok {
				heads[doc] = d.head()
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("heads: %w", err)
	}
	return heads, nil
}

// LastOf is as [SQLite.LastOf].
func (m *Memory) LastOf(ctx context.Context, doc wire.DocID, client wire.ClientID) (
	r session.Record, head wire.Revision, found bool, err error,
) {
	err = m.on(ctx, doc, func(d *memoryDoc) error {
		var last *recordRow
		for i := range d.records {
			if row := &d.records[i]; row.client == string(client) && (last == nil || row.seq > last.seq) {
				last = row
			}
		}
		head = d.head()
		packed, isPacked := d.clients[string(client)]
		switch {
		case last != nil:
			r, err = last.record()
		case isPacked:
			at := wire.Revision(packed.revision)
			r, err = d.stretch(doc, at-1, at).lastPacked(packed, m.blocks)
		default:
			return nil
		}
		found = err == nil
		return err
	})
	return r, head, found, err
}

// Snapshot is as [SQLite.Snapshot].
func (m *Memory) Snapshot(ctx context.Context, doc wire.DocID, upTo wire.Revision) (s session.Snapshot, err error) {
	err = m.on(ctx, doc, func(d *memoryDoc) error {
		var latest wire.Revision
		for revision := range d.snapshots {
			if revision <= upTo {
				latest = max(latest, revision)
			}
		}
		if latest == 0 {
			s.Doc = d.about.Kind.Initial()
			return nil
		}
		row := d.snapshots[latest]
		s, err = row.snapshot()
		return err
	})
	return s, err
}

// PutSnapshot is as [SQLite.PutSnapshot].
func (m *Memory) PutSnapshot(ctx context.Context, doc wire.DocID, s session.Snapshot) error {
	row := encodeSnapshot(doc, s)
	return m.on(ctx, doc, func(d *memoryDoc) error {
		if s.Revision > d.head() {
			return fmt.Errorf("revision %d of %d: %w", s.Revision, d.head(), session.ErrNotFound)
		}
		if _, ok := d.snapshots[s.Revision]; !ok && s.Revision > 0 {
			d.snapshots[s.Revision] = row
		}
		return nil
	})
}
