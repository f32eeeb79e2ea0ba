package session

import (
	"context"
	"time"

	"github.com/collabd/collabd/wire"
)

// Shared is a Store whose documents other processes may append to as well. A
// hub asks it now and then how far the log of its open documents has come, so
// that its peers see what was written through another server although nobody
// writes here. It is a hint: what counts is what the log says when it is read.
type Shared interface {
	// Heads returns the latest revision of each of the documents. Those that
	// there are none of are left out.
	Heads(ctx context.Context, docs []wire.DocID) (map[wire.DocID]wire.Revision, error)
}

// follow is a goroutine of the hub that ends with it.
func (h *Hub) follow(store Shared) {
	tick := time.NewTicker(h.lim.Follow)
	defer tick.Stop()
	failed := false
	for {
		select {
		case <-tick.C:
		case <-h.alive.Done():
			return
		}
		open := h.live("")
		if len(open) == 0 {
			continue
		}
		err := h.hint(store, open)
		if err != nil && !failed {
			h.log.Warn().Err(err).Msg("asking what other servers have written failed")
		}
		failed = err != nil
	}
}

func (h *Hub) hint(store Shared, open []*actor) error {
	ctx, cancel := context.WithTimeout(h.alive, h.lim.Store)
	defer cancel()
	docs := make([]wire.DocID, len(open))
	for i, a := range open {
		docs[i] = a.meta.ID
	}
	heads, err := store.Heads(ctx, docs)
	if err != nil {
		return err
	}
	for _, a := range open {
		if head := heads[a.meta.ID]; head > a.view.Load().head() {
			select {
			case a.mailbox <- hint{head}:
			default: // it is busy, and there will be another hint
			}
		}
	}
	return nil
}

// hint tells that the log has a revision.
type hint struct{ head wire.Revision }

func (m hint) deliver(a *actor) { a.ahead = max(a.ahead, m.head) }
