package persist_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/collabd/collabd/client/replay"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// paper is the editing of a paper, automerge-paper of the folder COLLABD_TRACES,
// or as many letters of our own making, by two people and with the clock of people
// who type: an edit every 200 ms on average.
func paper(b *testing.B) []session.Record {
	const edits = 259_778
	var ops []ot.Op
	if dir := os.Getenv("COLLABD_TRACES"); dir != "" {
		trace, err := replay.ReadFile(filepath.Join(dir, "automerge-paper.jsonl.gz"))
		if err != nil {
			b.Fatal(err)
		}
		for _, txn := range trace.Txns {
			op, err := txn.Op()
			if err != nil {
				b.Fatal(err)
			}
			ops = append(ops, op)
		}
	} else {
		for i := range edits {
			ops = append(ops, (&ot.Builder{}).Retain(i-i%97, ot.Attrs{}).Insert(string(rune('a'+i*7%26)), ot.Attrs{}).Op())
		}
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	records := make([]session.Record, len(ops))
	seqs := map[wire.ClientID]wire.Seq{}
	for i, op := range ops {
		client := wire.ClientID("c2v6k7m3p5x4w9t8r1qz")
		if i/500%2 == 1 {
			client = "a8s7d6f5g4h3j2k1l0zx"
		}
		seqs[client]++
		at = at.Add(time.Duration(rnd.ExpFloat64()*200_000) * time.Microsecond)
		records[i] = session.Record{Revision: wire.Revision(i + 1), Client: client, Seq: seqs[client], User: "u" + wire.UserID(client),
			At: at, Digest: rnd.Uint64(), Op: op}
	}
	return records
}

// BenchmarkPack packs the history of a paper that was typed letter by letter, and
// reads it at a hundred revisions before and after. kB are those of history and
// snapshots, as Sizes has them.
func BenchmarkPack(b *testing.B) {
	records := paper(b)
	eachStore(b, func(b *testing.B, s persist.Store) {
		fill := func(doc wire.DocID) {
			doclet := ot.Text.Initial().Edit()
			fatal(b, s.CreateDocument(b.Context(), session.Document{ID: doc, Kind: ot.Text, Lineage: "l"}))
			for at := 0; at < len(records); at += 1000 {
				page := records[at:min(len(records), at+1000)]
				fatal(b, s.Append(b.Context(), doc, page))
				for _, r := range page {
					fatal(b, doclet.Apply(r.Op))
				}
				fatal(b, s.PutSnapshot(b.Context(), doc, session.Snapshot{Revision: page[len(page)-1].Revision, Doc: doclet.Doc()}))
			}
		}
		for i := 0; b.Loop(); i++ {
			b.StopTimer()
			doc := benchDoc(i)
			fill(doc)
			reads(b, s, doc, len(records), "before")
			b.ReportMetric(kilobytes(b, s, doc), "kB-before")
			b.StartTimer()
			begun, blocks, longest := time.Now(), 0, time.Duration(0)
			for {
				one := time.Now()
				p, err := s.Pack(b.Context(), doc, time.Now().AddDate(1, 0, 0))
				fatal(b, err)
				if p.Blocks == 0 {
					break
				}
				blocks += p.Blocks
				longest = max(longest, time.Since(one))
			}
			b.ReportMetric(float64(time.Since(begun).Milliseconds())/float64(blocks), "ms/block")
			b.ReportMetric(float64(longest.Milliseconds()), "ms-longest-block")
			b.StopTimer()
			b.ReportMetric(kilobytes(b, s, doc), "kB-after")
			reads(b, s, doc, len(records), "after")
			reads(b, s, doc, len(records), "again") // with what the cache has by now
			b.StartTimer()
		}
	})
}

// reads reports how long it takes to read a document at a hundred revisions.
func reads(b *testing.B, s persist.Store, doc wire.DocID, head int, when string) {
	b.Helper()
	rnd := rand.New(rand.NewPCG(5, 5))
	var took []time.Duration
	for range 100 {
		begun := time.Now()
		_, err := session.ReadAt(b.Context(), s, doc, wire.Revision(rnd.IntN(head+1)))
		fatal(b, err)
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[50].Microseconds())/1e3, "ms-read-p50-"+when)
	b.ReportMetric(float64(took[99].Microseconds())/1e3, "ms-read-max-"+when)
}

func kilobytes(b *testing.B, s persist.Store, doc wire.DocID) float64 {
	b.Helper()
	page, err := s.Sizes(b.Context(), "", 1000)
	fatal(b, err)
	for _, size := range page {
		if size.Doc == doc {
			return float64(size.History()+size.Snapshots.Bytes) / 1e3
		}
	}
	b.Fatalf("there is no %s", doc)
	return 0
}

// BenchmarkAppendWhilePacking appends to one document, an edit a batch, while the
// history of another one is packed as a server does it: a block, and a pause. A
// pause of 0 stands for no packing.
func BenchmarkAppendWhilePacking(b *testing.B) {
	records := paper(b)
	for _, pause := range []time.Duration{0, 200 * time.Millisecond, time.Nanosecond} {
		b.Run("pause="+pause.String(), func(b *testing.B) {
			eachStore(b, func(b *testing.B, s persist.Store) {
				fatal(b, s.CreateDocument(b.Context(), session.Document{ID: "cold", Kind: ot.Text, Lineage: "l"}))
				fatal(b, s.CreateDocument(b.Context(), session.Document{ID: "hot", Kind: ot.Text, Lineage: "l"}))
				if pause > 0 {
					for at := 0; at < len(records); at += 1000 {
						fatal(b, s.Append(b.Context(), "cold", records[at:min(len(records), at+1000)]))
					}
				}
				stop, stopped := make(chan struct{}), make(chan struct{})
				go func() {
					defer close(stopped)
					for pause > 0 {
						if _, err := s.Pack(b.Context(), "cold", time.Now().AddDate(1, 0, 0)); err != nil {
							b.Error(err)
						}
						select {
						case <-stop:
							return
						case <-time.After(pause):
						}
					}
				}()
				var took []time.Duration
				for i := 0; b.Loop(); i++ {
					r := records[i%len(records)]
					r.Revision, r.Client, r.Seq = wire.Revision(i+1), "hot", wire.Seq(i+1)
					begun := time.Now()
					fatal(b, s.Append(b.Context(), "hot", []session.Record{r}))
					took = append(took, time.Since(begun))
				}
				close(stop)
				<-stopped
				slices.Sort(took)
				b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "records/s")
				b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1e3, "ms-p99")
				b.ReportMetric(float64(took[len(took)-1].Microseconds())/1e3, "ms-max")
			})
		})
	}
}

func fatal(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
