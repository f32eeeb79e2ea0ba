package persist

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Snapshot returns the latest stored snapshot at or before upTo, and the
// document's first state, made from its kind, if there is none.
// [session.ErrNotFound] if there is no such document, [*DamagedError] if the
// snapshot is not what was stored.
func (s *SQLite) Snapshot(ctx context.Context, doc wire.DocID, upTo wire.Revision) (session.Snapshot, error) {
	var kind string
	row := snapshotRow{doc: string(doc)}
	err := s.read(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT kind FROM documents WHERE id = ?`, string(doc)).Scan(&kind)
		if errors.Is(err, sql.ErrNoRows) {
			return session.ErrNotFound
		} else if err != nil {
			return err
		}
		err = tx.QueryRowContext(ctx, `SELECT revision, op, checksum FROM snapshots
			WHERE doc = ? AND revision <= ? ORDER BY revision DESC LIMIT 1`,
			string(doc), int64(min(upTo, math.MaxInt64))).Scan(&row.revision, &row.op, &row.checksum)
		if errors.Is(err, sql.ErrNoRows) {
			return nil // row.revision stays 0
		}
		return err
	})
	if err != nil {
		return session.Snapshot{}, fmt.Errorf("snapshot of %s: %w", doc, err)
	}
	if row.revision == 0 {
		return session.Snapshot{Doc: ot.DocKind(kind).Initial()}, nil
	}
	return row.snapshot()
}

// PutSnapshot stores a snapshot, if there is none of that revision.
// [session.ErrNotFound] if the document has no such revision.
func (s *SQLite) PutSnapshot(ctx context.Context, doc wire.DocID, snapshot session.Snapshot) error {
	row := encodeSnapshot(doc, snapshot)
	err := s.write(ctx, func(tx *writeTx) error {
		var head int64
		err := tx.row(headOf, []any{row.doc}, &head)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return session.ErrNotFound
		case err != nil:
			return err
		case row.revision > head || row.revision < 0:
			return fmt.Errorf("revision %d of %d: %w", snapshot.Revision, head, session.ErrNotFound)
		case row.revision == 0:
			return nil // every document has that one
		}
		_, err = tx.exec(`INSERT INTO snapshots (doc, revision, op, checksum) VALUES (?, ?, ?, ?)
			ON CONFLICT (doc, revision) DO NOTHING`, row.doc, row.revision, row.op, row.checksum)
		return err
	})
	if err != nil {
		return fmt.Errorf("store snapshot of %s: %w", doc, err)
	}
	return nil
}

// snapshotRevisions lists the stored snapshots, in order.
func (s *SQLite) snapshotRevisions(ctx context.Context, doc wire.DocID) (revisions []wire.Revision, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT revision FROM snapshots WHERE doc = ? ORDER BY revision`, string(doc))
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var r int64
			if err := rows.Scan(&r); err != nil {
				return err
			}
			revisions = append(revisions, wire.Revision(r))
		}
		return rows.Err()
	})
	return revisions, err
}
