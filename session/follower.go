package session

import (
	"context"

	"github.com/collabd/collabd/wire"
)

// Follower reads the history of a document from a revision on, and goes on with
// what is written, here or through other servers: every record once, in order.
// Like a peer's writer it is a position in the log: it queues nothing, and a slow
// one costs nobody anything. It holds the session open. One goroutine uses it.
type Follower struct {
	hub     *Hub
	release func()
	actor   *actor
	at      wire.Revision
}

// Follow begins behind a revision, which may be one that another server has
// made. The error wraps a wire.Close. Close must be called.
func (h *Hub) Follow(ctx context.Context, doc wire.DocID, after wire.Revision) (*Follower, error) {
	if !h.enter() {
		return nil, wire.CloseRestarting
	}
	a, release, err := h.acquire(ctx, doc)
	if err != nil {
		h.work.Done()
		return nil, err
	}
	return &Follower{hub: h, release: release, actor: a, at: after}, nil
}

// Next waits for records and returns those that follow: at most so many, at
// least one. The slice belongs to the caller, the ops are shared. When the
// session ends the error wraps a wire.Close, when ctx does it is that of ctx;
// after CloseStoreFailed it may be called again.
func (f *Follower) Next(ctx context.Context, most int) ([]Record, error) {
	for {
		v := f.actor.view.Load()
		if f.at < v.head() {
			return f.read(ctx, v, wire.Revision(most))
		}
		select {
		case <-v.over:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-f.actor.done:
			return nil, wire.CloseRestarting
		}
	}
}

// read takes records from the window, or, if that begins later, from the store.
func (f *Follower) read(ctx context.Context, v *view, most wire.Revision) (records []Record, err error) {
	upTo := min(v.head(), f.at+most)
	if w := v.window; f.at >= w.after {
		records = make([]Record, upTo-f.at)
		for i, e := range w.since(f.at)[:len(records)] {
			records[i] = e.Record
		}
	} else if records, err = f.actor.history(ctx, f.at, min(upTo, w.after)); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		f.actor.log.Error().Err(err).Msg("reading history for a follower failed")
		return nil, wire.CloseStoreFailed
	}
	f.at += wire.Revision(len(records))
	return records, nil
}

// Close gives the session back.
func (f *Follower) Close() {
	f.release()
	f.hub.work.Done()
}
