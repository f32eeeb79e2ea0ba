package server

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/wire"
)

// behindProxy takes the test for a proxy, which tells where people are.
func behindProxy(change func(*Admission)) func(*Config) {
	return func(c *Config) {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
		change(&c.Admission)
	}
}

func from(addr string) string { return "X-Forwarded-For: " + addr }

// tooMuch tries to open a socket and is refused, with a time to come back, as
// all errors are. It begins no login.
func (p *person) tooMuch(doc wire.DocID, status int, code string, headers ...string) {
	p.w.t.Helper()
	a := p.do("GET", "/api/docs/"+string(doc)+"/socket", "", append(headers, upgrade...)...).is(p.w.t, status, code)
	if s, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || s < 1 || s > 60 {
		p.w.t.Errorf("Retry-After is %q", a.header.Get("Retry-After"))
	}
	if a.header.Get("Set-Cookie") != "" {
		p.w.t.Error("refused, and begins a login")
	}
}

// opens opens a socket and joins.
func (p *person) opens(doc wire.DocID, headers ...string) *peer {
	p.w.t.Helper()
	ws, status := p.dial(doc, headers...)
	if ws == nil {
		p.w.t.Fatalf("the upgrade is answered with %d", status)
	}
	p.w.t.Cleanup(func() { ws.CloseNow() })
	return p.w.hello(ws, wire.Hello{})
}

const gauge = `collabd_connections{transport="websocket"}`

// A server that is full says so before the upgrade, and lets others in when
// somebody leaves.
func TestServerFull(t *testing.T) {
	w := open(t, func(c *Config) { c.Admission.Connections = 2 })
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	first, second := ana.opens(doc), w.person().opens(doc)
	ana.tooMuch(doc, 503, "server_full")
	w.person().tooMuch(doc, 503, "server_full")
	first.alive()
	first.bye()
	w.settled(gauge, 1)
	third := w.person().opens(doc)
	ana.tooMuch(doc, 503, "server_full")
	// Nobody needs a place for anything else.
	ana.do("GET", "/api/docs", "").is(t, 200, "")
	second.bye()
	third.bye()
	w.samples(w.settled(gauge, 0), map[string]float64{`collabd_refused_total{reason="connections"}`: 3})
}

// The same when there is no memory.
func TestServerWithoutMemory(t *testing.T) {
	var full atomic.Bool
	w := open(t)
	w.server.admission.full = full.Load
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	early := ana.opens(doc)
	full.Store(true)
	w.person().tooMuch(doc, 503, "server_full")
	early.alive()
	full.Store(false)
	w.person().opens(doc).bye()
	early.bye()
	w.samples(w.settled(gauge, 0), map[string]float64{`collabd_refused_total{reason="memory"}`: 1})
}

// A real document beyond the budget, and room again when it is left.
func TestMemoryBudget(t *testing.T) {
	w := open(t, func(c *Config) { c.Limits.Memory = 100 << 10 })
	ana := w.person()
	big, small := ana.create("big", ot.Text).ID, ana.create("small", ot.Text).ID
	p := ana.opens(big)
	for i := range 20 {
		p.send(`{"type":"edit","seq":` + strconv.Itoa(i+1) + `,"base":` + strconv.Itoa(i) + `,"op":[{"insert":"` + string(make16k()) + `"}]}`)
		p.acked(wire.Seq(i + 1))
	}
	w.person().tooMuch(small, 503, "server_full")
	p.alive()
	p.bye()
	w.settled(gauge, 0)
	w.person().opens(small).bye()
	w.samples(w.settled(gauge, 0), map[string]float64{"collabd_documents_limit_bytes": 100 << 10})
}

func make16k() []byte {
	b := make([]byte, 16<<10)
	for i := range b {
		b[i] = 'x'
	}
	return b
}

