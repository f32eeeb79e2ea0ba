package session

import (
	"context"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/wire"
)

// counting is a connection that takes everything, and notes whether two ever
// write to it at once.
type counting struct {
	busy    atomic.Int32
	clashes atomic.Int32
	closes  atomic.Int32
	mu      sync.Mutex
	titles  []string
	pongs   int
	arrived chan struct{} // capacity 1
}

func (c *counting) Read(ctx context.Context) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() }

func (c *counting) Write(_ context.Context, frame []byte) error {
	if c.busy.Add(1) != 1 {
		c.clashes.Add(1)
	}
	defer c.busy.Add(-1)
	messages, err := wire.DecodeServerFrame(frame)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, msg := range messages {
		switch msg := msg.(type) {
		case wire.Title:
			c.titles = append(c.titles, msg.Title)
		case wire.Pong:
			c.pongs++
		}
	}
	select {
	case c.arrived <- struct{}{}:
	default:
	}
	return nil
}

func (c *counting) Close(wire.Close) error { c.closes.Add(1); return nil }

// latest is the last title that arrived.
func (c *counting) latest() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.titles) == 0 {
		return ""
	}
	return c.titles[len(c.titles)-1]
}

// lonely is an actor without a goroutine, and a peer whose writer works.
func lonely(t *testing.T) (*actor, *peer, *counting) {
	a := &actor{lim: DefaultLimits(), log: zerolog.Nop(), observer: Unobserved{}}
	a.view.Store(&view{})
	conn := &counting{arrived: make(chan struct{}, 1)}
	p := newPeer(t.Context(), a, "c", conn, Visitor{Role: func() wire.Role { return "" }})
	return a, p, conn
}

// TestNoNudgeIsLost: what is published before a nudge arrives, however the
// nudge falls between the writer's last look and its end. Nudged from many
// sides, there is one writer at a time, and what arrives only gets newer.
func TestNoNudgeIsLost(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	for round := range 20 {
		a, p, conn := lonely(t)
		done := make(chan struct{})
		var others sync.WaitGroup
		for range round % 4 { // more who nudge: duplicates, pongs, other publishers
			others.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
						p.nudge()
						runtime.Gosched()
					}
				}
			})
		}
		p.writer.begin(func(context.Context) error { return nil })
		for n := range 1000 {
			title := strconv.Itoa(n + 1)
			a.view.Store(&view{title: title, titles: uint64(n + 1)})
			p.nudge()
			if r.IntN(3) > 0 {
				continue // several at once
			}
			for conn.latest() != title {
				<-conn.arrived // a lost nudge waits here for ever
			}
		}
		for conn.latest() != "1000" {
			<-conn.arrived
		}
		close(done)
		others.Wait()
		p.end(wire.CloseRestarting, 0)
		<-p.writer.done
		if n := conn.clashes.Load(); n > 0 {
			t.Fatalf("seed %d: two writers at once, %d times", seed, n)
		}
		if n := conn.closes.Load(); n != 1 {
			t.Fatalf("seed %d: closed %d times", seed, n)
		}
		for i := range conn.titles[1:] {
			if before, _ := strconv.Atoi(conn.titles[i]); strconv.Itoa(before) == conn.titles[i+1] {
				t.Fatalf("seed %d: %s arrived twice", seed, conn.titles[i])
			} else if next, _ := strconv.Atoi(conn.titles[i+1]); next < before {
				t.Fatalf("seed %d: %d after %d", seed, next, before)
			}
		}
	}
}

// TestNudgeAfterTheEnd: whoever still holds a peer may nudge it, and nothing
// comes of it.
func TestNudgeAfterTheEnd(t *testing.T) {
	_, p, conn := lonely(t)
	p.nudge() // before it begins: remembered
	p.end(wire.CloseSuperseded, 0)
	p.end(wire.CloseInternal, 0)
	p.writer.begin(func(context.Context) error { return nil })
	<-p.writer.done
	p.nudge()
	p.end(wire.CloseForbidden, 0)
	if got := p.ending.Load().close; got != wire.CloseSuperseded {
		t.Errorf("ended with %s, the first reason stays", got.Name)
	}
	if phase := p.writer.phase.Load(); phase != ended {
		t.Errorf("phase %d", phase)
	}
	if n := conn.closes.Load(); n != 1 {
		t.Errorf("closed %d times", n)
	}
}

// TestPhases: each step of a writer's life, one after the other.
func TestPhases(t *testing.T) {
	var w writer
	for _, step := range []struct{ from, to uint32 }{
		{running, nudged}, {nudged, nudged}, {ended, ended},
	} {
		w.phase.Store(step.from)
		w.nudge()
		if got := w.phase.Load(); got != step.to {
			t.Errorf("a nudge makes %d of %d, want %d", got, step.from, step.to)
		}
	}
}
