package persist

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

var sqliteDialect = dialect{
	edited: "d.edited_at",
	last:   `LEFT JOIN records r ON r.doc = d.id AND r.revision = (SELECT max(revision) FROM records WHERE doc = d.id)`,
	param:  func(int) string { return "?" },
	instr:  "instr",
	editedPage: func(p *params, after cursor) (where, order string) {
		if !after.isStart() {
			where = fmt.Sprintf("(d.edited_at, d.id) < (%s, %s)", p.add(after.time), p.add(after.id))
		}
		return where, "d.edited_at DESC, d.id DESC"
	},
}

// List returns a page of at most q.Limit entries. A document never comes twice
// unless its place in the order changes meanwhile. [ErrMalformed] for a cursor
// that was not issued for this order, an unknown view or order, and a limit
// below 1.
func (s *SQLite) List(ctx context.Context, q ListQuery) (page []Entry, next string, err error) {
	return listEntries(q, func(q ListQuery, after cursor, limit int) ([]Entry, error) {
		query, values := sqliteDialect.listSQL(q, after, limit)
		return s.queryEntries(ctx, query, values)
	})
}

func (s *SQLite) queryEntries(ctx context.Context, query string, values []any) (page []Entry, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		page, err = entriesOf(ctx, tx, query, values)
		return err
	})
	return page, err
}

func entriesOf(ctx context.Context, tx *sql.Tx, query string, values []any) (page []Entry, err error) {
	rows, err := tx.QueryContext(ctx, query, values...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		e, err := scanEntry(rows.Scan)
		if err != nil {
			return nil, err
		}
		page = append(page, e)
	}
	return page, rows.Err()
}

// Entry returns a document as a list shows it to a viewer, who may be "".
// [session.ErrNotFound] if there is no such document.
func (s *SQLite) Entry(ctx context.Context, viewer wire.UserID, doc wire.DocID) (e Entry, err error) {
	query, values := sqliteDialect.entrySQL(viewer, doc)
	err = s.read(ctx, func(tx *sql.Tx) error {
		e, err = scanEntry(tx.QueryRowContext(ctx, query, values...).Scan)
		return err
	})
	if err != nil {
		return Entry{}, fmt.Errorf("document %s: %w", doc, err)
	}
	return e, nil
}

// ListDocuments returns a page of all documents, those in the trash too, as
// List does in the order of the last edit.
func (s *SQLite) ListDocuments(ctx context.Context, limit int, after string) (page []session.Document, next string, err error) {
	return listDocuments(ctx, s, limit, after)
}

// ChangeDocument changes what c says, all of it or nothing; it does not count
// as an edit. The viewer is whose pin it is. [session.ErrNotFound] if there is no
// such document, [ErrNoFolder] if there is no such folder, [ErrTitleChanged] as it
// says, [ErrMalformed] for a title that is no text.
func (s *SQLite) ChangeDocument(ctx context.Context, viewer wire.UserID, doc wire.DocID, c Change) error {
	err := c.check(viewer)
	if err == nil {
		err = s.write(ctx, func(tx *writeTx) error { return changeRow(tx, viewer, doc, c) })
	}
	if err != nil {
		return fmt.Errorf("change document %s: %w", doc, err)
	}
	return nil
}

func changeRow(tx *writeTx, viewer wire.UserID, doc wire.DocID, c Change) error {
	var title string
	if err := tx.row(`SELECT title FROM documents WHERE id = ?`, []any{string(doc)}, &title); errors.Is(err, sql.ErrNoRows) {
		return session.ErrNotFound
	} else if err != nil {
		return err
	}
	if err := c.fits(title); err != nil {
		return err
	}
	if c.Title != nil {
		if _, err := tx.exec(`UPDATE documents SET title = ?, title_key = ? WHERE id = ?`, *c.Title, titleKey(*c.Title), string(doc)); err != nil {
			return err
		}
	}
	if c.Folder != nil {
		_, err := tx.exec(`UPDATE documents SET folder = nullif(?, '') WHERE id = ?`, string(*c.Folder), string(doc))
		if isForeignKey(err) {
			return ErrNoFolder
		} else if err != nil {
			return err
		}
	}
	if c.Trashed != nil {
		if _, err := tx.exec(`UPDATE documents SET trashed_at = ? WHERE id = ?`, microOrNull(*c.Trashed), string(doc)); err != nil {
			return err
		}
	}
	if c.Pinned == nil {
		return nil
	}
	statement, values := pinSQL(*c.Pinned, viewer, doc)
	_, err := tx.exec(statement, values...)
	return err
}

