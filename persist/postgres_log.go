package persist

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Append is as [SQLite.Append]. Of what several processes append to one
// document at once, one batch is taken and the others are conflicts.
func (s *Postgres) Append(ctx context.Context, doc wire.DocID, records []session.Record) error {
	rows, err := encodeBatch(doc, records)
	switch {
	case err != nil || len(rows) == 0:
	case s.closed.Load():
		err = ErrClosed
	case !isText(string(doc)):
		err = session.ErrNotFound
	default:
		err = s.submit(ctx, rows)
	}
	if err != nil {
		return fmt.Errorf("append to %s: %w", doc, err)
	}
	return nil
}

func (s *Postgres) submit(ctx context.Context, rows []recordRow) error {
	bounded, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	err := s.appends.queue.submit(bounded, rows)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return fmt.Errorf("%w: no answer within %v", ErrUnavailable, s.cfg.Timeout)
	}
	return err
}

// pgHead is the head of the document of the first parameter; no row if there is
// no such document.
const pgHead = `SELECT coalesce((SELECT max(revision) FROM records WHERE doc = documents.id), 0)
	FROM documents WHERE id = $1`

const pgRecordColumns = `revision, client, seq, "user", at, digest, op, checksum`

// Records is as [SQLite.Records].
func (s *Postgres) Records(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) ([]session.Record, error) {
	part := stretch{doc: doc}
	err := s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		// One round trip. The head first, so that the log has what it promises, and
		// the rows before the blocks: what is packed in between is then in both, and
		// not in neither.
		var pipeline pgx.Batch
		pipeline.Queue(pgHead, string(doc))
		pipeline.Queue(`SELECT `+pgRecordColumns+` FROM records WHERE doc = $1 AND revision > $2 AND revision <= $3 ORDER BY revision`,
			string(doc), int64(after), int64(upTo))
		pipeline.Queue(`SELECT first, last, facts_sum, ops_sum`+pgBlocksOf, string(doc), int64(after), int64(upTo))
		results := c.SendBatch(ctx, &pipeline)
		err := func() error {
			defer func() { _ = results.Close() }() // what is wrong has been said
			found, err := queryInRange(results, after, upTo)
			if err != nil {
				return err
			}
			if part.rows, err = collectRecords(doc, found); err != nil {
				return err
			}
			if found, err = results.Query(); err != nil {
				return err
			}
			part.blocks, err = collectPlaces(string(doc), found)
			return err
		}()
		if err != nil {
			return err
		}
		return s.fill(ctx, c, part.blocks)
	})
	if err != nil {
		return nil, fmt.Errorf("records of %s: %w", doc, err)
	}
	return part.records(after, upTo, s.blocks)
}

// queryInRange reads the head, and returns the next result if the history has that
// range.
func queryInRange(results pgx.BatchResults, after, upTo wire.Revision) (pgx.Rows, error) {
	var head int64
	if err := results.QueryRow().Scan(&head); err != nil {
		return nil, err
	}
	if err := checkRevisions(after, upTo, wire.Revision(head)); err != nil {
		return nil, err
	}
	return results.Query()
}

// Facts is as [Store] says.
func (s *Postgres) Facts(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) ([]Fact, error) {
	part := stretch{doc: doc}
	err := s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		part.rows, part.blocks = nil, nil
		var pipeline pgx.Batch // in this order, as in Records
		pipeline.Queue(pgHead, string(doc))
		pipeline.Queue(`SELECT revision, "user", client, at FROM records
			WHERE doc = $1 AND revision > $2 AND revision <= $3 ORDER BY revision`, string(doc), int64(after), int64(upTo))
		pipeline.Queue(`SELECT first, last, facts_sum, facts`+pgBlocksOf, string(doc), int64(after), int64(upTo))
		results := c.SendBatch(ctx, &pipeline)
		defer func() { _ = results.Close() }()
		found, err := queryInRange(results, after, upTo)
		if err != nil {
			return err
		}
		var r recordRow
		if _, err := pgx.ForEachRow(found, []any{&r.revision, &r.user, &r.client, &r.at}, func() error {
			part.rows = append(part.rows, r)
			return nil
		}); err != nil {
			return err
		}
		if found, err = results.Query(); err != nil {
			return err
		}
		defer found.Close()
		for found.Next() {
			b := blockRow{doc: string(doc)}
			if err := found.Scan(&b.first, &b.last, &b.factsSum, &b.facts); err != nil {
				return err
			}
			part.blocks = append(part.blocks, b)
		}
		return found.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("facts of %s: %w", doc, err)
	}
	return part.facts(after, upTo)
}

