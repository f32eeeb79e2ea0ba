package fuzz

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/session/sessiontest"
	"github.com/collabd/collabd/wire"
)

// link is a client's end of a connection.
type link struct {
	end *sessiontest.ClientEnd
	n   *network
	at  *node

	mended chan struct{} // closed when both ends are told that it was half-open

	mu       sync.Mutex
	deafened bool // half-open: nothing arrives any more
	muted    bool // half-open: what is sent vanishes
	lost     bool // the client believes that it was cut
	closed   bool
	begun    bool          // the hello has been sent
	up       []upward      // on its way to the server
	pumping  bool          // a goroutine carries it
	frames   [][]byte      // that the client has read
	told     wire.Presence // what it told last, if it has
	telling  bool
}

type upward struct {
	frame []byte
	takes time.Duration
}

var _ client.Conn = (*link)(nil)

func (l *link) Read(ctx context.Context) ([]byte, error) {
	m, err := l.end.Read(ctx)
	if d := l.n.delay(); d > 0 {
		time.Sleep(d)
	}
	l.mu.Lock()
	deaf, lost := l.deafened, l.lost
	if err == nil && !deaf && !lost {
		l.frames = append(l.frames, m)
	}
	l.mu.Unlock()
	switch {
	case lost:
		return nil, sessiontest.ErrCut
	case deaf:
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-l.mended:
			return nil, sessiontest.ErrCut
		}
	}
	var c wire.Close
	if errors.As(err, &c) {
		return nil, &client.ClosedError{Code: c.Code, Reason: c.Name}
	}
	return m, err
}

// Write hands a message over. One that takes its time is carried by a
// goroutine, and arrives even if the client has given the connection up.
func (l *link) Write(ctx context.Context, m []byte) error {
	d := l.n.delay()
	l.mu.Lock()
	switch {
	case l.lost:
		l.mu.Unlock()
		return sessiontest.ErrCut
	case l.closed:
		l.mu.Unlock()
		return io.ErrClosedPipe
	case d > 0 || l.pumping:
		l.up = append(l.up, upward{append([]byte(nil), m...), d})
		l.begun = true
		if !l.pumping {
			l.pumping = true
			go l.pump()
		}
		l.mu.Unlock()
		return nil
	}
	muted := l.muted
	l.mu.Unlock()
	if muted {
		return nil
	}
	err := l.end.Write(ctx, m)
	l.mu.Lock()
	l.begun = true
	l.mu.Unlock()
	return err
}

// pump carries what is on its way, in order, and then the close.
func (l *link) pump() {
	for {
		l.mu.Lock()
		muted := l.muted
		if len(l.up) == 0 {
			l.pumping = false
			closing := l.closed && !muted
			l.mu.Unlock()
			if closing {
				l.end.Close()
			}
			return
		}
		next := l.up[0]
		l.up = l.up[1:]
		l.mu.Unlock()
		time.Sleep(next.takes)
		if !muted {
			// If the server has closed meanwhile, nobody is left to be told.
			_ = l.end.Write(context.Background(), next.frame)
		}
	}
}

func (l *link) Close(uint16, string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if !l.pumping && !l.muted {
		l.end.Close()
	}
	return nil
}

// tell sends where the client's caret is, if the client has said hello.
func (l *link) tell(p wire.Presence) {
	l.mu.Lock()
	begun := l.begun
	if begun {
		l.told, l.telling = p, true
	}
	l.mu.Unlock()
	if begun {
		// If the connection has ended, the next one will hear it.
		_ = l.Write(context.Background(), p.Append(nil))
	}
}

// halfOpen makes one direction dead, or both, and tells nobody.
func (l *link) halfOpen(deafened, muted bool) {
	l.n.doom(l)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deafened, l.muted = l.deafened || deafened, l.muted || muted
}

// lose makes the client believe that the connection was cut. What it has sent
// arrives all the same.
func (l *link) lose() {
	l.n.doom(l)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost = true
	l.end.Lose()
}
