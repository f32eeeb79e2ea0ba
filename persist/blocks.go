package persist

import (
	"cmp"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/collabd/collabd/persist/block"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// blockRow is a block as databases keep it. Its checksums are over its place and
// one of its halves, so that either can be read without the other.
type blockRow struct {
	doc         string
	first, last int64
	factsSum    int64
	opsSum      int64
	facts       []byte           // nil if it was not read
	ops         []byte           // nil if it was not read
	held        []session.Record // from the cache: then the halves are not needed
}

// clientRow is the last packed record of a client: that of its highest seq.
type clientRow struct {
	client        string
	seq, revision int64
}

func encodeBlock(doc wire.DocID, records []session.Record) blockRow {
	b := block.Encode(records)
	row := blockRow{doc: string(doc), first: int64(b.First), last: int64(b.Last), facts: b.Facts, ops: b.Ops}
	row.factsSum, row.opsSum = row.sum(row.facts), row.sum(row.ops)
	return row
}

func (row *blockRow) sum(half []byte) int64 {
	h := crc32.New(castagnoli)
	_, _ = h.Write(appendInts(appendText(nil, row.doc), row.first, row.last))
	_, _ = h.Write(half)
	return int64(h.Sum32())
}

func (row *blockRow) block() block.Block {
	return block.Block{First: wire.Revision(row.first), Last: wire.Revision(row.last), Facts: row.facts, Ops: row.ops}
}

func (row *blockRow) bytes() int64 { return int64(len(row.facts) + len(row.ops)) }

// records checks the row and returns what it holds.
func (row *blockRow) records() ([]session.Record, error) {
	if row.factsSum != row.sum(row.facts) || row.opsSum != row.sum(row.ops) {
		return nil, row.damaged("its checksum differs", nil)
	}
	records, err := row.block().Decode()
	if err != nil {
		return nil, row.damaged("it cannot be read", err)
	}
	return records, nil
}

// checkedFacts checks the half that says who and when, and returns it.
func (row *blockRow) checkedFacts() ([]block.Fact, error) {
	if row.factsSum != row.sum(row.facts) {
		return nil, row.damaged("its checksum differs", nil)
	}
	facts, err := row.block().DecodeFacts()
	if err != nil {
		return nil, row.damaged("it cannot be read", err)
	}
	return facts, nil
}

func (row *blockRow) damaged(reason string, cause error) error {
	return &DamagedError{
		Doc: wire.DocID(row.doc), Revision: wire.Revision(row.first), Last: wire.Revision(row.last),
		Part: PartBlock, Reason: reason, Cause: cause,
	}
}

// lastOfClients is what a block says of its clients.
func lastOfClients(records []session.Record) []clientRow {
	last := make(map[wire.ClientID]*session.Record)
	for i := range records {
		r := &records[i]
		if known := last[r.Client]; known == nil || r.Seq > known.Seq {
			last[r.Client] = r
		}
	}
	rows := make([]clientRow, 0, len(last))
	for client, r := range last {
		rows = append(rows, clientRow{string(client), int64(r.Seq), int64(r.Revision)})
	}
	slices.SortFunc(rows, func(a, b clientRow) int { return cmp.Compare(a.revision, b.revision) })
	return rows
}

// stretch is a part of a history as it was read: blocks in order, whole ones,
// and rows in order. What is in both is in both because the record of the head
// stays a row, or because the rows were read before the records were packed: then
// the block counts.
type stretch struct {
	doc    wire.DocID
	rows   []recordRow
	blocks []blockRow
}

// records returns the records after+1 to upTo, or the first damage among them.
func (s stretch) records(after, upTo wire.Revision, cache *blockCache) ([]session.Record, error) {
	if len(s.blocks) == 0 {
		return decodeRange(s.doc, s.rows, after, upTo)
	}
	out := make([]session.Record, 0, upTo-after)
	at := after
	for i := range s.blocks {
		b := &s.blocks[i]
		if at < wire.Revision(b.first)-1 {
			return nil, s.missing(at + 1)
		}
		if wire.Revision(b.last) <= at {
			continue
		}
		records, err := cache.records(b)
		if err != nil {
			return nil, err
		}
		end := min(upTo, wire.Revision(b.last))
		out = append(out, records[int64(at)+1-b.first:int64(end)+1-b.first]...)
		at = end
	}
	rest, err := decodeRange(s.doc, s.rowsAfter(at), at, max(at, upTo))
	if err != nil {
		return nil, err
	}
	return append(out, rest...), nil
}

// facts is records, for facts.
func (s stretch) facts(after, upTo wire.Revision) ([]Fact, error) {
	out := make([]Fact, 0, upTo-after)
	at := after
	for i := range s.blocks {
		b := &s.blocks[i]
		if at < wire.Revision(b.first)-1 {
			return nil, s.missing(at + 1)
		}
		facts, err := b.checkedFacts()
		if err != nil {
			return nil, err
		}
		for end := min(upTo, wire.Revision(b.last)); at < end; at++ {
			f := &facts[int64(at)+1-b.first]
			out = append(out, Fact{Revision: at + 1, User: f.User, Client: f.Client, At: f.At})
		}
	}
	for _, row := range s.rowsAfter(at) {
		if row.revision != int64(at)+1 {
			break
		}
		out = append(out, row.fact())
		at++
	}
	if at < upTo {
		return nil, s.missing(at + 1)
	}
	return out, nil
}

func (s stretch) rowsAfter(at wire.Revision) []recordRow {
	i, _ := slices.BinarySearchFunc(s.rows, int64(at)+1, func(r recordRow, revision int64) int { return cmp.Compare(r.revision, revision) })
	return s.rows[i:]
}

func (s stretch) missing(revision wire.Revision) error {
	return &DamagedError{Doc: s.doc, Revision: revision, Part: PartRecord, Reason: "it is missing"}
}

// lastPacked is the record that a client's row points to.
func (s stretch) lastPacked(c clientRow, cache *blockCache) (session.Record, error) {
	if len(s.blocks) == 0 || s.blocks[0].last < c.revision {
		return session.Record{}, s.missing(wire.Revision(c.revision))
	}
	records, err := cache.records(&s.blocks[0])
	if err != nil {
		return session.Record{}, err
	}
	r := records[c.revision-s.blocks[0].first]
	if string(r.Client) != c.client || int64(r.Seq) != c.seq {
		return session.Record{}, &DamagedError{Doc: s.doc, Revision: r.Revision, Part: PartRecord,
			Reason: fmt.Sprintf("it is not the last one of the client, with seq %d", c.seq)}
	}
	return r, nil
}
