package fuzz

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/session/sessiontest"
	"github.com/collabd/collabd/wire"
)

var (
	simSeeds = flag.Uint64("seeds", 300, "how many simulated sessions to run")
	simFrom  = flag.Uint64("seed", 0, "the seed of the first one")
	simTimes = flag.Uint64("times", 1, "how often to run each: goroutines may run in another order")
	simAll   = flag.Bool("all", false, "go on after a seed that failed")
)

// TestSimulate runs whole sessions with a network, servers and a store that
// fail. Each ends in calm, and then must have converged, with every mark there
// exactly once, every acknowledgement kept and every caret in its place.
//
//	go test ./fuzz -run Simulate -seed 4711 -seeds 1 -times 100    one of them again
func TestSimulate(t *testing.T) {
	seeds := *simSeeds
	if testing.Short() {
		seeds = min(seeds, 50)
	}
	// Most of what a session allocates is gone with it.
	percent := debug.SetGCPercent(400)
	t.Cleanup(func() { debug.SetGCPercent(percent) })
	next, end := atomic.Uint64{}, seeds**simTimes
	for worker := range runtime.GOMAXPROCS(0) {
		t.Run(fmt.Sprint("worker", worker), func(t *testing.T) {
			t.Parallel()
			for run := next.Add(1) - 1; run < end; run = next.Add(1) - 1 {
				if !runSeed(t, *simFrom + run / *simTimes) && !*simAll {
					next.Store(end)
				}
			}
		})
	}
}

// stuck is after how long a seed is named that does not come to an end: one in
// which something goes round without the bubble's clock going on.
const stuck = 2 * time.Minute

// runSeed runs one session and reports whether all was well. If it was not, or
// if the bubble itself failed, it says how to run it again.
func runSeed(t *testing.T, seed uint64) (ok bool) {
	name := func(what string) {
		fmt.Fprintf(os.Stderr, "seed %d %s: %s\nreplay: go test ./fuzz -run Simulate -seed %d -seeds 1 -times 100\n",
			seed, what, newPlan(planRand(seed)), seed)
	}
	defer time.AfterFunc(stuck, func() { name("does not end") }).Stop()
	defer func() {
		if !ok {
			name("failed")
		}
	}()
	passed := false
	synctest.Test(t, func(t *testing.T) {
		simulate(t, seed)
		passed = !t.Failed()
	}) // panics if goroutines are left
	return passed
}

func planRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 4)) }

// simulation is one session.
type simulation struct {
	t     *testing.T
	seed  uint64
	plan  plan
	r     *rand.Rand // of the chaos
	log   *persist.Memory
	net   *network
	bots  []*bot
	work  sync.WaitGroup // what the chaos has begun
	fault faultLog

	scribes   []*scribe
	followers []*follower
	following sync.WaitGroup
	unfollow  chan struct{} // closed when followers are to end

	mu     sync.Mutex
	hubs   []*session.Hub // all that there ever were
	errors int
}

// errorsShown is how many errors of a seed are shown at once. The rest, and all
// that is known of them, comes when the test ends.
const errorsShown, errorShown = 3, 400

// errorf is t.Errorf, and shows the first errors at once: a long run should not
// have to end before one knows what it found.
func (s *simulation) errorf(format string, args ...any) {
	s.t.Errorf(format, args...)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.errors++; s.errors <= errorsShown {
		fmt.Fprintf(os.Stderr, "seed %d: %.*s\n", s.seed, errorShown, fmt.Sprintf(format, args...))
	}
}

const simDoc = wire.DocID("doc")

var otherDocs = []wire.DocID{"other", "another"}

func simulate(t *testing.T, seed uint64) {
	r := planRand(seed)
	s := &simulation{t: t, seed: seed, plan: newPlan(r), r: r, log: persist.NewMemory()}
	for _, id := range append(otherDocs, simDoc) {
		about := session.Document{ID: id, Kind: s.plan.kind, Lineage: "l", Created: time.Now()}
		if err := s.log.CreateDocument(t.Context(), about); err != nil {
			t.Fatal(err)
		}
	}
	s.net = &network{
		doc: simDoc, r: rand.New(rand.NewPCG(seed, 5)), slow: s.plan.slow,
		links: map[int]*link{}, dead: map[*link]bool{},
	}
	for range s.plan.hubs {
		at := &node{}
		s.net.nodes = append(s.net.nodes, at)
		s.start(at)
	}
	var typing sync.WaitGroup
	for i := range s.plan.bots {
		b := s.join(i)
		bot := rand.New(rand.NewPCG(seed, 100+uint64(i)))
		typing.Go(func() { s.types(b, bot, 3+bot.IntN(25)) })
	}
	s.enrol(rand.New(rand.NewPCG(seed, 6)))
	for i := range s.scribes {
		hand := rand.New(rand.NewPCG(seed, 300+uint64(i)))
		typing.Go(func() { s.writes(i, hand, 1+hand.IntN(12)) })
	}
	s.unfollow = make(chan struct{})
	for i, f := range s.followers {
		s.following.Go(func() { s.follows(f, rand.New(rand.NewPCG(seed, 400+uint64(i))), s.unfollow) })
	}
	defer s.endFollowing()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		s.chaos(stop)
	}()
	if s.plan.visited {
		for i, at := range s.net.nodes {
			s.work.Go(func() { s.visits(at, rand.New(rand.NewPCG(seed, 200+uint64(i))), stop) })
		}
	}
	typing.Wait()
	close(stop)
	<-stopped
	s.work.Wait()
	defer s.end()
	s.calm()
	if t.Failed() {
		return // the rest would only repeat it
	}
	s.coda()
	if len(s.followers) > 0 {
		time.Sleep(s.plan.lim.Store + 20*time.Second) // all of them have come anew
		s.endFollowing()
	}
	s.check()
	s.leave()
}

