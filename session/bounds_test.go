package session

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// driven is an actor whose goroutine is the test, one step at a time.
type driven struct {
	t     *testing.T
	r     *rand.Rand
	store *fakeStore
	hub   *Hub
	actor *actor
	here  []*peer
	all   int // clients so far
}

func drive(t *testing.T, r *rand.Rand, lim Limits) *driven {
	store := &fakeStore{}
	d := &driven{t: t, r: r, store: store, hub: NewHub(store, Config{Limits: lim})}
	meta, _ := store.Document(t.Context(), "doc")
	d.actor = d.hub.newActor(meta, NewState(ot.Text, Snapshot{}), 0)
	t.Cleanup(func() {
		close(d.actor.stop)
		d.actor.endOver()
		d.actor.work.Wait()
		for _, p := range d.here {
			p.end(wire.CloseRestarting, 0)
			<-p.writer.done
		}
	})
	return d
}

// settled takes what the write under way came to.
func (d *driven) settled() {
	if d.actor.writing != nil {
		d.actor.settle(<-d.actor.written)
	}
}

// step is what the loop does after each event.
func (d *driven) step() {
	d.actor.startWrite()
	if d.actor.changed {
		d.actor.publish()
	}
}

// join lets a client come, a known one as from elsewhere, which may know more
// of the log than the session.
func (d *driven) join(client wire.ClientID, asOf wire.Revision) {
	conn := &counting{arrived: make(chan struct{}, 1)}
	who := Visitor{User: wire.User{ID: "u"}, Role: func() wire.Role { return wire.Editor }}
	m := join{peer: newPeer(context.Background(), d.actor, client, conn, who), resume: asOf > 0, revision: asOf, asOf: asOf, answer: make(chan joined, 1)}
	d.hub.arrivals.Add(1)
	m.peer.arrival = d.hub.arrivals.Load()
	if asOf > 0 {
		if last, _, found, _ := d.store.LastOf(context.Background(), "doc", client); found {
			m.last = lastEdit{seq: last.Seq, revision: last.Revision, digest: last.Digest}
		}
	}
	m.deliver(d.actor)
	select {
	case in := <-m.answer:
		if in.err == nil {
			m.peer.writer.begin(func(context.Context) error {
				m.peer.writer.sent = in.view.position()
				return nil
			})
			d.here = append(d.here, m.peer)
		}
	default: // it is parked, and nobody waits for the answer
	}
}

// submit hands in the next edit of a peer, or one more.
func (d *driven) submit(p *peer) {
	last := d.actor.state.lastOf(p.client, p.last)
	sub := insertion(p.client, last.seq+1, d.actor.state.Head(), 0, "x")
	submit{p, sub}.deliver(d.actor)
}

// call hands in a write, as from elsewhere. Mostly nobody waits for the answer
// for long.
func (d *driven) call(client wire.ClientID) {
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	if d.r.IntN(3) == 0 {
		ctx = context.WithoutCancel(ctx)
	}
	last, asOf, found, _ := d.store.LastOf(ctx, "doc", client)
	if found && d.r.IntN(2) == 0 {
		asOf = last.Revision // it was looked up long ago
	}
	sub := insertion(client, 1, d.actor.state.Head(), 0, "x")
	call{caller: &caller{ctx: ctx, answer: make(chan Outcome, 1)}, sub: sub, asOf: asOf, looked: true}.deliver(d.actor)
}

// counted is how many callers' edits are queued or being written.
func (d *driven) counted() (n int) {
	lists := [][]waiting{d.actor.queue}
	if d.actor.writing != nil {
		lists = append(lists, d.actor.writing.batch)
	}
	for _, list := range lists {
		for _, w := range list {
			if _, called := w.author.(*caller); called {
				n++
			}
		}
	}
	return n
}

