package fuzz

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
)

// plan is what a seed makes of a simulated session before anything happens.
type plan struct {
	kind ot.DocKind
	lim  session.Limits
	bots int
	hubs int
	// follows: the store tells each hub what the other one has appended.
	// Without it, hubs learn it from their own appends and from the clients
	// that come over.
	follows bool
	// slow: calls of the store and messages on their way take time.
	slow bool
	// short: everybody gives up after a few seconds, so that it happens while
	// the session goes on.
	short bool
	// patient: connections that are dead in the end are found to be, instead of
	// being cut when everything is mended.
	patient bool
	// visited: there are other documents that want memory too.
	visited bool
}

func newPlan(r *rand.Rand) plan {
	p := plan{kind: ot.Text, lim: session.DefaultLimits(), bots: 3 + r.IntN(6), hubs: 1}
	one := func(in int) bool { return r.IntN(in) == 0 }
	if one(2) {
		p.kind = ot.Rich
	}
	if r.IntN(10) < 6 {
		p.hubs = 2
		p.follows = !one(4)
	}
	p.slow, p.short, p.patient = one(2), one(2), one(8)
	lim := &p.lim
	if one(2) { // old bases, catch-ups and forgotten clients are common
		lim.WindowRecords, lim.CatchupRecords, lim.SnapshotRecords, lim.CatchupStep = 8, 4, 10, 3+r.IntN(5)
		lim.Peers = p.bots
	}
	if one(4) {
		lim.WindowBytes = 600
	}
	if one(3) {
		lim.MessageBytes = 256
	}
	if one(4) {
		lim.Mailbox = 1 + r.IntN(3)
	}
	switch r.IntN(3) {
	case 0:
		lim.Frames = 0
	case 1: // so few that everybody waits
		lim.Frames, lim.FrameWait = 5+r.IntN(60), time.Duration(1+r.IntN(400))*time.Millisecond
	}
	if one(4) {
		lim.Edits, lim.EditBurst = 2+r.IntN(5), 1+r.IntN(2)
	}
	if one(4) {
		lim.Notes, lim.NoteBurst = 2+r.IntN(3), 1+r.IntN(2)
	}
	if one(4) {
		lim.Memory = int64(9000 + r.IntN(12000))
		p.visited = true
	}
	lim.Follow = time.Duration(200+r.IntN(800)) * time.Millisecond
	lim.Idle = time.Duration(200+r.IntN(5000)) * time.Millisecond
	if p.short {
		lim.Hello, lim.Write, lim.Store = time.Second, time.Second, time.Second
		lim.Silence, lim.Late, lim.Goodbye = 4*time.Second, 200*time.Millisecond, 500*time.Millisecond
		lim.ComeBack, lim.RetryMax = time.Second, time.Second
	}
	return p
}

const maxBackoff = 2 * time.Second

// client is how a client of this session behaves.
func (p plan) client() client.Config {
	cfg := client.Config{MinBackoff: 50 * time.Millisecond, MaxBackoff: maxBackoff}
	if p.short {
		cfg.PingInterval, cfg.ReadTimeout, cfg.WriteTimeout = time.Second, 3*time.Second, time.Second
	}
	return cfg
}

// patience is after how long everything is over that was begun before the calm,
// and nobody believes any more in a connection that is dead.
func (p plan) patience() time.Duration {
	wait := 2*p.lim.Store + p.lim.Write + p.lim.RetryMax + p.lim.ComeBack + 2*maxBackoff
	if p.patient {
		wait += p.lim.Silence + 30*time.Second
	}
	return wait
}

// settled is after how long everything that was sent in calm has arrived.
func (p plan) settled() time.Duration {
	wait := 100*time.Millisecond + p.lim.FrameWait
	if p.lim.Notes < 10 || p.lim.Edits < 10 {
		wait += 3 * time.Second
	}
	return wait
}

func (p plan) String() string {
	l := p.lim
	return fmt.Sprintf("%s document, %d clients, %d hubs, follows %t, slow %t, short %t, patient %t, visited %t; "+
		"window %d, %d bytes, step %d, message %d, mailbox %d, frames %d in %v, edits %d+%d, notes %d+%d, memory %d, follow %v, idle %v",
		p.kind, p.bots, p.hubs, p.follows, p.slow, p.short, p.patient, p.visited,
		l.WindowRecords, l.WindowBytes, l.CatchupStep, l.MessageBytes, l.Mailbox, l.Frames, l.FrameWait,
		l.Edits, l.EditBurst, l.Notes, l.NoteBurst, l.Memory, l.Follow, l.Idle)
}
