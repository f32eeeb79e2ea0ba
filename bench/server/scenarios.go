package main

import (
	"context"
	"fmt"
)

// scenario is something that contenders are measured at, in steps in which each
// has its turn.
type scenario struct {
	name  string
	fits  func(contender) bool
	steps func(*bench) []int // numbers of clients, or of those who stall
	run   func(b *bench, ctx context.Context, c contender, step int, r *report) error
}

func usual(c contender) bool { return !c.special }

func one(*bench) []int { return []int{0} }

var scenarios = []scenario{
	{"hot", usual, func(b *bench) []int { return b.clients }, func(b *bench, ctx context.Context, c contender, n int, r *report) error {
		h, err := b.hot(ctx, c, n, 0)
		if err != nil {
			return fmt.Errorf("%d clients: %w", n, err)
		}
		r.hot.set(c.name, n, h)
		fmt.Printf("hot %3d  %-20s %v\n", n, c.name, h)
		return h.wrong()
	}},
	{"many", usual, one, func(b *bench, ctx context.Context, c contender, _ int, r *report) error {
		m, err := b.many(ctx, c)
		if err == nil {
			r.many[c.name] = m
			fmt.Printf("many     %-20s %v\n", c.name, m)
		}
		return err
	}},
	{"idle", usual, one, func(b *bench, ctx context.Context, c contender, _ int, r *report) error {
		each, err := b.idle(ctx, c)
		if err == nil {
			r.idle[c.name] = each
			fmt.Printf("idle     %-20s %.1f KiB a client\n", c.name, each/1024)
		}
		return err
	}},
	{"open", func(c contender) bool { return c.keeps }, one, func(b *bench, ctx context.Context, c contender, _ int, r *report) error {
		o, err := b.opening(ctx, c)
		if err == nil {
			r.opening[c.name] = o
			fmt.Printf("open     %-20s first %s, later %s\n", c.name, duration(o.first), duration(o.later))
		}
		return err
	}},
	{"stalled", usual, func(*bench) []int { return stalledReaders }, func(b *bench, ctx context.Context, c contender, n int, r *report) error {
		h, err := b.hot(ctx, c, stalledClients, n)
		if err != nil {
			return fmt.Errorf("%d stalled: %w", n, err)
		}
		r.stalled.set(c.name, n, h)
		fmt.Printf("stalled %2d %-18s %v\n", n, c.name, h)
		return h.wrong()
	}},
	{"kill", func(c contender) bool { return !c.limit }, one, func(b *bench, ctx context.Context, c contender, _ int, r *report) error {
		l, err := b.kill(ctx, c)
		if err == nil {
			r.loss[c.name] = l
			fmt.Printf("kill     %-20s %d of %d acknowledged edits lost in %d kills\n", c.name, l.lost, l.acked, l.kills)
		}
		return err
	}},
}

// Readers that stop reading, among so many clients of a hot document.
const stalledClients = 100

var stalledReaders = []int{0, 1, 10}

func scenarioNames() (names []string) {
	for _, s := range scenarios {
		names = append(names, s.name)
	}
	return names
}
