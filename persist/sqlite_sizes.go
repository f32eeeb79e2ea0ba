package persist

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/collabd/collabd/wire"
)

// Sizes returns what documents take, in the order of their ids from after on, at
// most limit of them. It reads every row of their histories that is not packed.
func (s *SQLite) Sizes(ctx context.Context, after wire.DocID, limit int) ([]Size, error) {
	return sizes(ctx, after, limit, func(ctx context.Context, q string, args []any, each func(string, int64, int64)) error {
		return s.read(ctx, func(tx *sql.Tx) error {
			rows, err := tx.QueryContext(ctx, q, args...)
			if err != nil {
				return err
			}
			defer func() { _ = rows.Close() }()
			for rows.Next() {
				var id string
				var a, b int64
				if err := rows.Scan(&id, &a, &b); err != nil {
					return err
				}
				each(id, a, b)
			}
			return rows.Err()
		})
	})
}

// Space returns the bytes that the database takes where it is stored, and how
// many of them it has free for what comes.
func (s *SQLite) Space(ctx context.Context) (bytes, free int64, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		var page, pages, unused int64
		for pragma, value := range map[string]*int64{"page_size": &page, "page_count": &pages, "freelist_count": &unused} {
			if err := tx.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(value); err != nil {
				return err
			}
		}
		bytes, free = page*pages, page*unused
		return nil
	})
	if err != nil {
		return 0, 0, fmt.Errorf("size of the database: %w", err)
	}
	return bytes, free, nil
}

// Shrink gives what is free back to the file system, by writing the database anew
// (VACUUM): it needs as much room again meanwhile, and holds up all writes, so it
// is for tools and not for servers. SQLite could do it a page at a time
// (auto_vacuum), but then keeps a map of pages that every write pays for, and
// leaves the rest scattered.
func (s *SQLite) Shrink(ctx context.Context) (err error) {
	switch {
	case s.closed.Load():
		return ErrClosed
	case s.writer == nil: // see ReadSQLite
		return ErrReadOnly
	}
	// A connection of its own: the writer's is in a transaction whenever it works.
	db, err := sql.Open("sqlite", dataSource(s.path))
	if err != nil {
		return fmt.Errorf("shrink: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	for _, statement := range []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("shrink: %w", explainSQLite(err))
		}
	}
	return nil
}
