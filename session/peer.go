package session

import (
	"sync/atomic"

	"github.com/collabd/collabd/wire"
)

// peer is one connection that has joined. What the actor has to tell it
// beside the view are latest-wins slots, so that nothing queues up for a peer
// that does not read.
type peer struct {
	client wire.ClientID
	who    Visitor
	wake   chan struct{} // capacity 1: something is to be sent

	pong   atomic.Bool
	ack    atomic.Pointer[wire.Ack]
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

func newPeer(client wire.ClientID, who Visitor) *peer {
	return &peer{client: client, who: who, wake: make(chan struct{}, 1)}
}

func (p *peer) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// end asks the writer to end the connection. The first reason stays.
func (p *peer) end(c wire.Close, seq wire.Seq) {
	p.ending.CompareAndSwap(nil, &ending{c, seq})
	p.nudge()
}
