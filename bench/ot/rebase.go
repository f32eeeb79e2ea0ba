package main

import "github.com/collabd/collabd/ot"

// rebaser does the server's part of a session with several authors: for each of
// them it keeps what the others did and the author has not seen, as it is behind
// what the author did meanwhile.
type rebaser struct {
	build  ot.Builder
	x, y   *ot.Buffer // one has the op, the other takes what it becomes
	queues []queue
	free   []unseen
	seen   func(ot.Op) // called with each op that an author turns out to have seen
}

type queue struct {
	from int
	list []unseen
}

type unseen struct {
	index     int
	op, spare *ot.Buffer
}

func newRebaser(agents int) *rebaser {
	return &rebaser{x: new(ot.Buffer), y: new(ot.Buffer), queues: make([]queue, agents), seen: func(ot.Op) {}}
}

// rebase returns the i-th entry as it is at the head, valid until the next call.
func (r *rebaser) rebase(i int, e entry) (ot.Op, error) {
	mine := &r.queues[e.agent]
	for mine.from < len(mine.list) && mine.list[mine.from].index < e.base {
		u := mine.list[mine.from]
		r.seen(u.op.View())
		r.free = append(r.free, u)
		mine.from++
	}
	op := e.build(&r.build).View()
	for k := mine.from; k < len(mine.list); k++ {
		u := &mine.list[k]
		theirs := u.op.View()
		if err := u.spare.Transform(theirs, op, ot.History); err != nil {
			return ot.Op{}, err
		}
		if err := r.x.Transform(op, theirs, ot.Incoming); err != nil {
			return ot.Op{}, err
		}
		op = r.x.View()
		u.op, u.spare = u.spare, u.op
		r.x, r.y = r.y, r.x
	}
	for other := range r.queues {
		if other == e.agent {
			continue
		}
		u, err := r.copy(i, op)
		if err != nil {
			return ot.Op{}, err
		}
		r.queues[other].list = append(r.queues[other].list, u)
	}
	return op, nil
}

// copy returns op in buffers of its own.
func (r *rebaser) copy(index int, op ot.Op) (unseen, error) {
	u := unseen{op: new(ot.Buffer), spare: new(ot.Buffer)}
	if n := len(r.free); n > 0 {
		u, r.free = r.free[n-1], r.free[:n-1]
	}
	u.index = index
	return u, u.op.Compose(ot.Op{}, op)
}

func (e edit) build(b *ot.Builder) *ot.Builder {
	return b.Retain(e.pos, ot.Attrs{}).Insert(e.inserted, ot.Attrs{}).Delete(e.deleted)
}
