package block

import (
	"fmt"
	"slices"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Block is packed records. Facts and Ops are for whoever stores them: opaque, and
// not changed once they are made.
type Block struct {
	First, Last wire.Revision
	Facts       []byte
	Ops         []byte
}

// Len is the number of records.
func (b Block) Len() int { return int(b.Last - b.First + 1) }

// Encode packs records of consecutive revisions, of which there is at least one.
// Times are kept to the microsecond, digests as the package says.
func Encode(records []session.Record) Block {
	facts, clients := encodeFacts(records)
	ops := make([]ot.Op, len(records))
	for i := range records {
		ops[i] = records[i].Op
	}
	return Block{
		First: records[0].Revision, Last: records[len(records)-1].Revision,
		Facts: appendColumns(nil, facts), Ops: appendColumns(nil, encodeOps(ops, clients)),
	}
}

// Decode returns the records of a block. The slice and the ops are the caller's.
// [ErrFormat] if the bytes are others than Encode made.
func (b Block) Decode() ([]session.Record, error) {
	facts, clients, err := b.facts()
	if err != nil {
		return nil, err
	}
	columns, err := readColumns(b.Ops, opColumns)
	if err != nil {
		return nil, fmt.Errorf("ops: %w", err)
	}
	ops, err := decodeOps(columns, clients)
	if err != nil {
		return nil, fmt.Errorf("ops: %w", err)
	}
	records := make([]session.Record, len(facts))
	for i, f := range facts {
		records[i] = session.Record{
			Revision: b.First + wire.Revision(i), Client: f.Client, Seq: f.Seq, User: f.User, At: f.At, Digest: f.Digest, Op: ops[i],
		}
	}
	return records, nil
}

// DecodeFacts returns the records of a block without their ops, which it does not
// look at.
func (b Block) DecodeFacts() ([]Fact, error) {
	facts, _, err := b.facts()
	return facts, err
}

func (b Block) facts() ([]Fact, []uint64, error) {
	columns, err := readColumns(b.Facts, factColumns)
	if err != nil {
		return nil, nil, fmt.Errorf("facts: %w", err)
	}
	facts, clients, err := decodeFacts(columns, b.Len())
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("facts: %w", err)
	case len(facts) != b.Len():
		return nil, nil, fmt.Errorf("%w: %d records instead of %d", ErrFormat, len(facts), b.Len())
	}
	return facts, clients, nil
}

// format is the first byte of what is written.
const format = 1

// appendColumns writes a list of columns, each compressed by itself if that makes
// it smaller.
func appendColumns(dst []byte, columns []column) []byte {
	dst = append(dst, format)
	for _, c := range columns {
		packed := Compress(c)
		if len(packed) >= len(c) {
			packed = c
		}
		head := column(dst)
		head.uint(uint64(len(c)))
		head.uint(uint64(len(packed)))
		dst = append(head, packed...)
	}
	return slices.Clip(dst)
}

func readColumns(data []byte, n int) ([][]byte, error) {
	r := reader{rest: data}
	if r.byte() != format {
		return nil, fmt.Errorf("%w: an unknown format", ErrFormat)
	}
	columns := make([][]byte, n)
	for i := range columns {
		size := r.length()
		stored := r.length()
		if stored > len(r.rest) {
			r.fail("a column ends too early")
		}
		if r.err != nil {
			return nil, r.err
		}
		columns[i], r.rest = r.rest[:stored], r.rest[stored:]
		if stored == size {
			continue
		}
		var err error
		if columns[i], err = Decompress(columns[i], size); err != nil {
			return nil, fmt.Errorf("column %d: %w", i, err)
		}
	}
	r.end()
	return columns, r.err
}
