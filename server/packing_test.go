package server

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// oldHistory makes a document with records of a day ago, an hour apart from now.
func oldHistory(t *testing.T, s persist.Store, doc wire.DocID, n int) {
	t.Helper()
	err := s.CreateDocument(t.Context(), session.Document{ID: doc, Kind: ot.Text, Lineage: "l"})
	var records []session.Record
	for i := range n {
		var b ot.Builder
		records = append(records, session.Record{
			Revision: wire.Revision(i + 1), Client: "c", Seq: wire.Seq(i + 1), User: "u",
			At: time.Now().Add(-25 * time.Hour), Op: b.Insert("x", ot.Attrs{}).Op(),
		})
	}
	if err := errors.Join(err, s.Append(t.Context(), doc, records)); err != nil {
		t.Fatal(err)
	}
}

func packedOf(t *testing.T, s persist.Store, doc wire.DocID) int64 {
	t.Helper()
	page, err := s.Sizes(t.Context(), "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range page {
		if size.Doc == doc {
			return size.Packed
		}
	}
	t.Fatalf("there is no %s", doc)
	return 0
}

// counted is the value of a counter.
func counted(t *testing.T, m *metrics, name string) float64 {
	t.Helper()
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	t.Fatalf("there is no %s", name)
	return 0
}

// A sweep packs all that is old enough, of every document, and counts it.
func TestPackingInTheBackground(t *testing.T) {
	store := persist.NewMemory()
	oldHistory(t, store, "a", 100)
	oldHistory(t, store, "b", 5000)
	oldHistory(t, store, "c", 10)
	p := packing{store: store, after: 24 * time.Hour, limit: time.Minute, metrics: newMetrics(), log: zerolog.Nop()}
	p.sweep(t.Context())
	for doc, want := range map[wire.DocID]int64{"a": 100, "b": 5000, "c": 0} {
		if got := packedOf(t, store, doc); got != want {
			t.Errorf("%d of %s are packed, want %d", got, doc, want)
		}
	}
	if n := counted(t, p.metrics, "collabd_packed_records_total"); n != 5100 {
		t.Errorf("%v were counted", n)
	}
	if n := counted(t, p.metrics, "collabd_packed_saved_bytes_total"); n < 5100*50 {
		t.Errorf("%v bytes are saved", n)
	}
	oldHistory(t, store, "d", 100)
	p.after = 48 * time.Hour
	if p.sweep(t.Context()); packedOf(t, store, "d") != 0 {
		t.Error("what is younger is packed")
	}
}

// unpackable is a store that fails to pack one document, and panics for another.
type unpackable struct{ *persist.Memory }

func (u unpackable) Pack(ctx context.Context, doc wire.DocID, before time.Time) (persist.Packed, error) {
	switch doc {
	case "a":
		return persist.Packed{}, persist.ErrUnavailable
	case "b":
		panic("a fault of ours")
	}
	return u.Memory.Pack(ctx, doc, before)
}

// What fails is told, without a word of a text, and the others are packed.
func TestPackingGoesOn(t *testing.T) {
	store := unpackable{persist.NewMemory()}
	for _, doc := range []wire.DocID{"a", "b", "c"} {
		oldHistory(t, store, doc, 100)
	}
	var log strings.Builder
	p := packing{store: store, after: time.Hour, limit: time.Minute, metrics: newMetrics(), log: zerolog.New(&log)}
	p.sweep(t.Context())
	if got := packedOf(t, store, "c"); got != 100 {
		t.Errorf("%d of c are packed", got)
	}
	if n := counted(t, p.metrics, "collabd_pack_failures_total"); n != 2 || strings.Count(log.String(), "could not be packed") != 2 {
		t.Errorf("%v failures are counted, the log is %s", n, &log)
	}
}
