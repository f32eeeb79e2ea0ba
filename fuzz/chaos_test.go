package fuzz

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/session/sessiontest"
	"github.com/collabd/collabd/wire"
)

// chaos breaks things until it is told to stop. What is broken is mended by
// itself after a while: at most one thing at a time for each node.
func (s *simulation) chaos(stop <-chan struct{}) {
	busy := map[*node]chan struct{}{} // closed when nothing happens to it
	free := func(at *node) bool {
		select {
		case <-busy[at]:
			return true
		default:
			return busy[at] == nil
		}
	}
	for {
		select {
		case <-stop:
			return
		case <-time.After(s.upTo(900)):
		}
		if s.r.IntN(5) < 2 {
			s.breakLink(s.net.of(s.r.IntN(len(s.bots))))
			continue
		}
		hit := []*node{s.net.nodes[s.r.IntN(len(s.net.nodes))]}
		if s.r.IntN(8) == 0 {
			hit = s.net.nodes // all together
		}
		if slices.ContainsFunc(hit, func(at *node) bool { return !free(at) }) {
			continue
		}
		what := s.trouble()
		for _, at := range hit {
			done := make(chan struct{})
			busy[at] = done
			s.work.Go(func() {
				defer close(done)
				what(at)
			})
		}
	}
}

// upTo is some time, in milliseconds.
func (s *simulation) upTo(most int) time.Duration {
	return time.Duration(s.r.IntN(most)) * time.Millisecond
}

func (s *simulation) breakLink(l *link) {
	switch s.r.IntN(8) {
	case 0, 1, 2:
		l.end.Cut()
	case 3:
		l.halfOpen(true, true)
	case 4:
		l.halfOpen(true, false)
	case 5:
		l.halfOpen(false, true)
	default:
		l.lose()
	}
}

// trouble decides what happens to a node. All decisions are made here, in the
// order of the plan; what is returned carries them out.
func (s *simulation) trouble() func(*node) {
	lasts, down, late := s.upTo(1500), s.upTo(700), s.upTo(3000)
	switch s.r.IntN(13) {
	case 0, 1:
		return func(at *node) { at.store.Next(sessiontest.LoseReply) }
	case 2:
		return func(at *node) { at.store.Next(sessiontest.Fail) }
	case 3: // the store has it, and writes it when it likes
		return func(at *node) {
			store := at.store
			store.Next(sessiontest.Linger)
			time.Sleep(late)
			syncAll(store.Unsynced())
		}
	case 4:
		return func(at *node) {
			at.store.Hold()
			time.Sleep(lasts)
			at.store.Release()
		}
	case 5:
		reads, lookups := s.r.IntN(3) > 0, s.r.IntN(3) > 0
		return func(at *node) {
			at.store.FailReads(reads)
			at.store.FailLookups(lookups)
			time.Sleep(lasts)
			at.store.FailReads(false)
			at.store.FailLookups(false)
		}
	case 6:
		return func(at *node) {
			at.store.FailHeads(true)
			time.Sleep(lasts)
			at.store.FailHeads(false)
			at.store.StaleHeads(true)
			time.Sleep(lasts)
			at.store.StaleHeads(false)
		}
	case 7, 8: // it is stopped, and goes on as if nothing had happened
		if s.r.IntN(2) == 0 {
			lasts += s.plan.lim.Silence
		}
		return func(at *node) {
			at.gate.Shut()
			time.Sleep(lasts)
			at.gate.Open()
		}
	case 9: // restarted in order
		return func(at *node) {
			hub := at.hub
			s.net.set(at, nil)
			hub.Close(context.Background())
			time.Sleep(down)
			s.start(at)
		}
	case 10: // its connections break, and it ends while the next one is up
		return func(at *node) {
			hub := at.hub
			s.net.set(at, nil)
			s.cutAll(at)
			go hub.Close(context.Background())
			time.Sleep(down)
			s.start(at)
		}
	}
	fate := s.r.IntN(3) // killed: what was not synced is lost, kept, or written later
	return func(at *node) { s.kill(at, fate, down, late) }
}

// kill ends a node's process at once.
func (s *simulation) kill(at *node, fate int, down, late time.Duration) {
	hub := at.hub
	s.net.set(at, nil)
	s.cutAll(at)
	unsynced := at.store.Crash()
	if fate == 1 {
		syncAll(unsynced)
	}
	go hub.Close(context.Background())
	time.Sleep(down)
	s.start(at)
	if fate == 2 {
		time.Sleep(late)
		syncAll(unsynced)
	}
}

func syncAll(unsynced []func()) {
	for _, sync := range unsynced {
		sync()
	}
}

// cutAll cuts the connections to a node.
func (s *simulation) cutAll(at *node) {
	s.net.each(func(l *link) {
		if l.at == at {
			l.end.Cut()
		}
	})
}

// visits has somebody who comes to other documents again and again, which take
// memory, until told to stop.
func (s *simulation) visits(at *node, r *rand.Rand, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(time.Duration(r.IntN(800)) * time.Millisecond):
		}
		hub := s.net.up(at)
		if hub == nil {
			continue
		}
		server, end := sessiontest.Pipe(32)
		who := session.Visitor{User: wire.User{ID: "v"}, Role: func() wire.Role { return wire.Viewer }}
		doc := otherDocs[r.IntN(len(otherDocs))]
		served := make(chan struct{})
		go func() {
			defer close(served)
			hub.Serve(context.Background(), doc, server, who)
		}()
		// Whether the visitor is let in is not what counts.
		_ = end.Write(context.Background(), wire.Hello{}.Append(nil))
		time.Sleep(time.Duration(r.IntN(600)) * time.Millisecond)
		end.Close()
		<-served
	}
}