func TestTooManyConnectionsOfAPerson(t *testing.T) {
	w := open(t, behindProxy(func(a *Admission) { a.UserConnections = 2 }))
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	first := ana.opens(doc, from("203.0.113.7"))
	ana.opens(doc, from("198.51.100.1")) // another place, the same person
	ana.tooMuch(doc, 429, "too_many_connections", from("192.0.2.1"))
	// One who comes without a login is counted from the first connection on.
	ben := w.person()
	for range 2 {
		ben.opens(doc)
	}
	ben.tooMuch(doc, 429, "too_many_connections")
	first.bye()
	w.settled(gauge, 3)
	ana.opens(doc)
}

func TestTooManyConnectionsOfAnAddress(t *testing.T) {
	w := open(t, behindProxy(func(a *Admission) { a.AddressConnections = 2 }))
	doc := w.person().create("x", ot.Text).ID
	first := w.person().opens(doc, from("2001:db8:1:2::1"))
	w.person().opens(doc, from("2001:db8:1:2:ffff::9"))
	w.person().tooMuch(doc, 429, "too_many_connections", from("2001:db8:1:2:3::4"))
	w.person().tooMuch(doc, 429, "too_many_connections", from("6.6.6.6, 2001:db8:1:2:3::4")) // says the client
	w.person().opens(doc, from("2001:db8:1:3::1"))
	first.bye()
	w.settled(gauge, 2)
	w.person().opens(doc, from("2001:db8:1:2::1"))
}

// Without proxies of ours a header of the client's changes nothing.
func TestForwardedByNobody(t *testing.T) {
	w := open(t, func(c *Config) { c.Admission.AddressConnections = 1 })
	doc := w.person().create("x", ot.Text).ID
	for range 3 {
		w.person().opens(doc, from("203.0.113.7"))
	}
	if at := w.server.admission.addresses; len(at) != 0 {
		t.Errorf("counted are %v", at)
	}
}

// A client that is refused keeps what it has and comes back by itself. Nothing
// is lost, nothing doubled.
func TestRefusedClientComesBack(t *testing.T) {
	w := open(t, behindProxy(func(a *Admission) { a.AddressConnections = 1 }))
	var full atomic.Bool
	w.server.admission.full = full.Load
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	seat := w.person().opens(doc, from("203.0.113.7"))
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	line := &cable{}
	hc := *ana.hc
	hc.Transport = line.transport("203.0.113.7")
	dialed := make(chan *client.Client, 1)
	go func() {
		c, err := client.Dial(ctx, client.Config{URL: w.http.URL, Doc: doc, HTTP: &hc, MinBackoff: time.Millisecond, MaxBackoff: 10 * time.Millisecond})
		if err != nil {
			t.Error(err)
		}
		dialed <- c
	}()
	w.counted(`collabd_refused_total{reason="address_connections"}`, 2) // it tries again
	seat.bye()
	c := <-dialed
	if c == nil {
		return
	}
	defer c.Close()
	typed := 0
	types := func() {
		t.Helper()
		typed++
		err := c.EditFunc(ctx, func(d ot.Doc, _ wire.Revision) (ot.Op, error) {
			return (&ot.Builder{}).Retain(d.Len(), ot.Attrs{}).Insert(fmt.Sprint(typed, " "), ot.Attrs{}).Op(), nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	types()
	if err := c.Synced(ctx); err != nil {
		t.Fatal(err)
	}
	// With an edit on its way the connection is cut, and there is no room for
	// a while. It goes on typing.
	full.Store(true)
	types()
	line.cut()
	for i := range 5 {
		w.counted(`collabd_refused_total{reason="memory"}`, float64(2*i+1))
		types()
	}
	full.Store(false)
	if err := c.Synced(ctx); err != nil {
		t.Fatal(err)
	}
	if got := ana.text(doc); got != "1 2 3 4 5 6 7 " {
		t.Errorf("stored is %q", got)
	}
	if stats := c.Stats(); stats.Resyncs != 0 || stats.Reconnects == 0 {
		t.Errorf("%+v", stats)
	}
}

// counted scrapes until a counter has come so far.
func (w *world) counted(name string, least float64) {
	w.t.Helper()
	for until := time.Now().Add(patience); w.scrape()[name] < least; runtime.Gosched() {
		if time.Now().After(until) {
			w.t.Fatalf("%s does not come to %v", name, least)
		}
	}
}

// cable is the network of a client, which can be cut.
type cable struct {
	mu   sync.Mutex
	last net.Conn
}

func (c *cable) transport(addr string) http.RoundTripper {
	return forwarding{addr, &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, addr)
			c.mu.Lock()
			defer c.mu.Unlock()
			c.last = conn
			return conn, err
		},
	}}
}

