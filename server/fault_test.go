package server

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// faulty is a store with a fault of ours: it panics when it reads records.
type faulty struct {
	*persist.Memory
	on atomic.Bool
}

func (f *faulty) Records(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) ([]session.Record, error) {
	if f.on.Load() {
		panic("a fault of ours")
	}
	return f.Memory.Records(ctx, doc, after, upTo)
}

// TestFaultOfOurs: a panic while a connection is served ends that connection,
// which may come back, and nobody else notices.
func TestFaultOfOurs(t *testing.T) {
	store := &faulty{Memory: persist.NewMemory()}
	w := openOn(t, store, small(func(l *session.Limits) { l.WindowRecords = 4 }))
	w.failing = true
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	early := ana.join(doc)
	mine := wire.Hello{Client: early.welcome.Client, Secret: early.welcome.Secret, Lineage: early.welcome.Lineage}
	y := w.typist(doc, ot.Text)
	y.types(10)

	store.on.Store(true)
	// Its base is known to the store alone: read by the reader.
	early.send(`{"type":"edit","seq":1,"base":0,"op":[{"insert":"x"}]}`)
	early.refused(wire.CloseInternal)
	y.types(2)
	// So is what it has missed: read by the writer.
	ws, _ := ana.dial(doc)
	back := &peer{t: t, ws: ws}
	back.send(string(mine.Append(nil)))
	back.refused(wire.CloseInternal)
	y.types(2)

	store.on.Store(false)
	ws, _ = ana.dial(doc)
	again := w.hello(ws, mine)
	again.send(fmt.Sprintf(`{"type":"edit","seq":1,"base":%d,"op":[{"insert":"x"}]}`, 0))
	again.acked(1)
	again.bye()
	y.leave()
	if log := w.log.String(); strings.Count(log, "a connection panicked") < 2 || strings.Contains(log, "a fault of ours") {
		t.Errorf("the log has not the two panics, or what they said:\n%s", log)
	}
}
