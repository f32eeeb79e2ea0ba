package server

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// small are limits that a test reaches soon.
func small(change func(*session.Limits)) func(*Config) {
	return func(c *Config) { change(&c.Limits) }
}

// A connection that says no hello is told that it was silent.
func TestNoHello(t *testing.T) {
	w := open(t, small(func(l *session.Limits) { l.Hello = 50 * time.Millisecond }))
	ana := w.person()
	ws, _ := ana.dial(ana.create("x", ot.Text).ID)
	(&peer{t: t, ws: ws}).refused(wire.CloseSilent)
}

// So is one that says nothing after it, while one that pings is kept.
func TestSilence(t *testing.T) {
	t.Parallel()
	w := open(t, small(func(l *session.Limits) { l.Silence = time.Second }))
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	silent := ana.join(doc)
	other := ana.join(doc)
	for gone := false; !gone; {
		other.send(`{"type":"ping"}`)
		for pong := false; !pong; {
			switch m := other.next().(type) {
			case wire.Pong:
				pong = true
			case wire.Presences:
				gone = gone || len(m.Gone) > 0
			}
		}
	}
	silent.refused(wire.CloseSilent)
	other.alive()
	other.bye()
}

// deaf is a peer that reads nothing beyond the welcome, and whose window is
// small.
type deaf struct {
	*peer
	under *net.TCPConn
}

func (p *person) deaf(doc wire.DocID) *deaf {
	p.w.t.Helper()
	d := &deaf{}
	hc := *p.hc
	hc.Transport = &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			var dialer net.Dialer
			c, err := dialer.DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			d.under = c.(*net.TCPConn)
			return c, nil
		},
	}
	p.w.narrow.Store(true)
	defer p.w.narrow.Store(false)
	d.peer = (&person{p.w, &hc}).join(doc)
	if err := d.under.SetReadBuffer(64 << 10); err != nil {
		p.w.t.Fatal(err)
	}
	return d
}

// pour types so much text that no window holds it, and waits for every
// acknowledgement.
func (w *world) pour(doc wire.DocID, edits int) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, err := client.Dial(ctx, client.Config{URL: w.http.URL, Doc: doc, HTTP: w.person().hc})
	if err != nil {
		w.t.Fatal(err)
	}
	defer c.Close()
	for range edits {
		err := c.EditFunc(ctx, func(ot.Doc, wire.Revision) (ot.Op, error) {
			return (&ot.Builder{}).Insert(strings.Repeat("x", 16<<10), ot.Attrs{}).Op(), nil
		})
		if err == nil {
			err = c.Synced(ctx)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// A peer that never reads holds up nobody, however long it may go on.
func TestDeafPeerHoldsUpNobody(t *testing.T) {
	w := open(t, small(func(l *session.Limits) { l.Write = time.Hour }))
	doc := w.person().create("x", ot.Text).ID
	d := w.person().deaf(doc)
	const edits = 30
	w.pour(doc, edits)
	// It is still there, and gets all of it when it reads at last.
	for at := wire.Revision(0); at < edits; {
		switch m := d.next().(type) {
		case wire.Records:
			at = m.After + wire.Revision(len(m.Records))
		case wire.Catchup:
			at = m.To
		}
	}
	d.bye()
}

// A write that makes no progress ends its connection, and no other.
func TestDeafPeerIsClosed(t *testing.T) {
	t.Parallel()
	w := open(t, small(func(l *session.Limits) { l.Write = 2 * time.Second }))
	doc := w.person().create("x", ot.Text).ID
	watcher := w.person().join(doc)
	d := w.person().deaf(doc)
	left := make(chan error, 1)
	go func() {
		for {
			m, err := watcher.read()
			if err != nil {
				left <- err
				return
			}
			if p, ok := m.(wire.Presences); ok && slices.Contains(p.Gone, d.welcome.Client) {
				left <- nil
				return
			}
		}
	}()
	w.pour(doc, 30)
	if err := <-left; err != nil {
		t.Fatal(err)
	}
	watcher.alive()
	watcher.bye()
	d.ws.CloseNow()
}

// Nor does it hold up the end of the server.
func TestCloseDoesNotWaitForDeafPeers(t *testing.T) {
	t.Parallel()
	w := open(t, small(func(l *session.Limits) { l.Write = time.Hour }))
	doc := w.person().create("x", ot.Text).ID
	d := w.person().deaf(doc)
	w.pour(doc, 30)
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	if err := w.server.Close(ctx); err != nil {
		t.Errorf("the server does not end: %v", err)
	}
	d.ws.CloseNow()
}

// Close tells peers to come back, in whatever state they are, and returns when
// all their connections have ended.
func TestCloseEndsEveryConnection(t *testing.T) {
	w := open(t)
	var serving atomic.Int64
	counted := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		serving.Add(1)
		defer serving.Add(-1)
		w.server.ServeHTTP(rw, r)
	}))
	w.http.Close()
	w.http = counted
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	dial := func() *peer {
		ws, _ := ana.dial(doc)
		return &peer{t: t, ws: ws}
	}
	joined := ana.join(doc)
	typing := w.person().join(doc)
	typing.send(`{"type":"edit","seq":1,"base":0,"op":[{"insert":"x"}]}`)
	typing.acked(1)
	silent := dial()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	closed := make(chan error, 1)
	go func() { closed <- w.server.Close(ctx) }()
	for name, p := range map[string]*peer{"joined": joined, "typing": typing, "before the hello": silent} {
		if name == "before the hello" {
			p.send(`{"type":"hello"}`)
		}
		p.sentAway(name)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	// The handlers have nothing left to wait for: they return by themselves.
	// (That the sessions have ended when Close returns is a test of session.)
	for until := time.Now().Add(patience); serving.Load() != 0; runtime.Gosched() {
		if time.Now().After(until) {
			t.Fatalf("after Close %d requests are still being served", serving.Load())
		}
	}
	if ws, status := ana.dial(doc); ws != nil || status != 503 {
		t.Errorf("after Close the upgrade is answered with %d", status)
	}
}

// sentAway reads to the end of the connection: a goaway and the close frame.
func (p *peer) sentAway(name string) {
	p.t.Helper()
	var away wire.GoAway
	for {
		m, err := p.read()
		if err == nil {
			if g, ok := m.(wire.GoAway); ok {
				away = g
			}
			continue
		}
		if websocket.CloseStatus(err) != websocket.StatusCode(wire.CloseRestarting.Code) || away.Reason != "restarting" || away.RetryMillis <= 0 {
			p.t.Errorf("%s: %+v, then %v, want a goaway and 4000", name, away, err)
		}
		return
	}
}
