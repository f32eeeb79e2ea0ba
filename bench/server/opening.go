package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// A long document with a long history.
const (
	historyEdits = 100_000
	historyUnits = 10 // that each inserts
	historySeed  = 5
	coldOpens    = 3
	warmOpens    = 9
	writers      = 20 // that make the history where one edit at a time is in flight
	ahead        = 256
	historyTime  = 3 * time.Minute
)

// opening is how long it took to open the document, the middle of a few times:
// first after a restart of the server, and later.
type opening struct{ first, later time.Duration }

// opening makes a document of 1 MB by 100,000 edits at random places, restarts
// the server, and opens it.
func (b *bench) opening(ctx context.Context, c contender) (o opening, err error) {
	on, err := b.launch(ctx, c)
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, on.retire()) }()
	doc, err := on.dialect.create(ctx, on.addr)
	if err != nil {
		return o, err
	}
	units := historyEdits * historyUnits
	if d, ok := on.dialect.(sharedbDialect); ok {
		err = b.pg.exec(ctx, on.at, d.history(doc)) // typing it would take a minute or two
	} else {
		err = write(ctx, on, doc)
	}
	if err != nil {
		return o, fmt.Errorf("make the history: %w", err)
	}
	var first, later []time.Duration
	for range coldOpens {
		if err := on.stop(); err != nil {
			return o, err
		}
		if on.process, err = b.again(ctx, on); err != nil {
			return o, err
		}
		for i := range 1 + warmOpens/coldOpens {
			got, took, err := look(ctx, on, doc, units)
			if err != nil {
				return o, err
			}
			if got < units || got > units+1 { // a rich document may end in a line break of its own
				return o, fmt.Errorf("the document has %d units, want %d", got, units)
			}
			if i == 0 {
				first = append(first, took)
			} else {
				later = append(later, took)
			}
		}
	}
	return opening{middle(first), middle(later)}, nil
}

// middle is the median, 0 of none. It sorts d.
func middle(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[len(d)/2]
}

// write types the history: many edits on their way where the protocol allows
// it, else some clients with one each.
func write(ctx context.Context, on *instance, doc string) error {
	ctx, cancel := context.WithTimeout(ctx, historyTime)
	defer cancel()
	n, each := writers, 1
	if on.dialect.pipelines() {
		n, each = 1, ahead
	}
	clients, err := joinAll(ctx, on, []*room{{doc: doc, clock: newClock()}}, n, 0)
	w := &crowd{clients: clients}
	defer w.leave()
	if err != nil {
		return err
	}
	for i, c := range clients {
		if err := c.play(newScript(historyEdits/n, each, i)); err != nil {
			return err
		}
	}
	return played(ctx, clients, historyEdits)
}

// played waits until so many edits of all clients together are acknowledged.
func played(ctx context.Context, clients []*client, edits int) error {
	for {
		acked := 0
		for _, c := range clients {
			s := c.state()
			if s.err != nil {
				return s.err
			}
			acked += s.acked
		}
		if acked == edits {
			return nil
		}
		if err := wait(ctx, settleCheck); err != nil {
			return fmt.Errorf("%d edits acknowledged: %w", acked, err)
		}
	}
}

// script is what a client types that makes a history.
type script struct {
	left   int // edits
	ahead  int // that may be on their way
	places *rand.Rand
}

// newScript is that of the i-th client.
func newScript(edits, ahead, i int) *script {
	return &script{left: edits, ahead: ahead, places: rand.New(rand.NewPCG(historySeed, uint64(i)))}
}

// play begins a script.
func (c *client) play(s *script) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.script = s
	c.next()
	return c.flush()
}

// next types on in the script. It is called with mu held.
func (c *client) next() {
	for s := c.script; s.left > 0 && c.flying < s.ahead; s.left-- {
		at := s.left * historyUnits % (len(text) - historyUnits)
		c.speak.insertAt(int(s.places.Uint32()), []byte(text[at:at+historyUnits]), &c.out)
		c.flying++
	}
}
