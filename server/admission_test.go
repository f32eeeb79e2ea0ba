package server

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/collabd/collabd/wire"
)

// door is an admission in the hands of a test, for which time stands still
// unless it sleeps.
type door struct {
	t *testing.T
	*admission
}

func atDoor(t *testing.T, lim Admission, test func(d *door)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(&door{t, newAdmission(lim.withDefaults(), newMetrics())}) })
}

var (
	home   = netip.MustParseAddr("203.0.113.7")
	school = netip.MustParseAddr("198.51.100.1")
	nobody = Principal{}
)

func guestOf(id wire.UserID) Principal   { return Principal{User: wire.User{ID: id}, Guest: true} }
func accountOf(id wire.UserID) Principal { return Principal{User: wire.User{ID: id}} }

// is checks an answer: nil, or that of a refusal.
func (d *door) is(err error, want refusal) {
	d.t.Helper()
	if want == "" {
		if err != nil {
			d.t.Fatalf("refused: %v", err)
		}
		return
	}
	if e, ok := errors.AsType[*apiError](err); !ok || e != refusals[want] {
		d.t.Fatalf("the answer is %v, want %s", err, want)
	}
}

func (d *door) enters(from netip.Addr, who Principal) *place {
	d.t.Helper()
	p, err := d.enter(viaWebSocket, from, who)
	d.is(err, "")
	return p
}

func (d *door) refuses(from netip.Addr, who Principal, want refusal) {
	d.t.Helper()
	_, err := d.enter(viaWebSocket, from, who)
	d.is(err, want)
}

func TestAdmissionConnections(t *testing.T) {
	atDoor(t, Admission{Connections: 3}, func(d *door) {
		a := d.enters(home, guestOf("a"))
		d.enters(netip.Addr{}, accountOf("b"))
		d.enters(school, nobody)
		d.refuses(netip.Addr{}, accountOf("c"), refusedFull)
		d.is(d.knock(netip.Addr{}), refusedFull)
		a.leave()
		d.is(d.knock(home), "")
		d.enters(home, guestOf("c"))
		d.refuses(home, guestOf("c"), refusedFull)
	})
}

func TestAdmissionConnectionsOfAPerson(t *testing.T) {
	atDoor(t, Admission{UserConnections: 2}, func(d *door) {
		for _, who := range []Principal{guestOf("a"), accountOf("b")} {
			first := d.enters(home, who)
			d.enters(school, who)
			d.refuses(home, who, refusedUser)
			d.refuses(netip.Addr{}, who, refusedUser)
			first.leave()
			d.enters(netip.Addr{}, who)
		}
		// A guest who came without a login is counted from then on.
		d.enters(home, nobody).of(guestOf("new"))
		second := d.enters(home, nobody)
		second.of(guestOf("new"))
		d.refuses(home, guestOf("new"), refusedUser)
		second.leave()
		d.enters(home, guestOf("new"))
		if len(d.users) != 3 {
			t.Errorf("%v", d.users)
		}
	})
}

// An address has a limit for guests, not for those who are known.
func TestAdmissionConnectionsOfAnAddress(t *testing.T) {
	atDoor(t, Admission{AddressConnections: 2}, func(d *door) {
		d.enters(school, accountOf("teacher"))
		d.enters(school, nobody).of(guestOf("a"))
		second := d.enters(school, guestOf("b"))
		d.refuses(school, guestOf("c"), refusedAddress)
		d.refuses(school, nobody, refusedAddress)
		d.enters(school, accountOf("pupil"))
		d.enters(home, guestOf("c"))
		for i := range 5 {
			d.enters(netip.Addr{}, guestOf(wire.UserID(fmt.Sprint(i)))) // counts as none
		}
		second.leave()
		d.enters(school, guestOf("c"))
		d.refuses(school, guestOf("d"), refusedAddress)
	})
}

func TestAdmissionHandshakes(t *testing.T) {
	atDoor(t, Admission{Handshakes: 10, HandshakeBurst: 30}, func(d *door) {
		for range 30 {
			d.is(d.knock(school), "")
		}
		d.is(d.knock(school), refusedHandshakes)
		d.is(d.knock(home), "")
		d.is(d.knock(netip.Addr{}), "")
		// Being refused costs nothing: whoever waits gets in.
		for range 100 {
			d.is(d.knock(school), refusedHandshakes)
		}
		time.Sleep(time.Second)
		for range 10 {
			d.is(d.knock(school), "")
		}
		d.is(d.knock(school), refusedHandshakes)
	})
}

func TestAdmissionGuests(t *testing.T) {
	atDoor(t, Admission{AddressGuests: 6, AddressGuestBurst: 3, Guests: 60, GuestBurst: 8}, func(d *door) {
		for range 3 {
			d.is(d.guest(school), "")
		}
		d.is(d.guest(school), refusedGuests)
		time.Sleep(10 * time.Second) // all in all there is room for 8 again
		d.is(d.guest(school), "")
		d.is(d.guest(school), refusedGuests)
		for range 3 {
			d.is(d.guest(home), "")
		}
		for range 4 {
			d.is(d.guest(netip.Addr{}), "")
		}
		// All are used up, and the address has not paid for the refusal.
		other := netip.MustParseAddr("192.0.2.1")
		for range 20 {
			d.is(d.guest(other), refusedGuests)
		}
		time.Sleep(3 * time.Second)
		for range 3 {
			d.is(d.guest(other), "")
		}
	})
}

