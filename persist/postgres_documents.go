package persist

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// CreateDocument is as [SQLite.CreateDocument].
func (s *Postgres) CreateDocument(ctx context.Context, d session.Document) error {
	return s.create(ctx, d, time.Time{})
}

// CreateInTrash is as [SQLite.CreateInTrash].
func (s *Postgres) CreateInTrash(ctx context.Context, d session.Document, since time.Time) error {
	return s.create(ctx, d, since)
}

func (s *Postgres) create(ctx context.Context, d session.Document, trashed time.Time) error {
	err := checkDocument(d)
	if err == nil {
		err = s.write(ctx, func(ctx context.Context, c *pgxpool.Conn) error { return insertPgDocument(ctx, c, d, trashed) })
	}
	if err != nil {
		return fmt.Errorf("create document %s: %w", d.ID, err)
	}
	return nil
}

// pgExec is a connection or a transaction.
type pgExec interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

func insertPgDocument(ctx context.Context, c pgExec, d session.Document, trashed time.Time) error {
	created := d.Created.UnixMicro()
	_, err := c.Exec(ctx, `INSERT INTO documents (id, kind, title, title_key, lineage, owner, created_at, edited_minute, trashed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		string(d.ID), string(d.Kind), d.Title, titleKey(d.Title), string(d.Lineage), string(d.Owner), created, minuteOf(created), microOrNull(trashed))
	return pgConstraint(err, "", nil, ErrExists)
}

// pgDocuments lists documents with their last records, which say when they were
// edited and what the head is. What follows it is a condition.
const pgDocuments = `SELECT d.id, d.kind, d.title, d.lineage, d.owner, d.created_at,
		coalesce(r.at, d.created_at) AS edited_at, coalesce(r.revision, 0)
	FROM documents d LEFT JOIN LATERAL (
		SELECT revision, at FROM records WHERE doc = d.id ORDER BY revision DESC LIMIT 1
	) r ON true WHERE `

// Document is as [SQLite.Document].
func (s *Postgres) Document(ctx context.Context, doc wire.DocID) (session.Document, error) {
	page, err := s.queryDocuments(ctx, pgDocuments+`d.id = $1`, string(doc))
	if err == nil && len(page) == 0 {
		err = session.ErrNotFound
	}
	if err != nil {
		return session.Document{}, fmt.Errorf("document %s: %w", doc, err)
	}
	return page[0], nil
}

func (s *Postgres) queryDocuments(ctx context.Context, query string, args ...any) (page []session.Document, err error) {
	err = s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		page, err = pgx.CollectRows(rows, scanPgDocument)
		return err
	})
	return page, err
}

func scanPgDocument(row pgx.CollectableRow) (session.Document, error) {
	var d session.Document
	var kind string
	var created, edited, head int64
	err := row.Scan((*string)(&d.ID), &kind, &d.Title, (*string)(&d.Lineage), (*string)(&d.Owner), &created, &edited, &head)
	d.Kind, d.Created, d.Edited, d.Head = ot.DocKind(kind), timeOf(created), timeOf(edited), wire.Revision(head)
	return d, err
}

// update runs a statement that must change a row: [session.ErrNotFound] if it
// does not.
func (s *Postgres) update(ctx context.Context, statement string, args ...any) error {
	return s.write(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		tag, err := c.Exec(ctx, statement, args...)
		return changedOne(tag.RowsAffected(), err)
	})
}
