package replay

import (
	"fmt"

	"github.com/collabd/collabd/ot"
)

// Plan says for each entry of a concurrent trace what its agent's client submits
// and when.
//
// An agent had seen the entries before the entry's base, and its own. A client
// of collabd has seen more: it has one edit in flight, so it types on only after
// its last edit came back, and everything that the server put before that edit
// came along. The replica is thus at the later of both, Step.Seen. The recorded
// op was made without the foreign entries in between; it is moved over them
// here, as the agent's own client would have done had they come while it was
// typing:
//
//	for each unseen foreign entry u, in the coordinates of what the agent saw:
//	    op' = T(op, u, incoming)      what is submitted
//	    u'  = T(u, op, history)       u, after the agent has typed op
//
// From Seen on, the server does the same with the entries that neither the agent
// nor its replica has seen. Law L3 says that where one ends and the other begins
// does not matter to the text.
type Plan []Step

// Step is one entry of a Plan.
type Step struct {
	Txn  *Txn
	Seen int   // the replica holds the entries before Seen, and no other
	Op   ot.Op // to be submitted at Seen
	// Record is what the server must make of it: Op over the entries from Seen
	// to this one.
	Record ot.Op
}

// NewPlan makes the plan of a concurrent trace.
func NewPlan(t *Trace) (Plan, error) {
	plan := make(Plan, 0, len(t.Txns))
	agents := make([]agentView, t.Agents)
	for i := range t.Txns {
		txn := &t.Txns[i]
		op, err := txn.Op()
		if err != nil {
			return nil, err
		}
		view := &agents[txn.Agent]
		step := Step{Txn: txn, Seen: max(txn.Base, view.own)}
		if step.Op, step.Record, err = view.submit(op, txn.Base, step.Seen); err != nil {
			return nil, txn.wrong(err)
		}
		view.own = i + 1
		for a := range agents {
			if a != txn.Agent {
				agents[a].unseen = append(agents[a].unseen, foreign{i, step.Record})
			}
		}
		plan = append(plan, step)
	}
	return plan, nil
}

// agentView is how one agent stands to the server's order.
type agentView struct {
	own    int       // the number of entries up to and with its last one
	unseen []foreign // in order
}

// foreign is an entry of another agent, in the coordinates of what this agent saw.
type foreign struct {
	index int
	op    ot.Op
}

// submit moves an op of the agent over all that it has not seen, and that over
// the op. seen divides what the client does from what the server does.
func (v *agentView) submit(op ot.Op, base, seen int) (atSeen, record ot.Op, err error) {
	drop := 0
	for drop < len(v.unseen) && v.unseen[drop].index < base {
		drop++
	}
	v.unseen = v.unseen[drop:]
	atSeen = op
	for i := range v.unseen {
		u := &v.unseen[i]
		if u.op, op, err = ot.TransformPair(u.op, op); err != nil {
			return ot.Op{}, ot.Op{}, err
		}
		if u.index < seen {
			atSeen = op
		}
	}
	return atSeen, op, nil
}

// Final returns the document that a trace makes.
func (t *Trace) Final() (ot.Doc, error) {
	doc := ot.NewDoc()
	apply := func(txn *Txn, op ot.Op) (err error) {
		if doc, err = doc.Apply(op); err != nil {
			return txn.wrong(err)
		}
		return nil
	}
	if t.Kind == Concurrent {
		plan, err := NewPlan(t)
		if err != nil {
			return doc, err
		}
		for i, step := range plan {
			if err := apply(&t.Txns[i], step.Record); err != nil {
				return doc, err
			}
		}
		return doc, t.verify(doc)
	}
	for i := range t.Txns {
		op, err := t.Txns[i].Op()
		if err != nil {
			return doc, err
		}
		if err := apply(&t.Txns[i], op); err != nil {
			return doc, err
		}
	}
	return doc, t.verify(doc)
}

func (t *Trace) verify(doc ot.Doc) error {
	if got := sum(doc.Text()); got != t.SHA256 {
		return fmt.Errorf("the trace contradicts itself: its text has the SHA-256 %s, its header says %s", got, t.SHA256)
	}
	return nil
}
