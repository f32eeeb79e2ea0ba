package sessiontest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// ErrStore is how a call fails that was told to.
var ErrStore = errors.New("the store failed")

// ErrCrashed is how every call of a store fails after Crash.
var ErrCrashed = errors.New("the process that used the store has crashed")

// Fault is what happens to a call of Append.
type Fault uint8

// The faults of Append.
const (
	// None: the call is passed on.
	None Fault = iota
	// Fail: nothing is written, the caller does not know.
	Fail
	// LoseReply: the records are written, the caller does not know.
	LoseReply
	// Linger: nothing is written yet, the caller does not know, and it may be
	// written later (see [Store.Unsynced]).
	Linger
)

// Store is the way of one process to another store, which several of them may
// share. It passes calls on and fails as it is told.
type Store struct {
	session.Store

	// Gate holds up all calls; nil is none. What waited there goes on as if
	// nothing had happened, whatever its context says. To be set before use.
	Gate *Gate
	// Delay is how long a call takes until it reaches the store, and again
	// until its answer is there; nil is no time. To be set before use.
	Delay func() time.Duration

	mu        sync.Mutex
	faults    []Fault       // of the next calls of Append
	held      chan struct{} // not nil: Append waits until it is closed
	readErr   error
	lookupErr error
	crashed   bool
	unsynced  []*unsynced
}

// unsynced is a call of Append that is not in the log.
type unsynced struct {
	doc     wire.DocID
	records []session.Record
	waiting bool // the caller waits for it
}

var _ session.Store = (*Store)(nil)

// Wrap makes a store that can fail.
func Wrap(s session.Store) *Store { return &Store{Store: s} }

// Next says what happens to the next calls of Append; after those, nothing
// does.
func (s *Store) Next(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// Hold makes Append wait until Release.
func (s *Store) Hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		s.held = make(chan struct{})
	}
}

// Release lets the calls of Append go on.
func (s *Store) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held != nil {
		close(s.held)
		s.held = nil
	}
}

// FailReads makes every read of the log and of snapshots fail, or work again.
func (s *Store) FailReads(fail bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readErr = nil
	if fail {
		s.readErr = ErrStore
	}
}

// FailLookups makes Document and LastOf fail, or work again.
func (s *Store) FailLookups(fail bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lookupErr = nil
	if fail {
		s.lookupErr = ErrStore
	}
}

// Unsynced takes out the calls of Append that have failed without being
// written, although the store might have had them: those that were told to
// [Linger], and those that were given up while they were held up. Calling one
// of the functions writes it, if the log is still where it was made for; so
// what is not called has been lost.
func (s *Store) Unsynced() (sync []func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unsynced = slices.DeleteFunc(s.unsynced, func(u *unsynced) bool {
		if !u.waiting {
			sync = append(sync, s.sync(u))
		}
		return !u.waiting
	})
	return sync
}

// Crash ends the way to the store as if the process had been killed: no call
// has an effect from now on, nor an answer. Calls of Append that are not
// written yet are returned, as by Unsynced: each may have been lost, or not.
func (s *Store) Crash() (sync []func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.crashed = true
	for _, u := range s.unsynced {
		sync = append(sync, s.sync(u))
	}
	s.unsynced = nil
	return sync
}

func (s *Store) sync(u *unsynced) func() {
	return func() {
		// Nobody is there to be told how it went.
		_ = s.Store.Append(context.Background(), u.doc, u.records)
	}
}

// Append implements session.Store.
func (s *Store) Append(ctx context.Context, doc wire.DocID, records []session.Record) error {
	u := &unsynced{doc: doc, records: records, waiting: true}
	s.mu.Lock()
	if s.crashed {
		s.mu.Unlock()
		return ErrCrashed
	}
	s.unsynced = append(s.unsynced, u)
	held := s.held
	fault := None
	if len(s.faults) > 0 {
		fault, s.faults = s.faults[0], s.faults[1:]
	}
	s.mu.Unlock()
	if err := s.reach(ctx, held); err != nil {
		s.giveUp(u)
		return err
	}
	if err := s.write(u, fault); err != nil {
		return err
	}
	if err := s.wait(ctx); err != nil {
		return err
	}
	if fault == LoseReply {
		return ErrStore
	}
	return nil
}

// reach takes as long as it takes to the store.
func (s *Store) reach(ctx context.Context, held chan struct{}) error {
	if held != nil {
		select {
		case <-held:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return s.wait(ctx)
}

// write gets the records of an append into the log, or not.
func (s *Store) write(u *unsynced, fault Fault) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.crashed:
		return ErrCrashed
	case fault == Linger:
		u.waiting = false
		return ErrStore
	}
	s.unsynced = slices.DeleteFunc(s.unsynced, func(x *unsynced) bool { return x == u })
	if fault == Fail {
		return ErrStore
	}
	return s.Store.Append(context.Background(), u.doc, u.records)
}

// giveUp notes that nobody waits for an append any more.
func (s *Store) giveUp(u *unsynced) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u.waiting = false
}

// wait is one way of a call. It fails when the call is over before it is.
func (s *Store) wait(ctx context.Context) error {
	if s.Delay != nil {
		if d := s.Delay(); d > 0 {
			timer := time.NewTimer(d)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-ctx.Done():
				if !s.Gate.Pass() {
					return ctx.Err()
				}
			}
		}
	}
	s.Gate.Pass()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.crashed {
		return ErrCrashed
	}
	return nil
}
