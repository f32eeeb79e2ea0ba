package session

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// seen is what one peer knows of the others, made of nothing but what it was
// sent: the records and the presences.
type seen struct {
	version uint64
	at      wire.Revision
	peers   map[wire.ClientID]wire.Peer
}

// take is what a client does with a frame.
func (s *seen) take(records []entry, msg wire.Presences) {
	for id, peer := range s.peers {
		peer.Selections = moveSelections(peer.Selections, id, records)
		s.peers[id] = peer
	}
	s.at += wire.Revision(len(records))
	if msg.Full {
		s.peers = map[wire.ClientID]wire.Peer{}
	}
	for _, p := range msg.Peers {
		s.peers[p.Client] = p
	}
	for _, gone := range msg.Gone {
		delete(s.peers, gone)
	}
}

// TestPresences: whoever follows at whatever pace knows who is here and where,
// as a plain model does that moves every caret over every record at once. The
// messages never tell more than once of what did not change.
func TestPresences(t *testing.T) {
	for round := range 24 {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		fail := func(format string, args ...any) {
			t.Helper()
			t.Fatalf("seed %d: %s", seed, fmt.Sprintf(format, args...))
		}
		lim := Limits{WindowRecords: 4 + r.IntN(30), WindowBytes: 1 << 20}
		w := grow(t, r, window{units: 50}, 3)
		var p presences
		plain := map[wire.ClientID]wire.Peer{}
		watchers := []*seen{{}, {}, {}}
		for _, s := range watchers {
			s.at, s.peers = w.head(), map[wire.ClientID]wire.Peer{}
		}
		people, steps := 3+r.IntN(12), 600
		crowd := round%8 == 0
		if crowd { // more come and go than are remembered
			people, steps = 10*goneKept, 5*goneKept
		}
		for range steps {
			client := wire.ClientID(fmt.Sprint("c", r.IntN(people)))
			before := p
			here, gone := slices.Clone(p.here), slices.Clone(p.gone)
			switch r.IntN(6) {
			case 0, 1: // somebody comes, or moves
				at := w.after + wire.Revision(r.IntN(len(w.entries)+1))
				units := w.unitsAt(at)
				peer := wire.Peer{Client: client, User: wire.User{Name: fmt.Sprint(r.IntN(9))}}
				for range r.IntN(3) {
					peer.Selections = append(peer.Selections, wire.Selection{Anchor: r.IntN(units + 1), Head: r.IntN(units + 1)})
				}
				p.put(peer, at)
				peer.Selections = moveSelections(peer.Selections, client, w.since(at))
				plain[client] = peer
			case 2, 3: // leaves
				if crowd && len(p.here) > 0 {
					client = p.here[r.IntN(len(p.here))].Client
				}
				p.remove(client)
				delete(plain, client)
			case 4: // the document changes, and old records are let go of
				next := grow(t, r, w, 1+r.IntN(5))
				for id, peer := range plain {
					peer.Selections = moveSelections(peer.Selections, id, next.since(w.head()))
					plain[id] = peer
				}
				w = next
				if trimmed := w.trim(lim); p.before(trimmed.after) {
					p.move(w)
					w = trimmed
				} else {
					w = trimmed
				}
				for _, s := range watchers { // who fell behind is caught up
					if s.at < w.after {
						s.at, s.version = w.head(), 0
					}
				}
			default: // somebody is sent what is new
				s := watchers[r.IntN(len(watchers))]
				if crowd && r.IntN(4) > 0 {
					s = watchers[0] // the others fall far behind
				}
				if crowd && s != watchers[0] && r.IntN(40) > 0 {
					continue
				}
				self := wire.ClientID(fmt.Sprint("c", r.IntN(people)))
				msg, ok := p.since(s.version, w)
				if ok != (s.version != p.version) {
					fail("news %t for %d of %d", ok, s.version, p.version)
				}
				others := slices.ContainsFunc(msg.Peers, func(x wire.Peer) bool { return x.Client != self }) || len(msg.Gone) > 0
				if got := p.others(s.version, self); ok && got != (others || msg.Full) {
					fail("%s: others %t of %v after %d", self, got, msg, s.version)
				}
				fresh := s.version > 0 && s.version >= p.floor
				if ok && msg.Full == fresh {
					fail("full %t after %d, forgotten up to %d", msg.Full, s.version, p.floor)
				}
				s.take(w.since(s.at), msg)
				s.version = p.version
				if !reflect.DeepEqual(normal(s.peers), normal(plain)) {
					fail("after %v\nknows %v\nwant  %v", msg, s.peers, plain)
				}
			}
			if !reflect.DeepEqual(before.here, here) || !reflect.DeepEqual(before.gone, gone) {
				fail("a value that was kept has changed from %v, %v to %v, %v", here, gone, before.here, before.gone)
			}
			if len(p.here) != len(plain) || len(p.gone) > goneKept {
				fail("%d here of %d, %d gone", len(p.here), len(plain), len(p.gone))
			}
			for _, x := range p.here {
				if x.at < w.after || x.at > w.head() {
					fail("%s is told at %d, the window is %d to %d", x.Client, x.at, w.after, w.head())
				}
			}
		}
		if crowd && p.floor == 0 {
			fail("nobody was forgotten")
		}
	}
}

// TestForgottenDepartures: who has been told of all departures that are forgotten
// gets the others, who has not gets the full list.
func TestForgottenDepartures(t *testing.T) {
	var p presences
	var told []uint64 // the version at each departure
	for i := range goneKept + 10 {
		client := wire.ClientID(fmt.Sprint("c", i))
		p.put(wire.Peer{Client: client}, 0)
		p.remove(client)
		told = append(told, p.version)
	}
	for i, version := range told[:len(told)-1] {
		msg, ok := p.since(version, window{})
		full := i < 9 // of the first ten only the last one need have been told
		if gone := len(told) - 1 - i; !ok || msg.Full != full || !full && len(msg.Gone) != gone || full && len(msg.Gone) != 0 {
			t.Errorf("after departure %d: full %t, %d gone", i+1, msg.Full, len(msg.Gone))
		}
		if !p.others(version, "me") {
			t.Errorf("after departure %d: no news", i+1)
		}
	}
}

// normal makes no difference between no selections and none.
func normal(peers map[wire.ClientID]wire.Peer) map[wire.ClientID]string {
	all := map[wire.ClientID]string{}
	for id, p := range peers {
		all[id] = fmt.Sprint(p.User, p.Selections)
	}
	return all
}

// TestGravity: at an insert of its own a caret moves behind it, at one of
// somebody else it stays; a selection keeps its direction.
func TestGravity(t *testing.T) {
	at := func(client wire.ClientID) []entry {
		return []entry{{Record: Record{Client: client, Op: (&ot.Builder{}).Retain(2, ot.Attrs{}).Insert("xy", ot.Attrs{}).Op()}}}
	}
	list := []wire.Selection{{Anchor: 2, Head: 2}, {Anchor: 3, Head: 1}}
	for client, want := range map[wire.ClientID][]wire.Selection{
		"me":  {{Anchor: 4, Head: 4}, {Anchor: 5, Head: 1}},
		"you": {{Anchor: 2, Head: 2}, {Anchor: 5, Head: 1}},
	} {
		if got := moveSelections(list, "me", at(client)); !slices.Equal(got, want) {
			t.Errorf("over a record of %s: %v, want %v", client, got, want)
		}
	}
}
