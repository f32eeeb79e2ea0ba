package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/client/torture"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/persist/pgcluster"
	"github.com/collabd/collabd/wire"
)

// victim is the store under torture.
type victim struct {
	name string
	// setting is what COLLABD_STORE is for a server that finds the database at
	// an address, host:port.
	setting func(addr string) string
	store   torture.Store // nil if it cannot be killed
	addr    string        // host:port, if the connections can be cut
	shared  bool          // several servers may use it
	close   func() error
}

// openVictim makes or finds the store that --store names; what it makes is in
// dir.
func openVictim(ctx context.Context, store, dir string) (*victim, error) {
	scheme, path, _ := strings.Cut(store, ":")
	switch {
	case store == "sqlite":
		return sqliteVictim(filepath.Join(dir, "collabd.db")), nil
	case scheme == "sqlite" && path != "":
		return sqliteVictim(path), nil
	case store == "postgres":
		return clusterVictim(ctx, filepath.Join(dir, "postgres"))
	case strings.HasPrefix(store, "postgres://"), strings.HasPrefix(store, "postgresql://"):
		u, err := url.Parse(store)
		if err != nil {
			return nil, errors.New("--store: the address of the database cannot be read") // it may hold a password
		}
		return &victim{
			name: u.Redacted(), setting: func(string) string { return store }, shared: true,
			close: func() error { return nil },
		}, nil
	}
	return nil, fmt.Errorf("--store: %q is none of sqlite, sqlite:PATH, postgres and postgres://…", store)
}

func sqliteVictim(path string) *victim {
	name := "sqlite:" + path
	return &victim{name: name, setting: func(string) string { return name }, close: func() error { return nil }}
}

// clusterVictim starts a Postgres of its own.
func clusterVictim(ctx context.Context, dir string) (*victim, error) {
	// Postgres does not run as root: who it runs as must get there.
	if err := errors.Join(os.Chmod(filepath.Dir(dir), 0o711), os.Mkdir(dir, 0o700)); err != nil {
		return nil, err
	}
	c, err := pgcluster.Start(ctx, pgcluster.Options{Dir: dir})
	if err != nil {
		return nil, err
	}
	const database = "collabd"
	if err := c.CreateDatabase(ctx, database); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	at, err := url.Parse(c.URL(database))
	if err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return &victim{
		name: "a throw-away Postgres", store: c, addr: at.Host, shared: true, close: c.Stop,
		setting: func(addr string) string {
			through := *at
			through.Host = addr
			return through.String()
		},
	}, nil
}

// openLog opens the store to read it, while no server runs.
func (v *victim) openLog(ctx context.Context) (torture.Log, error) {
	s, err := persist.Open(ctx, v.setting(v.addr), zerolog.Nop())
	if err != nil {
		return nil, err
	}
	return storeLog{s}, nil
}

// storeLog reads a store as the torture does.
type storeLog struct{ store persist.Store }

// Close implements torture.Log.
func (l storeLog) Close() error { return l.store.Close() }

// Records implements torture.Log.
func (l storeLog) Records(ctx context.Context, doc wire.DocID) ([]torture.Record, error) {
	if _, err := l.store.Verify(ctx, doc); err != nil {
		return nil, err
	}
	head, err := l.store.Head(ctx, doc)
	if err != nil {
		return nil, err
	}
	stored, err := l.store.Records(ctx, doc, 0, head)
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
