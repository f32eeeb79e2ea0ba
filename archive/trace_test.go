package archive_test

import (
	"compress/gzip"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/archive"
	"github.com/collabd/collabd/client/replay"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

var edits = flag.Int("edits", 20_000, "how many edits of the recorded session TestTrace takes; 0 is all")

// TestTrace exports and imports a recorded session, one record an edit:
// automerge-paper of the folder COLLABD_TRACES, or a random one. It reports time,
// size and memory.
func TestTrace(t *testing.T) {
	s, err := persist.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"), zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	ops := traceOps(t)
	if err := s.CreateDocument(t.Context(), session.Document{ID: "doc", Kind: ot.Text, Lineage: "l", Created: epoch}); err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(ops); at += 1000 {
		var batch []session.Record
		for i := at; i < min(at+1000, len(ops)); i++ {
			batch = append(batch, session.Record{
				Revision: wire.Revision(i + 1), Client: "client", Seq: wire.Seq(i + 1), User: "u", At: epoch.Add(time.Duration(i) * 700 * time.Millisecond), Op: ops[i],
			})
		}
		if err := s.Append(t.Context(), "doc", batch); err != nil {
			t.Fatal(err)
		}
	}
	head := wire.Revision(len(ops))
	name := filepath.Join(t.TempDir(), "a.gz")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	report := func(what string, do func()) {
		defer debug.SetGCPercent(debug.SetGCPercent(10)) // so that garbage does not count for much
		runtime.GC()
		before := heap()
		peak, stop, ended := uint64(0), make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			for tick := time.NewTicker(5 * time.Millisecond); ; {
				select {
				case <-tick.C:
					peak = max(peak, heap())
				case <-stop:
					return
				}
			}
		}()
		start := time.Now()
		do()
		took := time.Since(start)
		close(stop)
		<-ended
		t.Logf("%s of %d records: %.2f s; at most %d MB of heap more than before", what, head, took.Seconds(), (max(peak, before)-before)>>20)
	}
	size := counter(0)
	report("export", func() {
		z := gzip.NewWriter(f)
		if err := archive.Export(t.Context(), s, "doc", head, teeWriter{z, &size}); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	})
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes, %d as gzip", size, info.Size())
	var got archive.Imported
	report("import", func() {
		if got, err = archive.Import(t.Context(), s, f, options()); err != nil {
			t.Fatal(err)
		}
	})
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		at := wire.Revision(r.Uint64N(uint64(head) + 1))
		was, err1 := session.ReadAt(t.Context(), s, "doc", at)
		is, err2 := session.ReadAt(t.Context(), s, got.Document.ID, at)
		if err1 != nil || err2 != nil || was.Hash() != is.Hash() {
			t.Fatalf("revision %d: %v, %v", at, err1, err2)
		}
	}
}

// heap is how many bytes objects take, and garbage.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

type counter int64

// teeWriter counts what it writes.
type teeWriter struct {
	w interface{ Write([]byte) (int, error) }
	n *counter
}

// Write implements io.Writer.
func (t teeWriter) Write(p []byte) (int, error) {
	*t.n += counter(len(p))
	return t.w.Write(p)
}

// traceOps are the edits of a session.
func traceOps(t *testing.T) (ops []ot.Op) {
	t.Helper()
	dir := os.Getenv("COLLABD_TRACES")
	if dir == "" {
		doc := ot.NewDoc().Edit()
		r := rand.New(rand.NewPCG(2, 2))
		for i := range 6_000 {
			var b ot.Builder
			op := b.Retain(r.IntN(doc.Len()+1), ot.Attrs{}).Insert(fmt.Sprint(i), ot.Attrs{}).Op()
			if err := doc.Apply(op); err != nil {
				t.Fatal(err)
			}
			ops = append(ops, op)
		}
		return ops
	}
	trace, err := replay.ReadFile(filepath.Join(dir, "automerge-paper.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for i, txn := range trace.Txns {
		if *edits > 0 && i == *edits {
			break
		}
		op, err := txn.Op()
		if err != nil {
			t.Fatal(err)
		}
		ops = append(ops, op)
	}
	return ops
}
