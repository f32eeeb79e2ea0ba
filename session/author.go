package session

import (
	"context"

	"github.com/collabd/collabd/wire"
)

// author is who waits for what becomes of an edit: a peer, which will see its
// record anyway, or the caller of [Hub.Submit]. Its methods run in the actor.
type author interface {
	// waits reports whether an edit of the author is still to be appended. It is
	// asked while the edit is in no append; tried says that one had it before whose
	// outcome is unknown, so that it may be in the log, or get there yet.
	waits(a *actor, tried bool) bool
	// hears tells the outcome, which is settled: a refusal, or durable.
	hears(*actor, *Submission, Outcome)
}

// waits implements author. The client of a peer that has left comes back for what
// it has sent.
func (p *peer) waits(a *actor, _ bool) bool { return a.peers[p.client] == p }

// hears implements author: it tells what the record itself will not tell.
func (p *peer) hears(a *actor, sub *Submission, out Outcome) {
	p.waiting = false
	switch {
	case out.Refused != nil:
		p.end(closeOf(out.Refused), sub.Edit.Seq)
	case out.Duplicate:
		p.ack.Store(&wire.Ack{Seq: sub.Edit.Seq, Revision: out.Revision})
		if a.changed { // the record may be in what is about to be published
			a.spread.urgent = append(a.spread.urgent, p)
		} else {
			p.nudge()
		}
	default:
		a.spread.urgent = append(a.spread.urgent, p)
	}
}

// caller waits for one edit, and may leave at any time.
type caller struct {
	ctx    context.Context // of the call that waits: it is the caller
	answer chan Outcome    // capacity 1: nobody waits for one that has left
}

// waits implements author. Nobody comes back for what a caller that has left has
// sent: what may get into the log behind the session's back is appended until it is
// known to be there.
func (c *caller) waits(_ *actor, tried bool) bool { return tried || c.ctx.Err() == nil }

// hears implements author.
func (c *caller) hears(a *actor, sub *Submission, out Outcome) {
	a.callers.leave(sub.Client)
	c.answer <- out
}

// callers are the clients of the calls whose edits are queued or being written,
// with how many they are: several may be the same write, sent again.
type callers struct {
	of map[wire.ClientID]int
	n  int
}

func (c *callers) come(client wire.ClientID) {
	if c.of == nil {
		c.of = map[wire.ClientID]int{}
	}
	c.of[client]++
	c.n++
}

func (c *callers) leave(client wire.ClientID) {
	if c.of[client]--; c.of[client] == 0 {
		delete(c.of, client)
	}
	c.n--
}

// call hands in an edit of a caller. asOf is the head of the log that is known
// to whoever calls: when the client was looked up (looked), or, if others may
// have moved it, at all; else 0.
type call struct {
	caller *caller
	sub    Submission
	asOf   wire.Revision
	looked bool
}

func (m call) deliver(a *actor) {
	head := a.state.Head()
	switch {
	case a.stopping:
		m.refuse(wire.CloseRestarting)
		return
	case m.sub.Edit.Base > max(head, m.asOf):
		m.refuse(wire.CloseRevisionAhead)
		return
	case m.asOf > head:
		a.park(m, m.asOf)
		return
	case m.looked && m.asOf < a.state.window.after:
		m.refuse(errLookAgain)
		return
	case m.sub.Edit.Op.IsNoop():
		m.caller.answer <- Outcome{Revision: head}
		return
	case a.callers.n >= a.lim.Callers:
		m.refuse(wire.CloseOverloaded.Because("%d writes wait for the document already.", a.callers.n))
		return
	}
	a.callers.come(m.sub.Client)
	w := waiting{author: m.caller, sub: m.sub}
	if out, known := a.state.known(&m.sub); known {
		a.answer(w, out)
		return
	}
	a.queue = append(a.queue, w)
}

// refuse answers what has not become an edit of the session.
func (m call) refuse(why error) { m.caller.answer <- Outcome{Refused: why} }

// of implements parkable.
func (m call) of(*peer) bool { return false }
