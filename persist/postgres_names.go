package persist

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/collabd/collabd/wire"
)

// NameRevision is as [SQLite.NameRevision]. Where several people name revisions at
// once there may be a few names more than most.
func (s *Postgres) NameRevision(ctx context.Context, doc wire.DocID, n RevisionName, most int) error {
	err := checkName(n)
	if err == nil {
		err = s.write(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
			var head, put int64
			err := c.QueryRow(ctx, `WITH d AS (`+pgHead+`), put AS (
					INSERT INTO names (doc, revision, name, "user", at) SELECT $1, $2, $3, $4, $5 FROM d
					WHERE $2::bigint <= d.coalesce AND (SELECT count(*) FROM names WHERE doc = $1 AND revision <> $2) < $6
					ON CONFLICT (doc, revision) DO UPDATE SET name = excluded.name, "user" = excluded."user", at = excluded.at
					RETURNING 1
				) SELECT d.coalesce, (SELECT count(*) FROM put) FROM d`,
				string(doc), int64(n.Revision), n.Name, string(n.User), n.At.UnixMicro(), most).Scan(&head, &put)
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

// UnnameRevision is as [SQLite.UnnameRevision].
func (s *Postgres) UnnameRevision(ctx context.Context, doc wire.DocID, revision wire.Revision) error {
	if err := s.update(ctx, `DELETE FROM names WHERE doc = $1 AND revision = $2`, string(doc), int64(revision)); err != nil {
		return fmt.Errorf("unname revision %d of %s: %w", revision, doc, err)
	}
	return nil
}

// RevisionNames is as [SQLite.RevisionNames].
func (s *Postgres) RevisionNames(ctx context.Context, doc wire.DocID) (names []RevisionName, err error) {
	err = s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, `SELECT revision, name, "user", at FROM names WHERE doc = $1 ORDER BY revision`, string(doc))
		if err != nil {
			return err
		}
		names, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (RevisionName, error) { return scanName(row.Scan) })
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("names of %s: %w", doc, err)
	}
	return names, nil
}
