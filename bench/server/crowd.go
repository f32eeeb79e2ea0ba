package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/collabd/collabd/bench/server/ws"
)

// crowd is all clients of a run.
type crowd struct {
	clock   *clock
	clients []*client
	typists []*client
	mute    []*client // stalled: nothing is expected of them
}

// seating says how many clients come, and what they do.
type seating struct {
	docs      int
	perDoc    int
	typists   int // of each document
	observers int // of each document: who does not type and tells how long edits take
	stalled   int // of each document
}

const (
	arrivals    = 16               // clients that connect at once
	joinTime    = 30 * time.Second // for all to join
	settleTime  = 20 * time.Second // for all edits to arrive everywhere
	settleCheck = 5 * time.Millisecond
	smallBuffer = 4 << 10 // bytes, of the sockets of those who stall
)

// gather connects everybody, and returns when all have their document.
func gather(ctx context.Context, on *instance, s seating) (*crowd, error) {
	w := &crowd{clock: newClock()}
	var rooms []*room
	for range s.docs {
		doc, err := on.dialect.create(ctx, on.addr)
		if err != nil {
			return nil, fmt.Errorf("create a document: %w", err)
		}
		rooms = append(rooms, &room{doc: doc, clock: w.clock, authors: map[string]*author{}})
	}
	var err error
	if w.clients, err = joinAll(ctx, on, rooms, s.perDoc, s.stalled); err != nil {
		w.leave()
		return nil, err
	}
	for i, c := range w.clients {
		seat := i % s.perDoc
		switch {
		case seat < s.typists:
			c.me = &author{index: len(c.room.authors)}
			c.room.authors[c.ear.name] = c.me
			w.typists = append(w.typists, c)
		case seat >= s.perDoc-s.stalled:
			w.mute = append(w.mute, c)
		}
	}
	readers := s.perDoc - s.typists - s.stalled
	for i, c := range w.clients {
		// Observers sit all over the document, not among those who came first.
		seat := i%s.perDoc - s.typists
		if c.me != nil || seat < readers && seat*s.observers/max(readers, 1) != (seat+1)*s.observers/max(readers, 1) {
			c.observe()
		}
	}
	for _, c := range w.mute {
		c.stall()
	}
	return w, nil
}

// joinAll connects so many clients to each room, of which the last few have
// small buffers. It returns those who came even if not all did.
func joinAll(ctx context.Context, on *instance, rooms []*room, perDoc, small int) ([]*client, error) {
	clients := make([]*client, len(rooms)*perDoc)
	errs := make([]error, len(clients))
	var wg sync.WaitGroup
	turn := make(chan struct{}, arrivals)
	ctx, cancel := context.WithTimeout(ctx, joinTime)
	defer cancel()
	for i := range clients {
		wg.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			buffer := 0
			if i%perDoc >= perDoc-small {
				buffer = smallBuffer
			}
			clients[i], errs[i] = join(ctx, on, rooms[i/perDoc], i, guest{buffer: buffer})
		})
	}
	wg.Wait()
	return clients, errors.Join(errs...)
}

// guest is what is special about a client.
type guest struct {
	buffer  int // bytes of its socket's buffer, 0 for what is usual
	atLeast int // units that its document has when it is here
}

// join connects one client, and returns when it has its document.
func join(ctx context.Context, on *instance, r *room, i int, g guest) (*client, error) {
	target, err := on.dialect.target(ctx, on.addr, r.doc, i)
	if err != nil {
		return nil, err
	}
	target.ReadBuffer = g.buffer
	began := r.clock.now()
	conn, err := ws.Dial(ctx, target)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	c := &client{
		room: r, conn: conn, began: began, atLeast: g.atLeast, speak: on.dialect.speaker(r.doc, i), pipelines: on.dialect.pipelines(),
		joined: make(chan struct{}), wake: make(chan struct{}), done: make(chan struct{}), out: ws.ForServer(),
	}
	c.speak.greet(&c.out)
	if err := c.flush(); err != nil {
		conn.Close()
		return nil, err
	}
	go c.read()
	select {
	case <-c.joined:
		return c, nil
	case <-c.done:
		return nil, fmt.Errorf("join: %w", errors.Join(c.close(), errors.New("the connection ended")))
	case <-ctx.Done():
		return nil, fmt.Errorf("join: %w", errors.Join(c.close(), ctx.Err()))
	}
}

// leave disconnects everybody.
func (w *crowd) leave() {
	var wg sync.WaitGroup
	for _, c := range w.clients {
		if c != nil {
			wg.Go(func() { _ = c.close() }) // what went wrong was told by check
		}
	}
	wg.Wait()
}

// acked is how many edits were acknowledged to their authors.
func (w *crowd) acked() (edits int) {
	for _, c := range w.typists {
		edits += c.state().acked
	}
	return edits
}

// received is how many frames have come to all.
func (w *crowd) received() (frames int64) {
	for _, c := range w.clients {
		n, _ := c.conn.Received()
		frames += n
	}
	return frames
}

// settle waits until every edit is acknowledged and has come to every client
// that reads, and says what is missing if that takes too long.
func (w *crowd) settle(ctx context.Context) error {
	late := time.Now().Add(settleTime)
	for {
		err := w.missing()
		if err == nil || time.Now().After(late) || ctx.Err() != nil {
			return err
		}
		time.Sleep(settleCheck)
	}
}

func (w *crowd) missing() error {
	want := map[*room]int{}
	for _, c := range w.typists {
		s := c.state()
		if s.err != nil {
			return fmt.Errorf("a typist was cut off: %w", s.err)
		}
		if s.waiting > 0 {
			return fmt.Errorf("%d of a typist's edits were not acknowledged", s.waiting)
		}
		want[c.room] += s.acked
	}
	for i, c := range w.clients {
		if c.stalled.Load() {
			continue
		}
		s := c.state()
		if s.err != nil {
			return fmt.Errorf("client %d was cut off: %w", i, s.err)
		}
		if s.edits != want[c.room] {
			return fmt.Errorf("client %d got %d edits of %d", i, s.edits, want[c.room])
		}
	}
	return nil
}

// latencies are those of all who measured.
func (w *crowd) latencies() (acks, delivered *histogram) {
	acks, delivered = &histogram{}, &histogram{}
	for _, c := range w.clients {
		c.mu.Lock()
		acks.merge(c.acks)
		delivered.merge(c.delivered)
		c.mu.Unlock()
	}
	return acks, delivered
}
