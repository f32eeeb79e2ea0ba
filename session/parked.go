package session

import (
	"slices"

	"github.com/collabd/collabd/wire"
)

// parkable is a message that can wait until the log was read as far as its
// sender knows it: a [join] or a [call].
type parkable interface {
	message
	// refuse answers it instead of delivering it.
	refuse(why error)
	// of reports whether it is about a peer.
	of(*peer) bool
}

// parked is one that waits.
type parked struct {
	parkable
	asOf wire.Revision
	// begun is how many writes had begun when it was told to wait.
	begun uint64
}

// park makes a message wait until the log was read up to asOf.
func (a *actor) park(m parkable, asOf wire.Revision) {
	if len(a.parked) >= a.lim.Peers {
		m.refuse(wire.CloseOverloaded)
		return
	}
	a.ahead = max(a.ahead, asOf)
	a.parked = append(a.parked, parked{m, asOf, a.begun})
}

// unpark lets those go on that waited, after a write. If that found nothing
// more in the log, those for whose sake it was begun know a history that there
// is not.
func (a *actor) unpark(w *write, foundNothing bool) {
	if foundNothing {
		a.ahead = 0
	}
	waited := a.parked
	a.parked = nil
	for _, m := range waited {
		if foundNothing && m.begun < w.number && m.asOf > a.state.Head() {
			m.refuse(wire.CloseRevisionAhead)
			continue
		}
		m.deliver(a)
	}
}

// unparkPeer forgets what a peer waits for.
func (a *actor) unparkPeer(p *peer) {
	a.parked = slices.DeleteFunc(a.parked, func(m parked) bool { return m.of(p) })
}
