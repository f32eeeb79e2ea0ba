package server

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/wire"
)

// benchAPI is a client of a server on SQLite, with a document.
func benchAPI(b *testing.B) (*client.API, wire.DocID) {
	store, err := persist.OpenSQLite(b.Context(), persist.SQLiteConfig{Path: b.TempDir() + "/collabd.db"})
	if err != nil {
		b.Fatal(err)
	}
	lim := DefaultAdmission()
	lim.UserWrites, lim.UserWriteBurst = 1<<30, 1<<30
	s, err := New(b.Context(), Config{Addr: "localhost:8080", Admission: lim}, store, zerolog.New(io.Discard))
	if err != nil {
		b.Fatal(err)
	}
	front := httptest.NewServer(s)
	front.Client().Transport.(*http.Transport).MaxIdleConnsPerHost = 64
	b.Cleanup(func() {
		front.Close()
		s.Close(context.Background())
		store.Close()
	})
	api, err := client.NewAPI(front.URL, front.Client())
	if err != nil {
		b.Fatal(err)
	}
	d, err := api.CreateDocument(b.Context(), "x", ot.Text)
	if err != nil {
		b.Fatal(err)
	}
	return api, d.ID
}

// BenchmarkPutContent sends a text of 100 KB with one word changed.
func BenchmarkPutContent(b *testing.B) {
	api, doc := benchAPI(b)
	text := strings.Repeat("The minutes of the meeting in May, with all that was said.\n", 1725)
	was, err := api.PutContent(b.Context(), doc, client.Write{}, client.TypeText, []byte(text))
	if err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		at := len(text) / 2
		next := text[:at] + fmt.Sprint("word ", i, " ") + text[at:]
		began := time.Now()
		if was, err = api.PutContent(b.Context(), doc, client.Write{Base: was.Revision}, client.TypeText, []byte(next)); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
}

// BenchmarkPostEdit sends edits one after the other, by so many callers.
func BenchmarkPostEdit(b *testing.B) {
	op := (&ot.Builder{}).Insert("x", ot.Attrs{}).Op()
	for _, callers := range []int{1, 16} {
		b.Run(fmt.Sprint("callers=", callers), func(b *testing.B) {
			api, doc := benchAPI(b)
			if _, err := api.Me(b.Context()); err != nil {
				b.Fatal(err)
			}
			var head atomic.Uint64
			b.SetParallelism((callers + 1) / 2) // by two processors
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					was, err := api.Edit(b.Context(), doc, client.Write{Base: wire.Revision(head.Load())}, op)
					if err != nil {
						b.Error(err)
						return
					}
					head.Store(uint64(was.Revision))
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "edits/s")
		})
	}
}