// pinSQL sets or removes a pin.
func pinSQL(pinned bool, viewer wire.UserID, doc wire.DocID) (statement string, values []any) {
	if pinned {
		return `INSERT INTO pins ("user", doc, at) VALUES ($1, $2, $3) ON CONFLICT ("user", doc) DO NOTHING`,
			[]any{string(viewer), string(doc), time.Now().UnixMicro()}
	}
	return `DELETE FROM pins WHERE "user" = $1 AND doc = $2`, []any{string(viewer), string(doc)}
}

func isForeignKey(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code() == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
}

// microOrNull is a time as databases keep it; the zero time is NULL.
func microOrNull(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	micro := t.UnixMicro()
	return &micro
}

// PinnedBy returns who has pinned a document.
func (s *SQLite) PinnedBy(ctx context.Context, doc wire.DocID) (users map[wire.UserID]bool, err error) {
	users = map[wire.UserID]bool{}
	err = s.read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT user FROM pins WHERE doc = ?`, string(doc))
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var user wire.UserID
			if err := rows.Scan((*string)(&user)); err != nil {
				return err
			}
			users[user] = true
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("pins of %s: %w", doc, err)
	}
	return users, nil
}

// Folders returns all folders in the order of their names.
func (s *SQLite) Folders(ctx context.Context) (folders []Folder, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, foldersSQL)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			f, err := scanFolder(rows.Scan)
			if err != nil {
				return err
			}
			folders = append(folders, f)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list folders: %w", err)
	}
	slices.SortFunc(folders, compareFolders)
	return folders, nil
}

// foldersSQL lists folders with the number of their documents.
const foldersSQL = `SELECT f.id, f.name, f.created_at,
		(SELECT count(*) FROM documents d WHERE d.folder = f.id AND d.trashed_at IS NULL)
	FROM folders f`

func scanFolder(scan func(...any) error) (f Folder, err error) {
	var created int64
	err = scan((*string)(&f.ID), &f.Name, &created, &f.Documents)
	f.Created = timeOf(created)
	return f, err
}

// CreateFolder stores a folder. [ErrExists] if the id is taken, [ErrMalformed]
// if it is empty or the name is no text.
func (s *SQLite) CreateFolder(ctx context.Context, f Folder) error {
	err := checkFolder(f)
	if err == nil {
		err = s.write(ctx, func(tx *writeTx) error {
			_, err := tx.exec(`INSERT INTO folders (id, name, created_at) VALUES (?, ?, ?)`, string(f.ID), f.Name, f.Created.UnixMicro())
			return constraint(err, ErrExists, ErrExists)
		})
	}
	if err != nil {
		return fmt.Errorf("create folder %s: %w", f.ID, err)
	}
	return nil
}

// RenameFolder gives a folder another name. [ErrNoFolder] if there is none,
// [ErrMalformed] if it is not a text.
func (s *SQLite) RenameFolder(ctx context.Context, id FolderID, name string) error {
	err := checkText("folder", name)
	if err == nil {
		err = s.write(ctx, func(tx *writeTx) error {
			return asNoFolder(changedOne(tx.exec(`UPDATE folders SET name = ? WHERE id = ?`, name, string(id))))
		})
	}
	if err != nil {
		return fmt.Errorf("rename folder %s: %w", id, err)
	}
	return nil
}

// DeleteFolder removes a folder; its documents are in none then. [ErrNoFolder]
// if there is none.
func (s *SQLite) DeleteFolder(ctx context.Context, id FolderID) error {
	err := s.write(ctx, func(tx *writeTx) error {
		return asNoFolder(changedOne(tx.exec(`DELETE FROM folders WHERE id = ?`, string(id))))
	})
	if err != nil {
		return fmt.Errorf("delete folder %s: %w", id, err)
	}
	return nil
}
