package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// eventConn is a stream of events and the POSTs that belong to it as a
// session.Conn. The handler that made it must stay until the connection has
// ended, and leave it then.
type eventConn struct {
	token   string
	gone    <-chan struct{} // closed when the client has gone
	over    chan struct{}   // closed when the connection has ended
	ending  sync.Once
	padding string // after each event

	// Up.
	under   chan struct{} // POSTs that are under way
	turn    chan struct{} // held by the POST that may hand in
	count   uint64        // of the last POST that was handed in; its turn guards it
	inbox   chan post     // one POST that was handed in and not read
	reading [][]byte      // what is left of the one that is being read

	// Down.
	writing chan struct{} // held by who writes to the stream
	w       http.ResponseWriter
	control *http.ResponseController
	beating sync.WaitGroup

	mu   sync.Mutex // guards left, and control after it
	left bool       // the handler is about to return: the stream must not be touched
}

var _ session.Conn = (*eventConn)(nil)

// newEventConn makes a connection whose stream is the answer w. It fails if w
// cannot carry one.
func newEventConn(w http.ResponseWriter, gone <-chan struct{}, padding int) (*eventConn, error) {
	c := &eventConn{
		token: rand.Text(), gone: gone, over: make(chan struct{}),
		under: make(chan struct{}, postsAtOnce), turn: make(chan struct{}, 1), inbox: make(chan post, 1),
		writing: make(chan struct{}, 1), w: w, control: http.NewResponseController(w),
	}
	if padding > 0 {
		c.padding = ":" + strings.Repeat(" ", padding) + "\n\n"
	}
	// Each write has its own limit; the server's, for the whole answer, would
	// cut the stream.
	return c, c.control.SetWriteDeadline(time.Time{})
}

// open begins the stream and tells the client the token.
func (c *eventConn) open(ctx context.Context, limit time.Duration) error {
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no")
	c.w.WriteHeader(http.StatusOK)
	c.beating.Go(func() { c.beat(ctx, limit) })
	first, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return c.event(first, "connection", []byte(c.token))
}

// beat writes a comment now and then until the connection ends.
func (c *eventConn) beat(ctx context.Context, limit time.Duration) {
	ticker := time.NewTicker(eventsHeartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-c.over:
			return
		case <-ticker.C:
		}
		once, cancel := context.WithTimeout(ctx, limit)
		err := c.write(once, func() error {
			_, err := io.WriteString(c.w, ":\n\n")
			return err
		})
		cancel()
		if err != nil {
			c.finish() // Read tells
			return
		}
	}
}

// Read returns the next message that was posted; the bytes are valid until the
// next Read. After ctx has ended the connection still carries a goodbye.
func (c *eventConn) Read(ctx context.Context) ([]byte, error) {
	for {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		if len(c.reading) > 0 {
			message := c.reading[0]
			c.reading = c.reading[1:]
			return message, nil
		}
		p, err := c.nextPost(ctx)
		if err != nil {
			return nil, err
		}
		c.reading = p.messages
	}
}

// nextPost waits for a POST. What was handed in before the client left is
// read before that is told.
func (c *eventConn) nextPost(ctx context.Context) (p post, err error) {
	select {
	case p = <-c.inbox:
		return p, p.err
	default:
	}
	select {
	case p = <-c.inbox:
		return p, p.err
	case <-ctx.Done():
		return post{}, context.Cause(ctx)
	case <-c.over:
		return post{}, net.ErrClosed
	case <-c.gone:
		return post{}, io.EOF
	}
}

// Write sends one frame as an event.
func (c *eventConn) Write(ctx context.Context, frame []byte) error { return c.event(ctx, "", frame) }

// Close sends the reason as the last event and ends the connection soon,
// whether or not the client takes it.
func (c *eventConn) Close(reason wire.Close) error {
	defer c.finish()
	ctx, cancel := context.WithTimeout(context.Background(), closeWait)
	defer cancel()
	// A write that is under way to a client which does not read must not
	// hold this up for longer.
	defer context.AfterFunc(ctx, c.sever)()
	data, err := json.Marshal(struct {
		Code   uint16 `json:"code"`
		Reason string `json:"reason"`
	}{reason.Code, reason.Name})
	if err != nil {
		return err
	}
	return c.event(ctx, "close", data)
}

// event writes one event; without a name it is a frame.
func (c *eventConn) event(ctx context.Context, name string, data []byte) error {
	return c.write(ctx, func() error {
		if name != "" {
			io.WriteString(c.w, "event: "+name+"\n") // a failure stays, and the last write has it
		}
		for line := range bytes.SplitSeq(data, []byte{'\n'}) {
			io.WriteString(c.w, "data: ")
			c.w.Write(line)
			io.WriteString(c.w, "\n")
		}
		_, err := io.WriteString(c.w, "\n"+c.padding)
		return err
	})
}

// write lets f write to the stream and flushes it. When ctx ends before, the
// connection is broken.
func (c *eventConn) write(ctx context.Context, f func() error) error {
	select {
	case c.writing <- struct{}{}:
		defer func() { <-c.writing }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case <-c.over:
		return net.ErrClosed
	default:
	}
	defer context.AfterFunc(ctx, c.sever)()
	if err := f(); err != nil {
		return err
	}
	return c.control.Flush()
}

// sever makes a write that is under way fail, and all later ones.
func (c *eventConn) sever() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.left {
		c.control.SetWriteDeadline(time.Unix(1, 0))
	}
}

// finish ends the connection: Read returns, POSTs are refused.
func (c *eventConn) finish() { c.ending.Do(func() { close(c.over) }) }

// leave is called before the handler returns: nobody touches the stream after
// it.
func (c *eventConn) leave() {
	c.finish()
	c.beating.Wait()
	c.writing <- struct{}{} // for ever
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left = true
}
