package persist

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/collabd/collabd/wire"
)

var _ packer = (*Postgres)(nil)

// Pack is as [SQLite.Pack].
func (s *Postgres) Pack(ctx context.Context, doc wire.DocID, before time.Time) (Packed, error) {
	return pack(ctx, s, doc, before)
}

// Packable is as [SQLite.Packable].
func (s *Postgres) Packable(ctx context.Context, before time.Time, after wire.DocID, limit int) (docs []wire.DocID, err error) {
	err = s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, `SELECT d.id FROM documents d WHERE d.id > $1 AND (
				EXISTS (SELECT 1 FROM records WHERE doc = d.id AND revision = d.packed + $3 AND at < $2)
				OR EXISTS (SELECT 1 FROM (SELECT revision, at FROM records WHERE doc = d.id ORDER BY revision DESC LIMIT 1) r
					WHERE r.at < $2 AND r.revision >= d.packed + $4)
			) ORDER BY d.id LIMIT $5`, string(after), before.UnixMicro(), int64(blockRecords/2), int64(packLeast), limit)
		if err != nil {
			return err
		}
		docs, err = pgx.CollectRows(rows, pgx.RowTo[wire.DocID])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("documents to pack: %w", err)
	}
	return docs, nil
}

func (s *Postgres) packedTo(ctx context.Context, doc wire.DocID) (packed, head wire.Revision, last blockSize, err error) {
	err = s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		var is, h, first, end, bytes int64
		err := c.QueryRow(ctx, `SELECT d.packed, coalesce((SELECT max(revision) FROM records WHERE doc = d.id), 0),
				coalesce(b.first, 0), coalesce(b.last, 0), coalesce(length(b.facts) + length(b.ops), 0)
			FROM documents d LEFT JOIN LATERAL (SELECT * FROM blocks WHERE doc = d.id ORDER BY first DESC LIMIT 1) b ON true
			WHERE d.id = $1`, string(doc)).Scan(&is, &h, &first, &end, &bytes)
		packed, head = wire.Revision(is), wire.Revision(h)
		last = blockSize{wire.Revision(first), wire.Revision(end), bytes}
		return err
	})
	return packed, head, last, err
}

func (s *Postgres) blockSizes(ctx context.Context, doc wire.DocID) (sizes []blockSize, err error) {
	err = s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		sizes = nil
		rows, err := c.Query(ctx, `SELECT first, last, length(facts) + length(ops) FROM blocks WHERE doc = $1 ORDER BY first`, string(doc))
		if err != nil {
			return err
		}
		var first, last, bytes int64
		_, err = pgx.ForEachRow(rows, []any{&first, &last, &bytes}, func() error {
			sizes = append(sizes, blockSize{wire.Revision(first), wire.Revision(last), bytes})
			return nil
		})
		return err
	})
	return sizes, err
}

// putBlock locks the row of the document, as an append does: of several servers
// that pack it one does, and the others find that it is done.
func (s *Postgres) putBlock(ctx context.Context, b blockRow, clients []clientRow, packed wire.Revision) error {
	names, seqs, revisions := make([]string, len(clients)), make([]int64, len(clients)), make([]int64, len(clients))
	for i, c := range clients {
		names[i], seqs[i], revisions[i] = c.client, c.seq, c.revision
	}
	return s.write(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			var is, head int64
			if err := tx.QueryRow(ctx, `SELECT packed FROM documents WHERE id = $1 FOR NO KEY UPDATE`, b.doc).Scan(&is); err != nil {
				return err
			}
			if is != int64(packed) {
				return errPacked
			}
			// A statement of its own: it must see what was committed while the lock was waited for.
			if err := tx.QueryRow(ctx, pgHead, b.doc).Scan(&head); err != nil {
				return err
			}
			rest := min(b.last, head-1) // the record of the head stays: it says what the head is, and since when
			var pipeline pgx.Batch
			pipeline.Queue(`DELETE FROM records WHERE doc = $1 AND revision > $2 AND revision <= $3`, b.doc, int64(packed), rest)
			pipeline.Queue(`DELETE FROM records WHERE doc = $1 AND revision = $2`, b.doc, int64(packed)) // that of the head of then
			pipeline.Queue(`INSERT INTO blocks (doc, first, last, facts_sum, ops_sum, facts, ops) VALUES ($1, $2, $3, $4, $5, $6, $7)
				ON CONFLICT (doc, first) DO UPDATE SET last = excluded.last, facts_sum = excluded.facts_sum, ops_sum = excluded.ops_sum,
					facts = excluded.facts, ops = excluded.ops`,
				b.doc, b.first, b.last, b.factsSum, b.opsSum, b.facts, b.ops)
			pipeline.Queue(`INSERT INTO clients (doc, client, seq, revision)
				SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[])
				ON CONFLICT (doc, client) DO UPDATE SET seq = excluded.seq, revision = excluded.revision WHERE excluded.seq > clients.seq`,
				b.doc, names, seqs, revisions)
			pipeline.Queue(`UPDATE documents SET packed = $2 WHERE id = $1`, b.doc, b.last)
			results := tx.SendBatch(ctx, &pipeline)
			removed, err := results.Exec()
			if closed := results.Close(); err == nil {
				err = closed
			}
			if want := rest - int64(packed); err == nil && removed.RowsAffected() != want {
				err = fmt.Errorf("%d rows are there of %d that were read", removed.RowsAffected(), want)
			}
			return err
		})
	})
}

func (s *Postgres) snapshotSizes(ctx context.Context, doc wire.DocID) (sizes []snapshotSize, err error) {
	err = s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		sizes = nil
		rows, err := c.Query(ctx, `SELECT revision, get_byte(op, 0) FROM snapshots WHERE doc = $1 ORDER BY revision`, string(doc))
		if err != nil {
			return err
		}
		var revision int64
		var begin int
		_, err = pgx.ForEachRow(rows, []any{&revision, &begin}, func() error {
			sizes = append(sizes, snapshotSize{wire.Revision(revision), begin != compressedSnapshot})
			return nil
		})
		return err
	})
	return sizes, err
}

func (s *Postgres) dropSnapshots(ctx context.Context, doc wire.DocID, revisions []wire.Revision) error {
	list := make([]int64, len(revisions))
	for i, r := range revisions {
		list[i] = int64(r)
	}
	return s.write(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		_, err := c.Exec(ctx, `DELETE FROM snapshots WHERE doc = $1 AND revision = ANY ($2)`, string(doc), list)
		return err
	})
}

func (s *Postgres) repack(ctx context.Context, row snapshotRow) error {
	return s.write(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		_, err := c.Exec(ctx, `UPDATE snapshots SET op = $1, checksum = $2 WHERE doc = $3 AND revision = $4`, row.op, row.checksum, row.doc, row.revision)
		return err
	})
}
