package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// What is left of a document when its server is killed while ten people type.
const (
	killTypists = 10
	killAfter   = 2 * time.Second
	killRest    = time.Second // until it is counted what came back
	kills       = 3           // of those that promise something
)

// loss counts acknowledged edits, and how many of them were gone.
type loss struct{ acked, lost, kills int }

// kill has people type, kills the server, starts it again and counts.
func (b *bench) kill(ctx context.Context, c contender) (sum loss, err error) {
	times := kills
	if !c.keeps {
		times = 1
	}
	for range times {
		l, err := b.killOnce(ctx, c)
		if err != nil {
			return sum, err
		}
		sum = loss{sum.acked + l.acked, sum.lost + l.lost, sum.kills + 1}
	}
	return sum, nil
}

func (b *bench) killOnce(ctx context.Context, c contender) (l loss, err error) {
	on, err := b.launch(ctx, c)
	if err != nil {
		return l, err
	}
	defer func() { err = errors.Join(err, on.retire()) }()
	w, err := gather(ctx, on, seating{docs: 1, perDoc: killTypists, typists: killTypists})
	if err != nil {
		return l, err
	}
	defer w.leave()
	for _, c := range w.typists {
		if err := c.begin(); err != nil {
			return l, err
		}
	}
	if err := wait(ctx, killAfter); err != nil {
		return l, err
	}
	if err := on.process.kill(); err != nil {
		return l, err
	}
	for _, c := range w.typists {
		<-c.done // all that it sent has come
	}
	before := w.clients[0].ear.units
	acked := w.acked()
	doc := w.clients[0].room.doc
	if on.process, err = b.again(ctx, on); err != nil {
		return l, err
	}
	there, err := rest(ctx, on, doc)
	if err != nil {
		return l, fmt.Errorf("after the kill: %w", err)
	}
	return loss{acked: acked, lost: max(acked-(there-before), 0)}, nil
}

// rest is how long a document is after a while: y-websocket hands out an empty
// one before it has read its store.
func rest(ctx context.Context, on *instance, doc string) (units int, err error) {
	c, err := join(ctx, on, &room{doc: doc, clock: newClock()}, 0, guest{})
	if err != nil {
		return 0, err
	}
	err = errors.Join(wait(ctx, killRest), c.close())
	return c.ear.units + c.ear.edits, err
}
