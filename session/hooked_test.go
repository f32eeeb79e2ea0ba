package session_test

import (
	"context"
	"sync"
	"testing"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// hooked is a store whose calls can be held up, replaced or made to fail.
type hooked struct {
	session.Store
	mu    sync.Mutex
	hooks hooks
}

// hooks stand before the calls of a store. A nil one passes the call on.
type hooks struct {
	head    func(call func() (wire.Revision, error)) (wire.Revision, error)
	records func(call func() ([]session.Record, error)) ([]session.Record, error)
	last    func(head wire.Revision) wire.Revision
	append  func(call func() error) error
	put     func(session.Snapshot)
}

// hook replaces the hooks.
func (s *hooked) hook(next hooks) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks = next
}

func (s *hooked) now() hooks {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hooks
}

func (s *hooked) Head(ctx context.Context, doc wire.DocID) (wire.Revision, error) {
	call := func() (wire.Revision, error) { return s.Store.Head(ctx, doc) }
	if hook := s.now().head; hook != nil {
		return hook(call)
	}
	return call()
}

func (s *hooked) Records(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) ([]session.Record, error) {
	call := func() ([]session.Record, error) { return s.Store.Records(ctx, doc, after, upTo) }
	if hook := s.now().records; hook != nil {
		return hook(call)
	}
	return call()
}

func (s *hooked) LastOf(ctx context.Context, doc wire.DocID, client wire.ClientID) (session.Record, wire.Revision, bool, error) {
	r, head, found, err := s.Store.LastOf(ctx, doc, client)
	if hook := s.now().last; hook != nil {
		head = hook(head)
	}
	return r, head, found, err
}

func (s *hooked) Append(ctx context.Context, doc wire.DocID, records []session.Record) error {
	call := func() error { return s.Store.Append(ctx, doc, records) }
	if hook := s.now().append; hook != nil {
		return hook(call)
	}
	return call()
}

func (s *hooked) PutSnapshot(ctx context.Context, doc wire.DocID, snap session.Snapshot) error {
	if hook := s.now().put; hook != nil {
		hook(snap)
	}
	return s.Store.PutSnapshot(ctx, doc, snap)
}

// hookedWorld is a world with one document, whose server has the store.
func hookedWorld(t *testing.T) (*world, *hooked) {
	w, h := newWorld(t), &hooked{}
	w.wrap = func(s session.Store) session.Store { h.Store = s; return h }
	return w, h
}
