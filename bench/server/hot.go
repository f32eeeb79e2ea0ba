package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// typistsMost is how many people type in a hot document, however many look on.
const typistsMost = 10

// observers is how many of those who look on tell how long edits take.
const observers = 10

// hot is what came of typing into one document as fast as it takes edits.
type hot struct {
	clients int
	rate    float64 // edits acknowledged a second
	ack     percentiles
	deliver percentiles
	cpu     usage   // a second
	frames  float64 // that the clients got, a second
	problem string  // what did not arrive
}

// wrong says what did not arrive, if something did not.
func (h hot) wrong() error {
	if h.problem == "" {
		return nil
	}
	return fmt.Errorf("%d clients: %s", h.clients, h.problem)
}

// percentiles are of one kind of wait.
type percentiles struct{ p50, p99 time.Duration }

func percentilesOf(h *histogram) percentiles {
	return percentiles{h.quantile(0.50), h.quantile(0.99)}
}

// hot has people type in a closed loop: the next edit when the last one is
// acknowledged.
func (b *bench) hot(ctx context.Context, c contender, clients, stalled int) (r hot, err error) {
	on, err := b.launch(ctx, c)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, on.retire()) }()
	typists := min(clients, typistsMost)
	w, err := gather(ctx, on, seating{docs: 1, perDoc: clients, typists: typists, observers: min(observers, clients-typists-stalled), stalled: stalled})
	if err != nil {
		return r, err
	}
	defer w.leave()
	for _, c := range w.typists {
		if err := c.begin(); err != nil {
			return r, err
		}
	}
	m, err := b.measure(ctx, on, w)
	if err != nil {
		return r, err
	}
	for _, c := range w.typists {
		c.cease()
	}
	r = hot{clients: clients, rate: m.rate, cpu: m.cpu, frames: m.frames}
	if err := w.settle(ctx); err != nil {
		r.problem = err.Error()
	} else if err := b.reread(ctx, on, w); err != nil {
		r.problem = err.Error()
	}
	acks, delivered := w.latencies()
	r.ack, r.deliver = percentilesOf(acks), percentilesOf(delivered)
	return r, nil
}

// measured is what happened in the measured part of a run, a second.
type measured struct {
	rate, frames float64
	cpu          usage
}

// measure lets a crowd that types go on for the time to warm up and the time to
// measure.
func (b *bench) measure(ctx context.Context, on *instance, w *crowd) (m measured, err error) {
	if err := wait(ctx, b.warm); err != nil {
		return m, err
	}
	if on.ours && b.profile != "" {
		if err := on.tell(ctx, "profile "+b.profile); err != nil {
			return m, err
		}
		defer func() { err = errors.Join(err, on.tell(ctx, "profile")) }()
	}
	used, err := measureCPU(on)
	if err != nil {
		return m, err
	}
	frames, acked, from := w.received(), w.acked(), w.clock.now()
	w.clock.to.Store(int64(from + time.Hour))
	w.clock.from.Store(int64(from))
	if err := wait(ctx, b.time); err != nil {
		return m, err
	}
	to := w.clock.now()
	w.clock.to.Store(int64(to))
	acked, frames = w.acked()-acked, w.received()-frames
	after, err := measureCPU(on)
	if err != nil {
		return m, err
	}
	seconds := (to - from).Seconds()
	u := after.minus(used)
	for _, d := range []*time.Duration{&u.server, &u.store, &u.driver, &u.others} {
		*d = time.Duration(float64(*d) / seconds)
	}
	b.others = append(b.others, u.others)
	return measured{float64(acked) / seconds, float64(frames) / seconds, u}, nil
}

// reread opens each document anew, and compares its length with what was typed.
func (b *bench) reread(ctx context.Context, on *instance, w *crowd) error {
	if on.limit {
		return nil
	}
	typed := map[*room]int{}
	first := map[*room]int{}
	for _, c := range w.clients {
		first[c.room] = c.ear.units
		if c.me != nil {
			typed[c.room] += c.me.ended
		}
	}
	for r, units := range typed {
		got, _, err := look(ctx, on, r.doc, 0)
		if err != nil {
			return fmt.Errorf("read again: %w", err)
		}
		if got != first[r]+units {
			return fmt.Errorf("a document has %d units, %d were typed into %d", got, units, first[r])
		}
	}
	return nil
}

// look opens a document and leaves: how long it is, and how long opening took,
// from before the connection to the last byte.
func look(ctx context.Context, on *instance, doc string, atLeast int) (units int, took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, joinTime)
	defer cancel()
	c, err := join(ctx, on, &room{doc: doc, clock: newClock()}, 0, guest{atLeast: atLeast})
	if err != nil {
		return 0, 0, err
	}
	err = c.close()
	return c.ear.units + c.ear.edits, c.open - c.began, err
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
