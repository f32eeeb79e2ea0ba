package session

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/collabd/collabd/wire"
)

// peer is one connection that has joined. What the actor has to tell it
// beside the view are latest-wins slots, so that nothing queues up for a peer
// that does not read.
type peer struct {
	client wire.ClientID
	who    Visitor
	// arrival counts the connections of the hub in the order in which they came.
	arrival uint64
	writer  writer

	pong   atomic.Bool
	check  atomic.Bool // the client wants the hash of the document
	ack    atomic.Pointer[wire.Ack]
	slow   atomic.Int64                  // milliseconds, 0 if there is nothing to tell
	moved  atomic.Pointer[wire.Presence] // not yet taken by the actor
	ending atomic.Pointer[ending]

	// Owned by the actor.
	waiting bool     // an edit of this peer is queued or being written
	last    lastEdit // of the client, as the store had it when it joined
}

// ending is why a connection ends. The writer sends it after all that was
// published before.
type ending struct {
	close wire.Close
	seq   wire.Seq // of the edit that caused it, 0 if none did
}

func newPeer(ctx context.Context, a *actor, client wire.ClientID, conn Conn, who Visitor) *peer {
	p := &peer{client: client, who: who}
	p.writer.actor, p.writer.peer, p.writer.conn = a, p, conn
	p.writer.done = make(chan struct{})
	p.writer.ctx, p.writer.giveUp = context.WithCancel(ctx)
	p.writer.patience = time.AfterFunc(a.lim.Write, p.writer.giveUp)
	p.writer.patience.Stop()
	p.writer.phase.Store(running) // until begin
	return p
}

// nudge makes sure that the peer is sent what is new.
func (p *peer) nudge() { p.writer.nudge() }

// end asks the writer to end the connection. The first reason stays.
func (p *peer) end(c wire.Close, seq wire.Seq) {
	p.ending.CompareAndSwap(nil, &ending{close: c, seq: seq})
	p.nudge()
}
