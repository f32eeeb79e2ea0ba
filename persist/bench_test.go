package persist_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// What an append costs, every one of them synced to disk: records/s is what
// counts, commits say how many appends shared one.
func BenchmarkAppend(b *testing.B) {
	for _, c := range []struct{ documents, batch int }{{1, 1}, {1, 100}, {64, 1}, {64, 10}} {
		b.Run(fmt.Sprintf("documents=%d/batch=%d", c.documents, c.batch), func(b *testing.B) {
			s, err := persist.OpenSQLite(b.Context(), persist.SQLiteConfig{Path: b.TempDir() + "/collabd.db"})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			for i := range c.documents {
				doc := session.Document{ID: benchDoc(i), Kind: ot.Text, Lineage: "l"}
				if err := s.CreateDocument(b.Context(), doc); err != nil {
					b.Fatal(err)
				}
			}
			before := s.Commits()
			b.ResetTimer()
			appends := 0
			for next := wire.Revision(1); b.Loop(); next += wire.Revision(c.batch) {
				var wg sync.WaitGroup
				for i := range c.documents {
					wg.Go(func() {
						records := make([]session.Record, c.batch)
						for k := range records {
							records[k] = edit(next+wire.Revision(k), "client", wire.Seq(next)+wire.Seq(k))
						}
						if err := s.Append(b.Context(), benchDoc(i), records); err != nil {
							b.Error(err)
						}
					})
				}
				wg.Wait()
				appends += c.documents
			}
			b.ReportMetric(float64(appends*c.batch)/b.Elapsed().Seconds(), "records/s")
			b.ReportMetric(float64(appends)/float64(s.Commits()-before), "appends/commit")
		})
	}
}

func benchDoc(i int) wire.DocID { return wire.DocID(fmt.Sprintf("doc%02d", i)) }

// What reading a long history costs, checksums and ops included.
func BenchmarkRecords(b *testing.B) {
	s, err := persist.OpenSQLite(b.Context(), persist.SQLiteConfig{Path: b.TempDir() + "/collabd.db"})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	const n = 10_000
	fill(b, s, "doc", n)
	for b.Loop() {
		if _, err := s.Records(b.Context(), "doc", 0, n); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
