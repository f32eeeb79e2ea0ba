package persist

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// NameRevision gives a revision of a document a name, in place of the one that it
// has. [session.ErrNotFound] if there is no such document or revision,
// [ErrManyNames] if the document has names for most others already,
// [ErrMalformed] for an empty name.
func (s *SQLite) NameRevision(ctx context.Context, doc wire.DocID, n RevisionName, most int) error {
	err := checkName(n)
	if err == nil {
		err = s.write(ctx, func(tx *writeTx) error {
			var head int64
			if err := tx.row(headOf, []any{string(doc)}, &head); errors.Is(err, sql.ErrNoRows) {
				return session.ErrNotFound
			} else if err != nil {
				return err
			}
			put, err := tx.exec(`INSERT INTO names (doc, revision, name, user, at) SELECT ?1, ?2, ?3, ?4, ?5
				WHERE ?2 <= ?6 AND (SELECT count(*) FROM names WHERE doc = ?1 AND revision <> ?2) < ?7
				ON CONFLICT (doc, revision) DO UPDATE SET name = excluded.name, user = excluded.user, at = excluded.at`,
				string(doc), int64(n.Revision), n.Name, string(n.User), n.At.UnixMicro(), head, most)
			if err != nil {
				return err
			}
			return nameAnswer(n.Revision, head, put)
		})
	}
	if err != nil {
		return fmt.Errorf("name revision %d of %s: %w", n.Revision, doc, err)
	}
	return nil
}

// UnnameRevision takes the name of a revision away. [session.ErrNotFound] if it
// has none.
func (s *SQLite) UnnameRevision(ctx context.Context, doc wire.DocID, revision wire.Revision) error {
	err := s.write(ctx, func(tx *writeTx) error {
		return changedOne(tx.exec(`DELETE FROM names WHERE doc = ? AND revision = ?`, string(doc), int64(revision)))
	})
	if err != nil {
		return fmt.Errorf("unname revision %d of %s: %w", revision, doc, err)
	}
	return nil
}

// RevisionNames returns the names of a document's revisions, in the order of the
// revisions.
func (s *SQLite) RevisionNames(ctx context.Context, doc wire.DocID) (names []RevisionName, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT revision, name, user, at FROM names WHERE doc = ? ORDER BY revision`, string(doc))
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			n, err := scanName(rows.Scan)
			if err != nil {
				return err
			}
			names = append(names, n)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("names of %s: %w", doc, err)
	}
	return names, nil
}
