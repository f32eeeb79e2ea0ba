package server

import (
	"errors"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/collabd/collabd/wire"
)

// The kinds of connections that stay.
const (
	viaWebSocket = "websocket"
	viaEvents    = "events"
	viaList      = "list" // events about the list of documents
)

// Admission bounds who may come in, and how long coming in may take. It is
// decided before an upgrade and before anything is buffered. A field that is
// zero has its default, which DefaultAdmission tells.
//
// An address is that of the client behind the configured proxies; all of an
// IPv6 network of 64 bits count as one. This machine's own address counts as
// none: whoever comes from there is its operator, or a proxy that has not
// been named. Nor does any, if there is a public URL and no proxy is named.
type Admission struct {
	// Connections is the most connections that stay, of all people together.
	Connections int
	// UserConnections is the most of one person, which a guest is too.
	UserConnections int
	// AddressConnections is the most of one address. Those of people with an
	// account count for them alone, so that a school may have one address.
	AddressConnections int
	// Handshakes is how many connections an address may begin in a second, and
	// HandshakeBurst how many at once after a rest.
	Handshakes, HandshakeBurst int
	// AddressGuests is how many guest logins an address may begin in a minute,
	// and AddressGuestBurst how many at once after a rest.
	AddressGuests, AddressGuestBurst int
	// Guests and GuestBurst are the same for all addresses together.
	Guests, GuestBurst int
	// UserWrites is how many writes by REST a person may make in a second, and
	// UserWriteBurst how many at once after a rest. AddressWrites and
	// AddressWriteBurst are the same for the guests of one address. A large one
	// counts as several: see writeCost.
	UserWrites, UserWriteBurst, AddressWrites, AddressWriteBurst int
	// Requests is the most requests that are served at once and need the
	// store. Connections that stay are not among them.
	Requests int
	// Waiting is the most TCP connections that are no connections that stay:
	// in a request, between two, or with none yet. Those between two make room
	// for new ones.
	Waiting int
	// Addresses is of how many addresses something is remembered. When there
	// are more, those that are new share what one address may.
	Addresses int
	// Header, Body and Answer are how long a request's header may take to
	// arrive, the whole request with its body, and all until its answer is
	// taken. KeepAlive is how long a TCP connection may rest between two.
	Header, Body, Answer, KeepAlive time.Duration
}

// DefaultAdmission is that of a server that is not configured otherwise. A
// lecture hall behind one address gets in at once.
func DefaultAdmission() Admission {
	return Admission{
		Connections:        20_000,
		UserConnections:    500,
		AddressConnections: 1000,
		Handshakes:         100, HandshakeBurst: 1000,
		AddressGuests: 60, AddressGuestBurst: 1000,
		Guests: 600, GuestBurst: 10_000,
		UserWrites: 100, UserWriteBurst: 1000,
		AddressWrites: 500, AddressWriteBurst: 5000,
		Requests:  2000,
		Waiting:   8192,
		Addresses: 50_000,
		Header:    10 * time.Second, Body: 30 * time.Second, Answer: 2 * time.Minute, KeepAlive: 2 * time.Minute,
	}
}

func (a Admission) withDefaults() Admission {
	d := DefaultAdmission()
	for _, f := range []struct{ have, usual *int }{
		{&a.Connections, &d.Connections}, {&a.UserConnections, &d.UserConnections}, {&a.AddressConnections, &d.AddressConnections},
		{&a.Handshakes, &d.Handshakes}, {&a.HandshakeBurst, &d.HandshakeBurst},
		{&a.AddressGuests, &d.AddressGuests}, {&a.AddressGuestBurst, &d.AddressGuestBurst},
		{&a.Guests, &d.Guests}, {&a.GuestBurst, &d.GuestBurst},
		{&a.UserWrites, &d.UserWrites}, {&a.UserWriteBurst, &d.UserWriteBurst},
		{&a.AddressWrites, &d.AddressWrites}, {&a.AddressWriteBurst, &d.AddressWriteBurst},
		{&a.Requests, &d.Requests}, {&a.Waiting, &d.Waiting}, {&a.Addresses, &d.Addresses},
	} {
		if *f.have == 0 {
			*f.have = *f.usual
		}
	}
	for _, f := range []struct{ have, usual *time.Duration }{
		{&a.Header, &d.Header}, {&a.Body, &d.Body}, {&a.Answer, &d.Answer}, {&a.KeepAlive, &d.KeepAlive},
	} {
		if *f.have == 0 {
			*f.have = *f.usual
		}
	}
	return a
}