func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last.Close()
}

// forwarding says where the client is, as a proxy does.
type forwarding struct {
	addr string
	next http.RoundTripper
}

func (f forwarding) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", f.addr)
	return f.next.RoundTrip(r)
}

// Guests begin logins at a limited rate, whatever they ask for; who has one
// goes on.
func TestTooManyGuests(t *testing.T) {
	w := open(t, behindProxy(func(a *Admission) { a.AddressGuests, a.AddressGuestBurst = 1, 3 }))
	here := from("203.0.113.7")
	ana := w.person()
	ana.do("GET", "/api/me", "", here).is(t, 200, "")
	var d documentJSON
	w.person().do("POST", "/api/docs", `{"kind":"text"}`, here).is(t, 201, "").into(t, &d)
	w.person().opens(d.ID, here)
	for _, r := range []struct{ method, path, body string }{{"GET", "/api/me", ""}, {"POST", "/api/docs", "{}"}, {"PATCH", "/api/docs/" + string(d.ID), `{"title":"x"}`}} {
		a := w.person().do(r.method, r.path, r.body, here).is(t, 429, "too_fast")
		if a.header.Get("Retry-After") == "" || a.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %v", r.path, a.header)
		}
	}
	w.person().tooMuch(d.ID, 429, "too_fast", here)
	ana.do("GET", "/api/me", "", here).is(t, 200, "")
	ana.opens(d.ID, here)
	w.person().do("GET", "/api/me", "", from("198.51.100.1")).is(t, 200, "")
	w.person().do("GET", "/api/docs", "", here).is(t, 200, "") // begins none
	w.samples(w.scrape(), map[string]float64{`collabd_refused_total{reason="guests"}`: 4, `collabd_guest_logins_total`: 4})
}

func TestTooManyHandshakes(t *testing.T) {
	w := open(t, behindProxy(func(a *Admission) { a.Handshakes, a.HandshakeBurst = 1, 5 }))
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	here := from("203.0.113.7")
	n := 0
	for ; n < 100; n++ {
		// Whatever becomes of it, it is one.
		a := ana.do("GET", "/api/docs/"+string(doc)+"/socket", "", here)
		if a.status != 426 {
			a.is(t, 429, "too_fast")
			break
		}
	}
	if n < 5 || n == 100 {
		t.Errorf("refused after %d", n)
	}
	ana.opens(doc, from("198.51.100.1"))
	ana.opens(doc) // of this machine
}

// The login remembers the address of the client, not of the proxy.
func TestLoginRemembersTheClient(t *testing.T) {
	path := filepath.Join(t.TempDir(), "collabd.db")
	store, err := persist.OpenSQLite(t.Context(), persist.SQLiteConfig{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	w := openOn(t, store, behindProxy(func(*Admission) {}))
	w.person().do("GET", "/api/me", "", from("203.0.113.7")).is(t, 200, "")
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var ip string
	if err := db.QueryRowContext(t.Context(), "SELECT ip FROM logins").Scan(&ip); err != nil || ip != "203.0.113.7" {
		t.Errorf("the login is of %q: %v", ip, err)
	}
}
