package history

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/collabd/collabd/client/replay"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// long is a store with one document that was typed letter by letter: the trace
// automerge-paper in the folder COLLABD_TRACES, or a session of its own making.
func long(b *testing.B, store persist.Store) (doc wire.DocID, head wire.Revision) {
	b.Helper()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	doc = "long"
	must(store.CreateDocument(b.Context(), session.Document{ID: doc, Kind: ot.Text, Lineage: "l", Created: began}))
	var records []session.Record
	d := ot.NewDoc().Edit()
	flush := func() {
		must(store.Append(b.Context(), doc, records))
		must(store.PutSnapshot(b.Context(), doc, session.Snapshot{Revision: head, Doc: d.Doc()}))
		records = records[:0]
	}
	at := began
	add := func(op ot.Op) {
		head++
		at = at.Add(time.Duration(head%40) * 100 * time.Millisecond)
		must(d.Apply(op))
		user := wire.UserID([]string{"ana", "ben"}[head/3000%2])
		records = append(records, session.Record{Revision: head, Client: wire.ClientID(user), Seq: wire.Seq(head), User: user, At: at, Op: op})
		if len(records) == 1000 {
			flush()
		}
	}
	if dir := os.Getenv("COLLABD_TRACES"); dir != "" {
		trace, err := replay.ReadFile(filepath.Join(dir, "automerge-paper.jsonl.gz"))
		must(err)
		for _, txn := range trace.Txns {
			op, err := txn.Op()
			must(err)
			add(op)
		}
	} else {
		typed(rand.New(rand.NewPCG(1, 2)), 100_000, add)
	}
	flush()
	return doc, head
}

// typed writes words, and goes elsewhere now and then.
func typed(r *rand.Rand, edits int, add func(ot.Op)) {
	var m ot.Builder
	caret, units := 0, 0
	for range edits {
		if r.IntN(60) == 0 {
			caret = r.IntN(units + 1)
		}
		if r.IntN(6) == 0 && caret > 0 {
			caret, units = caret-1, units-1
			add(m.Retain(caret, ot.Attrs{}).Delete(1).Op())
			continue
		}
		add(m.Retain(caret, ot.Attrs{}).Insert(string("etaoin shrdlu\n"[r.IntN(14)]), ot.Attrs{}).Op())
		caret, units = caret+1, units+1
	}
}

// BenchmarkLong: what a history costs that has hundreds of thousands of
// revisions, over a SQLite file: when it is asked for the first time (cold), and
// at random places later. "far" is over a third of it, "near" over 500.
func BenchmarkLong(b *testing.B) {
	store, err := persist.OpenSQLite(b.Context(), persist.SQLiteConfig{Path: filepath.Join(b.TempDir(), "x.db")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	doc, head := long(b, store)
	src := benchSource{store}
	ctx := b.Context()
	r := rand.New(rand.NewPCG(3, 4))
	warm := NewArchive(src, Limits{})
	if err := warm.Prepare(ctx, doc); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d revisions, %d bytes kept of them, %d of who made them", head, warm.docs[doc].recordingBytes, 16*head)
	for _, q := range []struct {
		name string
		cold bool
		ask  func(a *Archive) error
	}{
		{"summary/cold", true, func(a *Archive) error { _, err := a.Summary(ctx, doc); return err }},
		{"summary", false, func(a *Archive) error { _, err := a.Summary(ctx, doc); return err }},
		{"prepare", true, func(a *Archive) error { return a.Prepare(ctx, doc) }},
		{"blame/cold", true, func(a *Archive) error { _, err := a.Blame(ctx, doc, head); return err }},
		{"blame", false, func(a *Archive) error { _, err := a.Blame(ctx, doc, wire.Revision(r.IntN(int(head)))); return err }},
		{"at/cold", true, func(a *Archive) error { _, err := a.At(ctx, doc, wire.Revision(r.IntN(int(head)))); return err }},
		{"at", false, func(a *Archive) error { _, err := a.At(ctx, doc, wire.Revision(r.IntN(int(head)))); return err }},
		{"change/cold", true, func(a *Archive) error { return change(ctx, a, doc, head, r, int(head)/3) }},
		{"change/far", false, func(a *Archive) error { return change(ctx, a, doc, head, r, int(head)/3) }},
		{"change/near", false, func(a *Archive) error { return change(ctx, a, doc, head, r, 500) }},
		{"difference/far", false, func(a *Archive) error {
			from := wire.Revision(r.IntN(int(head) * 2 / 3))
			_, err := a.Difference(ctx, doc, from, from+head/3)
			return err
		}},
		{"difference/all", false, func(a *Archive) error { _, err := a.Difference(ctx, doc, head/10, head); return err }},
		{"restore", false, func(a *Archive) error { _, err := a.Restore(ctx, doc, wire.Revision(r.IntN(int(head)))); return err }},
		{"undo", false, func(a *Archive) error { _, err := a.Undo(ctx, doc, 1+wire.Revision(r.IntN(int(head)))); return err }},
	} {
		b.Run(q.name, func(b *testing.B) {
			longest := time.Duration(0)
			for b.Loop() {
				a := warm
				if q.cold {
					a = NewArchive(src, Limits{})
				}
				start := time.Now()
				if err := q.ask(a); err != nil {
					b.Fatal(err)
				}
				longest = max(longest, time.Since(start))
			}
			b.ReportMetric(float64(longest.Microseconds())/1000, "max-ms")
		})
	}
}

func change(ctx context.Context, a *Archive, doc wire.DocID, head wire.Revision, r *rand.Rand, apart int) error {
	from := r.IntN(int(head) - apart)
	to := from + apart
	if r.IntN(2) == 0 {
		from, to = to, from
	}
	op, err := a.Change(ctx, doc, wire.Revision(from), wire.Revision(to))
	if err == nil && op.IsNoop() {
		err = fmt.Errorf("nothing between %d and %d", from, to)
	}
	return err
}

// BenchmarkTrace replays a long history without a store.
func BenchmarkTrace(b *testing.B) {
	var ops []ot.Op
	typed(rand.New(rand.NewPCG(1, 2)), 100_000, func(op ot.Op) { ops = append(ops, op) })
	for b.Loop() {
		t := NewTrace(0, 0)
		for i, op := range ops {
			if err := t.Apply(op, wire.Revision(i+1)); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(ops)), "ns/op-applied")
}

type benchSource struct{ persist.Store }

func (s benchSource) Facts(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) ([]Fact, error) {
	stored, err := s.Store.Facts(ctx, doc, after, upTo)
	return asFacts(stored), err
}
