package persist

import (
	"context"
	"database/sql"

	"github.com/collabd/collabd/wire"
)

// blocksOf is the condition for the blocks of a document (?1) that have records
// after a revision (?2) up to another (?3): from the last one that begins before.
const blocksOf = ` FROM blocks WHERE doc = ?1 AND first <= ?3
	AND first >= coalesce((SELECT max(first) FROM blocks WHERE doc = ?1 AND first <= ?2 + 1), 1) ORDER BY first`

// queryBlocks reads the blocks of a range, without what the cache has of them.
func (s *SQLite) queryBlocks(ctx context.Context, tx *sql.Tx, doc wire.DocID, after, upTo wire.Revision) ([]blockRow, error) {
	blocks, err := queryPlaces(ctx, tx, doc, after, upTo)
	if err != nil {
		return nil, err
	}
	for i := range blocks {
		b := &blocks[i]
		if s.blocks.hold(b) {
			continue
		}
		err := tx.QueryRowContext(ctx, `SELECT facts, ops FROM blocks WHERE doc = ? AND first = ?`, b.doc, b.first).Scan(&b.facts, &b.ops)
		if err != nil {
			return nil, err
		}
	}
	return blocks, nil
}

// queryPlaces reads which blocks a range has, and not what is in them.
func queryPlaces(ctx context.Context, tx *sql.Tx, doc wire.DocID, after, upTo wire.Revision) ([]blockRow, error) {
	rows, err := tx.QueryContext(ctx, `SELECT first, last, facts_sum, ops_sum`+blocksOf, string(doc), int64(after), int64(upTo))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var blocks []blockRow
	for rows.Next() {
		b := blockRow{doc: string(doc)}
		if err := rows.Scan(&b.first, &b.last, &b.factsSum, &b.opsSum); err != nil {
			return nil, err
		}
		blocks = append(blocks, b)
	}
	return blocks, rows.Err()
}

// queryBlockFacts reads the blocks of a range without their ops.
func queryBlockFacts(ctx context.Context, tx *sql.Tx, doc wire.DocID, after, upTo wire.Revision) ([]blockRow, error) {
	rows, err := tx.QueryContext(ctx, `SELECT first, last, facts_sum, facts`+blocksOf, string(doc), int64(after), int64(upTo))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var blocks []blockRow
	for rows.Next() {
		b := blockRow{doc: string(doc)}
		if err := rows.Scan(&b.first, &b.last, &b.factsSum, &b.facts); err != nil {
			return nil, err
		}
		blocks = append(blocks, b)
	}
	return blocks, rows.Err()
}
