package persist

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

func lettersOf(first wire.Revision, n int) (records []session.Record) {
	for i := range n {
		r := first + wire.Revision(i)
		records = append(records, session.Record{Revision: r, Client: "c", Seq: wire.Seq(r), Op: (&ot.Builder{}).Insert("x", ot.Attrs{}).Op()})
	}
	return records
}

// A block is unpacked once as long as it is used, and what is not is forgotten.
func TestBlockCache(t *testing.T) {
	one := 100 * (recordCost + componentCost + 1)
	c := newBlockCache(3 * one)
	var blocks []blockRow
	for i := range 4 {
		blocks = append(blocks, encodeBlock(wire.DocID(fmt.Sprint("doc", i)), lettersOf(1, 100)))
	}
	held := func(i int) bool { b := blocks[i]; return c.hold(&b) }
	for i := range 3 {
		if _, err := c.records(&blocks[i]); err != nil || !held(i) {
			t.Fatalf("block %d: %v", i, err)
		}
	}
	held(0) // so that 1 is the one that was used least recently
	if _, err := c.records(&blocks[3]); err != nil {
		t.Fatal(err)
	}
	if held(1) || !held(0) || !held(2) || !held(3) || c.bytes != 3*one || len(c.known) != 3 {
		t.Errorf("held are %v %v %v %v with %d bytes", held(0), held(1), held(2), held(3), c.bytes)
	}
	longer := encodeBlock("doc0", lettersOf(1, 101)) // takes the place of the first
	if c.hold(&longer) {
		t.Error("another block is taken for the one that it replaces")
	}
	large := encodeBlock("large", lettersOf(1, 400))
	if _, err := c.records(&large); err != nil || c.bytes != 3*one {
		t.Errorf("a block that does not fit: %v, %d bytes", err, c.bytes)
	}
}

// Who looks through a history has each block unpacked once.
func TestScrubbingUnpacksOnce(t *testing.T) {
	s, err := OpenSQLite(t.Context(), SQLiteConfig{Path: filepath.Join(t.TempDir(), "x.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	ctx := context.Background()
	if err := s.CreateDocument(ctx, session.Document{ID: "doc", Kind: ot.Text, Lineage: "l"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(ctx, "doc", lettersOf(1, 2*blockRecords)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := s.Pack(ctx, "doc", time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	s.blocks.decoded.Store(0)
	for at := wire.Revision(100); at <= 2*blockRecords; at += 100 {
		if _, err := session.ReadAt(ctx, s, "doc", at); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.blocks.decoded.Load(); n != 2 {
		t.Errorf("blocks were unpacked %d times", n)
	}
}
