package fuzz

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/session/sessiontest"
	"github.com/collabd/collabd/wire"
)

// network connects each client to one of the hubs that are up, over pipes that
// delay, and that the simulation cuts or leaves half-open.
type network struct {
	mu    sync.Mutex
	nodes []*node
	doc   wire.DocID
	r     *rand.Rand
	slow  bool
	links map[int]*link  // the present one of each client
	dead  map[*link]bool // those that were made half-open or lost
}

// node is a server: a hub and what it reaches the log through.
type node struct {
	gate  sessiontest.Gate // shut: the process is stopped
	hub   *session.Hub     // nil while it is down; guarded by the network
	store *sessiontest.Following
}

var errDown = errors.New("connection refused")

// dial is client.Config.Dial of one client: every connection goes to any of
// the nodes.
func (n *network) dial(c int, user wire.User) func(context.Context) (client.Conn, error) {
	return func(context.Context) (client.Conn, error) {
		n.mu.Lock()
		defer n.mu.Unlock()
		at := n.nodes[n.r.IntN(len(n.nodes))]
		if at.hub == nil {
			return nil, errDown
		}
		server, end := sessiontest.Pipe(32)
		l := &link{end: end, n: n, at: at, mended: make(chan struct{})}
		n.links[c] = l
		who := session.Visitor{User: user, Role: func() wire.Role { return wire.Editor }}
		go at.hub.Serve(context.Background(), n.doc, &served{ServerEnd: server, gate: &at.gate}, who)
		return l, nil
	}
}

// set makes a node's hub the one that is dialled; nil is none.
func (n *network) set(at *node, hub *session.Hub) {
	n.mu.Lock()
	defer n.mu.Unlock()
	at.hub = hub
}

// up returns the hub of a node, nil if it is down.
func (n *network) up(at *node) *session.Hub {
	n.mu.Lock()
	defer n.mu.Unlock()
	return at.hub
}

// each calls f for the present link of every client.
func (n *network) each(f func(*link)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, l := range n.links {
		f(l)
	}
}

// of returns the present link of a client.
func (n *network) of(c int) *link {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.links[c]
}

// calm makes messages take no time.
func (n *network) calm() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.slow = false
}

// doom notes that a link is to be cut in the end.
func (n *network) doom(l *link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dead[l] = true
}

// cutDead cuts what was half-open.
func (n *network) cutDead() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for l := range n.dead {
		l.end.Cut()
		close(l.mended)
	}
}

// delay is how long a message takes.
func (n *network) delay() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.slow {
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

// served is the server's end of a connection to a node: nothing passes while
// the node stands still, and what has arrived by then is read after it.
type served struct {
	*sessiontest.ServerEnd
	gate *sessiontest.Gate
}

func (s *served) Read(ctx context.Context) ([]byte, error) {
	s.gate.Pass()
	m, err := s.ServerEnd.Read(ctx)
	if s.gate.Pass() && err != nil {
		// The time limit went by meanwhile, but there may be a message.
		return s.ServerEnd.Read(ctx)
	}
	return m, err
}

func (s *served) Write(ctx context.Context, m []byte) error {
	s.gate.Pass()
	return s.ServerEnd.Write(ctx, m)
}

func (s *served) Close(reason wire.Close) error {
	s.gate.Pass()
	return s.ServerEnd.Close(reason)
}

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
