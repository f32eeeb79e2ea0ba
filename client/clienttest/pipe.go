package clienttest

import (
	"context"
	"io"
	"net"
	"sync"

	"github.com/collabd/collabd/client"
)

// Pipe returns the two ends of a connection in memory. What was written before a
// Close arrives; what was written before a Cut may not.
func Pipe() (a, b *End) {
	const buffered = 64 // messages each way, as in the buffers of a kernel
	p := &pipe{closed: make(chan struct{}), cut: make(chan struct{})}
	ab, ba := make(chan []byte, buffered), make(chan []byte, buffered)
	a = &End{pipe: p, in: ba, out: ab}
	b = &End{pipe: p, in: ab, out: ba}
	return a, b
}

// End is one end of a Pipe.
type End struct {
	pipe *pipe
	in   <-chan []byte
	out  chan<- []byte
}

var _ client.Conn = (*End)(nil)

type pipe struct {
	closing sync.Once
	closed  chan struct{}
	by      *End                // who closed
	reason  *client.ClosedError // what the other end learns

	cutting sync.Once
	cut     chan struct{}
}

// Read returns the next message of the other end.
func (e *End) Read(ctx context.Context) ([]byte, error) {
	select {
	case <-e.pipe.cut:
		return nil, io.ErrUnexpectedEOF
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	default:
	}
	select {
	case frame := <-e.in:
		return frame, nil
	default:
	}
	select {
	case frame := <-e.in:
		return frame, nil
	case <-e.pipe.cut:
		return nil, io.ErrUnexpectedEOF
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-e.pipe.closed:
	}
	if e.pipe.by == e {
		return nil, net.ErrClosed
	}
	select {
	case frame := <-e.in: // written before the close
		return frame, nil
	default:
		return nil, e.pipe.reason
	}
}

// Write sends a copy of frame.
func (e *End) Write(ctx context.Context, frame []byte) error {
	select {
	case <-e.pipe.closed:
		return net.ErrClosed
	case <-e.pipe.cut:
		return net.ErrClosed
	default:
	}
	select {
	case e.out <- append([]byte(nil), frame...):
		return nil
	case <-e.pipe.closed:
		return net.ErrClosed
	case <-e.pipe.cut:
		return net.ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Close closes both directions; the other end reads what was written before.
func (e *End) Close(code uint16, reason string) error {
	e.pipe.closing.Do(func() {
		e.pipe.by, e.pipe.reason = e, &client.ClosedError{Code: code, Reason: reason}
		close(e.pipe.closed)
	})
	return nil
}

// Cut breaks the connection as a pulled cable does.
func (e *End) Cut() { e.pipe.cutting.Do(func() { close(e.pipe.cut) }) }
