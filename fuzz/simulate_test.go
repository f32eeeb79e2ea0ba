package fuzz

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/session/sessiontest"
	"github.com/collabd/collabd/wire"
)

var (
	simSeeds = flag.Uint64("seeds", 300, "how many simulated sessions to run")
	simFrom  = flag.Uint64("seed", 0, "the seed of the first one")
)

// TestSimulate runs whole sessions with a network, a server and a store that
// fail. Each ends in calm, and then must have converged, with every mark there
// exactly once and every acknowledgement kept.
//
//	go test ./fuzz -run Simulate -seed 4711 -seeds 1    one of them again
func TestSimulate(t *testing.T) {
	seeds := *simSeeds
	if testing.Short() {
		seeds = min(seeds, 50)
	}
	for seed := *simFrom; seed < *simFrom+seeds; seed++ {
		ok := t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { simulate(t, seed) })
		})
		if !ok {
			t.Fatalf("replay: go test ./fuzz -run Simulate -seed %d -seeds 1", seed)
		}
	}
}

// simulation is one session.
type simulation struct {
	t     *testing.T
	r     *rand.Rand // of the chaos
	kind  ot.DocKind
	lim   session.Limits
	store *sessiontest.Store
	net   *network
	hubs  []*session.Hub
	bots  []*bot
}

// bot is a client that types, with what it thought of and what it was told.
type bot struct {
	c    *client.Client
	user wire.User

	mu   sync.Mutex
	all  []intent
	acks []client.Ack
}

const simDoc = wire.DocID("doc")

func simulate(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 4))
	s := &simulation{t: t, r: r, kind: ot.Text, lim: session.DefaultLimits()}
	if r.IntN(2) == 0 {
		s.kind = ot.Rich
	}
	if r.IntN(2) == 0 { // a small window, so that old bases and catch-ups are common
		s.lim.WindowRecords, s.lim.CatchupRecords, s.lim.SnapshotRecords, s.lim.CatchupStep = 8, 4, 10, 7
	}
	m := persist.NewMemory()
	err := m.CreateDocument(t.Context(), session.Document{ID: simDoc, Kind: s.kind, Lineage: "l", Created: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	s.store = sessiontest.Wrap(m)
	s.net = &network{doc: simDoc, r: rand.New(rand.NewPCG(seed, 5)), links: map[int]*link{}}
	s.start()

	var typing sync.WaitGroup
	for i := range 3 + r.IntN(6) {
		b := s.join(i)
		bot := rand.New(rand.NewPCG(seed, 100+uint64(i)))
		typing.Go(func() { b.run(t, i, s.kind, bot, 3+bot.IntN(25)) })
	}
	chaos := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.chaos(chaos)
	}()
	typing.Wait()
	close(chaos)
	<-done
	s.calm()
	s.check()
	for _, b := range s.bots {
		b.c.Close()
	}
	s.down(true)
	for _, h := range s.hubs {
		h.Close(context.Background())
	}
}

func (s *simulation) start() {
	hub := session.NewHub(s.store, session.Config{Key: []byte("a key of 32 bytes for the sessions"), Limits: s.lim})
	s.hubs = append(s.hubs, hub)
	s.net.set(hub)
}

// down ends the server: in order, or so that everything it had not yet
// finished is finished, or not, while the next one is up already.
func (s *simulation) down(inOrder bool) {
	hub := s.hubs[len(s.hubs)-1]
	s.net.set(nil)
	if inOrder {
		hub.Close(context.Background())
		return
	}
	s.net.each(func(l *link) { l.end.Cut() })
	go hub.Close(context.Background())
}

