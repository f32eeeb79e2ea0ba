package persist

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/collabd/collabd/wire"
)

// Sizes is as [SQLite.Sizes].
func (s *Postgres) Sizes(ctx context.Context, after wire.DocID, limit int) ([]Size, error) {
	return sizes(ctx, after, limit, func(ctx context.Context, q string, args []any, each func(string, int64, int64)) error {
		return s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
			rows, err := c.Query(ctx, q, args...)
			if err != nil {
				return err
			}
			var id string
			var a, b int64
			_, err = pgx.ForEachRow(rows, []any{&id, &a, &b}, func() error { each(id, a, b); return nil })
			return err
		})
	})
}

// Space is as [SQLite.Space]. What is free is not known.
func (s *Postgres) Space(ctx context.Context) (bytes, free int64, err error) {
	err = s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		return c.QueryRow(ctx, `SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
			WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace`).Scan(&bytes)
	})
	if err != nil {
		return 0, 0, fmt.Errorf("size of the database: %w", err)
	}
	return bytes, 0, nil
}

// Shrink lets Postgres use the room of rows that were removed (VACUUM), which does
// not hold up anybody. To give it back to the file system is an operator's
// decision: VACUUM FULL locks a table for as long as it takes.
func (s *Postgres) Shrink(ctx context.Context) error {
	if s.closed.Load() {
		return ErrClosed
	}
	// Not bounded by the timeout of calls: it takes as long as the tables are large.
	if _, err := s.pool.Exec(ctx, `VACUUM (ANALYZE) records, snapshots, blocks, clients`); err != nil {
		return fmt.Errorf("shrink: %w", explainPg(err))
	}
	return nil
}
