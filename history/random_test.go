package history

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

var seeds = flag.Uint64("seeds", 60, "random histories for each property")

// eachSeed runs a property; a failure names its seed.
func eachSeed(t *testing.T, property func(t *testing.T, r *rand.Rand)) {
	for seed := range *seeds {
		if !t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { property(t, rand.New(rand.NewPCG(seed, 21))) }) {
			return
		}
	}
}

// unit is a UTF-16 code unit of the naive document.
type unit struct {
	inserted wire.Revision
	low      bool // the second half of a pair
}

// naive is a document, unit by unit, with what becomes of each.
type naive struct {
	units []unit
	gone  map[int]wire.Revision // which revision deleted what was there at the beginning, by its place then
	first []int                 // for each unit its place at the beginning, -1 for what came later
}

func newNaive(units []unit) *naive {
	n := &naive{units: slices.Clone(units), gone: map[int]wire.Revision{}}
	for i := range units {
		n.first = append(n.first, i)
	}
	return n
}

func (n *naive) apply(op ot.Op, at wire.Revision) {
	pos := 0
	for c := range op.Components() {
		switch c.Kind {
		case ot.Insert:
			var added []unit
			var first []int
			for _, r := range c.Text {
				added, first = append(added, unit{inserted: at}), append(first, -1)
				if r > 0xffff {
					added, first = append(added, unit{inserted: at, low: true}), append(first, -1)
				}
			}
			if c.Text == "" {
				added, first = append(added, unit{inserted: at}), append(first, -1)
			}
			n.units = slices.Insert(n.units, pos, added...)
			n.first = slices.Insert(n.first, pos, first...)
			pos += c.Len
		case ot.Delete:
			for _, first := range n.first[pos : pos+c.Len] {
				if first >= 0 {
					n.gone[first] = at
				}
			}
			n.units = slices.Delete(n.units, pos, pos+c.Len)
			n.first = slices.Delete(n.first, pos, pos+c.Len)
		default:
			pos += c.Len
		}
	}
}

var texts = []string{"a", "b", " ", "\n", "word", "the same words\n", "😀", "𝒳𝒴", "e\u0301", "עברית", "long enough to be cut in two places"}

// writer writes a history.
type writer struct {
	*rand.Rand
	kind ot.DocKind
}

func (w writer) attrs() ot.Attrs {
	if w.kind == ot.Text || w.IntN(3) > 0 {
		return ot.Attrs{}
	}
	return ot.NewAttrs([]map[string]ot.Value{{"bold": "true"}, {"italic": "true"}, {"bold": "true", "color": `"#ff0000"`}}[w.IntN(3)])
}

func (w writer) content(b *ot.Builder) {
	if w.kind == ot.Rich && w.IntN(6) == 0 {
		b.InsertEmbed([]ot.Embed{ot.NewEmbed("divider", "true"), ot.NewEmbed("image", `"/a"`)}[w.IntN(2)], w.attrs())
		return
	}
	b.Insert(texts[w.IntN(len(texts))], w.attrs())
}

// op changes some places of a document.
func (w writer) op(units []unit) ot.Op {
	var b ot.Builder
	most := len(units)
	if w.kind == ot.Rich {
		most-- // the last line break stays
	}
	pos := 0
	for range 1 + w.IntN(3) {
		if left := most - pos; left > 0 {
			n := cut(units, pos+w.IntN(left+1)) - pos
			b.Retain(n, ot.Attrs{})
			pos += n
		}
		for range 1 + w.IntN(2) {
			n := cut(units, min(most, pos+w.IntN(8))) - pos
			switch w.IntN(4) {
			case 0, 1:
				w.content(&b)
			case 2:
				b.Delete(n)
				pos += n
			default:
				if n > 0 && w.kind == ot.Rich {
					b.Retain(n, ot.NewAttrs(map[string]ot.Value{"bold": []ot.Value{ot.Null, "true"}[w.IntN(2)]}))
					pos += n
				}
			}
		}
	}
	return b.Op()
}

// cut is the place at pos, or in front of the pair that it would cut.
func cut(units []unit, pos int) int {
	if pos < len(units) && units[pos].low {
		pos--
	}
	return pos
}

// world is a document in a store, with what is known of it from writing it.
type world struct {
	t       testing.TB
	store   *persist.Memory
	archive *Archive
	id      wire.DocID
	kind    ot.DocKind
	docs    []ot.Doc // by revision
	ops     []ot.Op  // ops[i] makes revision i+1
	naive   *naive
	facts   []Fact
}

// source reads a store.
type source struct{ *persist.Memory }

func (s source) Facts(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) ([]Fact, error) {
	stored, err := s.Memory.Facts(ctx, doc, after, upTo)
	return asFacts(stored), err
}

func asFacts(stored []persist.Fact) []Fact {
	facts := make([]Fact, len(stored))
	for i, f := range stored {
		facts[i] = Fact{Revision: f.Revision, User: f.User, At: f.At}
	}
	return facts
}

var began = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

// write makes a document with a random history.
func write(t testing.TB, r *rand.Rand, lim Limits, records int) *world {
	t.Helper()
	w := &world{t: t, store: persist.NewMemory(), id: "doc", kind: []ot.DocKind{ot.Rich, ot.Text}[r.IntN(2)]}
	w.archive = NewArchive(source{w.store}, lim)
	w.must(w.store.CreateDocument(t.Context(), session.Document{ID: w.id, Kind: w.kind, Lineage: "l", Created: began}))
	w.docs = []ot.Doc{w.kind.Initial()}
	w.naive = newNaive(make([]unit, w.docs[0].Len()))
	w.extend(r, records)
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// extend writes more.
func (w *world) extend(r *rand.Rand, records int) {
	w.t.Helper()
	at := began
	if n := len(w.facts); n > 0 {
		at = w.facts[n-1].At
	}
	for range records {
		at = at.Add([]time.Duration{0, time.Second, 50 * time.Second, 2 * time.Minute, time.Hour}[r.IntN(5)])
		w.append(writer{r, w.kind}.op(w.naive.units), wire.UserID([]string{"ana", "ben", "cem"}[r.IntN(3)]), at)
		if r.IntN(20) == 0 {
			w.must(w.store.PutSnapshot(w.t.Context(), w.id, session.Snapshot{Revision: w.head(), Doc: w.docs[w.head()]}))
		}
	}
}

func (w *world) head() wire.Revision { return wire.Revision(len(w.ops)) }

func (w *world) append(op ot.Op, user wire.UserID, at time.Time) {
	w.t.Helper()
	next, err := w.docs[w.head()].Apply(op)
	w.must(err)
	w.must(w.kind.Check(op, w.docs[w.head()]))
	w.ops, w.docs = append(w.ops, op), append(w.docs, next)
	rev := w.head()
	w.naive.apply(op, rev)
	w.facts = append(w.facts, Fact{rev, user, at})
	w.must(w.store.Append(w.t.Context(), w.id, []session.Record{
		{Revision: rev, Client: wire.ClientID(user), Seq: wire.Seq(rev), User: user, At: at, Op: op},
	}))
}

// revision is a random one.
func (w *world) revision(r *rand.Rand) wire.Revision { return wire.Revision(r.IntN(len(w.docs))) }

// two are two random ones, in order.
func (w *world) two(r *rand.Rand) (from, to wire.Revision) {
	from, to = w.revision(r), w.revision(r)
	return min(from, to), max(from, to)
}

func lines(op ot.Op) string { return string(op.AppendJSON(nil)) }