func (a Admission) validate() error {
	for _, n := range []int{
		a.Connections, a.UserConnections, a.AddressConnections, a.Handshakes, a.HandshakeBurst, a.AddressGuests,
		a.AddressGuestBurst, a.Guests, a.GuestBurst, a.UserWrites, a.UserWriteBurst, a.AddressWrites, a.AddressWriteBurst,
		a.Requests, a.Waiting, a.Addresses,
	} {
		if n < 0 {
			return errors.New("a limit of connections, handshakes or logins is below zero")
		}
	}
	if min(a.Header, a.Body, a.Answer, a.KeepAlive) < 0 {
		return errors.New("a limit of time is below zero")
	}
	return nil
}

// warn tells the operator which limits cannot be what they say.
func (s *Server) warn() {
	if s.proxies.hidden {
		s.log.Warn().Msg("there is a public URL, but no --trusted-proxies: clients cannot be told apart by address, so no limit by address applies")
	}
	if files, want := openFiles(), s.admission.lim.Connections; files > 0 && files < uint64(want) {
		s.log.Warn().Uint64("files", files).Int("connections", want).
			Msg("the system lets this program open fewer files than there may be connections: raise ulimit -n, or lower --max-connections")
	}
}

// refusal is why somebody was not let in; the names are those of the metric.
type refusal string

const (
	refusedFull       refusal = "connections"
	refusedMemory     refusal = "memory"
	refusedUser       refusal = "user_connections"
	refusedAddress    refusal = "address_connections"
	refusedHandshakes refusal = "handshakes"
	refusedGuests     refusal = "guests"
	refusedWrites     refusal = "writes"
	refusedRequests   refusal = "requests"
	refusedWaiting    refusal = "tcp_connections"
)

// refusals lists every refusal, with its answer. The one without is not even
// heard.
var refusals = map[refusal]*apiError{
	refusedFull:       &errFull,
	refusedMemory:     &errFull,
	refusedUser:       errTooMany.because("You have too many documents open at once: close some."),
	refusedAddress:    errTooMany.because("There are too many connections from your network: try again later, or log in."),
	refusedHandshakes: errTooFast.because("There are too many new connections from your network: try again in a moment."),
	refusedGuests:     errTooFast.because("There are too many new guests at the moment: try again in a minute."),
	refusedWrites:     errTooFast.because("You write too much in a short time: go on after as many seconds as Retry-After says, or edit over a socket."),
	refusedRequests:   &errBusy,
	refusedWaiting:    nil,
}

// admission counts who is in.
type admission struct {
	lim     Admission
	metrics *metrics
	full    func() bool // no memory for more

	mu          sync.Mutex
	connections int
	requests    int
	users       map[wire.UserID]int
	addresses   map[netip.Addr]*address
	others      *address // all that find no room in addresses
	guests      *rate.Limiter
	swept       time.Time

	userWrites    rates[wire.UserID]
	addressWrites rates[netip.Addr]
}

// address is what is remembered of one.
type address struct {
	connections int
	handshakes  *rate.Limiter
	guests      *rate.Limiter
}

func newAdmission(lim Admission, m *metrics) *admission {
	a := &admission{
		lim: lim, metrics: m, full: func() bool { return false },
		users:     map[wire.UserID]int{},
		addresses: map[netip.Addr]*address{},
		guests:    perMinute(lim.Guests, lim.GuestBurst),

		userWrites:    newRates[wire.UserID](lim.UserWrites, lim.UserWriteBurst, lim.Addresses),
		addressWrites: newRates[netip.Addr](lim.AddressWrites, lim.AddressWriteBurst, lim.Addresses),
	}
	a.others = a.newAddress()
	return a
}

