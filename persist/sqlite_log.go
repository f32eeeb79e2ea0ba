package persist

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const recordColumns = "revision, client, seq, user, at, digest, op, checksum"

// headOf is the head of the document of the first parameter; no row if there is
// no such document.
const headOf = `SELECT coalesce((SELECT max(revision) FROM records WHERE doc = documents.id), 0)
	FROM documents WHERE id = ?`

// headAndPacked is headOf with the last revision that is in blocks.
const headAndPacked = `SELECT coalesce((SELECT max(revision) FROM records WHERE doc = documents.id), 0), packed
	FROM documents WHERE id = ?`

// Append adds a batch to the log of a document, as [session.Store] says. Rows
// of many callers share a transaction. [session.ErrNotFound] if there is no
// such document, [ErrDuplicate] and [ErrMalformed] as they say: nothing of the
// batch is in the log then.
func (s *SQLite) Append(ctx context.Context, doc wire.DocID, records []session.Record) error {
	rows, err := encodeBatch(doc, records)
	if err == nil && len(rows) > 0 {
		err = s.write(ctx, func(tx *writeTx) error { return appendRows(tx, rows) })
	}
	if err != nil {
		return fmt.Errorf("append to %s: %w", doc, err)
	}
	return nil
}

// appendRows is the compare-and-append: the predecessor must be the head, and
// every row goes in by a plain INSERT. Leaving rows out that are there already
// (ON CONFLICT DO NOTHING) could leave a gap.
func appendRows(tx *writeTx, rows []recordRow) error {
	first, last := &rows[0], &rows[len(rows)-1]
	var head, packed int64
	if err := tx.row(headAndPacked, []any{first.doc}, &head, &packed); errors.Is(err, sql.ErrNoRows) {
		return session.ErrNotFound
	} else if err != nil {
		return err
	}
	if head != first.revision-1 {
		return session.ErrConflict
	}
	if packed > 0 {
		if err := refusePacked(tx, rows); err != nil {
			return err
		}
	}
	for i := range rows {
		r := &rows[i]
		if _, err := tx.exec(`INSERT INTO records (doc, `+recordColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			r.doc, r.revision, r.client, r.seq, r.user, r.at, r.digest, r.op, r.checksum); err != nil {
			return constraint(err, session.ErrConflict, ErrDuplicate)
		}
	}
	_, err := tx.exec(`UPDATE documents SET edited_at = ? WHERE id = ?`, last.at, last.doc)
	return err
}

// refusePacked is the unique key of client and seq for records that are no longer
// rows: the seqs of a client rise, so none that is at most its last packed one is
// new.
func refusePacked(tx *writeTx, rows []recordRow) error {
	last := make(map[string]int64, 1)
	for i := range rows {
		r := &rows[i]
		seq, known := last[r.client]
		if !known {
			err := tx.row(`SELECT seq FROM clients WHERE doc = ? AND client = ?`, []any{r.doc, r.client}, &seq)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			last[r.client] = seq
		}
		if r.seq <= seq {
			return ErrDuplicate
		}
	}
	return nil
}

// constraint names a violated key: the primary one, or another unique one.
func constraint(err, primary, unique error) error {
	e, ok := errors.AsType[*sqlite.Error](err)
	switch {
	case ok && e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return primary
	case ok && e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE:
		return unique
	}
	return err
}

// Records returns the records after+1 to upTo, as [session.Store] says:
// [session.ErrNotFound] if the history does not reach upTo, [*DamagedError] for
// a gap or a checksum that differs, [ErrMalformed] if upTo is before after.
//
// Of records that are packed (see Pack), the Digest is that of the edit only in
// those that were their client's last, by its seq, in their block, and 0 in others.
func (s *SQLite) Records(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) ([]session.Record, error) {
	part := stretch{doc: doc}
	err := s.read(ctx, func(tx *sql.Tx) error {
		packed, err := queryRange(ctx, tx, doc, after, upTo)
		if err != nil {
			return err
		}
		if after < packed {
			part.blocks, err = s.queryBlocks(ctx, tx, doc, after, upTo)
			if err != nil {
				return err
			}
		}
		part.rows, err = queryRecords(ctx, tx, doc, `revision > ? AND revision <= ? ORDER BY revision`, int64(max(after, packed)), int64(upTo))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("records of %s: %w", doc, err)
	}
	// Checksums and ops outside the transaction: they take longer than it.
	return part.records(after, upTo, s.blocks)
}

// queryRange says up to where a history is packed, which must have that range.
func queryRange(ctx context.Context, tx *sql.Tx, doc wire.DocID, after, upTo wire.Revision) (packed wire.Revision, err error) {
	var head, inBlocks int64
	err = tx.QueryRowContext(ctx, headAndPacked, string(doc)).Scan(&head, &inBlocks)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, session.ErrNotFound
	} else if err != nil {
		return 0, err
	}
	return wire.Revision(inBlocks), checkRevisions(after, upTo, wire.Revision(head))
}

