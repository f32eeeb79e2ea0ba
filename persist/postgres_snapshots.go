package persist

import (
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Snapshot is as [SQLite.Snapshot].
func (s *Postgres) Snapshot(ctx context.Context, doc wire.DocID, upTo wire.Revision) (session.Snapshot, error) {
	var kind string
	var revision, checksum *int64
	row := snapshotRow{doc: string(doc)}
	err := s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		return c.QueryRow(ctx, `SELECT d.kind, s.revision, s.op, s.checksum FROM documents d LEFT JOIN LATERAL (
				SELECT revision, op, checksum FROM snapshots WHERE doc = d.id AND revision <= $2 ORDER BY revision DESC LIMIT 1
			) s ON true WHERE d.id = $1`, string(doc), int64(min(upTo, math.MaxInt64))).
			Scan(&kind, &revision, &row.op, &checksum)
	})
	if err != nil {
		return session.Snapshot{}, fmt.Errorf("snapshot of %s: %w", doc, err)
	}
	if revision == nil {
		return session.Snapshot{Doc: ot.DocKind(kind).Initial()}, nil
	}
	row.revision, row.checksum = *revision, *checksum
	return row.snapshot()
}

// PutSnapshot is as [SQLite.PutSnapshot].
func (s *Postgres) PutSnapshot(ctx context.Context, doc wire.DocID, snapshot session.Snapshot) error {
	row := encodeSnapshot(doc, snapshot)
	var head int64
	err := s.write(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		// Every document has that of revision 0. The parts of one statement see
		// the same moment.
		return c.QueryRow(ctx, `WITH d AS (`+pgHead+`), put AS (
				INSERT INTO snapshots (doc, revision, op, checksum)
				SELECT $1, $2, $3, $4 FROM d WHERE $2::bigint BETWEEN 1 AND d.coalesce
				ON CONFLICT (doc, revision) DO NOTHING
			) SELECT d.coalesce FROM d`, row.doc, row.revision, row.op, row.checksum).Scan(&head)
	})
	if err == nil && (row.revision > head || row.revision < 0) {
		err = fmt.Errorf("revision %d of %d: %w", snapshot.Revision, head, session.ErrNotFound)
	}
	if err != nil {
		return fmt.Errorf("store snapshot of %s: %w", doc, err)
	}
	return nil
}

// snapshotRevisions lists the stored snapshots, in order.
func (s *Postgres) snapshotRevisions(ctx context.Context, doc wire.DocID) (revisions []wire.Revision, err error) {
	err = s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, `SELECT revision FROM snapshots WHERE doc = $1 ORDER BY revision`, string(doc))
		if err != nil {
			return err
		}
		revisions, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (wire.Revision, error) {
			r, err := pgx.RowTo[int64](row)
			return wire.Revision(r), err
		})
		return err
	})
	return revisions, err
}

// Verify is as [SQLite.Verify].
func (s *Postgres) Verify(ctx context.Context, doc wire.DocID) (Report, error) {
	return verify(ctx, s, doc)
}
