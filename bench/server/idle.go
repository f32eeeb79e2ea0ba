package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Clients that have a document open and do nothing.
const (
	idleDocs    = 20
	idleClients = 2000
	idleRest    = 2 * time.Second // until memory is looked at
)

// idle returns the memory that an idle client takes in the server, in bytes. The
// first client of each document is not counted: the document is not the client.
func (b *bench) idle(ctx context.Context, c contender) (each float64, err error) {
	on, err := b.launch(ctx, c)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, on.retire()) }()
	first, err := gather(ctx, on, seating{docs: idleDocs, perDoc: 1})
	if err != nil {
		return 0, err
	}
	defer first.leave()
	before, err := on.atRest(ctx)
	if err != nil {
		return 0, err
	}
	var rooms []*room
	for _, c := range first.clients {
		rooms = append(rooms, c.room)
	}
	rest, err := joinAll(ctx, on, rooms, idleClients/idleDocs-1, 0)
	w := &crowd{clients: rest}
	defer w.leave()
	if err != nil {
		return 0, err
	}
	after, err := on.atRest(ctx)
	if err != nil {
		return 0, err
	}
	for _, c := range rest {
		if s := c.state(); s.err != nil {
			return 0, fmt.Errorf("an idle client was cut off: %w", s.err)
		}
	}
	return float64(after-before) / float64(len(rest)), nil
}

// atRest is the server's memory when it has had time, and has collected its garbage.
func (on *instance) atRest(ctx context.Context) (int, error) {
	for range 2 {
		if err := wait(ctx, idleRest/2); err != nil {
			return 0, err
		}
		if err := on.tell(ctx, "gc"); err != nil {
			return 0, err
		}
	}
	return memoryOf(on.pid())
}
