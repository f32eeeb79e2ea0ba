package persist

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/collabd/collabd/session"
)

// CreateWhole is as [SQLite.CreateWhole].
func (s *Postgres) CreateWhole(ctx context.Context, w Whole) error {
	rows, files, err := prepareWhole(w)
	if err == nil {
		err = s.write(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
			return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error { return createPgWhole(ctx, tx, w.Document, rows, files) })
		})
	}
	if err != nil {
		return fmt.Errorf("create document %s whole: %w", w.Document.ID, err)
	}
	return nil
}

func createPgWhole(ctx context.Context, tx pgx.Tx, d session.Document, rows []recordRow, files []WholeFile) error {
	if err := insertPgDocument(ctx, tx, d, time.Time{}); err != nil {
		return err
	}
	for _, f := range files {
		if err := putPgParts(ctx, tx, f.About.ID, f.Data); err != nil {
			return err
		}
		if err := insertPgFile(ctx, tx, f.About); err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return nil
	}
	group := []*appendJob{{doc: string(d.ID), rows: rows}}
	var fits int64
	err := tx.QueryRow(ctx, appendBatches, append([]any{documentsOf(group)}, columnsOf(group)...)...).Scan(&fits)
	return pgConstraint(err, pgRecordsKey, session.ErrConflict, ErrDuplicate)
}
