package session

import (
	"slices"

	"github.com/collabd/collabd/wire"
)

// join asks to become a peer. For a client that resumes, last is its last
// edit according to the store, looked up when the log's head was asOf. For a new
// one asOf is the head too, if others may have moved it, else 0.
type join struct {
	peer     *peer
	resume   bool
	revision wire.Revision
	last     lastEdit
	asOf     wire.Revision
	answer   chan joined // capacity 1
}

// refuse implements parkable.
func (m join) refuse(why error) { m.answer <- joined{err: why} }

// of implements parkable.
func (m join) of(p *peer) bool { return m.peer == p }

// joined answers a join: err is nil, or a wire.Close.
type joined struct {
	view  *view
	last  lastEdit      // of the client, zero if it has none
	known wire.Revision // what a new client is sent the document at, 0 for one that resumes
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
	case m.resume && m.revision > m.asOf:
		m.answer <- joined{err: wire.CloseRevisionAhead}
		return
	case m.asOf > a.state.Head():
		a.park(m, m.asOf) // the client, or another server, knows more than this session
		return
	case m.resume && m.asOf < a.state.window.after:
		m.answer <- joined{err: wire.CloseOverloaded} // what was looked up is stale: look again
		return
	}
	if old := a.peers[m.peer.client]; old != nil {
		if old.arrival > m.peer.arrival {
			// Looking it up, or the way of its hello, took longer than the client
			// was willing to wait: it has come again, and must not be sent away.
			m.answer <- joined{err: wire.CloseSuperseded}
			return
		}
		old.end(wire.CloseSuperseded, 0)
	}
	a.peers[m.peer.client] = m.peer
	a.counts.peers.Store(int64(len(a.peers)))
	a.dropGone()
	m.peer.last = m.last
	m.peer.writer.at.Store(uint64(a.state.Head()))
	if m.resume {
		m.peer.writer.at.Store(uint64(m.revision))
	}
	here, known := a.presence.of(m.peer.client)
	if !known {
		here.at = a.state.Head()
	}
	here.Client, here.User, here.Role = m.peer.client, m.peer.who.User, m.peer.who.Role()
	a.presence.put(here.Peer, here.at)
	a.publish()
	in := joined{view: a.view.Load(), last: a.state.lastOf(m.peer.client, m.last)}
	if !m.resume {
		in.known = in.view.head()
	}
	m.answer <- in
}

// leave takes a peer out.
type leave struct{ peer *peer }

func (m leave) deliver(a *actor) {
	a.unparkPeer(m.peer)
	if a.peers[m.peer.client] != m.peer {
		return // another connection of the same client has taken its place
	}
	delete(a.peers, m.peer.client)
	a.counts.peers.Store(int64(len(a.peers)))
	a.dropGone()
	a.presence.remove(m.peer.client)
	a.changed = true
}

// submit hands in an edit of a peer.
type submit struct {
	peer *peer
	sub  Submission
}

func (m submit) deliver(a *actor) {
	switch {
	case a.peers[m.peer.client] != m.peer:
		return
	case m.peer.waiting:
		m.peer.end(wire.ClosePipelined, m.sub.Edit.Seq)
		return
	}
	m.sub.last = m.peer.last
	if out, known := a.state.known(&m.sub); known {
		// It waits for no write: its author has seen the record and may send
		// the next edit while one is under way.
		a.answer(waiting{author: m.peer, sub: m.sub}, out)
		return
	}
	m.peer.waiting = true
	a.queue = append(a.queue, waiting{author: m.peer, sub: m.sub})
}

// move tells that there is news of where a peer's carets are: the latest is
// with the peer, so that at most one move for each waits in the mailbox.
type move struct{ peer *peer }

func (m move) deliver(a *actor) {
	told := m.peer.moved.Swap(nil)
	if told == nil || a.peers[m.peer.client] != m.peer || told.Revision > a.state.Head() || told.Revision < a.state.window.after {
		return // nothing is lost: a client tells again when it has caught up
	}
	here, ok := a.presence.of(m.peer.client)
	if !ok {
		return
	}
	here.Selections = slices.Clone(told.Selections)
	units := a.state.window.unitsAt(told.Revision)
	for i := range here.Selections {
		here.Selections[i].Anchor = min(here.Selections[i].Anchor, units)
		here.Selections[i].Head = min(here.Selections[i].Head, units)
	}
	here.Role = m.peer.who.Role()
	a.presence.put(here.Peer, told.Revision)
	a.changed = true
}

// rename tells that the document has a new title.
type rename struct{ title string }

func (m rename) deliver(a *actor) {
	a.title = m.title
	a.titles++
	a.changed = true
}

// noticesKept is how many notices wait for peers that are slow: who is sent
// none for so long misses the older ones.
const noticesKept = 8

// notify tells everybody who is here now of something.
type notify struct{ notice wire.Notice }

func (m notify) deliver(a *actor) {
	kept := a.notices[max(0, len(a.notices)-noticesKept+1):]
	a.notices = append(slices.Clone(kept), m.notice) // views have the old ones
	a.noticed++
	a.changed = true
}

// reintroduce tells that a person has a new name or colour.
type reintroduce struct{ user wire.User }

func (m reintroduce) deliver(a *actor) {
	for _, here := range a.presence.here {
		if here.User.ID == m.user.ID {
			here.User = m.user
			a.presence.put(here.Peer, here.at)
			a.changed = true
		}
	}
}