func collectRecords(doc wire.DocID, found pgx.Rows) ([]recordRow, error) {
	defer found.Close()
	var rows []recordRow
	for found.Next() {
		r := recordRow{doc: string(doc)}
		if err := found.Scan(&r.revision, &r.client, &r.seq, &r.user, &r.at, &r.digest, &r.op, &r.checksum); err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, found.Err()
}

// Head is as [SQLite.Head].
func (s *Postgres) Head(ctx context.Context, doc wire.DocID) (wire.Revision, error) {
	var head int64
	err := s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		return c.QueryRow(ctx, pgHead, string(doc)).Scan(&head)
	})
	if err != nil {
		return 0, fmt.Errorf("head of %s: %w", doc, err)
	}
	return wire.Revision(head), nil
}

// Heads is as [Store] says, by one query.
func (s *Postgres) Heads(ctx context.Context, docs []wire.DocID) (map[wire.DocID]wire.Revision, error) {
	ids := make([]string, 0, len(docs))
	for _, doc := range docs {
		if isText(string(doc)) { // or Postgres refuses them all
			ids = append(ids, string(doc))
		}
	}
	heads := make(map[wire.DocID]wire.Revision, len(ids))
	err := s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, `SELECT id, coalesce((SELECT max(revision) FROM records WHERE doc = documents.id), 0)
			FROM documents WHERE id = ANY ($1)`, ids)
		if err != nil {
			return err
		}
		var id string
		var head int64
		_, err = pgx.ForEachRow(rows, []any{&id, &head}, func() error {
			heads[wire.DocID(id)] = wire.Revision(head)
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("heads: %w", err)
	}
	return heads, nil
}

// LastOf is as [SQLite.LastOf].
func (s *Postgres) LastOf(ctx context.Context, doc wire.DocID, client wire.ClientID) (
	r session.Record, head wire.Revision, found bool, err error,
) {
	row := recordRow{doc: string(doc), client: string(client)}
	packed := clientRow{client: string(client)}
	part := stretch{doc: doc}
	err = s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		var h int64
		var revision, seq, at, digest, checksum, packedSeq, packedAt *int64
		var user *string
		// One statement, so that all are of one moment.
		err := c.QueryRow(ctx, `SELECT coalesce((SELECT max(revision) FROM records WHERE doc = d.id), 0),
				r.revision, r.seq, r."user", r.at, r.digest, r.op, r.checksum, p.seq, p.revision
			FROM documents d LEFT JOIN LATERAL (
				SELECT * FROM records WHERE doc = d.id AND client = $2 ORDER BY seq DESC LIMIT 1
			) r ON true LEFT JOIN clients p ON p.doc = d.id AND p.client = $2 WHERE d.id = $1`, string(doc), string(client)).
			Scan(&h, &revision, &seq, &user, &at, &digest, &row.op, &checksum, &packedSeq, &packedAt)
		if err != nil {
			return err
		}
		head = wire.Revision(h)
		switch {
		case revision != nil:
			found = true
			row.revision, row.seq, row.user, row.at, row.digest, row.checksum = *revision, *seq, *user, *at, *digest, *checksum
			return nil
		case packedAt == nil:
			return nil
		}
		packed.seq, packed.revision = *packedSeq, *packedAt
		places, err := c.Query(ctx, `SELECT first, last, facts_sum, ops_sum`+pgBlocksOf, string(doc), packed.revision-1, packed.revision)
		if err != nil {
			return err
		}
		if part.blocks, err = collectPlaces(string(doc), places); err != nil {
			return err
		}
		return s.fill(ctx, c, part.blocks)
	})
	switch {
	case err != nil:
		return session.Record{}, 0, false, fmt.Errorf("last record of a client of %s: %w", doc, err)
	case found:
		r, err = row.record()
	case packed.seq > 0:
		r, err = part.lastPacked(packed, s.blocks)
	default:
		return session.Record{}, head, false, nil
	}
	if err != nil {
		return session.Record{}, 0, false, err
	}
	return r, head, true, nil
}
