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
