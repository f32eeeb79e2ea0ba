package persisttest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// world is a store with one document "doc" of kind text.
type world struct {
	Store
	t   *testing.T
	doc wire.DocID
}

// epoch is when documents are created.
var epoch = time.Date(2026, 3, 1, 12, 0, 0, 123_456_000, time.UTC)

func (f Fixture) world(t *testing.T) *world {
	t.Helper()
	w := &world{Store: f.Open(t), t: t, doc: "doc"}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	w.create(w.doc, ot.Text)
	return w
}

func (w *world) create(id wire.DocID, kind ot.DocKind) session.Document {
	w.t.Helper()
	d := session.Document{ID: id, Kind: kind, Title: "Title of " + string(id), Lineage: "lineage", Owner: "ana", Created: epoch, Edited: epoch}
	w.must(w.CreateDocument(w.t.Context(), d))
	return d
}

// record makes the record of a client's edit: an insert at the beginning that
// nobody else makes. Its op has what is hard to keep: quotes, controls, astral
// characters.
func record(revision wire.Revision, client wire.ClientID, seq wire.Seq) session.Record {
	var b ot.Builder
	return session.Record{
		Revision: revision,
		Client:   client,
		Seq:      seq,
		User:     wire.UserID("user of " + string(client)),
		At:       epoch.Add(time.Duration(revision) * time.Second),
		Digest:   ^uint64(0) - uint64(seq),
		Op:       b.Insert(fmt.Sprintf("%s/%d \"\\\t\n<é😀>", client, seq), ot.Attrs{}).Op(),
	}
}

// batch makes the records from to to of one client, seq counted as revisions.
func batch(client wire.ClientID, from, to wire.Revision) (records []session.Record) {
	for r := from; r <= to; r++ {
		records = append(records, record(r, client, wire.Seq(r)))
	}
	return records
}

func (w *world) append(records ...session.Record) {
	w.t.Helper()
	w.must(w.Append(w.t.Context(), w.doc, records))
}

// refused appends and checks that the store says why not, and keeps nothing.
func (w *world) refused(want error, records ...session.Record) {
	w.t.Helper()
	before := w.head()
	if err := w.Append(w.t.Context(), w.doc, records); !errors.Is(err, want) {
		w.t.Errorf("append: %v, want %v", err, want)
	}
	if after := w.head(); after != before {
		w.t.Errorf("head went from %d to %d by a refused append", before, after)
	}
}

func (w *world) head() wire.Revision {
	w.t.Helper()
	head, err := w.Head(w.t.Context(), w.doc)
	w.must(err)
	return head
}

// holds checks the records after+1 to upTo.
func (w *world) holds(after, upTo wire.Revision, want ...session.Record) {
	w.t.Helper()
	w.compare(after, upTo, want, same)
}

// compare reads the records after+1 to upTo, and stops at the first that is another.
func (w *world) compare(after, upTo wire.Revision, want []session.Record, same func(got, want session.Record) bool) {
	w.t.Helper()
	got, err := w.Records(w.t.Context(), w.doc, after, upTo)
	w.must(err)
	if len(got) != len(want) {
		w.t.Fatalf("records %d to %d: %d of them, want %d", after+1, upTo, len(got), len(want))
	}
	for i := range got {
		if !same(got[i], want[i]) {
			w.t.Fatalf("record %d is\n%+v, want\n%+v", want[i].Revision, got[i], want[i])
		}
	}
}

// knows checks the facts of after+1 to upTo.
func (w *world) knows(after, upTo wire.Revision, want ...session.Record) {
	w.t.Helper()
	got, err := w.Facts(w.t.Context(), w.doc, after, upTo)
	w.must(err)
	if len(got) != len(want) {
		w.t.Fatalf("facts %d to %d: %d of them, want %d", after+1, upTo, len(got), len(want))
	}
	for i, r := range want {
		if fact := (persist.Fact{Revision: r.Revision, User: r.User, Client: r.Client, At: r.At.UTC()}); got[i] != fact {
			w.t.Errorf("fact %d is %+v, want %+v", r.Revision, got[i], fact)
		}
	}
}

func same(a, b session.Record) bool {
	return a.Revision == b.Revision && a.Client == b.Client && a.Seq == b.Seq && a.User == b.User &&
		a.At.Equal(b.At) && a.Digest == b.Digest && a.Op.Equal(b.Op)
}

// state is the document after the records.
func (w *world) state(kind ot.DocKind, records ...session.Record) ot.Doc {
	w.t.Helper()
	d := kind.Initial()
	for _, r := range records {
		var err error
		d, err = d.Apply(r.Op)
		w.must(err)
	}
	return d
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) fails(got, want error) {
	w.t.Helper()
	if !errors.Is(got, want) {
		w.t.Errorf("error is %v, want %v", got, want)
	}
}

// left returns a context whose caller has left.
func left(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
