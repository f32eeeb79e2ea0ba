package session

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/wire"
)

// Hub opens sessions when somebody comes, once for each document, and closes
// them when nobody has been there for a while.
type Hub struct {
	store  Store
	lim    Limits
	log    zerolog.Logger
	issuer issuer

	others   bool // other processes may append to the store
	observer Observer
	budget   budget
	leaving  atomic.Int64 // bytes of the sessions that are ending to make room
	arrivals atomic.Uint64

	alive context.Context // ends with Close
	end   context.CancelFunc

	mu     sync.Mutex // never held over I/O
	open   map[wire.DocID]*slot
	closed bool
	work   sync.WaitGroup // the actors, and the calls of Serve
}

// slot is a session that is open or being opened.
type slot struct {
	ready chan struct{} // closed when actor or err is set
	actor *actor
	err   error
	users int
	idle  *time.Timer
	since time.Time // when the last user left
	// leaves is what the session counts in Hub.leaving until it has ended.
	leaves int64
}

// Config is what a hub needs beside its store.
type Config struct {
	// Key is a secret of at least 32 bytes, the same for all servers of one
	// store and after every restart: client ids are checked against it.
	Key []byte
	// Limits of the sessions; default [DefaultLimits].
	Limits Limits
	// Log; default none.
	Log zerolog.Logger
	// Observer is told what happens; default nobody.
	Observer Observer
	// Alone says that no other process appends to the store, so that a Shared
	// one need not be asked what others have written.
	Alone bool
}

// NewHub makes a hub.
func NewHub(store Store, cfg Config) *Hub {
	if cfg.Limits == (Limits{}) {
		cfg.Limits = DefaultLimits()
	}
	if cfg.Observer == nil {
		cfg.Observer = Unobserved{}
	}
	h := &Hub{
		store: store, lim: cfg.Limits, log: cfg.Log, issuer: issuer{cfg.Key}, observer: cfg.Observer,
		open: map[wire.DocID]*slot{},
	}
	h.alive, h.end = context.WithCancel(context.Background())
	shared, ok := store.(Shared)
	h.others = ok && !cfg.Alone
	if h.others && h.lim.Follow > 0 {
		h.work.Go(func() { h.follow(shared) })
	}
	return h
}

// enter counts a call of Serve, unless the hub is closed. Whoever enters
// leaves.
func (h *Hub) enter() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.work.Add(1)
	return true
}

// acquire returns the session of a document, opening it if need be, and the
// function that gives it back. The error wraps a wire.Close.
func (h *Hub) acquire(ctx context.Context, doc wire.DocID) (*actor, func(), error) {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return nil, nil, wire.CloseRestarting
	}
	s := h.open[doc]
	if s == nil && !h.makeRoom() {
		h.mu.Unlock()
		return nil, nil, overloaded()
	}
	if s == nil {
		s = &slot{ready: make(chan struct{})}
		h.open[doc] = s
		h.work.Go(func() { h.run(doc, s) })
	}
	s.users++
	if s.idle != nil {
		s.idle.Stop()
		s.idle = nil
	}
	h.mu.Unlock()
	select {
	case <-s.ready:
	case <-ctx.Done():
		h.release(doc, s)
		return nil, nil, ctx.Err()
	}
	if s.err != nil {
		return nil, nil, s.err // the slot is gone already
	}
	return s.actor, func() { h.release(doc, s) }, nil
}

// run opens a session and is its goroutine until it ends.
func (h *Hub) run(doc wire.DocID, s *slot) {
	a, err := h.load(doc)
	if err != nil {
		h.mu.Lock()
		delete(h.open, doc) // the next one tries again
		s.err = err
		h.mu.Unlock()
		close(s.ready)
		return
	}
	h.mu.Lock()
	s.actor = a
	if h.closed {
		close(a.stop)
	}
	h.mu.Unlock()
	close(s.ready)
	a.run()
	h.observer.Ended()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.leaving.Add(-s.leaves)
	if h.open[doc] == s { // it ended by itself: the next one loads anew
		delete(h.open, doc)
	}
}

// load reads a document. A failed load is an error to whoever asked, never an
// empty document.
func (h *Hub) load(doc wire.DocID) (*actor, error) {
	ctx, cancel := context.WithTimeout(context.Background(), h.lim.Store)
	defer cancel()
	began := time.Now()
	meta, err := h.store.Document(ctx, doc)
	if errors.Is(err, ErrNotFound) {
		return nil, wire.CloseNotFound
	}
	if err == nil {
		var state State
		var snapshot wire.Revision
		err = survive(h.log, "loading a document", func() (err error) {
			state, snapshot, err = load(ctx, h.store, meta, h.lim)
			return err
		})
		if err == nil {
			h.observer.Opened(time.Since(began), nil)
			return h.newActor(meta, state, snapshot), nil
		}
	}
	h.observer.Opened(time.Since(began), err)
	h.log.Error().Err(err).Str("doc", string(doc)).Msg("document cannot be loaded")
	return nil, wire.CloseStoreFailed
}

// release gives a session back. When it was the last user, the session ends
// after it has been idle for a while.
func (h *Hub) release(doc wire.DocID, s *slot) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s.users--
	if s.users == 0 && h.open[doc] == s {
		s.since = time.Now()
		s.idle = time.AfterFunc(h.lim.Idle, func() { h.closeIdle(doc, s) })
	}
}

func (h *Hub) closeIdle(doc wire.DocID, s *slot) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.users > 0 || h.open[doc] != s {
		return
	}
	if s.actor == nil { // still loading for nobody: look again later
		s.idle = time.AfterFunc(h.lim.Idle, func() { h.closeIdle(doc, s) })
		return
	}
	h.closeSlot(doc, s)
}

// Close ends all sessions: what was accepted is settled, peers are told to come
// back and their connections end, and what is in the log is snapshot. It
// returns when all of that is done, or when ctx ends.
func (h *Hub) Close(ctx context.Context) error {
	h.mu.Lock()
	if !h.closed {
		h.closed = true
		h.end()
		for _, s := range h.open {
			if s.idle != nil {
				s.idle.Stop()
			}
			if s.actor != nil {
				close(s.actor.stop)
			}
		}
		clear(h.open)
	}
	h.mu.Unlock()
	done := make(chan struct{})
	go func() {
		h.work.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Retitle tells the peers of a document, if it is open, its new title.
func (h *Hub) Retitle(ctx context.Context, doc wire.DocID, title string) {
	for _, a := range h.live(doc) {
		a.send(ctx, rename{title})
	}
}

// Notify tells the peers of a document, if it is open, what somebody did to it.
// Those who come later, or are on another server, are not told.
func (h *Hub) Notify(ctx context.Context, doc wire.DocID, n wire.Notice) {
	for _, a := range h.live(doc) {
		a.send(ctx, notify{n})
	}
}

// Reintroduce tells everybody the new name and colour of a person.
func (h *Hub) Reintroduce(ctx context.Context, user wire.User) {
	for _, a := range h.live("") {
		a.send(ctx, reintroduce{user})
	}
}

// live returns the session of a document, if it is open, or all of them.
func (h *Hub) live(doc wire.DocID) []*actor {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []*actor
	for id, s := range h.open {
		if s.actor != nil && (doc == "" || doc == id) {
			list = append(list, s.actor)
		}
	}
	return list
}
