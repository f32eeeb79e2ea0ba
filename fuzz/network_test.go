package fuzz

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/session/sessiontest"
	"github.com/collabd/collabd/wire"
)

// network connects clients to whatever hub is up, over pipes that delay, and
// that the simulation cuts or leaves half-open.
type network struct {
	mu    sync.Mutex
	hub   *session.Hub // nil while the server is down
	doc   wire.DocID
	r     *rand.Rand
	calm  bool
	links map[int]*link // by client
}

var errDown = errors.New("connection refused")

// dial is client.Config.Dial of one client.
func (n *network) dial(c int, user wire.User) func(context.Context) (client.Conn, error) {
	return func(context.Context) (client.Conn, error) {
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.hub == nil {
			return nil, errDown
		}
		server, end := sessiontest.Pipe(32)
		l := &link{end: end, n: n}
		n.links[c] = l
		hub := n.hub
		who := session.Visitor{User: user, Role: func() wire.Role { return wire.Editor }}
		go hub.Serve(context.Background(), n.doc, server, who)
		return l, nil
	}
}

func (n *network) set(hub *session.Hub) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hub = hub
}

// each calls f for every link that there is.
func (n *network) each(f func(*link)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, l := range n.links {
		f(l)
	}
}

func (n *network) one(c int, f func(*link)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if l := n.links[c]; l != nil {
		f(l)
	}
}

// delay is how long a message takes.
func (n *network) delay() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.calm {
		return 0
	}
	switch n.r.IntN(10) {
	case 0:
		return time.Duration(n.r.IntN(2000)) * time.Millisecond
	case 1, 2, 3:
		return time.Duration(n.r.IntN(40)) * time.Millisecond
	}
	return 0
}

// link is a client's end of a connection.
type link struct {
	end  *sessiontest.ClientEnd
	n    *network
	mu   sync.Mutex
	dead bool // half-open: what is sent vanishes, nothing arrives
}

var _ client.Conn = (*link)(nil)

func (l *link) Read(ctx context.Context) ([]byte, error) {
	m, err := l.end.Read(ctx)
	if d := l.n.delay(); d > 0 {
		time.Sleep(d)
	}
	if l.isDead() {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	var c wire.Close
	if errors.As(err, &c) {
		return nil, &client.ClosedError{Code: c.Code, Reason: c.Name}
	}
	return m, err
}

func (l *link) Write(ctx context.Context, m []byte) error {
	if d := l.n.delay(); d > 0 {
		time.Sleep(d)
	}
	if l.isDead() {
		return nil
	}
	return l.end.Write(ctx, m)
}

func (l *link) Close(uint16, string) error {
	l.end.Close()
	return nil
}

func (l *link) isDead() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dead
}

func (l *link) die() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dead = true
}
