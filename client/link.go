package client

import (
	"context"
	"fmt"
	"time"

	"github.com/collabd/collabd/wire"
)

// link is one connection with its two goroutines. The owner reads in until
// an error, which comes last, and writes out.
type link struct {
	conn Conn
	in   chan inbound
	out  chan []byte
	deaf chan struct{} // closed when the owner no longer reads in

	cancel context.CancelCauseFunc // ends the connection at once
}

// inbound is what one frame held, or why there is none.
type inbound struct {
	messages []wire.ServerMessage
	err      error
}

const (
	// outbox is room for all that the protocol lets a client send unasked: a
	// hello, one edit, and a ping. More pings are dropped.
	outbox = 4
	// closeGrace is how long one side's last words may take: the close frame
	// after a failed write, or the answer to ours.
	closeGrace = 2 * time.Second
)

// newLink serves conn until the owner drops the link.
func (c *Client) newLink(conn Conn, cfg *Config) *link {
	l := &link{
		conn: conn,
		in:   make(chan inbound),
		out:  make(chan []byte, outbox),
		deaf: make(chan struct{}),
	}
	// Not the client's context: when that ends, the connection is still to be
	// closed in good order.
	ctx, cancel := context.WithCancelCause(context.Background())
	l.cancel = cancel
	c.wg.Go(func() { l.read(ctx, cfg.ReadTimeout) })
	c.wg.Go(func() { l.write(ctx, cfg.WriteTimeout) })
	return l
}

// drop ends a link that has failed.
func (l *link) drop() {
	close(l.deaf)
	l.cancel(nil)
	_ = l.conn.Close(closeGoingAway, "")
}

// leave ends a link that has not failed, so that the server sees a proper close.
func (l *link) leave() {
	close(l.deaf) // the reader goes on, and sees the answer
	stop := time.AfterFunc(closeGrace, func() { l.cancel(nil) })
	_ = l.conn.Close(closeNormal, "")
	stop.Stop()
	l.cancel(nil)
}

// Codes of RFC 6455.
const (
	closeNormal    = 1000
	closeGoingAway = 1001
)

func (l *link) read(ctx context.Context, timeout time.Duration) {
	for {
		messages, err := l.next(ctx, timeout)
		if err == nil && len(messages) == 0 {
			continue // of a later version
		}
		if cause := context.Cause(ctx); err != nil && cause != nil {
			err = cause // the writer knows better
		}
		select {
		case l.in <- inbound{messages, err}:
		case <-l.deaf:
		}
		if err != nil {
			return
		}
	}
}

func (l *link) next(ctx context.Context, timeout time.Duration) ([]wire.ServerMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	frame, err := l.conn.Read(ctx)
	if err != nil {
		return nil, err
	}
	messages, err := wire.DecodeServerFrame(frame)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	return messages, nil
}

func (l *link) write(ctx context.Context, timeout time.Duration) {
	for {
		select {
		case <-ctx.Done():
			return
		case frame := <-l.out:
			if err := l.writeOne(ctx, frame, timeout); err != nil {
				// Why the server does not take it may be the next thing that
				// the reader finds.
				select {
				case <-ctx.Done():
				case <-time.After(closeGrace):
				}
				l.cancel(fmt.Errorf("write: %w", err))
				return
			}
		}
	}
}

func (l *link) writeOne(ctx context.Context, frame []byte, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return l.conn.Write(ctx, frame)
}