// Facts is as [Store] says.
func (s *SQLite) Facts(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) ([]Fact, error) {
	part := stretch{doc: doc}
	err := s.read(ctx, func(tx *sql.Tx) error {
		packed, err := queryRange(ctx, tx, doc, after, upTo)
		if err != nil {
			return err
		}
		if after < packed {
			if part.blocks, err = queryBlockFacts(ctx, tx, doc, after, upTo); err != nil {
				return err
			}
		}
		rows, err := tx.QueryContext(ctx, `SELECT revision, user, client, at FROM records
			WHERE doc = ? AND revision > ? AND revision <= ? ORDER BY revision`, string(doc), int64(max(after, packed)), int64(upTo))
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var r recordRow
			if err := rows.Scan(&r.revision, &r.user, &r.client, &r.at); err != nil {
				return err
			}
			part.rows = append(part.rows, r)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("facts of %s: %w", doc, err)
	}
	return part.facts(after, upTo)
}

func queryHead(ctx context.Context, tx *sql.Tx, doc wire.DocID) (wire.Revision, error) {
	var head int64
	err := tx.QueryRowContext(ctx, headOf, string(doc)).Scan(&head)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, session.ErrNotFound
	}
	return wire.Revision(head), err
}

func queryRecords(ctx context.Context, tx *sql.Tx, doc wire.DocID, where string, args ...any) ([]recordRow, error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+recordColumns+` FROM records WHERE doc = ? AND `+where,
		append([]any{string(doc)}, args...)...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err says what went wrong
	var out []recordRow
	for rows.Next() {
		r := recordRow{doc: string(doc)}
		if err := rows.Scan(&r.revision, &r.client, &r.seq, &r.user, &r.at, &r.digest, &r.op, &r.checksum); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// Head returns the latest revision of a document, [session.ErrNotFound] if
// there is no such document.
func (s *SQLite) Head(ctx context.Context, doc wire.DocID) (head wire.Revision, err error) {
	err = s.read(ctx, func(tx *sql.Tx) (err error) {
		head, err = queryHead(ctx, tx, doc)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("head of %s: %w", doc, err)
	}
	return head, nil
}

// Heads returns the heads of documents, as [Store] says, by one query.
func (s *SQLite) Heads(ctx context.Context, docs []wire.DocID) (map[wire.DocID]wire.Revision, error) {
	ids, err := json.Marshal(docs)
	if err != nil {
		return nil, fmt.Errorf("heads: %w", err)
	}
	heads := make(map[wire.DocID]wire.Revision, len(docs))
	err = s.read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT id, coalesce((SELECT max(revision) FROM records WHERE doc = documents.id), 0)
			FROM documents WHERE id IN (SELECT value FROM json_each(?))`, string(ids))
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var id string
			var head int64
			if err := rows.Scan(&id, &head); err != nil {
				return err
			}
			heads[wire.DocID(id)] = wire.Revision(head)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("heads: %w", err)
	}
	return heads, nil
}

// LastOf returns the record of a client with the highest seq, and the head at
// the same moment, as [session.Store] says.
func (s *SQLite) LastOf(ctx context.Context, doc wire.DocID, client wire.ClientID) (
	r session.Record, head wire.Revision, found bool, err error,
) {
	var rows []recordRow
	var packed clientRow
	part := stretch{doc: doc}
	err = s.read(ctx, func(tx *sql.Tx) (err error) {
		if head, err = queryHead(ctx, tx, doc); err != nil {
			return err
		}
		rows, err = queryRecords(ctx, tx, doc, `client = ? ORDER BY seq DESC LIMIT 1`, string(client))
		if err != nil || len(rows) > 0 {
			return err
		}
		packed.client = string(client)
		err = tx.QueryRowContext(ctx, `SELECT seq, revision FROM clients WHERE doc = ? AND client = ?`, string(doc), string(client)).
			Scan(&packed.seq, &packed.revision)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		} else if err != nil {
			return err
		}
		part.blocks, err = s.queryBlocks(ctx, tx, doc, wire.Revision(packed.revision-1), wire.Revision(packed.revision))
		return err
	})
	switch {
	case err != nil:
		return session.Record{}, 0, false, fmt.Errorf("last record of a client of %s: %w", doc, err)
	case len(rows) > 0:
		r, err = rows[0].record()
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
