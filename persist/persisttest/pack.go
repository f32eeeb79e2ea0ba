package persisttest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// later is after all records of the suite.
var later = epoch.AddDate(1, 0, 0)

func (f Fixture) testPack(t *testing.T) {
	t.Run("packed records are read as before", func(t *testing.T) {
		w := f.world(t)
		records := w.crowd(9000)
		before := w.about()
		packed := w.pack(later)
		if packed.Records != 9000 || packed.Blocks != 3 || packed.Bytes <= 0 || packed.Bytes*4 > packed.Rows {
			t.Errorf("packed are %+v", packed)
		}
		if after := w.about(); after != before {
			t.Errorf("the document is %+v, was %+v", after, before)
		}
		rnd := w.random()
		for range 30 {
			after := rnd.IntN(9001)
			upTo := after + rnd.IntN(min(3000, 9001-after))
			w.tells(revision(after), revision(upTo), records[after:upTo]...)
			w.knows(revision(after), revision(upTo), records[after:upTo]...)
		}
		w.tells(0, 9000, records...)
		w.knows(0, 9000, records...)
		w.lasts(records)
		_, err := w.Records(t.Context(), w.doc, 8000, 9001)
		w.fails(err, session.ErrNotFound)
		_, err = w.Facts(t.Context(), w.doc, 8000, 9001)
		w.fails(err, session.ErrNotFound)
		report, err := w.Verify(t.Context(), w.doc)
		w.must(err)
		if report.Head != 9000 {
			t.Errorf("verified are %+v", report)
		}
	})
	t.Run("an edit that is packed counts once", func(t *testing.T) {
		w := f.world(t)
		records := w.crowd(100)
		w.pack(later)
		for _, i := range []int{0, 50, 98, 99} {
			again := records[i]
			again.Revision = 101
			w.refused(persist.ErrDuplicate, again)
			w.refused(persist.ErrDuplicate, record(101, "new", 1), session.Record{
				Revision: 102, Client: again.Client, Seq: again.Seq, At: again.At, Op: again.Op,
			})
		}
		w.refused(session.ErrConflict, record(100, "new", 1))
		w.refused(session.ErrConflict, records[99])
		next := record(101, records[7].Client, 1000)
		w.append(next)
		w.append(record(102, "new", 1))
		w.tells(90, 102, append(records[90:], next, record(102, "new", 1))...)
		w.lasts(append(records, next, record(102, "new", 1)))
	})
	t.Run("what is recent or too little stays as it is", func(t *testing.T) {
		w := f.world(t)
		records := w.crowd(3000)
		w.unpacked(epoch)
		w.unpacked(records[2046].At) // not yet half a block
		if p := w.pack(records[2050].At); p.Records != 2050 {
			t.Errorf("packed are %+v", p)
		}
		w.unpacked(records[2999].At)
		if p := w.pack(later); p.Records != 950 || p.Blocks != 1 {
			t.Errorf("packed are %+v", p)
		}
		w.unpacked(later)
		for r := wire.Revision(3001); r <= 3063; r++ {
			records = append(records, record(r, "c", wire.Seq(r)))
		}
		w.append(records[3000:]...)
		w.unpacked(later) // 63 of them
		records = append(records, record(3064, "c", 5000))
		w.append(records[3063])
		if p := w.pack(later); p.Records != 64 || p.Blocks != 1 {
			t.Errorf("packed are %+v", p)
		}
		w.tells(0, 3064, records...)
		w.knows(0, 3064, records...)
		w.lasts(records)
	})
	t.Run("a small block is packed again with what follows", func(t *testing.T) {
		w := f.world(t)
		records := w.crowd(500)
		for n := 100; n <= 500; n += 100 {
			w.pack(records[n-1].At.Add(time.Microsecond)) // all but the last are not all there is
		}
		w.pack(later)
		bytes := int64(0)
		for n := range 5 {
			more := batch("more", revision(501+100*n), revision(600+100*n))
			w.append(more...)
			records = append(records, more...)
			bytes = w.pack(later).Bytes
			w.tells(0, revision(600+100*n), records...)
			w.lasts(records)
		}
		if size := w.sizes(); bytes > 4000 || size.Blocks.Count != 1 {
			t.Errorf("the last hundred take %d bytes more, there are %d blocks", bytes, size.Blocks.Count)
		}
		// The record of the head of then is not its client's last for ever.
		more := append(batch("more", 1001, 1001), batch("other", 1002, 1100)...)
		w.append(more...)
		w.pack(later)
		w.lasts(append(records, more...))
	})
	t.Run("large edits make small blocks", func(t *testing.T) {
		w := f.world(t)
		text := strings.Repeat("0123456789abcdef", 1<<16) // 1 MB
		var records []session.Record
		for r := wire.Revision(1); r <= 200; r++ {
			one := record(r, "c", wire.Seq(r))
			if r%20 == 0 {
				var b ot.Builder
				one.Op = b.Insert(text, ot.Attrs{}).Op()
			}
			records = append(records, one)
			w.append(one)
		}
		packed := w.pack(later)
		if packed.Blocks < 2 || packed.Records <= 200-64 {
			t.Errorf("packed are %+v", packed)
		}
		w.tells(0, 200, records...)
	})
	t.Run("documents to pack are found", func(t *testing.T) {
		w := f.world(t)
		w.crowd(64)
		for i, n := range []int{0, 63, 100, 200} {
			other := &world{Store: w.Store, t: t, doc: w.create(wire.DocID(fmt.Sprint("other", i)), ot.Text).ID}
			if n > 0 {
				other.append(batch("c", 1, revision(n))...)
			}
		}
		w.waits(later, "", 10, "doc", "other2", "other3")
		w.waits(later, "", 2, "doc", "other2")
		w.waits(later, "other2", 2, "other3")
		w.waits(epoch.Add(150*time.Second), "", 10, "doc", "other2") // 3 goes on
		w.waits(epoch, "", 10)
		w.pack(later)
		w.waits(later, "", 10, "other2", "other3")
	})
	t.Run("snapshots that are not needed are removed", func(t *testing.T) {
		w := f.world(t)
		records := w.crowd(5000)
		for n := 500; n <= 5000; n += 500 {
			w.must(w.PutSnapshot(t.Context(), w.doc, session.Snapshot{Revision: revision(n), Doc: w.state(ot.Text, records[:n]...)}))
		}
		if packed := w.pack(records[4100].At); packed.Snapshots != 8 { // those up to 4000
			t.Errorf("packed are %+v", packed)
		}
		w.append(record(5001, "c", 9000))
		w.pack(later)
		for _, upTo := range []wire.Revision{4999, 5000, 5001} {
			s, err := w.Snapshot(t.Context(), w.doc, upTo)
			w.must(err)
			if want := upTo / 5000 * 5000; s.Revision != want {
				t.Errorf("the snapshot for %d is that of %d", upTo, s.Revision)
			}
		}
		report, err := w.Verify(t.Context(), w.doc)
		w.must(err)
		if report.Snapshots != 1 {
			t.Errorf("verified are %+v", report)
		}
	})
	t.Run("sizes are told, and become less", func(t *testing.T) {
		w := f.world(t)
		w.create("empty", ot.Text)
		records := w.crowd(5000)
		w.must(w.PutSnapshot(t.Context(), w.doc, session.Snapshot{Revision: 5000, Doc: w.state(ot.Text, records...)}))
		_, err := w.PutFile(t.Context(), persist.File{ID: "f", Doc: w.doc, Type: "image/png"}, make([]byte, 1234), 1<<20)
		w.must(err)
		before := w.sizes()
		if before.Edits != 5000 || before.Records.Count != 5000 || before.Records.Bytes < 5000*80 || before.Blocks.Count != 0 || before.Packed != 0 ||
			before.Snapshots.Count != 1 || before.Snapshots.Bytes < 1000 || before.Files != (persist.Amount{Count: 1, Bytes: 1234}) {
			t.Errorf("sizes are %+v", before)
		}
		packed := w.pack(later)
		w.must(w.Shrink(t.Context()))
		after := w.sizes()
		if after.Edits != 5000 || after.Records.Count != 1 || after.Blocks.Count != 2 || after.Packed != 5000 || after.Snapshots != before.Snapshots ||
			before.History() != packed.Rows || after.Blocks.Bytes-packed.Bytes > 7*100 {
			t.Errorf("sizes are %+v, packed %+v", after, packed)
		}
		w.tells(0, 5000, records...)
		if _, _, err := w.Space(t.Context()); err != nil {
			t.Error(err)
		}
		page, err := w.Sizes(t.Context(), w.doc, 10)
		w.must(err)
		if len(page) != 1 || page[0] != (persist.Size{Doc: "empty"}) {
			t.Errorf("the next ones are %+v", page)
		}
	})
	t.Run("any revision is what a replay makes", f.anyRevision)
	t.Run("packing, appending and reading go on beside each other", f.packBeside)
	t.Run("an unknown document is not found", func(t *testing.T) {
		_, err := f.world(t).Pack(t.Context(), "none", later)
		(&world{t: t}).fails(err, session.ErrNotFound)
	})
	runIf(t, f.Damage != nil, "a damaged block is never read", func(t *testing.T) {
		for _, part := range []string{"facts", "ops"} {
			w := f.world(t)
			records := w.crowd(5000)
			w.pack(later)
			f.Damage(t, w.Store, w.doc, 4097, part)
			damaged := func(err error) {
				t.Helper()
				w.damaged(err, 4097, persist.PartBlock)
			}
			_, err := w.Records(t.Context(), w.doc, 0, 5000)
			damaged(err)
			_, err = w.Records(t.Context(), w.doc, 4999, 5000)
			damaged(err)
			_, err = w.Verify(t.Context(), w.doc)
			damaged(err)
			if _, err = w.Facts(t.Context(), w.doc, 0, 5000); part == "facts" {
				damaged(err)
			} else {
				w.must(err) // they are apart
			}
			w.tells(0, 4096, records[:4096]...)
		}
	})
	runIf(t, f.Share != nil, "two servers pack one document", func(t *testing.T) {
		w := f.world(t)
		records := w.crowd(6000)
		other := f.Share(t, w.Store)
		total := make([]persist.Packed, 2)
		var wg sync.WaitGroup
		for i, s := range []Store{w.Store, other} {
			wg.Go(func() {
				for range 10 {
					p, err := s.Pack(t.Context(), w.doc, later)
					if err != nil {
						t.Error(err)
					}
					total[i].Add(p)
				}
			})
		}
		wg.Wait()
		if n := total[0].Records + total[1].Records; n != 6000 {
			t.Errorf("%d were packed: %+v", n, total)
		}
		for _, s := range []Store{w.Store, other} {
			(&world{Store: s, t: t, doc: w.doc}).tells(0, 6000, records...)
		}
	})
	runIf(t, f.Reopen != nil, "packed records are there after a restart", func(t *testing.T) {
		w := &world{Store: f.Open(t), t: t, doc: "doc"}
		w.create(w.doc, ot.Text)
		records := w.crowd(300)
		w.pack(later)
		w.must(w.Close())
		w.Store = f.Reopen(t, w.Store)
		w.tells(0, 300, records...)
		w.lasts(records)
	})
}
