package session

import (
	"slices"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// goneKept is how many departures a session remembers; who has not been told
// of an older one gets the whole list.
const goneKept = 128

// presences is who is here and where. Every change has a version, so that a
// writer can tell what its peer has not been sent. Positions that move because
// the document changed are no change: the peers move them alike. So they stay
// as they were told, at their revision, until somebody needs them.
type presences struct {
	version uint64
	here    []presence // in order of arrival
	gone    []departure
	floor   uint64 // departures up to this version are forgotten
}

type presence struct {
	wire.Peer
	at      wire.Revision // what the selections are positions in
	version uint64
}

type departure struct {
	client  wire.ClientID
	version uint64
}

// put adds or replaces a peer's presence, whose selections are positions in
// the document at a revision.
func (p *presences) put(peer wire.Peer, at wire.Revision) {
	p.version++
	next := presence{Peer: peer, at: at, version: p.version}
	i := p.index(peer.Client)
	p.here = slices.Clone(p.here)
	if i < 0 {
		p.here = append(p.here, next)
	} else {
		p.here[i] = next
	}
	p.gone = slices.DeleteFunc(slices.Clone(p.gone), func(d departure) bool { return d.client == peer.Client })
}

func (p *presences) remove(client wire.ClientID) {
	i := p.index(client)
	if i < 0 {
		return
	}
	p.version++
	p.here = slices.Delete(slices.Clone(p.here), i, i+1)
	p.gone = append(slices.Clone(p.gone), departure{client, p.version})
	if len(p.gone) > goneKept {
		p.floor = p.gone[0].version
		p.gone = p.gone[1:]
	}
}

func (p *presences) of(client wire.ClientID) (presence, bool) {
	if i := p.index(client); i >= 0 {
		return p.here[i], true
	}
	return presence{}, false
}

func (p *presences) index(client wire.ClientID) int {
	return slices.IndexFunc(p.here, func(x presence) bool { return x.Client == client })
}

// move carries all positions to the head of a window.
func (p *presences) move(w window) {
	p.here = slices.Clone(p.here)
	for i := range p.here {
		x := &p.here[i]
		x.Selections = moveSelections(x.Selections, x.Client, w.since(x.at))
		x.at = w.head()
	}
}

// before reports whether a position is one in a revision before this one.
func (p *presences) before(revision wire.Revision) bool {
	return slices.ContainsFunc(p.here, func(x presence) bool { return x.at < revision })
}

// moveSelections carries the selections of a client over records: at an
// insert of its own a position moves behind it, at one of another it stays.
func moveSelections(list []wire.Selection, client wire.ClientID, over []entry) []wire.Selection {
	if len(list) == 0 || len(over) == 0 {
		return list
	}
	list = slices.Clone(list)
	for _, e := range over {
		gravity := ot.Left
		if e.Client == client {
			gravity = ot.Right
		}
		for i := range list {
			list[i].Anchor = ot.TransformPosition(e.Op, list[i].Anchor, gravity)
			list[i].Head = ot.TransformPosition(e.Op, list[i].Head, gravity)
		}
	}
	return list
}

// since is the message for peers that have been sent everything up to version,
// at the head of a window; ok is false if nothing changed. It is the same for
// all of them, so each may find itself in it.
func (p *presences) since(version uint64, w window) (msg wire.Presences, ok bool) {
	if version == p.version {
		return wire.Presences{}, false
	}
	msg.Full = version < max(p.floor, 1)
	for i := range p.here {
		if x := &p.here[i]; msg.Full || x.version > version {
			peer := x.Peer
			peer.Selections = moveSelections(x.Selections, x.Client, w.since(x.at))
			msg.Peers = append(msg.Peers, peer)
		}
	}
	if !msg.Full {
		for _, d := range p.gone {
			if d.version > version {
				msg.Gone = append(msg.Gone, d.client)
			}
		}
	}
	return msg, true
}

// others reports whether what changed after version concerns anybody else than
// a client itself.
func (p *presences) others(version uint64, self wire.ClientID) bool {
	return version < max(p.floor, 1) ||
		slices.ContainsFunc(p.here, func(x presence) bool { return x.version > version && x.Client != self }) ||
		slices.ContainsFunc(p.gone, func(d departure) bool { return d.version > version })
}
