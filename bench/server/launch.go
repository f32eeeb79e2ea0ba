package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// instance is a contender that runs.
type instance struct {
	*process
	contender
	dialect  dialect
	at       string // where it stores
	storePID int    // of the database server, 0 if there is none
}

// launch starts a contender on an empty store.
func (b *bench) launch(ctx context.Context, c contender) (*instance, error) {
	var at string
	var err error
	if c.store == database {
		at, err = b.database(ctx)
	} else {
		at, err = os.MkdirTemp(b.temp, "store-")
	}
	if err != nil {
		return nil, err
	}
	on := &instance{contender: c, dialect: c.speaks(), at: at}
	if c.store == database {
		on.storePID = b.pg.pid
	}
	on.process, err = b.again(ctx, on)
	return on, err
}

// again starts an instance that does not run, on what it has stored.
func (b *bench) again(ctx context.Context, on *instance) (*process, error) {
	store := on.at
	if on.ours && on.store == folder {
		store = "sqlite:" + filepath.Join(on.at, "collabd.db")
	}
	argv, err := on.argv(b, store)
	if err != nil {
		return nil, err
	}
	p, err := start(ctx, argv)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", on.name, err)
	}
	return p, nil
}

// retire stops an instance and forgets what it stored. (A database is dropped
// with its server.)
func (on *instance) retire() (err error) {
	if on.process != nil {
		err = on.stop()
	}
	if on.store == folder {
		err = errors.Join(err, os.RemoveAll(on.at))
	}
	return err
}

// ours is the command line of our own server.
func (b *bench) ours(args ...string) []string {
	argv := append([]string{filepath.Join(b.temp, "ours")}, args...)
	if b.debug != "" {
		argv = append(argv, "-debug", b.debug)
	}
	return argv
}

// peer is the command line of a server from npm.
func (b *bench) peer(script string, args ...string) ([]string, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, errors.New("no node on the PATH: install Node.js")
	}
	if _, err := os.Stat(filepath.Join(b.dir, "node_modules")); err != nil {
		return nil, errors.New("the servers to compare with are not installed: make bench-server does it")
	}
	return append([]string{node, "--expose-gc", filepath.Join(b.dir, "peers", script)}, args...), nil
}

// build makes the programs beside this one.
func (b *bench) build(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", b.temp, "./ours", "./relay")
	cmd.Dir = b.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}
