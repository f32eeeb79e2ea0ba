package client

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// Client edits one document. Its methods may be called by any goroutine.
type Client struct {
	requests chan request
	state    atomic.Pointer[State]
	info     atomic.Pointer[Info]
	stats    counters

	loaded chan struct{} // closed when the first document is there
	done   chan struct{} // closed when the client has ended
	err    error         // why; set before done is closed

	cancel context.CancelCauseFunc
	wg     sync.WaitGroup
}

// Info is what the server said about the client and the document.
type Info struct {
	Client  wire.ClientID
	Lineage wire.Lineage
	Title   string
	Role    wire.Role
	User    wire.User
	Limits  wire.Limits
}

// Stats counts what a client went through.
type Stats struct {
	// Reconnects is how often a lost connection was replaced.
	Reconnects int
	// Acked is the number of acknowledged edits, each one record. Edits that
	// were composed before they were sent count as one.
	Acked int
	// Resyncs is how often the document was loaded anew.
	Resyncs int
}

type counters struct{ reconnects, acked, resyncs atomic.Int64 }

type request struct {
	do    func(*owner) error
	reply chan error
}

// Dial connects to a document and loads it. While the server cannot be reached
// it tries again. The client, connections and all, lives until ctx ends or Close
// is called, so ctx must not be one that ends with the dialling.
func Dial(ctx context.Context, cfg Config) (*Client, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	c := &Client{
		requests: make(chan request),
		loaded:   make(chan struct{}),
		done:     make(chan struct{}),
		cancel:   cancel,
	}
	o := newOwner(c, cfg)
	c.wg.Go(func() {
		defer close(c.done)
		c.err = o.run(ctx)
	})
	select {
	case <-c.loaded:
		return c, nil
	case <-c.done:
		c.cancel(nil)
		c.wg.Wait()
		return nil, c.err
	}
}

// Edit applies op to the client's current document and returns when it is
// taken: it will be sent as soon as nothing is in flight, together with what is
// typed until then. op must fit the document as it is at this moment, so Edit
// is for those who are the only ones to change it; others use EditFunc.
func (c *Client) Edit(ctx context.Context, op ot.Op) error {
	return c.do(ctx, func(o *owner) error { return o.edit(op) })
}

// EditFunc is Edit for an op that depends on the document: no edit of others
// comes between the document that f sees and the op that it returns. f runs in
// the goroutine that owns the state: it must be quick and not call the client.
// revision is the server's revision that doc, less the unsent edits, is at.
func (c *Client) EditFunc(ctx context.Context, f func(doc ot.Doc, revision wire.Revision) (ot.Op, error)) error {
	return c.do(ctx, func(o *owner) error {
		op, err := f(o.state.Doc(), o.state.Revision())
		if err != nil {
			return err
		}
		return o.edit(op)
	})
}

// State returns the state at this moment.
func (c *Client) State() State { return *c.state.Load() }

// Doc returns the document as the user sees it, with everything that is unsent.
func (c *Client) Doc() ot.Doc { return c.State().Doc() }

// Info returns what the server said about this client and document.
func (c *Client) Info() Info { return *c.info.Load() }

// Stats returns the counts at this moment.
func (c *Client) Stats() Stats {
	return Stats{
		Reconnects: int(c.stats.reconnects.Load()),
		Acked:      int(c.stats.acked.Load()),
		Resyncs:    int(c.stats.resyncs.Load()),
	}
}

// Wait returns when the condition holds for the state, or with the error of ctx
// or the reason why the client ended. The condition is asked after each change
// and must be quick.
func (c *Client) Wait(ctx context.Context, condition func(State) bool) error {
	if condition(c.State()) {
		return nil
	}
	w := &waiter{condition: condition, met: make(chan struct{})}
	if err := c.do(ctx, func(o *owner) error { o.waiters[w] = struct{}{}; return nil }); err != nil {
		return err
	}
	select {
	case <-w.met:
		return nil
	case <-c.done:
		return c.err
	case <-ctx.Done():
		// Ended clients have no waiters to remove.
		_ = c.do(context.WithoutCancel(ctx), func(o *owner) error { delete(o.waiters, w); return nil })
		return context.Cause(ctx)
	}
}

// Synced waits until everything that was typed is acknowledged.
func (c *Client) Synced(ctx context.Context) error { return c.Wait(ctx, State.Synced) }

// HoldAt keeps back what the server sends beyond a revision: it is received but
// not applied until a later HoldAt or Release, and that includes the records of
// own edits. A catch-up that crosses the revision is applied whole. It is how
// a test makes a client lag behind. What is held uses memory without bound.
func (c *Client) HoldAt(ctx context.Context, revision wire.Revision) error {
	return c.do(ctx, func(o *owner) error { o.hold = revision; return nil })
}

// Release ends HoldAt.
func (c *Client) Release(ctx context.Context) error { return c.HoldAt(ctx, noHold) }

// Done is closed when the client has ended.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err returns why the client has ended, nil while it has not: ErrClosed, the
// cause of its context, or an *EndError.
func (c *Client) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

// Close ends the client and waits for its goroutines. It does not wait for
// acknowledgements, which Synced does: if edits are unsent it returns ErrUnsent.
// It returns the EndError of a client that had ended by itself.
func (c *Client) Close() error {
	c.cancel(ErrClosed)
	c.wg.Wait()
	if end, ok := errors.AsType[*EndError](c.err); ok {
		return end
	}
	if !c.State().Synced() {
		return ErrUnsent
	}
	return nil
}

// do runs f in the goroutine that owns the state. ctx bounds the wait for its
// turn alone: what was begun is finished.
func (c *Client) do(ctx context.Context, f func(*owner) error) error {
	r := request{do: f, reply: make(chan error, 1)}
	select {
	case c.requests <- r:
		return <-r.reply
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
