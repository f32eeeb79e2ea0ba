package persist

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

var pgDialect = dialect{
	edited: "coalesce(r.at, d.created_at)",
	last:   `LEFT JOIN LATERAL (SELECT revision, at, "user" FROM records WHERE doc = d.id ORDER BY revision DESC LIMIT 1) r ON true`,
	param:  func(n int) string { return fmt.Sprintf("$%d", n) },
	instr:  "strpos",
	// By minute, as the index has them, and within a minute by what only the log
	// knows: so that only the documents of the page's minutes are looked at.
	editedPage: func(p *params, after cursor) (where, order string) {
		if !after.isStart() {
			where = fmt.Sprintf("d.edited_minute <= %s AND (coalesce(r.at, d.created_at), d.id) < (%s, %s)",
				p.add(minuteOf(after.time)), p.add(after.time), p.add(after.id))
		}
		return where, "d.edited_minute DESC, edited DESC, d.id DESC"
	},
}

// List is as [SQLite.List].
func (s *Postgres) List(ctx context.Context, q ListQuery) (page []Entry, next string, err error) {
	return listEntries(q, func(q ListQuery, after cursor, limit int) ([]Entry, error) {
		query, values := pgDialect.listSQL(q, after, limit)
		return s.queryEntries(ctx, query, values)
	})
}

func (s *Postgres) queryEntries(ctx context.Context, query string, values []any) (page []Entry, err error) {
	err = s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, query, values...)
		if err != nil {
			return err
		}
		page, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Entry, error) { return scanEntry(row.Scan) })
		return err
	})
	return page, err
}

// Entry is as [SQLite.Entry].
func (s *Postgres) Entry(ctx context.Context, viewer wire.UserID, doc wire.DocID) (Entry, error) {
	page, err := []Entry(nil), error(nil)
	if isText(string(doc)) && isText(string(viewer)) {
		query, values := pgDialect.entrySQL(viewer, doc)
		page, err = s.queryEntries(ctx, query, values)
	}
	if err == nil && len(page) == 0 {
		err = session.ErrNotFound
	}
	if err != nil {
		return Entry{}, fmt.Errorf("document %s: %w", doc, err)
	}
	return page[0], nil
}

// ListDocuments is as [SQLite.ListDocuments].
func (s *Postgres) ListDocuments(ctx context.Context, limit int, after string) (page []session.Document, next string, err error) {
	return listDocuments(ctx, s, limit, after)
}

// ChangeDocument is as [SQLite.ChangeDocument].
func (s *Postgres) ChangeDocument(ctx context.Context, viewer wire.UserID, doc wire.DocID, c Change) error {
	err := c.check(viewer)
	switch {
	case err != nil:
	case !isText(string(doc)):
		err = session.ErrNotFound
	default:
		err = s.write(ctx, func(ctx context.Context, conn *pgxpool.Conn) error {
			return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return changePgRow(ctx, tx, viewer, doc, c) })
		})
	}
	if err != nil {
		return fmt.Errorf("change document %s: %w", doc, err)
	}
	return nil
}

func changePgRow(ctx context.Context, tx pgx.Tx, viewer wire.UserID, doc wire.DocID, c Change) error {
	var title string
	if err := tx.QueryRow(ctx, `SELECT title FROM documents WHERE id = $1 FOR NO KEY UPDATE`, string(doc)).Scan(&title); err != nil {
		return err
	}
	if err := c.fits(title); err != nil {
		return err
	}
	p := &params{dialect: pgDialect}
	var set []string
	if c.Title != nil {
		set = append(set, "title = "+p.add(*c.Title), "title_key = "+p.add(titleKey(*c.Title)))
	}
	if c.Folder != nil {
		set = append(set, "folder = nullif("+p.add(string(*c.Folder))+", '')")
	}
	if c.Trashed != nil {
		set = append(set, "trashed_at = "+p.add(microOrNull(*c.Trashed)))
	}
	if len(set) > 0 {
		_, err := tx.Exec(ctx, "UPDATE documents SET "+strings.Join(set, ", ")+" WHERE id = "+p.add(string(doc)), p.values...)
		if pgCode(err) == pgForeignKeyViolation {
			return ErrNoFolder
		} else if err != nil {
			return err
		}
	}
	if c.Pinned == nil {
		return nil
	}
	statement, values := pinSQL(*c.Pinned, viewer, doc)
	_, err := tx.Exec(ctx, statement, values...)
	return err
}

// PinnedBy is as [SQLite.PinnedBy].
func (s *Postgres) PinnedBy(ctx context.Context, doc wire.DocID) (users map[wire.UserID]bool, err error) {
	err = s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		users = map[wire.UserID]bool{}
		rows, err := c.Query(ctx, `SELECT "user" FROM pins WHERE doc = $1`, string(doc))
		if err != nil {
			return err
		}
		var user wire.UserID
		_, err = pgx.ForEachRow(rows, []any{(*string)(&user)}, func() error { users[user] = true; return nil })
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("pins of %s: %w", doc, err)
	}
	return users, nil
}

// Folders is as [SQLite.Folders].
func (s *Postgres) Folders(ctx context.Context) (folders []Folder, err error) {
	err = s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, foldersSQL)
		if err != nil {
			return err
		}
		folders, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Folder, error) { return scanFolder(row.Scan) })
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list folders: %w", err)
	}
	slices.SortFunc(folders, compareFolders)
	return folders, nil
}

// CreateFolder is as [SQLite.CreateFolder].
func (s *Postgres) CreateFolder(ctx context.Context, f Folder) error {
	err := checkFolder(f)
	if err == nil {
		err = s.write(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
			_, err := c.Exec(ctx, `INSERT INTO folders (id, name, created_at) VALUES ($1, $2, $3)`, string(f.ID), f.Name, f.Created.UnixMicro())
			return pgConstraint(err, "", nil, ErrExists)
		})
	}
	if err != nil {
		return fmt.Errorf("create folder %s: %w", f.ID, err)
	}
	return nil
}

// RenameFolder is as [SQLite.RenameFolder].
func (s *Postgres) RenameFolder(ctx context.Context, id FolderID, name string) error {
	err := checkText("folder", name)
	if err == nil {
		err = s.updateFolder(ctx, id, `UPDATE folders SET name = $2 WHERE id = $1`, string(id), name)
	}
	if err != nil {
		return fmt.Errorf("rename folder %s: %w", id, err)
	}
	return nil
}

// DeleteFolder is as [SQLite.DeleteFolder].
func (s *Postgres) DeleteFolder(ctx context.Context, id FolderID) error {
	if err := s.updateFolder(ctx, id, `DELETE FROM folders WHERE id = $1`, string(id)); err != nil {
		return fmt.Errorf("delete folder %s: %w", id, err)
	}
	return nil
}

func (s *Postgres) updateFolder(ctx context.Context, id FolderID, statement string, args ...any) error {
	if !isText(string(id)) {
		return ErrNoFolder
	}
	return asNoFolder(s.update(ctx, statement, args...))
}
