package session

import (
	"slices"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// goneKept is how many departures a session remembers; who has not been told
// of an older one gets the whole list.
const goneKept = 128

// presences is who is here and where, at the head of the document. Every
// change has a version, so that a writer can tell what its peer has not been
// sent. Positions that move because the document changed are no change: the
// peers move them alike.
type presences struct {
	version uint64
	here    []presence // in order of arrival
	gone    []departure
	floor   uint64 // departures up to this version are forgotten
}

type presence struct {
	wire.Peer
	version uint64
}

type departure struct {
	client  wire.ClientID
	version uint64
}

// put adds or replaces a peer's presence.
func (p *presences) put(peer wire.Peer) {
	p.version++
	next := presence{Peer: peer, version: p.version}
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

func (p *presences) of(client wire.ClientID) (wire.Peer, bool) {
	if i := p.index(client); i >= 0 {
		return p.here[i].Peer, true
	}
	return wire.Peer{}, false
}

func (p *presences) index(client wire.ClientID) int {
	return slices.IndexFunc(p.here, func(x presence) bool { return x.Client == client })
}

// move carries all positions over new records.
func (p *presences) move(over []entry) {
	if len(over) == 0 || !slices.ContainsFunc(p.here, func(x presence) bool { return len(x.Selections) > 0 }) {
		return
	}
	p.here = slices.Clone(p.here)
	for i := range p.here {
		p.here[i].Selections = moveSelections(p.here[i].Selections, p.here[i].Client, over)
	}
}

// moveSelections carries the selections of a client over records: at an
// insert of its own a position moves behind it, at one of another it stays.
func moveSelections(list []wire.Selection, client wire.ClientID, over []entry) []wire.Selection {
	if len(list) == 0 {
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

// since is the message for a peer that has been sent everything up to
// version, ok is false if nothing changed for it. Its own presence is left
// out.
func (p *presences) since(version uint64, self wire.ClientID) (msg wire.Presences, ok bool) {
	if version == p.version {
		return wire.Presences{}, false
	}
	msg.Full = version == 0 || version < p.floor
	for i := range p.here {
		if x := &p.here[i]; x.Client != self && (msg.Full || x.version > version) {
			msg.Peers = append(msg.Peers, x.Peer)
		}
	}
	if !msg.Full {
		for _, d := range p.gone {
			if d.version > version && d.client != self {
				msg.Gone = append(msg.Gone, d.client)
			}
		}
	}
	return msg, msg.Full || len(msg.Peers)+len(msg.Gone) > 0
}
