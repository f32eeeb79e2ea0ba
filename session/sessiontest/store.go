package sessiontest

import (
	"context"
	"errors"
	"sync"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// ErrStore is how a call fails that was told to.
var ErrStore = errors.New("the store failed")

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
)

// Store passes calls on to another store and fails as it is told.
type Store struct {
	session.Store

	mu      sync.Mutex
	faults  []Fault       // of the next calls of Append
	held    chan struct{} // not nil: Append waits until it is closed
	readErr error
}

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

// FailReads makes every read fail, or work again.
func (s *Store) FailReads(fail bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readErr = nil
	if fail {
		s.readErr = ErrStore
	}
}

// Append implements session.Store.
func (s *Store) Append(ctx context.Context, doc wire.DocID, records []session.Record) error {
	s.mu.Lock()
	held := s.held
	fault := None
	if len(s.faults) > 0 {
		fault, s.faults = s.faults[0], s.faults[1:]
	}
	s.mu.Unlock()
	if held != nil {
		select {
		case <-held:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if fault == Fail {
		return ErrStore
	}
	if err := s.Store.Append(ctx, doc, records); err != nil {
		return err
	}
	if fault == LoseReply {
		return ErrStore
	}
	return nil
}

// Head implements session.Store.
func (s *Store) Head(ctx context.Context, doc wire.DocID) (wire.Revision, error) {
	if err := s.fault(); err != nil {
		return 0, err
	}
	return s.Store.Head(ctx, doc)
}

// Records implements session.Store.
func (s *Store) Records(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) ([]session.Record, error) {
	if err := s.fault(); err != nil {
		return nil, err
	}
	return s.Store.Records(ctx, doc, after, upTo)
}

// Snapshot implements session.Store.
func (s *Store) Snapshot(ctx context.Context, doc wire.DocID, upTo wire.Revision) (session.Snapshot, error) {
	if err := s.fault(); err != nil {
		return session.Snapshot{}, err
	}
	return s.Store.Snapshot(ctx, doc, upTo)
}

func (s *Store) fault() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.readErr
}