// check is the table of docs/bounds.md.
func (d *driven) check(lim Limits) {
	d.t.Helper()
	a := d.actor
	v := a.view.Load()
	v.frames.mu.Lock()
	defer v.frames.mu.Unlock()
	kept := lim.WindowRecords + lim.Peers // one batch more, until the trim
	for _, b := range []struct {
		what        string
		have, bound int
	}{
		{"peers", len(a.peers), lim.Peers},
		{"queue", len(a.queue), lim.Peers + lim.Callers},
		{"callers", a.callers.n, lim.Callers},
		{"clients of callers", len(a.callers.of), a.callers.n},
		{"parked joins and calls", len(a.parked), lim.Peers},
		{"who is here", len(a.presence.here), lim.Peers},
		{"departures", len(a.presence.gone), goneKept},
		{"records of the window", len(a.state.window.entries), lim.WindowRecords},
		{"room of the window", cap(a.state.window.entries), 2 * kept},
		{"bytes of the window", a.state.window.bytes, max(lim.WindowBytes, 200)},
		{"last edits", a.state.clients.len(), 3*lim.Peers + lim.WindowRecords + recentEdits},
		{"peers that are told at once", len(a.spread.urgent), 0},
		{"frames", len(v.frames.list), framesKept},
		{"records of the view", len(v.window.entries), lim.WindowRecords},
		{"writes", max(0, len(a.written)), 1},
	} {
		if b.have > b.bound {
			d.t.Fatalf("%s: %d, the bound is %d", b.what, b.have, b.bound)
		}
	}
	if n := d.counted(); n != a.callers.n {
		d.t.Fatalf("%d callers are counted, and %d edits of theirs wait", a.callers.n, n)
	}
}

// TestBounds: whatever comes, in whatever order, nothing that a session keeps
// grows beyond its limit: clients that come and go, edits that are sent twice,
// joins that wait for a log which is never read, a store that fails.
func TestBounds(t *testing.T) {
	largest := map[string]int{}
	for range 6 {
		seed := rand.Uint64()
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 0))
			lim := DefaultLimits()
			lim.Peers = 3 + r.IntN(6)
			lim.WindowRecords, lim.WindowBytes = 10+r.IntN(30), 400+r.IntN(2000)
			lim.RetryMin, lim.RetryMax = time.Microsecond, time.Microsecond
			lim.CatchupStep = 5
			lim.Callers = 3 + r.IntN(3)
			d := drive(t, r, lim)
			for range 4000 {
				switch n := r.IntN(20); {
				case n < 4:
					d.all++
					d.join(wire.ClientID(fmt.Sprint("c", d.all)), 0)
				case n < 7: // comes again, and may know of what is not read yet
					head, _ := d.store.Head(t.Context(), "doc")
					d.join(wire.ClientID(fmt.Sprint("c", r.IntN(d.all+1))), head)
				case n < 10 && len(d.here) > 0:
					i := r.IntN(len(d.here))
					leave{d.here[i]}.deliver(d.actor)
					d.here[i].end(wire.CloseRestarting, 0)
					d.here = append(d.here[:i], d.here[i+1:]...)
				case n < 15 && len(d.here) > 0:
					p := d.here[r.IntN(len(d.here))]
					d.submit(p)
					if r.IntN(9) == 0 {
						d.submit(p) // pipelined
					}
				case n < 16 && len(d.here) > 0:
					p := d.here[r.IntN(len(d.here))]
					p.moved.Store(&wire.Presence{Revision: d.actor.state.Head()})
					move{p}.deliver(d.actor)
				case n < 17 && r.IntN(2) == 0:
					d.call(wire.ClientID(fmt.Sprint("w", r.IntN(9))))
				case n < 17: // somebody else's server
					d.store.mu.Lock()
					rev := wire.Revision(len(d.store.log)) + 1
					d.store.log = append(d.store.log, Record{Revision: rev, Client: wire.ClientID(fmt.Sprint("else", rev)), Seq: 1, Op: (&ot.Builder{}).Insert("y", ot.Attrs{}).Op()})
					d.store.fails = r.IntN(3)
					d.store.mu.Unlock()
				case n < 18:
					hint{d.actor.state.Head() + wire.Revision(r.IntN(5))}.deliver(d.actor)
				default:
					d.settled()
				}
				d.step()
				d.check(lim)
				largest["queue"] = max(largest["queue"], len(d.actor.queue))
				largest["callers"] = max(largest["callers"], d.actor.callers.n)
				largest["parked"] = max(largest["parked"], len(d.actor.parked))
				largest["peers"] = max(largest["peers"], len(d.actor.peers))
				largest["trimmed"] = max(largest["trimmed"], int(d.actor.state.window.after))
			}
		})
	}
	if largest["queue"] < 2 || largest["callers"] < 3 || largest["parked"] < 3 || largest["peers"] < 3 || largest["trimmed"] < 100 {
		t.Errorf("the flood was a trickle: %v", largest)
	}
}

