package persist_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/persist/pgcluster/pgclustertest"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// eachStore runs a benchmark on every store that keeps what it is given.
func eachStore(b *testing.B, run func(b *testing.B, s persist.Store)) {
	for _, kind := range []string{"sqlite", "postgres"} {
		b.Run("store="+kind, func(b *testing.B) {
			url := "sqlite:" + filepath.Join(b.TempDir(), "collabd.db")
			if kind == "postgres" {
				url = pgclustertest.Database(b)
			}
			run(b, open(b, url))
		})
	}
}

// What an append costs, every one of them synced to disk. documents append at
// the same time, each its next batch when the one before is committed:
// records/s is what counts, commits say how many appends shared one.
func BenchmarkAppend(b *testing.B) {
	for _, c := range []struct{ documents, batch int }{{1, 1}, {1, 10}, {1, 100}, {200, 1}, {200, 10}} {
		b.Run(fmt.Sprintf("documents=%d/batch=%d", c.documents, c.batch), func(b *testing.B) {
			eachStore(b, func(b *testing.B, s persist.Store) {
				for i := range c.documents {
					doc := session.Document{ID: benchDoc(i), Kind: ot.Text, Lineage: "l"}
					if err := s.CreateDocument(b.Context(), doc); err != nil {
						b.Fatal(err)
					}
				}
				counter := s.(interface{ Commits() uint64 })
				before := counter.Commits()
				b.ResetTimer()
				var wg sync.WaitGroup
				left := make(chan struct{}, b.N) // an iteration is one append
				for range b.N {
					left <- struct{}{}
				}
				close(left)
				for i := range c.documents {
					wg.Go(func() {
						next := wire.Revision(1)
						for range left {
							records := make([]session.Record, c.batch)
							for k := range records {
								records[k] = edit(next+wire.Revision(k), "client", wire.Seq(next)+wire.Seq(k))
							}
							if err := s.Append(b.Context(), benchDoc(i), records); err != nil {
								b.Error(err)
								return
							}
							next += wire.Revision(c.batch)
						}
					})
				}
				wg.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
				b.ReportMetric(float64(b.N*c.batch)/b.Elapsed().Seconds(), "records/s")
				b.ReportMetric(float64(b.N)/float64(counter.Commits()-before), "appends/commit")
			})
		})
	}
}

func benchDoc(i int) wire.DocID { return wire.DocID(fmt.Sprintf("doc%03d", i)) }

// What reading a long history costs, checksums and ops included.
func BenchmarkRecords(b *testing.B) {
	const n = 10_000
	eachStore(b, func(b *testing.B, s persist.Store) {
		fill(b, s, "doc", n)
		for b.Loop() {
			if _, err := s.Records(b.Context(), "doc", 0, n); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "records/s")
	})
}

// What it takes to open a document of 1 MB with a tail of 1,000 records: what a
// session reads, up to the document at its snapshot and the decoded records.
func BenchmarkOpen(b *testing.B) {
	const units, tail = 1 << 20, 1000
	for _, kind := range []ot.DocKind{ot.Text, ot.Rich} {
		b.Run("kind="+string(kind), func(b *testing.B) {
			eachStore(b, func(b *testing.B, s persist.Store) {
				ctx := b.Context()
				if err := s.CreateDocument(ctx, session.Document{ID: "doc", Kind: kind, Lineage: "l"}); err != nil {
					b.Fatal(err)
				}
				records := []session.Record{edit(1, "a", 1)}
				records[0].Op = prose(b, kind, units)
				state, err := kind.Initial().Apply(records[0].Op)
				if err != nil {
					b.Fatal(err)
				}
				for r := wire.Revision(2); r <= tail+1; r++ {
					records = append(records, edit(r, "a", wire.Seq(r)))
				}
				if err := s.Append(ctx, "doc", records); err != nil {
					b.Fatal(err)
				}
				if err := s.PutSnapshot(ctx, "doc", session.Snapshot{Revision: 1, Doc: state}); err != nil {
					b.Fatal(err)
				}
				b.Run("part=snapshot", func(b *testing.B) {
					for b.Loop() {
						if _, err := s.Snapshot(ctx, "doc", tail+1); err != nil {
							b.Fatal(err)
						}
					}
				})
				b.Run("part=tail", func(b *testing.B) {
					for b.Loop() {
						if _, err := s.Records(ctx, "doc", 1, tail+1); err != nil {
							b.Fatal(err)
						}
					}
				})
			})
		})
	}
}

// prose is an insert of words, in a rich document with 20,000 runs of
// attributes.
func prose(b *testing.B, kind ot.DocKind, units int) ot.Op {
	rnd := rand.New(rand.NewPCG(1, 1))
	bold := ot.NewAttrs(map[string]ot.Value{"bold": ot.Value("true")})
	var text ot.Builder
	for n := 0; n < units; {
		var words strings.Builder
		for words.Len() < 50 {
			for range 2 + rnd.IntN(8) {
				words.WriteByte(byte('a' + rnd.IntN(26)))
			}
			words.WriteByte(" \n"[min(1, rnd.IntN(12)/11)])
		}
		attrs := ot.Attrs{}
		if kind == ot.Rich && rnd.IntN(2) == 0 {
			attrs = bold
		}
		text.Insert(words.String(), attrs)
		n += words.Len()
	}
	return text.Op()
}

func open(t testing.TB, store string) persist.Store {
	t.Helper()
	s, err := persist.Open(t.Context(), store, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}
