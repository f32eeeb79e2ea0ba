package session

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// elsewhere appends records of other clients to the log.
func (d *driven) elsewhere(n int) {
	d.store.mu.Lock()
	defer d.store.mu.Unlock()
	for range n {
		rev := wire.Revision(len(d.store.log)) + 1
		d.store.log = append(d.store.log, Record{Revision: rev, Client: wire.ClientID(fmt.Sprint("else", rev)), Seq: 1, Op: (&ot.Builder{}).Insert("y", ot.Attrs{}).Op()})
	}
}

// caughtUp reads the log to its end.
func (d *driven) caughtUp() {
	for d.actor.state.Head() < wire.Revision(len(d.store.log)) {
		hint{wire.Revision(len(d.store.log))}.deliver(d.actor)
		d.step()
		d.settled()
	}
}

// heard is the answer, which must be there.
func (c *caller) heard(t *testing.T) Outcome {
	t.Helper()
	select {
	case out := <-c.answer:
		return out
	default:
		t.Fatal("there is no answer")
		return Outcome{}
	}
}

func smallWindow() Limits {
	lim := DefaultLimits()
	lim.WindowRecords, lim.Peers = 4, 1
	return lim
}

// TestStaleLookUp: a write that was looked up so long ago that the session has
// forgotten what came since is looked up again, or it would be made twice.
func TestStaleLookUp(t *testing.T) {
	d := drive(t, rand.New(rand.NewPCG(1, 1)), smallWindow())
	sub := insertion("w", 1, 0, 0, "x")
	d.store.log = append(d.store.log, Record{Revision: 1, Client: "w", Seq: 1, Digest: sub.Digest, Op: sub.Op})
	d.elsewhere(200)
	d.caughtUp()
	if _, known := d.actor.state.clients.of("w"); known {
		t.Fatal("the client is not forgotten")
	}
	late := call{caller: &caller{ctx: t.Context(), answer: make(chan Outcome, 1)}, sub: sub, asOf: 0, looked: true}
	late.deliver(d.actor)
	if out := late.caller.heard(t); !errors.Is(out.Refused, errLookAgain) {
		t.Errorf("%+v", out)
	}
}

// TestCallerIsRemembered: while somebody waits for a write, the session does not
// forget that the log turned out to have it, however much comes with it.
func TestCallerIsRemembered(t *testing.T) {
	d := drive(t, rand.New(rand.NewPCG(1, 1)), smallWindow())
	sub := insertion("w", 1, 0, 0, "x")
	waits := call{caller: &caller{ctx: t.Context(), answer: make(chan Outcome, 1)}, sub: sub, looked: true}
	waits.deliver(d.actor)
	// Its record, and many others, are in the log before it can be appended.
	d.store.log = append(d.store.log, Record{Revision: 1, Client: "w", Seq: 1, Digest: sub.Digest, Op: sub.Op})
	d.elsewhere(200)
	d.step()
	d.settled()
	d.caughtUp()
	if out := waits.caller.heard(t); out != (Outcome{Revision: 1, Duplicate: true}) {
		t.Errorf("%+v", out)
	}
	if n := len(d.store.log); n != 201 {
		t.Errorf("%d records", n)
	}
}

// TestLateAppend: a write whose append fails and gets into the log later is seen,
// though whoever made it has left and nobody else writes.
func TestLateAppend(t *testing.T) {
	d := drive(t, rand.New(rand.NewPCG(1, 1)), smallWindow())
	ctx, leave := context.WithCancel(t.Context())
	sub := insertion("w", 1, 0, 0, "x")
	call{caller: &caller{ctx: ctx, answer: make(chan Outcome, 1)}, sub: sub}.deliver(d.actor)
	d.store.fails = 1
	d.step()
	leave()
	d.settled() // it is not in the log when that is read
	d.store.log = append(d.store.log, Record{Revision: 1, Client: "w", Seq: 1, Digest: sub.Digest, Op: sub.Op})
	d.step()
	d.settled()
	if head := d.actor.state.Head(); head != 1 {
		t.Errorf("the session is at %d, the log at 1", head)
	}
	if d.actor.callers.n != 0 || len(d.store.log) != 1 {
		t.Errorf("%d callers, %d records", d.actor.callers.n, len(d.store.log))
	}
}
