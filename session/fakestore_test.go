package session

import (
	"context"
	"sync"

	"github.com/collabd/collabd/wire"
)

// fakeStore is a log of one document, for tests that drive an actor by hand.
type fakeStore struct {
	mu       sync.Mutex
	log      []Record
	snapshot Snapshot
	fails    int // appends that are to fail
}

var _ Store = (*fakeStore)(nil)

func (s *fakeStore) Document(_ context.Context, doc wire.DocID) (Document, error) {
	return Document{ID: doc, Kind: "text", Lineage: "l"}, nil
}

func (s *fakeStore) Snapshot(context.Context, wire.DocID, wire.Revision) (Snapshot, error) {
	return Snapshot{}, nil
}

func (s *fakeStore) PutSnapshot(_ context.Context, _ wire.DocID, snap Snapshot) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.snapshot = snap
	return nil
}

func (s *fakeStore) Records(_ context.Context, _ wire.DocID, after, upTo wire.Revision) ([]Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Record(nil), s.log[after:upTo]...), nil
}

func (s *fakeStore) Head(context.Context, wire.DocID) (wire.Revision, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.Revision(len(s.log)), nil
}

func (s *fakeStore) LastOf(_ context.Context, _ wire.DocID, client wire.ClientID) (Record, wire.Revision, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	head := wire.Revision(len(s.log))
	for i := len(s.log) - 1; i >= 0; i-- {
		if s.log[i].Client == client {
			return s.log[i], head, true, nil
		}
	}
	return Record{}, head, false, nil
}

func (s *fakeStore) Append(_ context.Context, _ wire.DocID, records []Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.fails > 0:
		s.fails--
		return context.DeadlineExceeded
	case records[0].Revision != wire.Revision(len(s.log))+1:
		return ErrConflict
	}
	s.log = append(s.log, records...)
	return nil
}
