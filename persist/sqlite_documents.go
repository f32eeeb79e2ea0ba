package persist

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const documentColumns = `id, kind, title, lineage, owner, created_at, edited_at,
	coalesce((SELECT max(revision) FROM records WHERE doc = documents.id), 0)`

// CreateDocument stores a document with an empty history. Head and Edited of d
// are not looked at: they begin as 0 and Created. [ErrExists] if the id is
// taken, [ErrMalformed] for an empty id or lineage or an unknown kind.
func (s *SQLite) CreateDocument(ctx context.Context, d session.Document) error {
	err := checkDocument(d)
	if err == nil {
		err = s.write(ctx, func(tx *writeTx) error {
			created := d.Created.UnixMicro()
			_, err := tx.exec(`INSERT INTO documents (id, kind, title, lineage, owner, created_at, edited_at)
				VALUES (?, ?, ?, ?, ?, ?, ?)`,
				string(d.ID), string(d.Kind), d.Title, string(d.Lineage), string(d.Owner), created, created)
			return constraint(err, ErrExists, ErrExists)
		})
	}
	if err != nil {
		return fmt.Errorf("create document %s: %w", d.ID, err)
	}
	return nil
}

func checkDocument(d session.Document) error {
	switch {
	case d.ID == "" || d.Lineage == "":
		return fmt.Errorf("%w: a document needs an id and a lineage", ErrMalformed)
	case !d.Kind.Valid():
		return fmt.Errorf("%w: the kind %q is unknown", ErrMalformed, d.Kind)
	}
	return checkText("document", string(d.ID), string(d.Lineage), string(d.Owner), d.Title)
}

// Document returns what is known of a document, [session.ErrNotFound] if there
// is none.
func (s *SQLite) Document(ctx context.Context, doc wire.DocID) (d session.Document, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		row := tx.QueryRowContext(ctx, `SELECT `+documentColumns+` FROM documents WHERE id = ?`, string(doc))
		d, err = scanDocument(row.Scan)
		return err
	})
	if err != nil {
		return session.Document{}, fmt.Errorf("document %s: %w", doc, err)
	}
	return d, nil
}

func scanDocument(scan func(...any) error) (session.Document, error) {
	var (
		id, kind, title, lineage, owner string
		created, edited, head           int64
	)
	if err := scan(&id, &kind, &title, &lineage, &owner, &created, &edited, &head); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			err = session.ErrNotFound
		}
		return session.Document{}, err
	}
	return session.Document{
		ID:      wire.DocID(id),
		Kind:    ot.DocKind(kind),
		Title:   title,
		Lineage: wire.Lineage(lineage),
		Owner:   wire.UserID(owner),
		Created: timeOf(created),
		Edited:  timeOf(edited),
		Head:    wire.Revision(head),
	}, nil
}

// ListDocuments returns a page of at most limit documents, the last edited
// first. The first page is after "", the next one after what the page before
// gave as next, which is "" on the last page. A document never comes twice
// unless it is edited meanwhile, and one that is edited meanwhile is on the
// first page. [ErrMalformed] for a cursor that did not come from here or a
// limit below 1.
func (s *SQLite) ListDocuments(ctx context.Context, limit int, after string) (page []session.Document, next string, err error) {
	c, err := parseCursor(after)
	if err == nil && limit < 1 {
		err = fmt.Errorf("%w: a page of %d documents", ErrMalformed, limit)
	}
	if err == nil {
		page, err = s.queryDocuments(ctx, c, limit+1) // one more says whether there is a next page
	}
	if err != nil {
		return nil, "", fmt.Errorf("list documents: %w", err)
	}
	if len(page) > limit {
		page = page[:limit]
		next = cursorAt(page[limit-1]).String()
	}
	return page, next, nil
}

func (s *SQLite) queryDocuments(ctx context.Context, after cursor, limit int) (page []session.Document, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT `+documentColumns+` FROM documents
			WHERE (edited_at, id) < (?, ?) ORDER BY edited_at DESC, id DESC LIMIT ?`, after.edited, after.id, limit)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			d, err := scanDocument(rows.Scan)
			if err != nil {
				return err
			}
			page = append(page, d)
		}
		return rows.Err()
	})
	return page, err
}

// RenameDocument gives a document another title; it does not count as an edit.
// [session.ErrNotFound] if there is none, [ErrMalformed] if it is not a text.
func (s *SQLite) RenameDocument(ctx context.Context, doc wire.DocID, title string) error {
	err := checkText("title", title)
	if err != nil {
		return fmt.Errorf("rename document %s: %w", doc, err)
	}
	err = s.write(ctx, func(tx *writeTx) error {
		return changedOne(tx.exec(`UPDATE documents SET title = ? WHERE id = ?`, title, string(doc)))
	})
	if err != nil {
		return fmt.Errorf("rename document %s: %w", doc, err)
	}
	return nil
}

// changedOne makes "no row was there" an error.
func changedOne(changed int64, err error) error {
	if err == nil && changed == 0 {
		return session.ErrNotFound
	}
	return err
}
