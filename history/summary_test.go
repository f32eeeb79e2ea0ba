package history

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/collabd/collabd/wire"
)

// Spans cover all revisions in order and tell who wrote in them when; there are
// no more than there may be; and a summary that grew is as one made afresh.
func TestSummary(t *testing.T) {
	eachSeed(t, func(t *testing.T, r *rand.Rand) {
		lim := small(r)
		lim.Spans = 1 + r.IntN(40)
		if lim.ReadStep == 0 {
			lim = DefaultLimits()
		}
		w := write(t, r, lim, r.IntN(60))
		for range 3 {
			w.extend(r, r.IntN(40))
			got, err := w.archive.Summary(t.Context(), w.id)
			w.must(err)
			fresh, err := NewArchive(source{w.store}, lim).Summary(t.Context(), w.id)
			w.must(err)
			if !reflect.DeepEqual(got, fresh) {
				t.Fatalf("%+v, made afresh %+v", got, fresh)
			}
			w.summarized(got, lim.Spans)
		}
	})
}

func (w *world) summarized(s Summary, most int) {
	w.t.Helper()
	if s.Head != w.head() || len(s.Spans) > most {
		w.t.Fatalf("head %d of %d, %d spans", s.Head, w.head(), len(s.Spans))
	}
	records := make([]int, len(s.Authors))
	next := wire.Revision(1)
	fine := true // no span was joined with another
	for i, span := range s.Spans {
		if span.From != next || span.To < span.From {
			w.t.Fatalf("%+v begins not at %d", span, next)
		}
		next = span.To + 1
		var authors []int
		for _, f := range w.facts[span.From-1 : span.To] {
			author := slices.IndexFunc(s.Authors, func(a Author) bool { return a.User == f.User })
			records[author]++
			if !slices.Contains(authors, author) {
				authors = append(authors, author)
			}
			if f.At.Before(span.Start) || f.At.After(span.End) {
				w.t.Fatalf("%+v is not in %+v", f, span)
			}
		}
		slices.Sort(authors)
		if !slices.Equal(authors, span.Authors) {
			w.t.Fatalf("%+v has the authors %v", span, authors)
		}
		fine = fine && len(authors) == 1
		if i > 0 && len(s.Spans) < most && slices.Equal(span.Authors, s.Spans[i-1].Authors) && span.Start.Sub(s.Spans[i-1].End) <= time.Minute {
			w.t.Fatalf("%+v and %+v are one", s.Spans[i-1], span)
		}
	}
	if next != w.head()+1 || len(s.Spans) < most && !fine {
		w.t.Fatalf("%d spans up to %d, each of one author: %v", len(s.Spans), next-1, fine)
	}
	for i, a := range s.Authors {
		if a.Records != records[i] || a.Records == 0 {
			w.t.Fatalf("%+v wrote %d", a, records[i])
		}
	}
}

// Too many spans are joined where the pauses are shortest.
func TestCoarserSpans(t *testing.T) {
	var s summarizer
	at := began
	rev := wire.Revision(0)
	for _, pause := range []int{0, 5, 100, 7, 100, 2, 2} { // minutes
		rev++
		at = at.Add(time.Duration(pause) * time.Minute)
		s.add(Fact{rev, wire.UserID([]string{"ana", "ben"}[rev%2]), at})
	}
	var got [][2]wire.Revision
	for _, span := range s.summary(4).Spans {
		got = append(got, [2]wire.Revision{span.From, span.To})
	}
	if want := [][2]wire.Revision{{1, 2}, {3, 3}, {4, 4}, {5, 7}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
