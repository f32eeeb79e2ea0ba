package persist

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist/block"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// recordRow is a record as databases keep it: 64-bit signed integers, text and
// bytes, the same for each of them, so that a checksum means the same too.
type recordRow struct {
	doc      string
	revision int64
	client   string
	seq      int64
	user     string
	at       int64 // microseconds since 1970
	digest   int64 // the bits of the unsigned digest
	op       []byte
	checksum int64
}

// snapshotRow is a snapshot as databases keep it.
type snapshotRow struct {
	doc      string
	revision int64
	op       []byte
	checksum int64
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// encodeBatch turns a batch into rows and checks that it is one: consecutive
// revisions from 1 up, with client and seq.
func encodeBatch(doc wire.DocID, records []session.Record) ([]recordRow, error) {
	rows := make([]recordRow, 0, len(records))
	for i, r := range records {
		if want := records[0].Revision + wire.Revision(i); r.Revision != want || r.Revision == 0 {
			return nil, fmt.Errorf("%w: revision %d in the place of %d", ErrMalformed, r.Revision, want)
		}
		if r.Revision > math.MaxInt64 || r.Seq == 0 || r.Seq > math.MaxInt64 || r.Client == "" {
			return nil, fmt.Errorf("%w: revision %d has client %q, seq %d", ErrMalformed, r.Revision, r.Client, r.Seq)
		}
		if err := checkText("client or user", string(r.Client), string(r.User)); err != nil {
			return nil, err
		}
		rows = append(rows, encodeRecord(doc, r))
	}
	return rows, nil
}

func encodeRecord(doc wire.DocID, r session.Record) recordRow {
	row := recordRow{
		doc:      string(doc),
		revision: int64(r.Revision),
		client:   string(r.Client),
		seq:      int64(r.Seq),
		user:     string(r.User),
		at:       r.At.UnixMicro(),
		digest:   int64(r.Digest),
		op:       r.Op.AppendJSON(nil),
	}
	row.checksum = row.sum()
	return row
}

// record checks the row and returns what it holds.
func (row *recordRow) record() (session.Record, error) {
	damaged := func(reason string, cause error) (session.Record, error) {
		return session.Record{}, &DamagedError{
			Doc: wire.DocID(row.doc), Revision: wire.Revision(row.revision), Part: PartRecord, Reason: reason, Cause: cause,
		}
	}
	if row.checksum != row.sum() {
		return damaged("its checksum differs", nil)
	}
	op, err := ot.Parse(row.op, storedLimits)
	if err != nil {
		return damaged("its op cannot be read", err)
	}
	return session.Record{
		Revision: wire.Revision(row.revision),
		Client:   wire.ClientID(row.client),
		Seq:      wire.Seq(row.seq),
		User:     wire.UserID(row.user),
		At:       timeOf(row.at),
		Digest:   uint64(row.digest),
		Op:       op,
	}, nil
}

// checkRevisions says whether a log with that head has the records after+1 to
// upTo.
func checkRevisions(after, upTo, head wire.Revision) error {
	switch {
	case upTo < after:
		return fmt.Errorf("%w: a range from %d back to %d", ErrMalformed, after, upTo)
	case upTo > head:
		return fmt.Errorf("revision %d of %d: %w", upTo, head, session.ErrNotFound)
	}
	return nil
}

// decodeRange returns the records after+1 to upTo, or the first damage among
// them: rows must hold each of them once, in order.
func decodeRange(doc wire.DocID, rows []recordRow, after, upTo wire.Revision) ([]session.Record, error) {
	records := make([]session.Record, 0, len(rows))
	for want := after + 1; want <= upTo; want++ {
		i := int(want - after - 1)
		if i >= len(rows) || rows[i].revision != int64(want) {
			return nil, &DamagedError{Doc: doc, Revision: want, Part: PartRecord, Reason: "it is missing"}
		}
		r, err := rows[i].record()
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, nil
}

func (row *recordRow) sum() int64 {
	b := make([]byte, 0, 128+len(row.op))
	b = appendText(b, row.doc)
	b = appendInts(b, row.revision)
	b = appendText(b, row.client)
	b = appendInts(b, row.seq)
	b = appendText(b, row.user)
	b = appendInts(b, row.at, row.digest)
	b = append(b, row.op...)
	return int64(crc32.Checksum(b, castagnoli))
}

func encodeSnapshot(doc wire.DocID, s session.Snapshot) snapshotRow {
	row := snapshotRow{doc: string(doc), revision: int64(s.Revision)}
	row.op = compressSnapshot(s.Doc.Op().AppendBinary(nil))
	row.checksum = row.sum()
	return row
}

// compressedSnapshot is the first byte of a snapshot that is compressed. The
// number of bytes that come out follows it. Before, they were stored as they are.
const compressedSnapshot = 'z'

// compressFrom is the bytes from which on a snapshot is worth it.
const compressFrom = 1024

// compressSnapshot returns the shorter of two ways to store the binary form of an
// op.
func compressSnapshot(op []byte, _ error) []byte { // there is no error
	if len(op) < compressFrom {
		return op
	}
	packed := append(binary.AppendUvarint([]byte{compressedSnapshot}, uint64(len(op))), block.CompressQuickly(op)...)
	if len(packed) < len(op) {
		return packed
	}
	return op
}

// snapshot checks the row and returns what it holds.
func (row *snapshotRow) snapshot() (session.Snapshot, error) {
	damaged := func(reason string, cause error) (session.Snapshot, error) {
		return session.Snapshot{}, &DamagedError{
			Doc: wire.DocID(row.doc), Revision: wire.Revision(row.revision), Part: PartSnapshot, Reason: reason, Cause: cause,
		}
	}
	if row.checksum != row.sum() {
		return damaged("its checksum differs", nil)
	}
	op, err := parseSnapshot(row.op)
	if err != nil {
		return damaged("its op cannot be read", err)
	}
	doc, err := ot.DocOf(op)
	if err != nil {
		return damaged("its op is not a document", err)
	}
	return session.Snapshot{Revision: wire.Revision(row.revision), Doc: doc}, nil
}

// parseSnapshot reads the binary form of an op, compressed or not, which takes a
// fraction of the time of JSON, or the JSON that snapshots were stored in before.
func parseSnapshot(b []byte) (ot.Op, error) {
	if len(b) > 0 && b[0] == '[' {
		return ot.Parse(b, storedLimits)
	}
	if len(b) > 0 && b[0] == compressedSnapshot {
		size, n := binary.Uvarint(b[1:])
		if n <= 0 || size > math.MaxInt32 {
			return ot.Op{}, block.ErrFormat
		}
		var err error
		if b, err = block.Decompress(b[1+n:], int(size)); err != nil {
			return ot.Op{}, err
		}
	}
	return ot.ParseBinary(b, storedLimits)
}

func (row *snapshotRow) sum() int64 {
	h := crc32.New(castagnoli)
	_, _ = h.Write(appendInts(appendText(nil, row.doc), row.revision))
	_, _ = h.Write(row.op) // not copied: it is a whole document
	return int64(h.Sum32())
}

// storedLimits is wider than what a client may send: what is in the log has
// been accepted once, and must be readable for ever.
var storedLimits = ot.Limits{
	Bytes:          math.MaxInt32,
	Components:     math.MaxInt32,
	InsertUnits:    math.MaxInt32,
	Attributes:     math.MaxInt32,
	AttributeBytes: math.MaxInt32,
	Depth:          64,
	Units:          math.MaxInt32,
}

// isText reports whether every database can keep s as a text: it is UTF-8, and
// has no NUL, which Postgres does not take. (Ops are bytes to databases.)
func isText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// checkText is isText for what is to be stored.
func checkText(what string, texts ...string) error {
	for _, s := range texts {
		if !isText(s) {
			return fmt.Errorf("%w: the %s is not a text in UTF-8 without NUL", ErrMalformed, what)
		}
	}
	return nil
}

// appendText puts the length first, so that no two lists of fields give the
// same bytes.
func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendInts(b []byte, values ...int64) []byte {
	for _, v := range values {
		b = binary.BigEndian.AppendUint64(b, uint64(v))
	}
	return b
}

// timeOf returns a stored time. Databases keep microseconds.
func timeOf(micro int64) time.Time { return time.UnixMicro(micro).UTC() }
