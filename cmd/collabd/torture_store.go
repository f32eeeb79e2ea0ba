package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/collabd/collabd/client/torture"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// victim is the store under torture.
type victim struct {
	name   string
	flags  func(addr string) []string // of a server that uses it
	open   func(ctx context.Context) (history, error)
	store  torture.Store // nil if it cannot be killed
	addr   string        // host:port, if it has one
	shared bool          // several servers may use it
	close  func() error
}

// history is what is read of a store.
type history interface {
	session.Store
	Verify(ctx context.Context, doc wire.DocID) (persist.Report, error)
	Close() error
}

// openVictim makes or finds the store that --store names.
func openVictim(ctx context.Context, store, dir string) (*victim, error) {
	kind, path, _ := strings.Cut(store, ":")
	switch {
	case store == "sqlite":
		return sqliteVictim(filepath.Join(dir, "collabd.db")), nil
	case kind == "sqlite" && path != "":
		return sqliteVictim(path), nil
	}
	return nil, fmt.Errorf("--store: %q is neither sqlite nor sqlite:PATH", store)
}

func sqliteVictim(path string) *victim {
	return &victim{
		name:  "sqlite:" + path,
		flags: func(string) []string { return []string{"--data", filepath.Dir(path)} },
		open: func(ctx context.Context) (history, error) {
			return persist.OpenSQLite(ctx, persist.SQLiteConfig{Path: path})
		},
		close: func() error { return nil },
	}
}

func (v *victim) openLog(ctx context.Context) (torture.Log, error) {
	h, err := v.open(ctx)
	if err != nil {
		return nil, err
	}
	return historyLog{h}, nil
}

// historyLog reads a store as the torture does.
type historyLog struct{ history }

// Records returns the whole history of a document, verified.
func (h historyLog) Records(ctx context.Context, doc wire.DocID) ([]torture.Record, error) {
	if _, err := h.Verify(ctx, doc); err != nil {
		return nil, err
	}
	head, err := h.Head(ctx, doc)
	if err != nil {
		return nil, err
	}
	stored, err := h.history.Records(ctx, doc, 0, head)
	if err != nil {
		return nil, err
	}
	records := make([]torture.Record, len(stored))
	for i, r := range stored {
		records[i] = torture.Record{Revision: r.Revision, Client: r.Client, Seq: r.Seq, Op: r.Op}
	}
	return records, nil
}

// withoutSettings leaves out of an environment what would configure collabd.
func withoutSettings(env []string) []string {
	var kept []string
	for _, v := range env {
		if !strings.HasPrefix(v, "COLLABD_") {
			kept = append(kept, v)
		}
	}
	return kept
}
