package sessiontest

import (
	"context"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// read is a call that changes nothing, with the way there and back. It fails
// with *fault if that is set when it reaches the store.
func (s *Store) read(ctx context.Context, fault *error, call func(context.Context) error) error {
	if err := s.wait(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	err := *fault
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if err := call(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	return s.wait(ctx)
}

// Document implements session.Store.
func (s *Store) Document(ctx context.Context, doc wire.DocID) (d session.Document, err error) {
	err = s.read(ctx, &s.lookupErr, func(ctx context.Context) (err error) { d, err = s.Store.Document(ctx, doc); return err })
	return d, err
}

// Head implements session.Store.
func (s *Store) Head(ctx context.Context, doc wire.DocID) (head wire.Revision, err error) {
	err = s.read(ctx, &s.readErr, func(ctx context.Context) (err error) { head, err = s.Store.Head(ctx, doc); return err })
	return head, err
}

// Records implements session.Store.
func (s *Store) Records(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) (list []session.Record, err error) {
	err = s.read(ctx, &s.readErr, func(ctx context.Context) (err error) {
		list, err = s.Store.Records(ctx, doc, after, upTo)
		return err
	})
	return list, err
}

// LastOf implements session.Store.
func (s *Store) LastOf(ctx context.Context, doc wire.DocID, client wire.ClientID) (
	last session.Record, head wire.Revision, found bool, err error,
) {
	err = s.read(ctx, &s.lookupErr, func(ctx context.Context) (err error) {
		last, head, found, err = s.Store.LastOf(ctx, doc, client)
		return err
	})
	return last, head, found, err
}

// Snapshot implements session.Store.
func (s *Store) Snapshot(ctx context.Context, doc wire.DocID, upTo wire.Revision) (snap session.Snapshot, err error) {
	err = s.read(ctx, &s.readErr, func(ctx context.Context) (err error) {
		snap, err = s.Store.Snapshot(ctx, doc, upTo)
		return err
	})
	return snap, err
}

// PutSnapshot implements session.Store.
func (s *Store) PutSnapshot(ctx context.Context, doc wire.DocID, snap session.Snapshot) error {
	if err := s.wait(ctx); err != nil {
		return err
	}
	if err := s.Store.PutSnapshot(context.WithoutCancel(ctx), doc, snap); err != nil {
		return err
	}
	return s.wait(ctx)
}

// Following is a [Store] that can be asked what other processes have appended.
type Following struct {
	*Store
	headsErr error
	stale    bool
	before   map[wire.DocID]wire.Revision // the last answer
}

var (
	_ session.Store  = (*Following)(nil)
	_ session.Shared = (*Following)(nil)
)

// Follow makes a store one that can be asked.
func Follow(s *Store) *Following { return &Following{Store: s} }

// FailHeads makes Heads fail, or work again.
func (f *Following) FailHeads(fail bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.headsErr = nil
	if fail {
		f.headsErr = ErrStore
	}
}

// StaleHeads makes Heads answer as it did before, or work again.
func (f *Following) StaleHeads(stale bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stale = stale
}

// Heads implements session.Shared.
func (f *Following) Heads(ctx context.Context, docs []wire.DocID) (map[wire.DocID]wire.Revision, error) {
	heads := make(map[wire.DocID]wire.Revision, len(docs))
	err := f.read(ctx, &f.headsErr, func(ctx context.Context) error {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.stale {
			heads = f.before
			return nil
		}
		for _, doc := range docs {
			head, err := f.Store.Store.Head(ctx, doc)
			if err != nil {
				return err
			}
			heads[doc] = head
		}
		f.before = heads
		return nil
	})
	return heads, err
}
