package persist

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/collabd/collabd/wire"
)

// Search is as [SQLite.Search].
func (s *Postgres) Search(ctx context.Context, q SearchQuery) (matches []Match, err error) {
	return searchEntries(q, func(q SearchQuery, words search) searcher {
		entries := func(limit int, condition func(*params) string) ([]Entry, error) {
			query, values := pgDialect.searchSQL(q, limit, condition)
			return s.queryEntries(ctx, query, values)
		}
		return searcher{
			titles: func(limit int) ([]Entry, error) {
				return entries(limit, func(p *params) string { return p.titleSQL(words) })
			},
			texts: func(limit int) ([]Entry, error) {
				return entries(limit, func(p *params) string {
					return `d.id IN (SELECT t.doc FROM texts t WHERE t.words @@ CAST(` + p.add(words.tsquery()) + `::text AS tsquery))`
				})
			},
			read: func(docs []Entry, f func(wire.DocID, string)) error { return s.readTexts(ctx, docs, f) },
		}
	})
}

// tsquery is the query in the form of Postgres's type: quoted words, which are
// not parsed any more, all of which are needed.
func (q search) tsquery() string {
	var b strings.Builder
	for _, w := range q.words {
		b.WriteString("'" + w + "' & ")
	}
	return b.String() + "'" + q.prefix + "':*"
}

func (s *Postgres) readTexts(ctx context.Context, docs []Entry, f func(wire.DocID, string)) error {
	ids := make([]string, len(docs))
	for i, d := range docs {
		ids[i] = string(d.ID)
	}
	return s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, `SELECT doc, text FROM texts WHERE doc = ANY ($1)`, ids)
		if err != nil {
			return err
		}
		var doc, text string
		_, err = pgx.ForEachRow(rows, []any{&doc, &text}, func() error { f(wire.DocID(doc), text); return nil })
		return err
	})
}

// PutText is as [SQLite.PutText].
func (s *Postgres) PutText(ctx context.Context, doc wire.DocID, revision wire.Revision, text string) error {
	text = indexedText(text)
	words := indexedWords(text)
	err := s.write(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		var key string
		if err := c.QueryRow(ctx, `SELECT title_key FROM documents WHERE id = $1`, string(doc)).Scan(&key); err != nil {
			return err
		}
		_, err := c.Exec(ctx, `INSERT INTO texts (doc, revision, title_key, text, words) VALUES ($1, $2, $3, $4, array_to_tsvector($5))
			ON CONFLICT (doc) DO UPDATE SET revision = excluded.revision, title_key = excluded.title_key, text = excluded.text, words = excluded.words
			WHERE texts.revision <= excluded.revision`, string(doc), int64(revision), key, text, append(indexedWords(key), words...))
		return err
	})
	if err != nil {
		return fmt.Errorf("text of %s: %w", doc, err)
	}
	return nil
}

const pgBehind = `(t.doc IS NULL OR t.title_key <> d.title_key OR t.revision <
	coalesce((SELECT revision FROM records WHERE doc = d.id ORDER BY revision DESC LIMIT 1), 0))`

// TextBehind is as [SQLite.TextBehind].
func (s *Postgres) TextBehind(ctx context.Context, doc wire.DocID) (behind bool, err error) {
	err = s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		return c.QueryRow(ctx, `SELECT `+pgBehind+` FROM `+documentsAndTexts+` WHERE d.id = $1`, string(doc)).Scan(&behind)
	})
	if err != nil {
		return false, fmt.Errorf("text of %s: %w", doc, err)
	}
	return behind, nil
}

// TextsBehind is as [SQLite.TextsBehind].
func (s *Postgres) TextsBehind(ctx context.Context, after wire.DocID, limit int) (docs []wire.DocID, err error) {
	err = s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, `SELECT d.id FROM `+documentsAndTexts+` WHERE d.id > $1 AND `+pgBehind+` ORDER BY d.id LIMIT $2`,
			string(after), limit)
		if err != nil {
			return err
		}
		docs, err = pgx.CollectRows(rows, pgx.RowTo[wire.DocID])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("texts to store: %w", err)
	}
	return docs, nil
}
