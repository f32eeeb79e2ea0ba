package history

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/collabd/collabd/wire"
)

// pause is how long an author may think within one span.
const pause = time.Minute

// Summary tells who wrote a document and when.
type Summary struct {
	Head    wire.Revision
	Authors []Author // in the order of their first record
	Spans   []Span   // all revisions from 1 to Head, in order
}

// Author is somebody who wrote some of the records.
type Author struct {
	User    wire.UserID
	Records int
}

// Span is a run of revisions of one author without a pause over a minute; if
// that would be too many, spans between which only short pauses lie are one.
type Span struct {
	From, To   wire.Revision
	Start, End time.Time
	Authors    []int // indices into Summary.Authors, ascending
}

// Summary returns the spans of a document's history.
func (a *Archive) Summary(ctx context.Context, doc wire.DocID) (Summary, error) {
	head, err := a.src.Head(ctx, doc)
	if err != nil {
		return Summary{}, err
	}
	k := a.keep(doc)
	l := &k.ledger
	if err := l.turn.take(ctx); err != nil {
		return Summary{}, err
	}
	defer l.turn.give()
	if err := l.extend(ctx, a.src, doc, head); err != nil {
		return Summary{}, err
	}
	a.count(doc, k, func() { k.ledgerBytes = l.bytes() })
	return l.sum.summary(a.lim.Spans), nil
}

// summarizer makes spans of facts, one after the other.
type summarizer struct {
	head    wire.Revision
	authors []Author
	index   map[wire.UserID]int
	spans   []Span
}

// add takes the next fact, and returns the place of its author.
func (s *summarizer) add(f Fact) (author int) {
	s.head = f.Revision
	author = s.author(f.User)
	s.authors[author].Records++
	if n := len(s.spans); n > 0 {
		if last := &s.spans[n-1]; last.Authors[0] == author && f.At.Sub(last.End) <= pause {
			last.To, last.End = f.Revision, later(last.End, f.At)
			return author
		}
	}
	s.spans = append(s.spans, Span{From: f.Revision, To: f.Revision, Start: f.At, End: f.At, Authors: []int{author}})
	return author
}

func (s *summarizer) author(id wire.UserID) int {
	if i, ok := s.index[id]; ok {
		return i
	}
	if s.index == nil {
		s.index = make(map[wire.UserID]int)
	}
	s.index[id] = len(s.authors)
	s.authors = append(s.authors, Author{User: id})
	return len(s.authors) - 1
}

// summary returns what was added so far, with so many spans at most.
func (s *summarizer) summary(most int) Summary {
	return Summary{Head: s.head, Authors: slices.Clone(s.authors), Spans: coarser(s.spans, most)}
}

// coarser joins spans until there are no more than most: those stay apart
// between which the longest pauses lie.
func coarser(spans []Span, most int) []Span {
	if len(spans) <= most {
		return slices.Clone(spans)
	}
	cuts := make([]int, len(spans)-1) // cut i is in front of span i+1
	for i := range cuts {
		cuts[i] = i
	}
	gap := func(cut int) time.Duration { return spans[cut+1].Start.Sub(spans[cut].End) }
	slices.SortFunc(cuts, func(a, b int) int {
		return cmp.Or(cmp.Compare(gap(b), gap(a)), cmp.Compare(a, b))
	})
	cuts = cuts[:most-1]
	slices.Sort(cuts)
	joined := make([]Span, 0, most)
	from := 0
	for _, cut := range append(cuts, len(spans)-1) {
		joined = append(joined, join(spans[from:cut+1]))
		from = cut + 1
	}
	return joined
}

func join(spans []Span) Span {
	one := spans[0]
	one.Authors = slices.Clone(one.Authors)
	for _, s := range spans[1:] {
		one.To, one.End = s.To, later(one.End, s.End)
		one.Authors = append(one.Authors, s.Authors...)
	}
	slices.Sort(one.Authors)
	one.Authors = slices.Compact(one.Authors)
	return one
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
