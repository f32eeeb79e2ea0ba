package torture

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// round is a part of a run that begins with new documents and ends with a
// check.
type round struct {
	cfg    Config
	n      int // counted from 1
	driver *driver
	marks  *marks // of the run
	typed  *atomic.Int64
	began  time.Time

	docs    []client.Document
	typists []*typist
	reader  *reader
	found   Verdict // faults that show before the log is read
}

// now is the moment by the round's clock.
func (r *round) now() Moment { return Moment(time.Since(r.began)) }

// errSettle says why a client is closed that could not settle.
var errSettle = errors.New("not everything was acknowledged and shown in the time to settle")

// play types while the plan is carried out, lets everybody settle, and closes
// all clients. The error is not a fault of collabd's, or one that leaves
// nothing to check.
func (r *round) play(ctx context.Context, plan []Fault) error {
	life, end := context.WithCancelCause(ctx)
	defer end(nil)
	defer r.close() // before that: who is closed has not ended by itself
	if err := r.open(ctx); err != nil {
		return err
	}
	for _, t := range r.typists {
		if err := t.join(life); err != nil {
			return err
		}
	}
	stop := make(chan struct{})
	var typing sync.WaitGroup
	for _, t := range r.typists {
		typing.Go(func() { t.run(life, stop) })
	}
	var refused error
	typing.Go(func() { refused = r.reader.run(life, stop) })
	err := r.driver.run(ctx, plan)
	close(stop)
	if err != nil {
		end(err) // nothing will be well again
	}
	late := time.AfterFunc(r.cfg.Settle, func() { end(errSettle) })
	defer late.Stop()
	typing.Wait()
	if err != nil {
		return err
	}
	if refused != nil {
		r.found.blame(&r.found.Damaged, "%v", refused)
	}
	r.settle(life)
	return ctx.Err()
}

// open makes the documents, and everybody's login.
func (r *round) open(ctx context.Context) error {
	people := make([]*client.API, r.cfg.Clients+1)
	roads := make([]*road, len(people))
	for i := range people {
		roads[i] = newRoad(r.driver.servers, r.cfg.Seed, uint64(r.n)<<32+uint64(i))
		var err error
		if people[i], err = client.NewAPI(anyServer, roads[i].http); err != nil {
			return err
		}
		if _, err := people[i].Me(ctx); err != nil {
			return fmt.Errorf("log in: %w", err)
		}
	}
	for i := range r.cfg.Documents {
		kind := []ot.DocKind{ot.Text, ot.Rich}[i%2]
		d, err := people[0].CreateDocument(ctx, fmt.Sprintf("Torture %d.%d", r.n, i+1), kind)
		if err != nil {
			return fmt.Errorf("create a document: %w", err)
		}
		r.docs = append(r.docs, d)
	}
	for i := range r.cfg.Clients {
		d := r.docs[i%len(r.docs)]
		r.typists = append(r.typists, &typist{
			round: r, person: i, doc: d.ID, kind: d.Kind, road: roads[i],
			rnd: rand.New(rand.NewPCG(r.cfg.Seed, uint64(r.n)<<32+uint64(i))),
		})
	}
	last := len(people) - 1
	r.reader = &reader{round: r, road: roads[last], api: people[last], sights: map[wire.DocID][]Sight{}}
	return nil
}

// settle waits until everybody shows everything. Who cannot has an end that the
// check will find.
func (r *round) settle(ctx context.Context) {
	heads := map[wire.DocID]wire.Revision{}
	for _, t := range r.typists {
		if t.client != nil {
			_ = t.client.Synced(ctx) // if not, it has ended, and says so when it is closed
		}
	}
	if ctx.Err() != nil {
		return // it took too long
	}
	for _, d := range r.docs {
		head, err := r.head(ctx, d.ID)
		if err != nil {
			r.found.blame(&r.found.Damaged, "document %s cannot be read when all is well again: %v", d.ID, err)
		}
		heads[d.ID] = head
	}
	var everybody sync.WaitGroup
	for _, t := range r.typists {
		if t.client != nil {
			everybody.Go(func() { _ = t.settle(ctx, heads[t.doc]) }) // as above
		}
	}
	everybody.Wait()
}

// head reads the head of a document, and tries until ctx ends.
func (r *round) head(ctx context.Context, doc wire.DocID) (wire.Revision, error) {
	var last error
	for {
		head, err := r.reader.read(ctx, doc)
		switch {
		case err == nil:
			return head, nil
		case ctx.Err() == nil || last == nil: // else it says no more than that
			last = err
		}
		if sleep(ctx, readEvery) != nil {
			return 0, last
		}
	}
}

// close closes all clients.
func (r *round) close() {
	var everybody sync.WaitGroup
	for _, t := range r.typists {
		everybody.Go(func() {
			t.leave()
			t.road.close()
		})
	}
	everybody.Wait()
	if r.reader != nil {
		r.reader.road.close()
	}
}

// journals are what was seen of each document, when all clients are closed.
func (r *round) journals() []Journal {
	list := make([]Journal, len(r.docs))
	for i, d := range r.docs {
		j := Journal{Doc: d.ID, Kind: d.Kind, Sights: r.reader.sights[d.ID]}
		for _, t := range r.typists {
			if t.doc != d.ID {
				continue
			}
			for _, l := range t.lives {
				j.Lives = append(j.Lives, &l.Life)
			}
			if t.failed != nil {
				j.Lives = append(j.Lives, &Life{Client: "none", Person: t.person, Ended: t.failed})
			}
			j.Seen = append(j.Seen, t.seen...)
			j.Sights = append(j.Sights, t.sights...)
		}
		list[i] = j
	}
	return list
}

// check compares the journals with the log, while no server runs.
func (r *round) check(ctx context.Context) (v Verdict, err error) {
	log, err := r.cfg.OpenLog(ctx)
	if err != nil {
		return v, fmt.Errorf("read the log: %w", err)
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	v = r.found
	for _, j := range r.journals() {
		records, err := log.Records(ctx, j.Doc)
		if err != nil {
			// Then nothing of it can be compared, and it is the first thing to
			// look at.
			v.blame(&v.Damaged, "document %s: %v", j.Doc, err)
			continue
		}
		v.add(Check(j, records))
	}
	return v, nil
}
