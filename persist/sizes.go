package persist

import (
	"context"
	"fmt"

	"github.com/collabd/collabd/wire"
)

// Size is what a document takes in a store, in bytes, without what a database
// adds.
type Size struct {
	Doc       wire.DocID
	Edits     int64  // records in all
	Packed    int64  // records that are in blocks
	Records   Amount // that are rows, with one that is packed too; the bytes are estimated, with their places in indexes
	Blocks    Amount // with what is kept of the clients of packed records
	Snapshots Amount
	Files     Amount
}

// Amount is how many of something there are, and how many bytes they take.
type Amount struct{ Count, Bytes int64 }

func (a *Amount) add(b Amount) { a.Count, a.Bytes = a.Count+b.Count, a.Bytes+b.Bytes }

func (a *Amount) subtract(b Amount) { a.Count, a.Bytes = a.Count-b.Count, a.Bytes-b.Bytes }

// Add counts another document too.
func (s *Size) Add(t Size) {
	s.Records.add(t.Records)
	s.Blocks.add(t.Blocks)
	s.Edits += t.Edits
	s.Packed += t.Packed
	s.Snapshots.add(t.Snapshots)
	s.Files.add(t.Files)
}

// Subtract takes a document away that was counted.
func (s *Size) Subtract(t Size) {
	s.Records.subtract(t.Records)
	s.Blocks.subtract(t.Blocks)
	s.Edits -= t.Edits
	s.Packed -= t.Packed
	s.Snapshots.subtract(t.Snapshots)
	s.Files.subtract(t.Files)
}

// History is the bytes of rows and blocks.
func (s Size) History() int64 { return s.Records.Bytes + s.Blocks.Bytes }

// Total is all bytes.
func (s Size) Total() int64 { return s.History() + s.Snapshots.Bytes + s.Files.Bytes }

// The queries that Sizes makes, in every database the same: for the documents
// after $1 up to $2.
const (
	sizeDocs = `SELECT id, coalesce((SELECT max(revision) FROM records WHERE doc = documents.id), 0), packed FROM documents
		WHERE id > $1 ORDER BY id LIMIT $2`
	ofPage = ` WHERE doc > $1 AND doc <= $2 GROUP BY doc`
)

var sizeQueries = [...]struct {
	query string
	of    func(*Size) *Amount
}{
	{fmt.Sprintf(`SELECT doc, count(*), CAST(sum(octet_length(op) + 2 * octet_length(client) + octet_length("user") + 2 * octet_length(doc) + %d)
		AS bigint) FROM records`, rowCost) + ofPage, func(s *Size) *Amount { return &s.Records }},
	{`SELECT doc, count(*), CAST(sum(octet_length(facts) + octet_length(ops)) AS bigint) FROM blocks` + ofPage,
		func(s *Size) *Amount { return &s.Blocks }},
	{`SELECT doc, 0, CAST(sum(octet_length(doc) + octet_length(client) + 16) AS bigint) FROM clients` + ofPage,
		func(s *Size) *Amount { return &s.Blocks }},
	{`SELECT doc, count(*), CAST(sum(octet_length(op)) AS bigint) FROM snapshots` + ofPage,
		func(s *Size) *Amount { return &s.Snapshots }},
	{`SELECT doc, count(*), CAST(sum(bytes) AS bigint) FROM files` + ofPage,
		func(s *Size) *Amount { return &s.Files }},
}

// sizes is Sizes of a database, whose queries are run by query: each row is an id and two
// numbers.
func sizes(ctx context.Context, after wire.DocID, limit int, query func(ctx context.Context, q string, args []any, each func(id string, a, b int64)) error) ([]Size, error) {
	var page []Size
	places := map[string]int{}
	err := query(ctx, sizeDocs, []any{string(after), limit}, func(id string, edits, packed int64) {
		places[id] = len(page)
		page = append(page, Size{Doc: wire.DocID(id), Edits: edits, Packed: packed})
	})
	for _, q := range sizeQueries {
		if err != nil || len(page) == 0 {
			break
		}
		err = query(ctx, q.query, []any{string(after), string(page[len(page)-1].Doc)}, func(id string, count, bytes int64) {
			if i, known := places[id]; known { // not one that was made meanwhile
				q.of(&page[i]).add(Amount{count, bytes})
			}
		})
	}
	if err != nil {
		return nil, fmt.Errorf("sizes: %w", err)
	}
	return page, nil
}
