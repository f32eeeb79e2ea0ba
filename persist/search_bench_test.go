package persist_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// someWords makes a text of so many words out of 20,000, few of which are frequent.
func someWords(rnd *rand.Rand, words int) string {
	zipf := rand.NewZipf(rnd, 1.1, 4, 20_000)
	var b strings.Builder
	for range words {
		fmt.Fprintf(&b, "w%x ", zipf.Uint64()*2654435761%1_000_003)
	}
	return b.String()
}

// BenchmarkSearch searches 1,000 documents of 1,000 words, and one of 1 MiB.
func BenchmarkSearch(b *testing.B) {
	eachStore(b, func(b *testing.B, s persist.Store) {
		rnd := rand.New(rand.NewPCG(1, 1))
		for i := range 1001 {
			doc, words := wire.DocID(fmt.Sprint("d", i)), 1000
			if i == 1000 {
				words = 170_000
			}
			d := session.Document{ID: doc, Kind: ot.Text, Title: someWords(rnd, 3), Lineage: "l", Created: time.UnixMicro(int64(i) * 1e9)}
			if err := s.CreateDocument(b.Context(), d); err != nil {
				b.Fatal(err)
			}
			if err := s.PutText(b.Context(), doc, 0, someWords(rnd, words)); err != nil {
				b.Fatal(err)
			}
		}
		for what, q := range map[string]string{"one letter": "w", "a frequent word": "w0", "two words": "w0 wf", "a rare word": "w4b1c", "nothing": "nothing"} {
			b.Run(what, func(b *testing.B) {
				found := 0
				for b.Loop() {
					matches, err := s.Search(b.Context(), persist.SearchQuery{Text: q, Limit: 50})
					if err != nil {
						b.Fatal(err)
					}
					found = len(matches)
				}
				b.ReportMetric(float64(found), "found")
			})
		}
		b.Run("list", func(b *testing.B) {
			for b.Loop() {
				if _, _, err := s.List(b.Context(), persist.ListQuery{Limit: 50}); err != nil {
					b.Fatal(err)
				}
			}
		})
		text := someWords(rnd, 170_000)
		b.Run("store 1 MiB", func(b *testing.B) {
			for b.Loop() {
				if err := s.PutText(b.Context(), "d1000", 0, text); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}
