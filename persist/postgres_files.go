package persist

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// PutFile is as [SQLite.PutFile].
func (s *Postgres) PutFile(ctx context.Context, f File, data []byte, most int64) (File, error) {
	f, err := prepareFile(f, data)
	stored := f
	if err == nil && !isText(string(f.Doc)) {
		err = session.ErrNotFound
	}
	if err == nil {
		err = s.write(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
			return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
				stored, err = putPgFile(ctx, tx, f, data, most)
				return err
			})
		})
	}
	if errors.Is(err, errStoredBefore) {
		err = nil
	}
	if err != nil {
		return File{}, fmt.Errorf("file of %s: %w", f.Doc, err)
	}
	return stored, nil
}

// errStoredBefore rolls back what was written of a file whose bytes are there.
var errStoredBefore = errors.New("the bytes are stored already")

// putPgFile writes the parts first: the document is locked for its files, and
// its appends, for no longer than the row takes.
func putPgFile(ctx context.Context, tx pgx.Tx, f File, data []byte, most int64) (File, error) {
	if is, err := admitPgFile(ctx, tx, f, most, ""); err != nil {
		return is, err
	}
	if err := putPgParts(ctx, tx, f.ID, data); err != nil {
		return File{}, err
	}
	if is, err := admitPgFile(ctx, tx, f, most, " FOR NO KEY UPDATE"); err != nil {
		return is, err
	}
	return f, insertPgFile(ctx, tx, f)
}

func putPgParts(ctx context.Context, tx pgx.Tx, id FileID, data []byte) error {
	for n, part := range partsOf(data) {
		if _, err := tx.Exec(ctx, `INSERT INTO file_parts (file, n, data) VALUES ($1, $2, $3)`, string(id), n, part); err != nil {
			return pgConstraint(err, "", nil, ErrExists)
		}
	}
	return nil
}

func insertPgFile(ctx context.Context, tx pgx.Tx, f File) error {
	_, err := tx.Exec(ctx, `INSERT INTO files (`+fileColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, fileRow(f)...)
	return pgConstraint(err, "", nil, ErrExists)
}

// admitPgFile says why a file is not to be stored; errStoredBefore comes with
// the file that has the same bytes.
func admitPgFile(ctx context.Context, tx pgx.Tx, f File, most int64, lock string) (File, error) {
	if err := tx.QueryRow(ctx, `SELECT id FROM documents WHERE id = $1`+lock, string(f.Doc)).Scan(nil); err != nil {
		return File{}, err
	}
	is, err := scanFile(tx.QueryRow(ctx, `SELECT `+fileColumns+` FROM files WHERE doc = $1 AND sha256 = $2`, string(f.Doc), f.SHA256[:]).Scan)
	switch {
	case err == nil:
		return is, errStoredBefore
	case !errors.Is(err, session.ErrNotFound):
		return File{}, err
	}
	var sum int64
	if err := tx.QueryRow(ctx, `SELECT coalesce(sum(bytes), 0)::bigint FROM files WHERE doc = $1`, string(f.Doc)).Scan(&sum); err != nil {
		return File{}, err
	}
	if sum+f.Bytes > most {
		return File{}, ErrFilesFull
	}
	return File{}, nil
}

// File is as [SQLite.File].
func (s *Postgres) File(ctx context.Context, doc wire.DocID, id FileID) (f File, err error) {
	err = s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		f, err = scanFile(c.QueryRow(ctx, `SELECT `+fileColumns+` FROM files WHERE id = $1 AND doc = $2`, string(id), string(doc)).Scan)
		return err
	})
	if err != nil {
		return File{}, fmt.Errorf("file of %s: %w", doc, err)
	}
	return f, nil
}

// Files is as [SQLite.Files].
func (s *Postgres) Files(ctx context.Context, doc wire.DocID) (files []File, err error) {
	err = s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, `SELECT `+fileColumns+` FROM files WHERE doc = $1 ORDER BY id`, string(doc))
		if err != nil {
			return err
		}
		files, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (File, error) { return scanFile(row.Scan) })
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("files of %s: %w", doc, err)
	}
	return files, nil
}

// FilePart is as [SQLite.FilePart].
func (s *Postgres) FilePart(ctx context.Context, id FileID, n int) (part []byte, err error) {
	err = s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		return c.QueryRow(ctx, `SELECT data FROM file_parts WHERE file = $1 AND n = $2`, string(id), n).Scan(&part)
	})
	if err != nil {
		return nil, fmt.Errorf("part %d of file %s: %w", n, id, err)
	}
	return part, nil
}
