package session

import (
	"slices"

	"github.com/collabd/collabd/wire"
)

// join asks to become a peer. For a client that resumes, last is its last
// edit according to the store, looked up when the log's head was asOf.
type join struct {
	peer     *peer
	resume   bool
	revision wire.Revision
	last     lastEdit
	asOf     wire.Revision
	answer   chan joined // capacity 1
}

// joined answers a join: err is nil, or a wire.Close.
type joined struct {
	view  *view
	acked wire.Seq
	err   error
}

func (m join) deliver(a *actor) {
	switch {
	case a.stopping:
		m.answer <- joined{err: wire.CloseRestarting}
		return
	case len(a.peers) >= a.lim.Peers && a.peers[m.peer.client] == nil:
		m.answer <- joined{err: wire.CloseOverloaded.Because("The document has %d peers, and no room for more.", len(a.peers))}
		return
	case m.resume && m.revision > a.state.Head():
		m.answer <- joined{err: wire.CloseRevisionAhead}
		return
	case m.resume && m.asOf < a.state.window.after:
		m.answer <- joined{err: wire.CloseOverloaded} // what was looked up is stale: look again
		return
	}
	if old := a.peers[m.peer.client]; old != nil {
		old.end(wire.CloseSuperseded, 0)
	}
	a.peers[m.peer.client] = m.peer
	a.dropGone()
	m.peer.last = m.last
	here, _ := a.presence.of(m.peer.client)
	here.Client, here.User, here.Role = m.peer.client, m.peer.who.User, m.peer.who.Role()
	a.presence.put(here)
	a.publish(a.state.Head())
	m.answer <- joined{view: a.view.Load(), acked: a.state.lastOf(m.peer.client, m.last).seq}
}

// leave takes a peer out.
type leave struct{ peer *peer }

func (m leave) deliver(a *actor) {
	if a.peers[m.peer.client] != m.peer {
		return // another connection of the same client has taken its place
	}
	delete(a.peers, m.peer.client)
	a.dropGone()
	a.presence.remove(m.peer.client)
	a.changed = true
}

// submit hands in an edit.
type submit struct{ waiting }

func (m submit) deliver(a *actor) {
	switch {
	case a.peers[m.peer.client] != m.peer:
		return
	case m.peer.waiting:
		m.peer.end(wire.ClosePipelined, m.sub.Edit.Seq)
		return
	}
	m.peer.waiting = true
	m.sub.last = m.peer.last
	a.queue = append(a.queue, m.waiting)
}

// move tells where a peer's carets are, in the document at a revision.
type move struct {
	peer     *peer
	presence wire.Presence
}

func (m move) deliver(a *actor) {
	if a.peers[m.peer.client] != m.peer || m.presence.Revision > a.state.Head() || m.presence.Revision < a.state.window.after {
		return // nothing is lost: a client tells again when it has caught up
	}
	here, ok := a.presence.of(m.peer.client)
	if !ok {
		return
	}
	list := slices.Clone(m.presence.Selections)
	units := a.state.window.unitsAt(m.presence.Revision)
	for i := range list {
		list[i].Anchor = min(list[i].Anchor, units)
		list[i].Head = min(list[i].Head, units)
	}
	here.Selections = moveSelections(list, m.peer.client, a.state.window.since(m.presence.Revision))
	here.Role = m.peer.who.Role()
	a.presence.put(here)
	a.changed = true
}

// rename tells that the document has a new title.
type rename struct{ title string }

func (m rename) deliver(a *actor) {
	a.title = m.title
	a.titles++
	a.changed = true
}

// reintroduce tells that a person has a new name or colour.
type reintroduce struct{ user wire.User }

func (m reintroduce) deliver(a *actor) {
	for _, here := range a.presence.here {
		if here.User.ID == m.user.ID {
			here.User = m.user
			a.presence.put(here.Peer)
			a.changed = true
		}
	}
}
