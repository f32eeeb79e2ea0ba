package persist

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

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
	return s.create(ctx, d, time.Time{})
}

// CreateInTrash is CreateDocument for a document that is in the trash from the
// beginning: one that takes several writes to be made and is to be seen when it is
// whole, by a change that takes it out.
func (s *SQLite) CreateInTrash(ctx context.Context, d session.Document, since time.Time) error {
	return s.create(ctx, d, since)
}

func (s *SQLite) create(ctx context.Context, d session.Document, trashed time.Time) error {
	err := checkDocument(d)
	if err == nil {
		err = s.write(ctx, func(tx *writeTx) error { return insertDocument(tx, d, trashed) })
	}
	if err != nil {
		return fmt.Errorf("create document %s: %w", d.ID, err)
	}
	return nil
}

func insertDocument(tx *writeTx, d session.Document, trashed time.Time) error {
	created := d.Created.UnixMicro()
	_, err := tx.exec(`INSERT INTO documents (id, kind, title, title_key, lineage, owner, created_at, edited_at, trashed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(d.ID), string(d.Kind), d.Title, titleKey(d.Title), string(d.Lineage), string(d.Owner), created, created, microOrNull(trashed))
	return constraint(err, ErrExists, ErrExists)
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

// changedOne makes "no row was there" an error.
func changedOne(changed int64, err error) error {
	if err == nil && changed == 0 {
		return session.ErrNotFound
	}
	return err
}
