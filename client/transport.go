package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/collabd/collabd/wire"
)

// Transport is a way to carry messages to the server and back.
type Transport string

// The transports.
const (
	// Auto tries a socket first and falls back to events where sockets are
	// blocked: the upgrade is refused, or nothing comes through.
	Auto Transport = "auto"
	// WebSocket is a socket alone.
	WebSocket Transport = "websocket"
	// Events is Server-Sent Events down and POST up, alone.
	Events Transport = "events"
)

const (
	// firstFrame is how long a way has to bring the first frame, before the
	// next one is tried.
	firstFrame = 4 * time.Second
	// socketAgain is how long a way that is not the best is kept to. The next
	// connection after that tries from the best one again.
	socketAgain = 10 * time.Minute
	// missesKept is how often in a row the way that had worked may fail before
	// all are tried again: a server that restarts is no reason to.
	missesKept = 2
	// lateHello is how long a hello may be on its way that nobody waits for
	// any more.
	lateHello = time.Minute
	// eventPadding fills the buffers of proxies that pass on full ones only.
	eventPadding = 4 << 10
)

// way is one way to connect. Each is worse than the one before it.
type way struct {
	dial func(context.Context) (Conn, error)
	// silence: it helps only where the one before it brought nothing.
	silence bool
}

// ways finds the one that works, and remembers it.
type ways struct {
	list []way

	mu      sync.Mutex
	first   int       // to try
	worked  bool      // first is the one that worked last
	misses  int       // of it, since
	chosen  time.Time // when it worked first
	ignored time.Time // when a hello was given up on that may arrive yet
}

func newWays(transport Transport, hc *http.Client, doc string, readLimit int64) *ways {
	socket := way{dial: func(ctx context.Context) (Conn, error) { return dialSocket(ctx, hc, doc+"/socket", readLimit) }}
	events := func(padding int) way {
		return way{
			dial:    func(context.Context) (Conn, error) { return newEventStream(hc, doc+"/events", readLimit, padding), nil },
			silence: padding > 0,
		}
	}
	switch transport {
	case WebSocket:
		return &ways{list: []way{socket}}
	case Events:
		return &ways{list: []way{events(0), events(eventPadding)}}
	}
	return &ways{list: []way{socket, events(0), events(eventPadding)}}
}

// dial connects in the way that worked last, or else in the best one that can
// be opened.
func (w *ways) dial(ctx context.Context) (Conn, error) {
	var errs error
	for i := w.begin(); i < len(w.list); i++ {
		if errs != nil && w.list[i].silence {
			break
		}
		conn, err := w.open(ctx, i)
		if err == nil {
			return &trial{Conn: conn, ways: w, index: i}, nil
		}
		if w.said(err) || ctx.Err() != nil {
			return nil, err
		}
		w.failed(i, false)
		errs = errors.Join(errs, fmt.Errorf("%v", err)) // no HTTPError: the server has not said it
	}
	return nil, errs
}

func (w *ways) open(ctx context.Context, i int) (Conn, error) {
	if i < len(w.list)-1 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, firstFrame)
		defer cancel()
	}
	return w.list[i].dial(ctx)
}

// said reports whether an error is the server's word, which is the same on
// all ways. What something between us and the server says is not; nor that
// it has not seen an upgrade.
func (w *ways) said(err error) bool {
	if len(w.list) == 1 {
		return true
	}
	he, ok := errors.AsType[*HTTPError](err)
	return ok && he.Code != "" && he.Status != http.StatusUpgradeRequired
}

func (w *ways) begin() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.worked && w.first > 0 && time.Since(w.chosen) >= socketAgain {
		w.first, w.worked = 0, false
	}
	return w.first
}

// works is told that a frame has come through.
func (w *ways) works(i int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.worked || w.first != i {
		w.chosen = time.Now()
	}
	w.first, w.worked, w.misses = i, true, 0
}

// failed is told that no frame came through.
func (w *ways) failed(i int, silent bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.worked && w.first == i {
		if w.misses++; w.misses < missesKept {
			return
		}
	}
	w.worked = false
	if w.first = i + 1; w.first >= len(w.list) || w.list[w.first].silence && !silent {
		w.first = 0
	}
}

func (w *ways) ignore() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ignored = time.Now()
}

func (w *ways) mayBeLate() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.ignored.IsZero() && time.Since(w.ignored) < lateHello
}

// trial is a connection that has to show that it works. Its reader is the only
// one who touches heard, but for Close.
type trial struct {
	Conn
	ways  *ways
	index int

	mu    sync.Mutex
	heard bool // a frame has come through, or the server's word
}

// Read returns the next message; the first one must come soon.
func (t *trial) Read(ctx context.Context) ([]byte, error) {
	if t.hasHeard() {
		frame, err := t.Conn.Read(ctx)
		return frame, t.lost(err)
	}
	soon := ctx
	if len(t.ways.list) > 1 {
		var cancel context.CancelFunc
		soon, cancel = context.WithTimeout(ctx, firstFrame)
		defer cancel()
	}
	frame, err := t.Conn.Read(soon)
	closed, isClosed := errors.AsType[*ClosedError](err)
	switch {
	case err == nil:
		t.hear()
		t.ways.works(t.index)
		return frame, nil
	case isClosed && closed.Code >= 4000 || t.ways.said(err):
		t.hear()
	default:
		t.ways.failed(t.index, soon.Err() != nil && ctx.Err() == nil)
		if he, ok := errors.AsType[*HTTPError](err); ok {
			err = fmt.Errorf("%v", he) // the server has not said it
		}
	}
	return nil, t.lost(err)
}

// lost looks at how the connection ended. A hello of ours that arrives when we
// have long given up on it takes our own place: that is no reason to stop.
func (t *trial) lost(err error) error {
	if c, ok := errors.AsType[*ClosedError](err); ok && c.Code == wire.CloseSuperseded.Code && t.ways.mayBeLate() {
		return fmt.Errorf("by a hello of ours that came late: %v", c)
	}
	return err
}

// Close ends the connection.
func (t *trial) Close(code uint16, reason string) error {
	if !t.hasHeard() {
		t.ways.ignore()
	}
	return t.Conn.Close(code, reason)
}

func (t *trial) hear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.heard = true
}

func (t *trial) hasHeard() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.heard
}
