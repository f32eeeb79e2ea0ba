package persist

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

var _ packer = (*SQLite)(nil)

// Pack moves the oldest records of a document that are rows, and older than
// before, into a block of some thousand, in one transaction, and then removes
// the snapshots that are no longer needed. It does nothing where it is not worth
// it yet: call it again until nothing is packed. All that a history tells stays
// as it was, apart from digests (see Records). Readers and writers go on
// meanwhile, and several may pack at once: the second one finds nothing to do.
//
// The rows are removed only after the block has been read again and compared with
// them. [session.ErrNotFound] if there is no such document.
func (s *SQLite) Pack(ctx context.Context, doc wire.DocID, before time.Time) (Packed, error) {
	return pack(ctx, s, doc, before)
}

// Packable lists documents, in the order of their ids from after on, for which
// Pack has something to do.
func (s *SQLite) Packable(ctx context.Context, before time.Time, after wire.DocID, limit int) (docs []wire.DocID, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT id FROM documents d WHERE id > ?1 AND (
				EXISTS (SELECT 1 FROM records WHERE doc = d.id AND revision = d.packed + ?3 AND at < ?2)
				OR EXISTS (SELECT 1 FROM records WHERE doc = d.id AND at < ?2 AND revision >= d.packed + ?4
					AND revision = (SELECT max(revision) FROM records WHERE doc = d.id))
			) ORDER BY id LIMIT ?5`, string(after), before.UnixMicro(), blockRecords/2, packLeast, limit)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				return err
			}
			docs = append(docs, wire.DocID(id))
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("documents to pack: %w", err)
	}
	return docs, nil
}

func (s *SQLite) packedTo(ctx context.Context, doc wire.DocID) (packed, head wire.Revision, last blockSize, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		var h, p int64
		err := tx.QueryRowContext(ctx, headAndPacked, string(doc)).Scan(&h, &p)
		if errors.Is(err, sql.ErrNoRows) {
			return session.ErrNotFound
		}
		packed, head = wire.Revision(p), wire.Revision(h)
		if err != nil || p == 0 {
			return err
		}
		sizes, err := queryBlockSizes(ctx, tx, doc, `DESC LIMIT 1`)
		if err == nil && len(sizes) > 0 {
			last = sizes[0]
		}
		return err
	})
	return packed, head, last, err
}

func (s *SQLite) blockSizes(ctx context.Context, doc wire.DocID) (sizes []blockSize, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		sizes, err = queryBlockSizes(ctx, tx, doc, ``)
		return err
	})
	return sizes, err
}

func queryBlockSizes(ctx context.Context, tx *sql.Tx, doc wire.DocID, order string) (sizes []blockSize, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT first, last, length(facts) + length(ops) FROM blocks WHERE doc = ? ORDER BY first `+order, string(doc))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var first, last, bytes int64
		if err := rows.Scan(&first, &last, &bytes); err != nil {
			return nil, err
		}
		sizes = append(sizes, blockSize{wire.Revision(first), wire.Revision(last), bytes})
	}
	return sizes, rows.Err()
}

func (s *SQLite) putBlock(ctx context.Context, b blockRow, clients []clientRow, packed wire.Revision) error {
	return s.write(ctx, func(tx *writeTx) error {
		var head, is int64
		if err := tx.row(headAndPacked, []any{b.doc}, &head, &is); errors.Is(err, sql.ErrNoRows) {
			return session.ErrNotFound
		} else if err != nil {
			return err
		}
		if is != int64(packed) {
			return errPacked
		}
		_, err := tx.exec(`INSERT INTO blocks (doc, first, last, facts_sum, ops_sum, facts, ops) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (doc, first) DO UPDATE SET last = excluded.last, facts_sum = excluded.facts_sum, ops_sum = excluded.ops_sum,
				facts = excluded.facts, ops = excluded.ops`,
			b.doc, b.first, b.last, b.factsSum, b.opsSum, b.facts, b.ops)
		if err != nil {
			return err
		}
		for _, c := range clients {
			if _, err := tx.exec(`INSERT INTO clients (doc, client, seq, revision) VALUES (?, ?, ?, ?)
				ON CONFLICT (doc, client) DO UPDATE SET seq = excluded.seq, revision = excluded.revision WHERE excluded.seq > seq`,
				b.doc, c.client, c.seq, c.revision); err != nil {
				return err
			}
		}
		// That of the head stays: it says what the head is, and since when.
		removed, err := tx.exec(`DELETE FROM records WHERE doc = ? AND revision > ? AND revision <= ?`,
			b.doc, int64(packed), min(b.last, head-1))
		if err != nil {
			return err
		}
		if want := min(b.last, head-1) - int64(packed); removed != want {
			return fmt.Errorf("%d rows are there of %d that were read", removed, want)
		}
		if packed > 0 { // that of the head of then
			if _, err := tx.exec(`DELETE FROM records WHERE doc = ? AND revision = ?`, b.doc, int64(packed)); err != nil {
				return err
			}
		}
		_, err = tx.exec(`UPDATE documents SET packed = ? WHERE id = ?`, b.last, b.doc)
		return err
	})
}

func (s *SQLite) snapshotSizes(ctx context.Context, doc wire.DocID) (sizes []snapshotSize, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT revision, substr(op, 1, 1) FROM snapshots WHERE doc = ? ORDER BY revision`, string(doc))
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var r int64
			var begin []byte
			if err := rows.Scan(&r, &begin); err != nil {
				return err
			}
			sizes = append(sizes, snapshotSize{wire.Revision(r), string(begin) != string(compressedSnapshot)})
		}
		return rows.Err()
	})
	return sizes, err
}

func (s *SQLite) dropSnapshots(ctx context.Context, doc wire.DocID, revisions []wire.Revision) error {
	list, err := json.Marshal(revisions)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *writeTx) error {
		_, err := tx.exec(`DELETE FROM snapshots WHERE doc = ? AND revision IN (SELECT value FROM json_each(?))`, string(doc), string(list))
		return err
	})
}

func (s *SQLite) repack(ctx context.Context, row snapshotRow) error {
	return s.write(ctx, func(tx *writeTx) error {
		_, err := tx.exec(`UPDATE snapshots SET op = ?, checksum = ? WHERE doc = ? AND revision = ?`, row.op, row.checksum, row.doc, row.revision)
		return err
	})
}
