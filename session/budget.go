package session

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/collabd/collabd/wire"
)

// budget counts the bytes that all open documents take, estimated.
type budget struct{ held atomic.Int64 }

// hold replaces what one document takes.
func (b *budget) hold(before *int64, now int64) {
	if now != *before {
		b.held.Add(now - *before)
		*before = now
	}
}

// What a document takes beside its text, and a record beside its bytes.
const (
	documentBytes = 8 << 10
	recordBytes   = 256
)

// bytes estimates what a state takes: text twice as long as its units, because
// not all of it is ASCII, and each record as it was parsed and as it is sent.
func (s State) bytes() int64 {
	return documentBytes + 2*int64(s.doc.Len()) + recordBytes*int64(len(s.window.entries)) + 2*int64(s.window.bytes)
}

// counts is what an actor shows of itself to Stats.
type counts struct {
	peers, queued, lag atomic.Int64
	bytes              atomic.Int64
	appending          atomic.Bool
}

// Stats is what a hub holds at a moment.
type Stats struct {
	// Documents that are open, and Peers that have joined them.
	Documents, Peers int
	// Queued edits wait for the append under way, Appending of which there is
	// at most one for each document.
	Queued, Appending int
	// Lag is how many records the peer that is furthest behind had not been
	// sent when there was something newer.
	Lag int
	// Bytes is what the documents and their windows take, estimated.
	Bytes int64
}

// Stats counts what the hub holds.
func (h *Hub) Stats() Stats {
	s := Stats{Bytes: h.budget.held.Load()}
	for _, a := range h.live("") {
		s.Documents++
		s.Peers += int(a.counts.peers.Load())
		s.Queued += int(a.counts.queued.Load())
		s.Lag = max(s.Lag, int(a.counts.lag.Load()))
		if a.counts.appending.Load() {
			s.Appending++
		}
	}
	return s
}

// Full reports whether there is no room for another document. Those that are
// open go on.
func (h *Hub) Full() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.makeRoom()
}

// makeRoom lets go of documents that nobody has open, the coldest first, until
// the others are within the budget. It reports whether they are. The caller
// holds the lock.
func (h *Hub) makeRoom() bool {
	over := h.budget.held.Load() - h.leaving.Load() - h.lim.Memory
	if h.lim.Memory <= 0 || over <= 0 {
		return true
	}
	var cold []wire.DocID
	for doc, s := range h.open {
		if s.users == 0 && s.actor != nil {
			cold = append(cold, doc)
		}
	}
	slices.SortFunc(cold, func(x, y wire.DocID) int { return h.open[x].since.Compare(h.open[y].since) })
	for _, doc := range cold {
		if over <= 0 {
			break
		}
		over -= h.open[doc].actor.counts.bytes.Load()
		h.closeSlot(doc, h.open[doc])
	}
	return over <= 0
}

// closeSlot ends a session that nobody uses. What it takes counts as free from
// now on. The caller holds the lock.
func (h *Hub) closeSlot(doc wire.DocID, s *slot) {
	if s.idle != nil {
		s.idle.Stop()
	}
	s.leaves = s.actor.counts.bytes.Load()
	h.leaving.Add(s.leaves)
	delete(h.open, doc)
	close(s.actor.stop)
}

// overloaded says that there is no room.
func overloaded() error {
	return wire.CloseOverloaded.Because("The server has no memory left for another document; come back in a moment.")
}

// comeBack is what a client is told that is sent away for a while.
func (l Limits) comeBack(c wire.Close) time.Duration {
	switch c.Code {
	case wire.CloseRestarting.Code:
		return restartTime
	case wire.CloseOverloaded.Code:
		return l.ComeBack
	}
	return 0
}

// restartTime is how long a restart takes.
const restartTime = 500 * time.Millisecond
