package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
)

// contender is a server that is measured.
type contender struct {
	name    string
	promise string // what it promises of an acknowledged edit
	durable bool   // that it survives a kill of the server
	ours    bool   // it obeys commands for profiles
	empty   bool   // it keeps no document
	speaks  func() dialect
	// argv is how it is started on a folder of its own.
	argv func(b *bench, dir string) ([]string, error)
}

// contenders are all, the limit last.
func contenders() []contender {
	var docs atomic.Int64
	return []contender{
		{
			name: "collabd, SQLite", promise: "synced to disk", durable: true, ours: true,
			speaks: func() dialect { return &collabdDialect{} },
			argv: func(b *bench, dir string) ([]string, error) {
				return b.ours("-store", "sqlite:"+dir), nil
			},
		},
		{
			name: "ShareDB, memory", promise: "none",
			speaks: func() dialect { return sharedbDialect{&docs} },
			argv:   func(b *bench, _ string) ([]string, error) { return b.peer("sharedb.mjs") },
		},
		{
			name: "Hocuspocus", promise: "stored within 2 to 10 s",
			speaks: func() dialect { return yDialect{&docs, true} },
			argv:   func(b *bench, dir string) ([]string, error) { return b.peer("hocuspocus.mjs", dir) },
		},
		{
			name: "y-websocket", promise: "none",
			speaks: func() dialect { return yDialect{&docs, false} },
			argv:   func(b *bench, _ string) ([]string, error) { return b.peer("y-websocket.mjs") },
		},
		{
			name: "relay", promise: "nothing, and has no document", empty: true,
			speaks: func() dialect { return relayDialect{&docs} },
			argv: func(b *bench, _ string) ([]string, error) {
				return []string{filepath.Join(b.temp, "relay")}, nil
			},
		},
	}
}

// instance is a contender that runs.
type instance struct {
	*process
	contender
	dialect  dialect
	dir      string
	storePID int // of the database server, 0 if there is none
}

// launch starts a contender on a new store, or on the folder of one that ran before.
func (b *bench) launch(ctx context.Context, c contender, dir string) (*instance, error) {
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp(b.temp, "store-"); err != nil {
			return nil, err
		}
	}
	argv, err := c.argv(b, dir)
	if err != nil {
		return nil, err
	}
	p, err := start(ctx, argv)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	return &instance{process: p, contender: c, dialect: c.speaks(), dir: dir}, nil
}

// retire stops an instance and forgets what it stored.
func (on *instance) retire() error {
	return errors.Join(on.stop(), os.RemoveAll(on.dir))
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