// endFollowing ends the followers.
func (s *simulation) endFollowing() {
	select {
	case <-s.unfollow:
	default:
		close(s.unfollow)
	}
	s.following.Wait()
}

// end ends what a failure has left.
func (s *simulation) end() {
	for _, b := range s.bots {
		b.c.Close()
	}
	for _, h := range s.hubs {
		if err := h.Close(context.Background()); err != nil {
			s.errorf("%v", err)
		}
		if st := h.Stats(); st != (session.Stats{}) {
			s.errorf("a hub is closed, and still has %+v", st)
		}
	}
}

// start starts the server of a node, with a way to the log of its own.
func (s *simulation) start(at *node) {
	store := sessiontest.Wrap(s.log)
	store.Gate = &at.gate
	if s.plan.slow {
		store.Delay = s.net.delay
	}
	at.store = sessiontest.Follow(store)
	cfg := session.Config{
		Key: []byte("a key of 32 bytes for the sessions"), Limits: s.plan.lim,
		Log: zerolog.New(&s.fault).Level(zerolog.ErrorLevel),
	}
	var hub *session.Hub
	if s.plan.follows {
		hub = session.NewHub(at.store, cfg)
	} else {
		hub = session.NewHub(store, cfg)
	}
	s.mu.Lock()
	s.hubs = append(s.hubs, hub)
	s.mu.Unlock()
	s.net.set(at, hub)
}

// faultLog keeps what a hub may never have to say.
type faultLog struct {
	mu    sync.Mutex
	lines []string
}

var neverSaid = [][]byte{[]byte("panicked"), []byte("does not follow"), []byte("edit refused"), []byte("composing")}

func (l *faultLog) Write(line []byte) (int, error) {
	for _, never := range neverSaid {
		if bytes.Contains(line, never) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.lines = append(l.lines, string(line))
			break
		}
	}
	return len(line), nil
}

// calm mends everything and waits until everybody has seen everything.
func (s *simulation) calm() {
	s.net.calm()
	if !s.plan.patient {
		s.net.cutDead()
	}
	time.Sleep(s.plan.patience())
	s.meet()
}

// meet waits until nothing is unsent and everybody is at the head. Where hubs do
// not follow each other, everybody comes anew: nobody else would tell them.
func (s *simulation) meet() {
	for _, b := range s.bots {
		s.sync(b)
	}
	if s.plan.hubs > 1 && !s.plan.follows {
		s.net.each(func(l *link) { l.end.Cut() })
	}
	head, err := s.log.Head(s.t.Context(), simDoc)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, b := range s.bots {
		ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Minute)
		err := b.c.Wait(ctx, func(st client.State) bool { return st.Revision() >= head })
		if err != nil {
			s.errorf("bot %d is at revision %d, the head is %d: %v", b.i, b.c.State().Revision(), head, err)
		}
		cancel()
	}
}

// sync waits until a bot has nothing unsent.
func (s *simulation) sync(b *bot) {
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Minute)
	defer cancel()
	if err := b.c.Synced(ctx); err != nil {
		s.errorf("bot %d is not synced: %v", b.i, err)
	}
}

// leave lets one after the other go, until no trace of them is left.
func (s *simulation) leave() {
	last := s.bots[s.r.IntN(len(s.bots))]
	for _, b := range s.bots {
		if b != last {
			b.c.Close()
		}
	}
	time.Sleep(s.plan.settled())
	s.checkAlone(last)
	last.c.Close()
	time.Sleep(s.plan.settled() + s.plan.lim.Idle)
	for i, h := range s.hubs {
		if st := h.Stats(); st.Peers != 0 || st.Queued != 0 || st.Appending != 0 || st.Documents != 0 {
			s.errorf("everybody has left, and hub %d still has %+v", i, st)
		}
	}
}
