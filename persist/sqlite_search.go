package persist

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Search returns at most q.Limit documents, the best first: those with all words
// in the title before the others, and among them what was edited last first. The
// text is found as PutText has stored it last; titles as they are.
// [ErrMalformed] for an unknown view and a limit below 1.
func (s *SQLite) Search(ctx context.Context, q SearchQuery) (matches []Match, err error) {
	return searchEntries(q, func(q SearchQuery, words search) searcher {
		entries := func(limit int, condition func(*params) string) ([]Entry, error) {
			query, values := sqliteDialect.searchSQL(q, limit, condition)
			return s.queryEntries(ctx, query, values)
		}
		return searcher{
			titles: func(limit int) ([]Entry, error) {
				return entries(limit, func(p *params) string { return p.titleSQL(words) })
			},
			texts: func(limit int) ([]Entry, error) {
				return entries(limit, func(p *params) string {
					return `d.id IN (SELECT t.doc FROM words JOIN texts t ON t.n = words.rowid WHERE words MATCH ` + p.add(words.fts5()) + `)`
				})
			},
			read: func(docs []Entry, f func(wire.DocID, string)) error {
				return s.read(ctx, func(tx *sql.Tx) error { return readTexts(ctx, tx, docs, f) })
			},
		}
	})
}

// fts5 is the query in the language of FTS5: quoted words, all of which are
// needed.
func (q search) fts5() string {
	var b strings.Builder
	for _, w := range q.words {
		b.WriteString(`"` + w + `" `)
	}
	return b.String() + `"` + q.prefix + `"*`
}

func readTexts(ctx context.Context, tx *sql.Tx, docs []Entry, f func(wire.DocID, string)) error {
	stmt, err := tx.PrepareContext(ctx, `SELECT text FROM texts WHERE doc = ?`)
	if err != nil {
		return err
	}
	defer func() { _ = stmt.Close() }()
	for _, d := range docs {
		var text string
		switch err := stmt.QueryRowContext(ctx, string(d.ID)).Scan(&text); {
		case errors.Is(err, sql.ErrNoRows): // not indexed yet
		case err != nil:
			return err
		default:
			f(d.ID, text)
		}
	}
	return nil
}

// PutText stores the text of a document at a revision, of which at most
// [TextBytes] count, so that it is found by it and by its title. It does nothing
// if a later revision is stored. [session.ErrNotFound] if there is no such
// document.
func (s *SQLite) PutText(ctx context.Context, doc wire.DocID, revision wire.Revision, text string) error {
	text = indexedText(text)
	words := strings.Join(indexedWords(text), " ")
	err := s.write(ctx, func(tx *writeTx) error { return putText(tx, doc, int64(revision), text, words) })
	if err != nil {
		return fmt.Errorf("text of %s: %w", doc, err)
	}
	return nil
}

func putText(tx *writeTx, doc wire.DocID, revision int64, text, words string) error {
	var key string
	var stored, n *int64
	err := tx.row(`SELECT d.title_key, t.revision, t.n FROM documents d LEFT JOIN texts t ON t.doc = d.id WHERE d.id = ?`,
		[]any{string(doc)}, &key, &stored, &n)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return session.ErrNotFound
	case err != nil:
		return err
	case stored != nil && *stored > revision:
		return nil
	}
	if n == nil {
		n = new(int64)
		err = tx.row(`INSERT INTO texts (doc, revision, title_key, text) VALUES (?, ?, ?, ?) RETURNING n`,
			[]any{string(doc), revision, key, text}, n)
	} else if _, err = tx.exec(`UPDATE texts SET revision = ?, title_key = ?, text = ? WHERE n = ?`, revision, key, text, *n); err == nil {
		_, err = tx.exec(`DELETE FROM words WHERE rowid = ?`, *n)
	}
	if err == nil {
		_, err = tx.exec(`INSERT INTO words (rowid, list) VALUES (?, ?)`, *n, key+" "+words)
	}
	return err
}

// TextBehind reports whether what PutText has stored is not the document's text
// and title as they are. [session.ErrNotFound] if there is no such document.
func (s *SQLite) TextBehind(ctx context.Context, doc wire.DocID) (behind bool, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT `+sqliteBehind+` FROM `+documentsAndTexts+` WHERE d.id = ?`, string(doc)).Scan(&behind)
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = session.ErrNotFound
	}
	if err != nil {
		return false, fmt.Errorf("text of %s: %w", doc, err)
	}
	return behind, nil
}

const (
	documentsAndTexts = `documents d LEFT JOIN texts t ON t.doc = d.id`
	sqliteBehind      = `(t.doc IS NULL OR t.title_key <> d.title_key OR t.revision <
		coalesce((SELECT max(revision) FROM records WHERE doc = d.id), 0))`
)

// TextsBehind lists documents for which TextBehind is true, by id, at most limit
// of them.
func (s *SQLite) TextsBehind(ctx context.Context, after wire.DocID, limit int) (docs []wire.DocID, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT d.id FROM `+documentsAndTexts+` WHERE d.id > ? AND `+sqliteBehind+` ORDER BY d.id LIMIT ?`,
			string(after), limit)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var doc wire.DocID
			if err := rows.Scan((*string)(&doc)); err != nil {
				return err
			}
			docs = append(docs, doc)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("texts to store: %w", err)
	}
	return docs, nil
}
