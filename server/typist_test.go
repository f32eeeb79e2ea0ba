package server

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// typist is somebody who behaves, and types all the time: whatever others do,
// every edit of hers is acknowledged, and her connection holds.
type typist struct {
	t     testing.TB
	w     *world
	doc   wire.DocID
	kind  ot.DocKind
	c     *client.Client
	typed atomic.Int64  // edits that were acknowledged
	pace  chan struct{} // an edit for each value, and without end when it is closed
	stop  chan struct{}
	ended chan struct{}
}

// typist opens a document and types until leave.
func (w *world) typist(doc wire.DocID, kind ot.DocKind) *typist {
	w.t.Helper()
	pace := make(chan struct{})
	close(pace)
	return w.pacedTypist(doc, kind, pace)
}

func (w *world) pacedTypist(doc wire.DocID, kind ot.DocKind, pace chan struct{}) *typist {
	w.t.Helper()
	c, err := client.Dial(context.Background(), client.Config{URL: w.http.URL, Doc: doc, HTTP: w.person().hc})
	if err != nil {
		w.t.Fatal(err)
	}
	y := &typist{t: w.t, w: w, doc: doc, kind: kind, c: c, pace: pace, stop: make(chan struct{}), ended: make(chan struct{})}
	w.t.Cleanup(func() {
		if y.c != nil {
			y.c.Close()
		}
	})
	go y.run()
	return y
}

func (y *typist) run() {
	defer close(y.ended)
	ctx := context.Background()
	for i := 0; ; i++ {
		select {
		case <-y.stop:
			return
		case <-y.pace:
		}
		select {
		case <-y.stop:
			return
		default:
		}
		err := y.c.EditFunc(ctx, func(doc ot.Doc, _ wire.Revision) (ot.Op, error) {
			return (&ot.Builder{}).Retain(y.end(doc), ot.Attrs{}).Insert(string(rune('a'+i%26)), ot.Attrs{}).Op(), nil
		})
		if err == nil {
			err = y.c.Synced(ctx)
		}
		if err != nil {
			y.t.Errorf("typing edit %d: %v", i+1, err)
			return
		}
		y.typed.Add(1)
	}
}

// end is where she types: behind everything that others insert.
func (y *typist) end(doc ot.Doc) int {
	if y.kind == ot.Rich {
		return doc.Len() - 1
	}
	return doc.Len()
}

// types waits until she has typed so many edits more, each acknowledged.
func (y *typist) types(more int64) {
	y.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for want := y.typed.Load() + more; y.typed.Load() < want; {
		select {
		case <-y.ended:
			y.t.Fatal("the typist has stopped")
		default:
		}
		// The next acknowledgement, hers or not, is the clock.
		before := y.c.State().Revision()
		if err := y.c.Wait(ctx, func(s client.State) bool { return s.Revision() > before }); err != nil {
			y.t.Fatalf("the typist gets no acknowledgement: %v", err)
		}
	}
}

// leave ends the typing, and checks that nothing happened to her: one
// connection, no edit lost, and the document that she sees is the server's.
func (y *typist) leave() {
	y.t.Helper()
	close(y.stop)
	<-y.ended
	stats := y.c.Stats()
	if stats.Reconnects != 0 || stats.Resyncs != 0 {
		y.t.Errorf("the typist was disturbed: %+v", stats)
	}
	if int64(stats.Acked) < y.typed.Load() {
		y.t.Errorf("%d of %d edits are acknowledged", stats.Acked, y.typed.Load())
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	head, err := y.w.store.Head(ctx, y.doc)
	if err != nil {
		y.t.Fatal(err)
	}
	if err := y.c.Wait(ctx, func(s client.State) bool { return s.Revision() >= head }); err != nil {
		y.t.Fatal(err)
	}
	at := y.c.State()
	stored := y.w.person().do("GET", fmt.Sprintf("/api/docs/%s/content?format=text&revision=%d", y.doc, at.Revision()), "").body
	if at.Doc().Text() != stored {
		y.t.Errorf("the typist sees %q at revision %d, stored is %q", at.Doc().Text(), at.Revision(), stored)
	}
	if err := y.c.Close(); err != nil {
		y.t.Error(err)
	}
	y.c = nil // the document goes with it
}
