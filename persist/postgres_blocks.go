package persist

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// pgBlocksOf is the condition for the blocks of a document ($1) that have records
// after a revision ($2) up to another ($3): from the last one that begins before.
const pgBlocksOf = ` FROM blocks WHERE doc = $1 AND first <= $3
	AND first >= coalesce((SELECT max(first) FROM blocks WHERE doc = $1 AND first <= $2 + 1), 1) ORDER BY first`

// collectPlaces reads which blocks there are, and not what is in them.
func collectPlaces(doc string, found pgx.Rows) (blocks []blockRow, err error) {
	b := blockRow{doc: doc}
	_, err = pgx.ForEachRow(found, []any{&b.first, &b.last, &b.factsSum, &b.opsSum}, func() error {
		blocks = append(blocks, b)
		return nil
	})
	return blocks, err
}

// fill reads what is in blocks, apart from those that the cache has. Another one
// may have taken the place of the last of them meanwhile: it begins where that
// began, and has what that had.
func (s *Postgres) fill(ctx context.Context, c *pgxpool.Conn, blocks []blockRow) error {
	var missing []int64
	for i := range blocks {
		if !s.blocks.hold(&blocks[i]) {
			missing = append(missing, blocks[i].first)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	rows, err := c.Query(ctx, `SELECT first, last, facts_sum, ops_sum, facts, ops FROM blocks WHERE doc = $1 AND first = ANY ($2)`,
		blocks[0].doc, missing)
	if err != nil {
		return err
	}
	read := make(map[int64]blockRow, len(missing))
	defer rows.Close()
	for rows.Next() {
		b := blockRow{doc: blocks[0].doc}
		if err := rows.Scan(&b.first, &b.last, &b.factsSum, &b.opsSum, &b.facts, &b.ops); err != nil {
			return err
		}
		read[b.first] = b
	}
	for i := range blocks {
		if b, ok := read[blocks[i].first]; ok {
			blocks[i] = b
		}
	}
	return rows.Err()
}
