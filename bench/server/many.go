package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Many documents with two people each.
const (
	manyDocs  = 200
	manyEach  = 2
	manyBound = 100 * time.Millisecond // that the p99 of delivery may take
	manyFirst = 4000                   // edits a second, to begin with
	manyMost  = 200_000                // no further
	manyCuts  = 3                      // times that the last interval is halved
	manyTries = 2                      // until a rate counts as too much
	manySeed  = 4
)

// many is the highest rate of typing that a contender keeps up with, and what
// it was like there.
type many struct {
	rate    float64 // typed a second
	deliver percentiles
	cpu     usage  // a second
	why     string // what was wrong at the next rate
}

// many types at rates that double until one is too much, and halves the
// interval a few times.
func (b *bench) many(ctx context.Context, c contender) (best many, err error) {
	var on *instance
	defer func() {
		if on != nil {
			err = errors.Join(err, on.retire())
		}
	}()
	// once reports whether a rate is kept up with. What follows one that is not
	// begins anew, as nobody knows what is left of it.
	once := func(rate float64) (bool, error) {
		if on == nil {
			if on, err = b.launch(ctx, c); err != nil {
				return false, err
			}
		}
		r, err := b.manyAt(ctx, on, rate)
		if err != nil {
			return false, err
		}
		if r.why == "" {
			r.rate, r.why = rate, best.why
			best = r
			return true, nil
		}
		best.why = fmt.Sprintf("at %.0f/s: %s", rate, r.why)
		err = on.retire()
		on = nil
		return false, err
	}
	try := func(rate float64) (ok bool, err error) {
		for range manyTries {
			if ok, err = once(rate); ok || err != nil {
				break
			}
		}
		return ok, err
	}
	good, bad := 0.0, float64(manyFirst)
	for {
		ok, err := try(bad)
		if err != nil {
			return best, err
		}
		if !ok {
			break
		}
		if good, bad = bad, 2*bad; bad > manyMost {
			best.why = "not tried further"
			return best, nil
		}
	}
	for range manyCuts {
		at := (good + bad) / 2
		ok, err := try(at)
		if err != nil {
			return best, err
		}
		if ok {
			good = at
		} else {
			bad = at
		}
	}
	return best, nil
}

// manyAt types at a rate, and says why that was too much if it was.
func (b *bench) manyAt(ctx context.Context, on *instance, rate float64) (r many, err error) {
	w, err := gather(ctx, on, seating{docs: manyDocs, perDoc: manyEach, typists: manyEach})
	if err != nil {
		return r, err
	}
	defer w.leave()
	stop := make(chan struct{})
	paced := make(chan string, 1)
	go func() { paced <- w.pace(rate, stop) }()
	m, err := b.measure(ctx, on, w)
	close(stop)
	r.why = <-paced
	if err != nil {
		return r, err
	}
	r.cpu = m.cpu
	_, delivered := w.latencies()
	if r.why == "" {
		if late := w.settle(ctx); late != nil {
			r.why = late.Error()
		}
	}
	_, all := w.latencies()
	r.deliver = percentilesOf(all)
	switch {
	case r.why != "":
	case r.deliver.p99 >= manyBound:
		r.why = fmt.Sprintf("p99 %v", r.deliver.p99.Round(time.Millisecond))
	case float64(delivered.n) < 0.9*rate*b.time.Seconds():
		r.why = fmt.Sprintf("only %.0f/s arrived in time", float64(delivered.n)/b.time.Seconds())
	}
	return r, nil
}

// pace types at a rate, each time in the place of a random client, until stop
// is closed. When a key is pressed does not depend on what the server does. It
// says why it gave up, if it did.
func (w *crowd) pace(rate float64, stop <-chan struct{}) (why string) {
	random := rand.New(rand.NewPCG(manySeed, 0))
	begin := w.clock.now()
	for n := 0; ; {
		due := begin + time.Duration(float64(n)/rate*float64(time.Second))
		if d := due - w.clock.now(); d > 0 {
			select {
			case <-stop:
				return ""
			case <-time.After(max(d, time.Millisecond)):
			}
			continue
		} else if d < -time.Second {
			return "the driver could not keep up"
		}
		n++
		ok, err := w.typists[random.IntN(len(w.typists))].key(due)
		if err != nil {
			return "a typist was cut off: " + err.Error()
		}
		if !ok {
			return "too much was not acknowledged"
		}
	}
}