func perMinute(n, burst int) *rate.Limiter { return rate.NewLimiter(rate.Limit(n)/60, burst) }

func (a *admission) newAddress() *address {
	return &address{
		handshakes: rate.NewLimiter(rate.Limit(a.lim.Handshakes), a.lim.HandshakeBurst),
		guests:     perMinute(a.lim.AddressGuests, a.lim.AddressGuestBurst),
	}
}

// refuse is the error for a refusal.
func (a *admission) refuse(why refusal) error {
	a.metrics.refuse(why)
	return refusals[why]
}

// knock is asked before anything is looked up for a connection that stays.
// from is the zero Addr if the address counts as none.
func (a *admission) knock(from netip.Addr) error {
	if a.full() {
		return a.refuse(refusedMemory)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.connections >= a.lim.Connections {
		return a.refuse(refusedFull)
	}
	if at := a.at(from); at != nil && !at.handshakes.Allow() {
		return a.refuse(refusedHandshakes)
	}
	return nil
}

// guest is asked before a guest login begins.
func (a *admission) guest(from netip.Addr) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	at := a.at(from)
	now := time.Now()
	if at != nil && at.guests.TokensAt(now) < 1 || !a.guests.AllowN(now, 1) {
		return a.refuse(refusedGuests)
	}
	if at != nil {
		at.guests.AllowN(now, 1)
	}
	return nil
}

// place is that of one connection that stays.
type place struct {
	a    *admission
	user wire.UserID
	at   *address // nil if it counts for no address
	left func()
}

// enter takes a place for somebody, who may have no login yet. The caller
// leaves it.
func (a *admission) enter(transport string, from netip.Addr, who Principal) (*place, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.connections >= a.lim.Connections {
		return nil, a.refuse(refusedFull)
	}
	if a.users[who.User.ID] >= a.lim.UserConnections {
		return nil, a.refuse(refusedUser)
	}
	p := &place{a: a}
	if who.Anonymous() || who.Guest {
		p.at = a.at(from)
	}
	if p.at != nil {
		if p.at.connections >= a.lim.AddressConnections {
			return nil, a.refuse(refusedAddress)
		}
		p.at.connections++
	}
	a.connections++
	p.belongsTo(who.User.ID)
	p.left = a.metrics.connected(transport)
	return p, nil
}

// of tells whose place it is, if that was not known when it was taken.
func (p *place) of(who Principal) {
	p.a.mu.Lock()
	defer p.a.mu.Unlock()
	p.belongsTo(who.User.ID)
}

func (p *place) belongsTo(user wire.UserID) {
	if user != "" {
		p.user = user
		p.a.users[user]++
	}
}

func (p *place) leave() {
	p.a.mu.Lock()
	defer p.a.mu.Unlock()
	p.left()
	p.a.connections--
	if p.at != nil {
		p.at.connections--
	}
	if p.user == "" {
		return
	}
	if p.a.users[p.user]--; p.a.users[p.user] == 0 {
		delete(p.a.users, p.user)
	}
}

// at returns what is remembered of an address; nil for the zero Addr.
func (a *admission) at(from netip.Addr) *address {
	if !from.IsValid() {
		return nil
	}
	at := a.addresses[from]
	if at == nil {
		if len(a.addresses) >= a.lim.Addresses && !a.sweep() {
			return a.others
		}
		at = a.newAddress()
		a.addresses[from] = at
	}
	return at
}

// sweepPause is between two searches for addresses that can be forgotten.
const sweepPause = time.Second

// sweep forgets the addresses that are as good as new, and reports whether
// there is room now.
func (a *admission) sweep() bool {
	now := time.Now()
	if now.Sub(a.swept) < sweepPause {
		return false
	}
	a.swept = now
	for from, at := range a.addresses {
		if at.connections == 0 && at.handshakes.TokensAt(now) >= float64(a.lim.HandshakeBurst) &&
			at.guests.TokensAt(now) >= float64(a.lim.AddressGuestBurst) {
			delete(a.addresses, from)
		}
	}
	return len(a.addresses) < a.lim.Addresses
}