func TestAdmissionWithoutMemory(t *testing.T) {
	atDoor(t, Admission{}, func(d *door) {
		full := true
		d.full = func() bool { return full }
		d.is(d.knock(home), refusedMemory)
		full = false
		d.is(d.knock(home), "")
	})
}

// What is remembered of addresses is bounded. Those that find no room share
// what one may; who is as good as new is forgotten.
func TestAdmissionRemembersSoMany(t *testing.T) {
	atDoor(t, Admission{Addresses: 100, HandshakeBurst: 2, Handshakes: 1, AddressConnections: 1, AddressGuestBurst: 1, AddressGuests: 60}, func(d *door) {
		at := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}) }
		seat := d.enters(at(0), guestOf("a"))
		for i := range 10_000 {
			_ = d.knock(at(i))
		}
		if len(d.addresses) > 100 {
			t.Fatalf("%d addresses are remembered", len(d.addresses))
		}
		d.is(d.knock(at(10_001)), refusedHandshakes)
		d.is(d.knock(at(10_002)), refusedHandshakes)
		d.is(d.knock(at(5)), "") // its own second
		d.is(d.knock(at(5)), refusedHandshakes)
		time.Sleep(2 * time.Second)
		d.is(d.knock(at(10_001)), "")
		d.is(d.knock(at(10_001)), "")
		d.is(d.knock(at(10_002)), "")
		if len(d.addresses) > 3 {
			t.Errorf("%d addresses are remembered that are as good as new", len(d.addresses))
		}
		d.refuses(at(0), guestOf("b"), refusedAddress) // never forgotten while somebody is there
		seat.leave()
		d.enters(at(0), guestOf("b"))
	})
}

// Nobody gets rid of what was counted by making others be counted.
func TestAdmissionForgetsNothingOwed(t *testing.T) {
	atDoor(t, Admission{Addresses: 2, Handshakes: 1, HandshakeBurst: 1, AddressGuests: 1, AddressGuestBurst: 1}, func(d *door) {
		d.is(d.guest(home), "")
		d.is(d.knock(school), "")
		time.Sleep(2 * time.Second) // both may knock again; the guest is still owed
		for i := range 10 {
			_ = d.knock(netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}))
		}
		d.is(d.guest(home), refusedGuests)
		time.Sleep(time.Minute)
		d.is(d.guest(home), "")
	})
}

func TestAdmissionRequests(t *testing.T) {
	atDoor(t, Admission{Requests: 2}, func(d *door) {
		d.is(d.begin(), "")
		d.is(d.begin(), "")
		d.is(d.begin(), refusedRequests)
		d.end()
		d.is(d.begin(), "")
	})
}

// Whatever comes and goes at once, nothing stays counted.
func TestAdmissionAtOnce(t *testing.T) {
	a := newAdmission(Admission{Connections: 50, UserConnections: 10, AddressConnections: 20}.withDefaults(), newMetrics())
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			from := netip.AddrFrom4([4]byte{10, 0, 0, byte(i % 3)})
			for j := range 500 {
				who := guestOf(wire.UserID(fmt.Sprint(j % 5)))
				if j%2 == 0 {
					who = nobody
				}
				p, err := a.enter(viaEvents, from, who)
				if err != nil {
					continue
				}
				if j%2 == 0 {
					p.of(guestOf("late"))
				}
				p.leave()
			}
		})
	}
	wg.Wait()
	if a.connections != 0 || len(a.users) != 0 {
		t.Errorf("%d connections, users %v", a.connections, a.users)
	}
	for from, at := range a.addresses {
		if at.connections != 0 {
			t.Errorf("%v has %d connections", from, at.connections)
		}
	}
}

func TestAdmissionDefaults(t *testing.T) {
	if got := (Admission{}).withDefaults(); got != DefaultAdmission() {
		t.Errorf("%+v", got)
	}
	own := Admission{
		Connections: 1, UserConnections: 2, AddressConnections: 3, Handshakes: 4, HandshakeBurst: 5, AddressGuests: 6, AddressGuestBurst: 7,
		Guests: 8, GuestBurst: 9, UserWrites: 17, UserWriteBurst: 18, AddressWrites: 19, AddressWriteBurst: 20, Requests: 10, Waiting: 11, Addresses: 12, Header: 13, Body: 14, Answer: 15, KeepAlive: 16,
	}
	if got := own.withDefaults(); got != own {
		t.Errorf("%+v", got)
	}
	if own.validate() != nil || (Admission{Guests: -1}).validate() == nil || (Admission{Body: -1}).validate() == nil {
		t.Error("below zero is no limit")
	}
}
