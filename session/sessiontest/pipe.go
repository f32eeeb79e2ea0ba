// Package sessiontest has what tests of sessions need: connections without a
// network, a store that fails when told to, and a gate that makes a process
// stand still. Everything works inside a testing/synctest bubble: nothing here
// polls, and only a store that was given a Delay waits for a time.
package sessiontest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// ErrCut is how a connection ends that was cut.
var ErrCut = errors.New("the connection was cut")

// Pipe returns the two ends of a connection that holds up to so many messages
// in each direction; a writer waits while it is full.
func Pipe(capacity int) (*ServerEnd, *ClientEnd) {
	p := &pipe{
		up: make(chan []byte, capacity), down: make(chan []byte, capacity),
		serverDone: make(chan struct{}), clientDone: make(chan struct{}),
		cut: make(chan struct{}), lost: make(chan struct{}),
	}
	return &ServerEnd{p}, &ClientEnd{p}
}

type pipe struct {
	up, down               chan []byte
	serverDone, clientDone chan struct{} // closed by Close of that end
	cut                    chan struct{}
	lost                   chan struct{} // for the client alone it is cut
	once                   [4]sync.Once
	reason                 wire.Close // set before serverDone is closed
}

// read takes the next message. own is closed when this end is, other when the
// other one is, whose messages still arrive. lost is closed when this end
// believes that the connection was cut; nil is never.
func (p *pipe) read(ctx context.Context, from chan []byte, own, other, lost chan struct{}, otherEnd error) ([]byte, error) {
	select {
	case <-p.cut:
		return nil, ErrCut
	case <-lost:
		return nil, ErrCut
	default:
	}
	select {
	case m := <-from:
		return m, nil
	default:
	}
	select {
	case m := <-from:
		return m, nil
	case <-p.cut:
		return nil, ErrCut
	case <-lost:
		return nil, ErrCut
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-own:
		return nil, io.ErrClosedPipe
	case <-other:
		select { // what was sent before the close arrives
		case m := <-from:
			return m, nil
		default:
			return nil, otherEnd
		}
	}
}

func (p *pipe) write(ctx context.Context, to chan []byte, other chan struct{}, m []byte) error {
	select {
	case <-p.cut:
		return ErrCut
	case <-other:
		return io.ErrClosedPipe
	default:
	}
	select {
	case to <- bytes.Clone(m):
		return nil
	case <-p.cut:
		return ErrCut
	case <-other:
		return io.ErrClosedPipe
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ServerEnd is the end that a session serves.
type ServerEnd struct{ p *pipe }

var _ session.Conn = (*ServerEnd)(nil)

// Read implements session.Conn.
func (e *ServerEnd) Read(ctx context.Context) ([]byte, error) {
	select {
	case <-e.p.serverDone:
		return nil, io.ErrClosedPipe
	default:
	}
	return e.p.read(ctx, e.p.up, e.p.serverDone, e.p.clientDone, nil, io.EOF)
}

// Write implements session.Conn.
func (e *ServerEnd) Write(ctx context.Context, m []byte) error {
	return e.p.write(ctx, e.p.down, e.p.clientDone, m)
}

// Close implements session.Conn.
func (e *ServerEnd) Close(reason wire.Close) error {
	e.p.once[0].Do(func() {
		e.p.reason = reason
		close(e.p.serverDone)
	})
	return nil
}

// ClientEnd is the end of a client.
type ClientEnd struct{ p *pipe }

// Read returns the next message. When the server has closed the connection,
// the error is a wire.Close; when it was cut, ErrCut.
func (e *ClientEnd) Read(ctx context.Context) ([]byte, error) {
	m, err := e.p.read(ctx, e.p.down, e.p.clientDone, e.p.serverDone, e.p.lost, io.EOF)
	if err == io.EOF {
		err = e.p.reason
	}
	return m, err
}

// TryRead returns the next message if one is there.
func (e *ClientEnd) TryRead() (m []byte, ok bool) {
	select {
	case m := <-e.p.down:
		return m, true
	default:
		return nil, false
	}
}

// Ended reports whether the server has closed the connection, and how.
func (e *ClientEnd) Ended() (reason wire.Close, ok bool) {
	select {
	case <-e.p.serverDone:
		return e.p.reason, true
	default:
		return wire.Close{}, false
	}
}

// Write sends one message.
func (e *ClientEnd) Write(ctx context.Context, m []byte) error {
	return e.p.write(ctx, e.p.up, e.p.serverDone, m)
}

// Close ends the connection; the server reads what was sent before.
func (e *ClientEnd) Close() { e.p.once[1].Do(func() { close(e.p.clientDone) }) }

// Cut breaks the connection: what is under way is lost, both ends fail.
func (e *ClientEnd) Cut() { e.p.once[2].Do(func() { close(e.p.cut) }) }

// Lose breaks the connection for the client alone: its reads fail as if it had
// been cut, but the server is not told, and reads what was sent and what still
// will be. So the same edit can arrive over this connection and the next one.
func (e *ClientEnd) Lose() { e.p.once[3].Do(func() { close(e.p.lost) }) }
