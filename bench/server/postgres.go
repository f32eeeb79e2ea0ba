package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"strings"

	"github.com/collabd/collabd/persist/pgcluster"
)

// postgres is the throw-away database server of a run, with the settings that
// Postgres has by itself: fsync and synchronous_commit are on.
type postgres struct {
	cluster   *pgcluster.Cluster
	pid       int // of the process that the others are below
	databases int
}

// database makes an empty database, and starts the server for the first one.
func (b *bench) database(ctx context.Context) (at string, err error) {
	if b.pg.cluster == nil {
		if b.pg.cluster, err = pgcluster.Start(ctx, pgcluster.Options{}); err != nil {
			return "", err
		}
		if b.pg.pid, err = childNamed("postgres"); err != nil {
			return "", err
		}
	}
	b.pg.databases++
	name := fmt.Sprintf("bench%d", b.pg.databases)
	return b.pg.cluster.URL(name), b.pg.cluster.CreateDatabase(ctx, name)
}

// exec runs statements in the database at a URL.
func (p *postgres) exec(ctx context.Context, at, statements string) error {
	u, err := url.Parse(at)
	if err != nil {
		return err
	}
	return p.cluster.Exec(ctx, path.Base(u.Path), statements)
}

// stop ends the server and removes it.
func (p *postgres) stop() error {
	if p.cluster == nil {
		return nil
	}
	return p.cluster.Stop()
}

// childNamed finds a child of this process.
func childNamed(name string) (int, error) {
	all, err := processes()
	if err != nil {
		return 0, err
	}
	for pid, s := range all {
		if s.parent != os.Getpid() {
			continue
		}
		comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		if err == nil && strings.TrimSpace(string(comm)) == name {
			return pid, nil
		}
	}
	return 0, errors.New(name + " does not run")
}
