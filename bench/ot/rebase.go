package main

import "github.com/collabd/collabd/ot"

// rebaser does the server's part of a session with several authors: for each of
// them it keeps what the others did and the author has not seen, as it is behind
// what the author did meanwhile.
type rebaser struct {
	build  ot.Builder
	queues []queue
	seen   func(ot.Op) // called with each op that an author turns out to have seen
}

type queue struct {
	from int
	list []unseen
}

type unseen struct {
	index int
	op    ot.Op
}

func newRebaser(agents int) *rebaser {
	return &rebaser{queues: make([]queue, agents), seen: func(ot.Op) {}}
}

// rebase returns the i-th entry as it is at the head.
func (r *rebaser) rebase(i int, e entry) (ot.Op, error) {
	mine := &r.queues[e.agent]
	for mine.from < len(mine.list) && mine.list[mine.from].index < e.base {
		r.seen(mine.list[mine.from].op)
		mine.from++
	}
	op := e.build(&r.build).Op()
	for k := mine.from; k < len(mine.list); k++ {
		var err error
		if mine.list[k].op, op, err = ot.TransformPair(mine.list[k].op, op); err != nil {
			return ot.Op{}, err
		}
	}
	for other := range r.queues {
		if other != e.agent {
			q := &r.queues[other]
			q.list = append(q.list, unseen{i, op})
		}
	}
	return op, nil
}

func (e edit) build(b *ot.Builder) *ot.Builder {
	return b.Retain(e.pos, ot.Attrs{}).Insert(e.inserted, ot.Attrs{}).Delete(e.deleted)
}