// TestParkedBound: no more joins wait for the log than there may be peers.
func TestParkedBound(t *testing.T) {
	lim := DefaultLimits()
	lim.Peers = 4
	d := drive(t, rand.New(rand.NewPCG(1, 1)), lim)
	for i := range 20 {
		m := join{peer: newPeer(t.Context(), d.actor, wire.ClientID(fmt.Sprint("c", i)), nil, Visitor{}), resume: true, asOf: 9, answer: make(chan joined, 1)}
		m.deliver(d.actor)
		if i < lim.Peers {
			continue
		}
		if in := <-m.answer; closeOf(in.err).Code != wire.CloseOverloaded.Code {
			t.Fatalf("join %d: %v", i, in.err)
		}
	}
	if n := len(d.actor.parked); n != lim.Peers {
		t.Errorf("%d joins are parked", n)
	}
}

// TestOldHint: a hint that is older than what is known does not make the joins
// that wait for more wait for nothing.
func TestOldHint(t *testing.T) {
	d := drive(t, rand.New(rand.NewPCG(1, 1)), DefaultLimits())
	d.join("c", 9)
	hint{0}.deliver(d.actor)
	d.step()
	if d.actor.writing == nil {
		t.Error("the log is not read")
	}
	d.settled()
}

// TestStaleLookup: a client whose last edit was looked up before the window
// begins may have made another one since, which the session has forgotten. It
// looks again.
func TestStaleLookup(t *testing.T) {
	lim := DefaultLimits()
	lim.WindowRecords = 4
	d := drive(t, rand.New(rand.NewPCG(1, 1)), lim)
	for rev := range wire.Revision(10) {
		d.store.log = append(d.store.log, Record{Revision: rev + 1, Client: "else", Seq: wire.Seq(rev) + 1, Op: (&ot.Builder{}).Insert("y", ot.Attrs{}).Op()})
	}
	hint{10}.deliver(d.actor)
	d.step()
	d.settled()
	after := d.actor.state.window.after
	for asOf := after - 1; asOf <= after; asOf++ {
		m := join{peer: newPeer(t.Context(), d.actor, "c", nil, Visitor{Role: func() wire.Role { return "" }}), resume: true, asOf: asOf, answer: make(chan joined, 1)}
		m.deliver(d.actor)
		in := <-m.answer
		if refused := in.err != nil; refused != (asOf < after) || refused && closeOf(in.err).Code != wire.CloseOverloaded.Code {
			t.Errorf("looked up at %d, the window begins after %d: %v", asOf, after, in.err)
		}
	}
}

// TestMailboxBound: who hands in more than the mailbox takes waits, and no
// longer than its connection lives.
func TestMailboxBound(t *testing.T) {
	lim := DefaultLimits()
	lim.Mailbox = 8
	d := drive(t, nil, lim)
	for range lim.Mailbox {
		if !d.actor.send(t.Context(), hint{}) {
			t.Fatal("refused")
		}
	}
	gone, cut := context.WithCancel(t.Context())
	cut()
	if d.actor.send(gone, hint{}) || len(d.actor.mailbox) != lim.Mailbox {
		t.Errorf("%d messages wait", len(d.actor.mailbox))
	}
}

// TestMovesAreOne: of any number of moves that the actor has not looked at, the
// latest is one message in the mailbox; after that there is one more.
func TestMovesAreOne(t *testing.T) {
	lim := DefaultLimits()
	lim.Notes = 0
	d := drive(t, nil, lim)
	d.join("c", 0)
	p := d.here[0]
	r := newReader(d.actor, p, nil, joined{})
	for round := range 3 {
		for n := range 100 {
			told := wire.Presence{Selections: make([]wire.Selection, n%3+1)}
			if err := r.take(t.Context(), told); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(d.actor.mailbox); n != 1 {
			t.Fatalf("round %d: %d messages wait", round, n)
		}
		(<-d.actor.mailbox).deliver(d.actor)
		if here, _ := d.actor.presence.of("c"); len(here.Selections) != 99%3+1 {
			t.Errorf("round %d: not the latest: %v", round, here.Selections)
		}
	}
}
