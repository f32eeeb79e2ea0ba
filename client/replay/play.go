package replay

import (
	"context"
	"time"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// playAlone types without waiting: what comes while an edit is in flight is
// composed by the client.
func (r *run) playAlone(ctx context.Context) (wire.Revision, error) {
	c := r.clients[0]
	for i := range r.trace.Txns {
		if err := r.typeTxn(ctx, c, &r.trace.Txns[i]); err != nil {
			return 0, err
		}
	}
	if err := c.Synced(ctx); err != nil {
		return 0, err
	}
	return c.State().Revision(), nil
}

// playInTurns lets the clients type one after another, each when its replica
// holds exactly the transactions before.
func (r *run) playInTurns(ctx context.Context) (wire.Revision, error) {
	head := r.clients[0].State().Revision()
	for i := range r.trace.Txns {
		c := r.clients[i%len(r.clients)]
		if err := c.Wait(ctx, reached(head)); err != nil {
			return 0, err
		}
		if err := r.typeTxn(ctx, c, &r.trace.Txns[i]); err != nil {
			return 0, err
		}
		// A large transaction is more than one edit, so the author's revision
		// says where it ended, and not a count.
		if err := c.Synced(ctx); err != nil {
			return 0, err
		}
		head = c.State().Revision()
	}
	return head, nil
}

func (r *run) typeTxn(ctx context.Context, c *client.Client, txn *Txn) error {
	op, err := txn.Op()
	if err != nil {
		return err
	}
	if err := r.pace.wait(ctx); err != nil {
		return err
	}
	if err := c.Edit(ctx, op); err != nil {
		return txn.wrong(err)
	}
	r.typed.Add(1)
	return nil
}

// playPlan types a concurrent trace: each entry by its agent's client, whose
// replica is held back at what the plan says it has seen.
func (r *run) playPlan(ctx context.Context) (wire.Revision, error) {
	plan, err := NewPlan(r.trace)
	if err != nil {
		return 0, err
	}
	// after[i] is the revision that the first i entries made.
	after := make([]wire.Revision, 1, len(plan)+1)
	after[0] = r.clients[0].State().Revision()
	for _, c := range r.clients {
		if err := c.HoldAt(ctx, after[0]); err != nil {
			return 0, err
		}
	}
	for i := range plan {
		step := &plan[i]
		c := r.clients[step.Txn.Agent]
		op, err := catchUp(ctx, c, plan, step, after)
		if err != nil {
			return 0, err
		}
		if err := r.pace.wait(ctx); err != nil {
			return 0, err
		}
		if op.IsNoop() { // what it deletes is gone already
			r.typed.Add(1)
			after = append(after, after[i])
			continue
		}
		if err := c.Edit(ctx, op); err != nil {
			return 0, step.Txn.wrong(err)
		}
		r.typed.Add(1)
		head, err := acknowledged(ctx, c)
		if err != nil {
			return 0, err
		}
		after = append(after, head)
	}
	return after[len(plan)], nil
}

// catchUp brings the replica of a step's client to what the step has seen, and
// returns the op to type there. After a reconnect the replica can be further:
// the server composes what was missed into one op, which goes past where it was
// to be held. Then the step's op is moved over the entries in between here
// instead of at the server, which law L3 makes the same.
func catchUp(ctx context.Context, c *client.Client, plan Plan, step *Step, after []wire.Revision) (ot.Op, error) {
	op, seen := step.Op, step.Seen
	for {
		if err := c.HoldAt(ctx, after[seen]); err != nil {
			return op, err
		}
		if err := c.Wait(ctx, reached(after[seen])); err != nil {
			return op, err
		}
		at := c.State().Revision()
		if at == after[seen] {
			return op, nil
		}
		for after[seen] < at {
			var err error
			if op, err = ot.Transform(op, plan[seen].Record, ot.Incoming); err != nil {
				return op, err
			}
			seen++
		}
	}
}

// acknowledged lets a held client go on until its edit is durable, and holds it
// again there. Nothing slips through in between: nobody types before this
// returns.
func acknowledged(ctx context.Context, c *client.Client) (wire.Revision, error) {
	if err := c.Release(ctx); err != nil {
		return 0, err
	}
	if err := c.Synced(ctx); err != nil {
		return 0, err
	}
	head := c.State().Revision()
	return head, c.HoldAt(ctx, head)
}

func reached(revision wire.Revision) func(client.State) bool {
	return func(s client.State) bool { return s.Revision() >= revision }
}

// pacer spreads transactions over time.
type pacer struct {
	begin time.Time
	rate  float64 // a second; 0 is no limit
	n     int
}

// wait returns when the next transaction is due.
func (p *pacer) wait(ctx context.Context) error {
	if p.rate <= 0 {
		return nil
	}
	due := p.begin.Add(time.Duration(float64(p.n) / p.rate * float64(time.Second)))
	p.n++
	return pause(ctx, time.Until(due))
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
