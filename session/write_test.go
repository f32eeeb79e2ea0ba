package session_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// writes are what became of the writes of a script.
type writes struct {
	mu    sync.Mutex
	ended []string
	any   bool
}

// write submits a write, and goes on while that waits.
func (w *world) write(name, key string, base wire.Revision, op ot.Op) {
	c := w.client(name)
	hub, doc, ctx := w.nodes[c.node].hub, c.doc, c.writing
	w.writes.any = true
	go func() {
		in := session.Write{User: wire.User{ID: wire.UserID(name)}, Key: key, Base: base, Op: op}
		was, err := hub.Submit(ctx, doc, in)
		w.writes.mu.Lock()
		defer w.writes.mu.Unlock()
		w.writes.ended = append(w.writes.ended, name+" "+told(was, err))
	}()
}

// told is what came of a write in short.
func told(was session.Written, err error) string {
	var c wire.Close
	switch {
	case errors.As(err, &c):
		return "was refused: " + c.Name
	case errors.Is(err, context.Canceled):
		return "has left"
	case err != nil:
		return err.Error()
	case was.Duplicate:
		return fmt.Sprintf("wrote %d, as before", was.Revision)
	case !was.Changed:
		return fmt.Sprintf("wrote nothing at %d", was.Revision)
	}
	return fmt.Sprintf("wrote %d", was.Revision)
}

// ended takes what became of writes, and learns whose the clients of their
// records are.
func (w *world) ended() []string {
	if !w.writes.any {
		return nil
	}
	head, err := w.memory.Head(context.Background(), w.doc)
	if err != nil {
		w.t.Fatal(err)
	}
	records, err := w.memory.Records(context.Background(), w.doc, 0, head)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range records {
		if _, known := w.names[r.Client]; !known && r.User != "" {
			w.names[r.Client] = "a write of " + string(r.User)
		}
	}
	w.writes.mu.Lock()
	defer w.writes.mu.Unlock()
	ended := w.writes.ended
	w.writes.ended = nil
	slices.Sort(ended)
	return ended
}
