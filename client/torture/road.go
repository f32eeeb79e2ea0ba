package torture

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"sync"
	"time"
)

// anyServer is the address that clients are given: a road leads to whichever
// server it chooses.
const anyServer = "http://localhost"

// road is how one person reaches the servers: each connection goes to one of
// them, and all can be cut at any moment. The login goes along.
type road struct {
	servers []*server
	http    *http.Client

	mu    sync.Mutex
	rnd   *rand.Rand
	lanes map[*lane]struct{}
	until time.Time // there is no way before
}

func newRoad(servers []*server, seed1, seed2 uint64) *road {
	r := &road{servers: servers, rnd: rand.New(rand.NewPCG(seed1, seed2)), lanes: map[*lane]struct{}{}}
	jar, _ := cookiejar.New(nil) // fails with a bad option only
	r.http = &http.Client{Jar: jar, Transport: &http.Transport{DialContext: r.dial}, Timeout: requestTimeout}
	return r
}

// requestTimeout bounds a request, and an attempt to connect.
const requestTimeout = 5 * time.Second

// dial connects to a server.
func (r *road) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	if r.closed() {
		return nil, errNoNetwork
	}
	r.mu.Lock()
	to := r.servers[r.rnd.IntN(len(r.servers))]
	r.mu.Unlock()
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, to.address())
	if err != nil {
		return nil, err
	}
	c := &lane{Conn: conn, road: r}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lanes[c] = struct{}{}
	return c, nil
}

// cut breaks all connections, without a goodbye.
func (r *road) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for l := range r.lanes {
		breakOff(l.Conn)
	}
	clear(r.lanes)
}

// errNoNetwork says that the road is shut.
var errNoNetwork = errors.New("there is no network")

// shut cuts the road for some time.
func (r *road) shut(d time.Duration) {
	r.mu.Lock()
	r.until = time.Now().Add(d)
	r.mu.Unlock()
	r.cut()
}

// open ends shut.
func (r *road) open() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.until = time.Time{}
}

// closed reports whether the road is shut.
func (r *road) closed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Before(r.until)
}

// close ends the road.
func (r *road) close() {
	r.cut()
	r.http.CloseIdleConnections()
}

// lane is a connection that its road knows of.
type lane struct {
	net.Conn
	road *road
}

// Close implements net.Conn.
func (l *lane) Close() error {
	l.road.mu.Lock()
	delete(l.road.lanes, l)
	l.road.mu.Unlock()
	return l.Conn.Close()
}

// breakOff ends a connection without a goodbye, and with what was not yet
// delivered.
func breakOff(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // what fails here is broken already
	}
	_ = conn.Close()
}
