package persist

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const (
	// blockRecords is the most records of a block. Larger ones are hardly smaller a
	// record, and more of them is unpacked to read one.
	blockRecords = 4096
	// blockBytes is the most that the ops of a block's records have, as they are
	// stored in rows. One record may be larger, and is a block by itself.
	blockBytes = 4 << 20
	// packLeast is how many records must wait to be worth a block.
	packLeast = 64
	// packStep is how many records are read at once to be packed.
	packStep = 512
)

// Packed counts what was packed.
type Packed struct {
	Records   int   // that are in a block now, and were rows
	Blocks    int   // that were made
	Rows      int64 // bytes that the rows took, about
	Bytes     int64 // bytes that the blocks take, less those of blocks that they replace
	Snapshots int   // that were removed
}

// Add counts another one too.
func (p *Packed) Add(q Packed) {
	p.Records += q.Records
	p.Blocks += q.Blocks
	p.Rows += q.Rows
	p.Bytes += q.Bytes
	p.Snapshots += q.Snapshots
}

// Saved is the bytes of history that are gained, about.
func (p Packed) Saved() int64 { return p.Rows - p.Bytes }

// packer is what packing needs of a store.
type packer interface {
	session.Store
	Facts(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) ([]Fact, error)
	// packedTo returns the last revision in blocks and the head, and the place and
	// the size of the last block; zero if there is none.
	packedTo(ctx context.Context, doc wire.DocID) (packed, head wire.Revision, last blockSize, err error)
	// putBlock stores a block that goes on where those before end, or takes the
	// place of the last one, in one transaction with the removal of its rows.
	// errPacked, and nothing else, if the blocks do not end at packed any more.
	putBlock(ctx context.Context, b blockRow, clients []clientRow, packed wire.Revision) error
	snapshotSizes(ctx context.Context, doc wire.DocID) ([]snapshotSize, error)
	blockSizes(ctx context.Context, doc wire.DocID) ([]blockSize, error)
	dropSnapshots(ctx context.Context, doc wire.DocID, revisions []wire.Revision) error
	// repack stores a snapshot again in the place of the one that is there.
	repack(ctx context.Context, row snapshotRow) error
}

// errPacked says that somebody else packed the document meanwhile.
var errPacked = errors.New("packed by somebody else")

type blockSize struct {
	first, last wire.Revision
	bytes       int64
}

func (b blockSize) len() int { return int(b.last - b.first + 1) }

// pack is Pack of any store.
func pack(ctx context.Context, p packer, doc wire.DocID, before time.Time) (done Packed, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("pack document %s: %w", doc, err)
		}
	}()
	packed, head, last, err := p.packedTo(ctx, doc)
	if err != nil {
		return done, err
	}
	upTo, err := packable(ctx, p, doc, packed, head, before)
	if err != nil || upTo == packed {
		return done, err
	}
	first := packed + 1
	if last.len() < blockRecords/2 && last.bytes < blockBytes/8 && last.first > 0 {
		first = last.first // or every day would leave a block of its own
	} else {
		last = blockSize{}
	}
	records, err := readToPack(ctx, p, doc, first-1, min(upTo, first-1+blockRecords))
	if err == nil && records[len(records)-1].Revision <= packed { // the last block is full after all
		first, last = packed+1, blockSize{}
		records, err = readToPack(ctx, p, doc, packed, min(upTo, packed+blockRecords))
	}
	if err != nil {
		return done, err
	}
	b := encodeBlock(doc, records)
	if err := checkBlock(b, records); err != nil {
		return done, err
	}
	switch err := p.putBlock(ctx, b, lastOfClients(records), packed); {
	case errors.Is(err, errPacked):
		return done, nil
	case err != nil:
		return done, err
	}
	fresh := records[packed+1-first:]
	done = Packed{Records: len(fresh), Blocks: 1, Bytes: b.bytes() - last.bytes}
	for i := range fresh {
		row := encodeRecord(doc, fresh[i])
		done.Rows += row.bytes()
	}
	done.Snapshots, err = thin(ctx, p, doc)
	return done, err
}

// packable is the last revision that a block may have: of records older than
// before that make half a block at least, or are all there is.
func packable(ctx context.Context, p packer, doc wire.DocID, packed, head wire.Revision, before time.Time) (wire.Revision, error) {
	if head-packed < packLeast {
		return packed, nil
	}
	facts, err := p.Facts(ctx, doc, packed, min(head, packed+blockRecords))
	if err != nil {
		return packed, err
	}
	n := slices.IndexFunc(facts, func(f Fact) bool { return !f.At.Before(before) })
	if n < 0 {
		n = len(facts)
	}
	if n < blockRecords/2 && packed+wire.Revision(n) < head {
		return packed, nil
	}
	return packed + wire.Revision(n), nil
}

// readToPack reads the records after+1 to upTo, or fewer of them if they are
// large.
func readToPack(ctx context.Context, p packer, doc wire.DocID, after, upTo wire.Revision) (records []session.Record, err error) {
	bytes := 0
	for after < upTo {
		page, err := p.Records(ctx, doc, after, min(upTo, after+packStep))
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			bytes += len(r.Op.AppendJSON(nil))
			if bytes > blockBytes && len(records) > 0 {
				return records, nil
			}
			records = append(records, r)
		}
		after += wire.Revision(len(page))
	}
	return records, nil
}

// checkBlock reads a block and compares it with what is to be found in it, before
// it takes the place of that.
func checkBlock(b blockRow, records []session.Record) error {
	got, err := b.records()
	if err != nil {
		return err
	}
	last := make(map[wire.Revision]bool)
	for _, c := range lastOfClients(records) {
		last[wire.Revision(c.revision)] = true
	}
	for i, want := range records {
		if !last[want.Revision] {
			want.Digest = 0
		}
		want.At = timeOf(want.At.UnixMicro())
		if i >= len(got) || !sameRecord(got[i], want) {
			return fmt.Errorf("revision %d is another one when it is packed: it stays as it is", want.Revision)
		}
	}
	return nil
}

// bytes is about what a row takes in a database, with its place in two indexes.
func (row *recordRow) bytes() int64 {
	return int64(2*len(row.doc) + 2*len(row.client) + len(row.user) + len(row.op) + rowCost)
}

// rowCost is what a row of a record takes beside its texts and its op: its numbers,
// and what databases add.
const rowCost = 48
