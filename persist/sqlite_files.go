package persist

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// fileCleanup bounds the removal of the parts of a file that was not stored.
const fileCleanup = 10 * time.Second

// PutFile stores a file of a document and returns it with its size and hash. If
// the document has the same bytes already, nothing is stored and that file is
// returned. Bytes, SHA256 and Doc's other files are not looked at in f. data is
// read until the call returns. [session.ErrNotFound] if there is no such
// document, [ErrFilesFull] if all its files would have more than most bytes,
// [ErrMalformed] for a file without bytes, or one above [FileBytes].
func (s *SQLite) PutFile(ctx context.Context, f File, data []byte, most int64) (File, error) {
	f, err := prepareFile(f, data)
	if err == nil {
		f, err = s.putFile(ctx, f, data, most)
	}
	if err != nil {
		return File{}, fmt.Errorf("file of %s: %w", f.Doc, err)
	}
	return f, nil
}

// putFile stores part by part, each a job of its own, so that appends go on
// between them. The row comes last and makes them a file.
func (s *SQLite) putFile(ctx context.Context, f File, data []byte, most int64) (stored File, err error) {
	defer func() {
		if err != nil || stored.ID != f.ID {
			s.dropParts(ctx, f.ID)
		}
	}()
	// What will be refused need not be written.
	var is File
	err = s.write(ctx, func(tx *writeTx) error {
		is, err = admitFile(tx, f, most)
		return err
	})
	if err != nil || is.ID != "" {
		return is, err
	}
	for n, part := range partsOf(data) {
		if err := s.write(ctx, func(tx *writeTx) error { return putPart(tx, f.ID, n, part) }); err != nil {
			return File{}, err
		}
	}
	err = s.write(ctx, func(tx *writeTx) error {
		stored = f
		is, err := admitFile(tx, f, most)
		if err != nil || is.ID != "" {
			stored = is
			return err
		}
		return insertFile(tx, f)
	})
	return stored, err
}

func putPart(tx *writeTx, id FileID, n int, part []byte) error {
	_, err := tx.exec(`INSERT INTO file_parts (file, n, data) VALUES (?, ?, ?)`, string(id), n, part)
	return constraint(err, ErrExists, ErrExists)
}

func insertFile(tx *writeTx, f File) error {
	_, err := tx.exec(`INSERT INTO files (`+fileColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, fileRow(f)...)
	return constraint(err, ErrExists, ErrExists)
}

// admitFile returns the file of a document with the same bytes, if there is one,
// and else an error if the file does not fit.
func admitFile(tx *writeTx, f File, most int64) (File, error) {
	var sum, exists int64
	err := tx.row(`SELECT count(*), (SELECT coalesce(sum(bytes), 0) FROM files WHERE doc = documents.id) FROM documents WHERE id = ?`,
		[]any{string(f.Doc)}, &exists, &sum)
	if err != nil {
		return File{}, err
	}
	if exists == 0 {
		return File{}, session.ErrNotFound
	}
	is, err := scanFile(func(dest ...any) error {
		return tx.row(`SELECT `+fileColumns+` FROM files WHERE doc = ? AND sha256 = ?`, []any{string(f.Doc), f.SHA256[:]}, dest...)
	})
	switch {
	case err == nil:
		return is, nil
	case !errors.Is(err, session.ErrNotFound):
		return File{}, err
	case sum+f.Bytes > most:
		return File{}, ErrFilesFull
	}
	return File{}, nil
}

// dropParts removes what was written of a file that there will not be, also if
// the caller has left. What a crash leaves is removed at the next start.
func (s *SQLite) dropParts(ctx context.Context, id FileID) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fileCleanup)
	defer cancel()
	err := s.write(ctx, func(tx *writeTx) error {
		_, err := tx.exec(`DELETE FROM file_parts WHERE file = ? AND NOT EXISTS (SELECT 1 FROM files WHERE id = ?)`, string(id), string(id))
		return err
	})
	if err != nil && !errors.Is(err, ErrClosed) {
		s.cfg.Logger.Warn().Err(err).Msg("parts of a file that was not stored stay until the next start")
	}
}

// dropLostParts removes parts without a file: nobody else has the database open.
func (s *SQLite) dropLostParts(ctx context.Context) error {
	_, err := s.writeDB.ExecContext(ctx, `DELETE FROM file_parts WHERE file IN (
		SELECT DISTINCT file FROM file_parts WHERE file NOT IN (SELECT id FROM files))`)
	return err
}

// File returns what is known of a file. [session.ErrNotFound] if the document
// has none of that id.
func (s *SQLite) File(ctx context.Context, doc wire.DocID, id FileID) (f File, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		f, err = scanFile(tx.QueryRowContext(ctx, `SELECT `+fileColumns+` FROM files WHERE id = ? AND doc = ?`, string(id), string(doc)).Scan)
		return err
	})
	if err != nil {
		return File{}, fmt.Errorf("file of %s: %w", doc, err)
	}
	return f, nil
}

// Files returns all files of a document by their ids; none if there is no such
// document.
func (s *SQLite) Files(ctx context.Context, doc wire.DocID) (files []File, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT `+fileColumns+` FROM files WHERE doc = ? ORDER BY id`, string(doc))
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			f, err := scanFile(rows.Scan)
			if err != nil {
				return err
			}
			files = append(files, f)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("files of %s: %w", doc, err)
	}
	return files, nil
}

// FilePart returns a part of a file, counted from 0; see [FileReader]. The slice
// belongs to the caller. [session.ErrNotFound] if there is no such part.
func (s *SQLite) FilePart(ctx context.Context, id FileID, n int) (part []byte, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT data FROM file_parts WHERE file = ? AND n = ?`, string(id), n).Scan(&part)
	})
	if isNoRows(err) {
		err = session.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("part %d of file %s: %w", n, id, err)
	}
	return part, nil
}

func isNoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }
