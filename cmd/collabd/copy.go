package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/persist"
)

// copyCmd moves a server to another database.
type copyCmd struct {
	From string `required:"" placeholder:"sqlite:data/collabd.db" help:"The store to copy: sqlite:PATH or postgres://… Its servers must be stopped."`
	To   string `required:"" placeholder:"postgres://…" help:"The store to copy into, which must be empty."`
}

// Run copies, and compares the copy with the original.
func (c *copyCmd) Run(ctx context.Context) (err error) {
	from, err := openExisting(ctx, c.From)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := persist.Open(ctx, c.To, zerolog.Nop())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	fmt.Printf("copying %s to %s\n", from.Describe(), to.Describe())
	done, err := persist.Copy(ctx, from, to, nil)
	if err != nil {
		return fmt.Errorf("%w (documents copied before that: %d; the copy is not complete)", err, done.Documents)
	}
	fmt.Printf("copied and compared: %d documents, %d records, %d snapshots, %d files, %d folders, %d pins, %d names, %d people, %d logins\n",
		done.Documents, done.Records, done.Snapshots, done.Files, done.Folders, done.Pins, done.Names, done.Users, done.Logins)
	return nil
}

// openExisting opens a store, but makes no new file of a path that is
// mistyped.
func openExisting(ctx context.Context, store string) (persist.Store, error) {
	if path, ok := persist.SQLitePath(store); ok {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("there is no database: %w", err)
		}
	}
	return persist.Open(ctx, store, zerolog.Nop())
}
