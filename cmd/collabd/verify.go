package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/wire"
)

// verifyCmd replays histories against what is stored of them.
type verifyCmd struct {
	Data      string   `default:"data" env:"COLLABD_DATA" type:"path" help:"Folder of the database."`
	Store     string   `env:"COLLABD_STORE" placeholder:"postgres://…" help:"Where the data is, as for the server, which may be running."`
	Documents []string `arg:"" optional:"" help:"Ids of documents. Default: all."`
}

// Run says of each damaged document what is wrong, and fails if there is one.
func (c *verifyCmd) Run(ctx context.Context) (err error) {
	store := c.Store
	if store == "" {
		store = "sqlite:" + filepath.Join(c.Data, "collabd.db")
	}
	s, err := persist.OpenToRead(ctx, store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	ids := make([]wire.DocID, len(c.Documents))
	for i, id := range c.Documents {
		ids[i] = wire.DocID(id)
	}
	if len(ids) == 0 {
		if ids, err = allDocuments(ctx, s); err != nil {
			return err
		}
	}
	damaged, files, records := 0, 0, wire.Revision(0)
	for _, id := range ids {
		report, err := s.Verify(ctx, id)
		records += report.Head
		files += report.Files
		if err != nil {
			damaged++
			fmt.Println(err)
		}
	}
	fmt.Printf("%d documents with %d records replayed and %d files read, %d damaged (%s)\n", len(ids), records, files, damaged, s.Describe())
	if damaged > 0 {
		return fmt.Errorf("%d of %d documents are damaged", damaged, len(ids))
	}
	return nil
}

func allDocuments(ctx context.Context, s persist.Store) (ids []wire.DocID, err error) {
	const page = 1000
	for after := ""; ; {
		docs, next, err := s.ListDocuments(ctx, page, after)
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			ids = append(ids, d.ID)
		}
		if next == "" {
			return ids, nil
		}
		after = next
	}
}
