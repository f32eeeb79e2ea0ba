// Historytest puts a document with a history into the database of a server
// that is stopped: typed into a running one, a long history would take many
// minutes, and all of it would be of this minute.
//
// On the standard input it reads lines of JSON: first
// {"id","kind","title","users":[{"name","color"}]}, then one edit a line,
// [user, milliseconds since 1970, op].
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// batch is how many edits are written in one transaction.
const batch = 2000

// snapshotRecords is how many edits follow a snapshot at least, as in a
// session.
const snapshotRecords = 1000

type header struct {
	ID    wire.DocID `json:"id"`
	Kind  ot.DocKind `json:"kind"`
	Title string     `json:"title"`
	Users []struct {
		Name  string `json:"name"`
		Color string `json:"color"`
	} `json:"users"`
}

func main() {
	database := flag.String("database", "", "SQLite database of the server")
	flag.Parse()
	if err := run(context.Background(), *database, os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "historytest:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, database string, in io.Reader) (err error) {
	store, err := persist.Open(ctx, "sqlite:"+database, zerolog.Nop())
	if err != nil {
		return err
	}
	defer func() {
		if cerr := store.Close(); err == nil {
			err = cerr
		}
	}()
	lines := bufio.NewReaderSize(in, 1<<20)
	line, err := lines.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("header: %w", err)
	}
	var head header
	if err := json.Unmarshal(line, &head); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	w := writer{store: store, head: head}
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return w.flush(ctx)
		}
		if err != nil {
			return err
		}
		if err := w.edit(ctx, line); err != nil {
			return fmt.Errorf("edit %d: %w", n, err)
		}
	}
}

// writer writes the edits of one document, some at a time.
type writer struct {
	store    persist.Store
	head     header
	doc      ot.Doc
	revision wire.Revision
	snapshot wire.Revision // of the last snapshot
	records  []session.Record
}

func (w *writer) edit(ctx context.Context, line []byte) error {
	var parts [3]json.RawMessage
	if err := json.Unmarshal(line, &parts); err != nil {
		return err
	}
	var user int
	var at int64
	if err := json.Unmarshal(parts[0], &user); err != nil {
		return err
	}
	if err := json.Unmarshal(parts[1], &at); err != nil {
		return err
	}
	op, err := ot.Parse(parts[2], ot.DefaultLimits())
	if err != nil {
		return err
	}
	when := time.UnixMilli(at)
	if w.revision == 0 {
		if err := w.create(ctx, when); err != nil {
			return err
		}
	}
	if w.doc, err = w.doc.Apply(op); err != nil {
		return err
	}
	w.revision++
	w.records = append(w.records, session.Record{
		Revision: w.revision, Client: wire.ClientID(fmt.Sprintf("client%d", user)), Seq: wire.Seq(w.revision),
		User: userID(w.head.ID, user), At: when, Op: op,
	})
	if len(w.records) < batch {
		return nil
	}
	return w.flush(ctx)
}

// create makes the people and the document, a minute before its first edit.
func (w *writer) create(ctx context.Context, first time.Time) error {
	created := first.Add(-time.Minute)
	for i, u := range w.head.Users {
		user := persist.User{ID: userID(w.head.ID, i), Name: u.Name, Color: u.Color, Guest: true, Created: created}
		if err := w.store.CreateUser(ctx, user); err != nil {
			return err
		}
	}
	about := session.Document{
		ID: w.head.ID, Kind: w.head.Kind, Title: w.head.Title, Lineage: "historytest", Owner: userID(w.head.ID, 0), Created: created,
	}
	if err := w.store.CreateDocument(ctx, about); err != nil {
		return err
	}
	snap, err := w.store.Snapshot(ctx, w.head.ID, 0)
	w.doc = snap.Doc
	return err
}

func (w *writer) flush(ctx context.Context) error {
	if err := w.store.Append(ctx, w.head.ID, w.records); err != nil {
		return err
	}
	w.records = nil
	if w.revision-w.snapshot < snapshotRecords {
		return nil
	}
	w.snapshot = w.revision
	return w.store.PutSnapshot(ctx, w.head.ID, session.Snapshot{Revision: w.revision, Doc: w.doc})
}

func userID(doc wire.DocID, i int) wire.UserID { return wire.UserID(fmt.Sprintf("%s-%d", doc, i)) }