func (s *simulation) join(i int) *bot {
	b := &bot{user: wire.User{ID: wire.UserID(fmt.Sprint("u", i)), Name: "B", Color: "#000000"}}
	c, err := client.Dial(s.t.Context(), client.Config{
		Dial: s.net.dial(i, b.user), MinBackoff: 50 * time.Millisecond, MaxBackoff: 2 * time.Second,
		OnAck: func(a client.Ack) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.acks = append(b.acks, a)
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	b.c = c
	s.bots = append(s.bots, b)
	return b
}

// run types so many edits, with pauses.
func (b *bot) run(t *testing.T, i int, kind ot.DocKind, r *rand.Rand, edits int) {
	for n := range edits {
		err := b.c.EditFunc(t.Context(), func(doc ot.Doc, _ wire.Revision) (ot.Op, error) {
			in := think(r, kind, doc, mark(i, n))
			b.mu.Lock()
			b.all = append(b.all, in)
			b.mu.Unlock()
			return in.op, nil
		})
		if err != nil {
			t.Errorf("bot %d cannot type: %v", i, err)
			return
		}
		time.Sleep(time.Duration(r.IntN(400)) * time.Millisecond)
	}
}

// chaos breaks things until it is told to stop.
func (s *simulation) chaos(stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(time.Duration(s.r.IntN(900)) * time.Millisecond):
		}
		switch c := s.r.IntN(len(s.bots)); s.r.IntN(12) {
		case 0, 1, 2:
			s.net.one(c, func(l *link) { l.end.Cut() })
		case 3:
			s.net.one(c, (*link).die)
		case 4, 5:
			s.store.Next(sessiontest.LoseReply)
		case 6:
			s.store.Next(sessiontest.Fail)
		case 7:
			s.store.Hold()
			time.Sleep(time.Duration(s.r.IntN(1500)) * time.Millisecond)
			s.store.Release()
		case 8:
			s.store.FailReads(true)
			time.Sleep(time.Duration(s.r.IntN(800)) * time.Millisecond)
			s.store.FailReads(false)
		case 9:
			s.down(true)
			time.Sleep(time.Duration(s.r.IntN(700)) * time.Millisecond)
			s.start()
		case 10, 11:
			s.down(false)
			time.Sleep(time.Duration(s.r.IntN(700)) * time.Millisecond)
			s.start()
		}
	}
}

// calm mends everything and waits until nothing is unsent and everybody has
// seen everything.
func (s *simulation) calm() {
	s.net.mu.Lock()
	s.net.calm = true
	s.net.mu.Unlock()
	for _, b := range s.bots {
		ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Minute)
		if err := b.c.Synced(ctx); err != nil {
			s.t.Errorf("%s is not synced: %v", b.user.ID, err)
		}
		cancel()
	}
	head, err := s.store.Head(s.t.Context(), simDoc)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, b := range s.bots {
		ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Minute)
		err := b.c.Wait(ctx, func(st client.State) bool { return st.Revision() >= head })
		if err != nil {
			s.t.Errorf("%s is at revision %d, the head is %d: %v", b.user.ID, b.c.State().Revision(), head, err)
		}
		cancel()
	}
}

func (s *simulation) check() {
	ctx := s.t.Context()
	head, err := s.store.Head(ctx, simDoc)
	if err != nil {
		s.t.Fatal(err)
	}
	want, err := session.ReadAt(ctx, s.store, simDoc, head)
	if err != nil {
		s.t.Fatal(err)
	}
	records, err := s.store.Records(ctx, simDoc, 0, head)
	if err != nil {
		s.t.Fatal(err)
	}
	var all []intent
	for _, b := range s.bots {
		if got := b.c.Doc(); !got.Equal(want) {
			s.t.Errorf("%s has\n%s\nthe log makes\n%s", b.user.ID, got.Op().AppendJSON(nil), want.Op().AppendJSON(nil))
		}
		if n := b.c.Stats().Resyncs; n > 0 {
			s.t.Errorf("%s had to load the document anew %d times", b.user.ID, n)
		}
		for _, a := range b.acks {
			if r := records[a.Revision-1]; r.Client != b.c.Info().Client || r.Seq != a.Seq {
				s.t.Errorf("%s was told that seq %d is revision %d, which is %s/%d", b.user.ID, a.Seq, a.Revision, r.Client, r.Seq)
			}
		}
		all = append(all, b.all...)
	}
	if err := checkMarks(want.Text(), all); err != nil {
		s.t.Error(err)
	}
}
