package session

import (
	"context"
	"errors"
	"time"

	"golang.org/x/time/rate"

	"github.com/collabd/collabd/wire"
)

// reader hands in what a peer sends.
type reader struct {
	actor *actor
	peer  *peer
	conn  Conn
	edits *rate.Limiter
	notes *rate.Limiter
	told  time.Time // that it is slowed down
	check time.Time // when it asked for the hash last
	// What was known when it joined: the client's last edit, and the least base
	// that its next ones may have.
	joined lastEdit
	least  wire.Revision
}

func newReader(a *actor, p *peer, conn Conn, in joined) *reader {
	return &reader{
		actor: a, peer: p, conn: conn, joined: in.last, least: max(in.known, in.last.revision),
		edits: limiter(a.lim.Edits, a.lim.EditBurst), notes: limiter(a.lim.Notes, a.lim.NoteBurst),
	}
}

func limiter(perSecond, burst int) *rate.Limiter {
	if perSecond <= 0 {
		return rate.NewLimiter(rate.Inf, 0)
	}
	return rate.NewLimiter(rate.Limit(perSecond), max(burst, 1))
}

// run reads until the connection breaks or the client breaks the protocol, in
// which case the error is a wire.Close or a *wire.Error.
func (r *reader) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(r.actor.lim.Silence, func() { cancel(wire.CloseSilent) })
	defer silence.Stop()
	for {
		// One context for all messages: making one for each would cost as much
		// as reading it.
		silence.Reset(r.actor.lim.Silence)
		frame, err := r.conn.Read(ctx)
		silence.Stop()
		if err != nil {
			return readError(ctx, err)
		}
		msg, err := wire.DecodeClient(frame, r.actor.lim.Wire)
		if err != nil {
			return err
		}
		if err := r.take(ctx, msg); err != nil {
			return err
		}
	}
}

// readError prefers the reason why we stopped reading over how Read put it.
func readError(ctx context.Context, err error) error {
	var c wire.Close
	if !errors.As(err, &c) && errors.As(context.Cause(ctx), &c) {
		return c
	}
	return err
}

func (r *reader) take(ctx context.Context, msg wire.ClientMessage) error {
	switch msg := msg.(type) {
	case wire.Edit:
		if err := r.slow(ctx, r.edits); err != nil {
			return err
		}
		return r.edit(ctx, msg)
	case wire.Presence:
		if err := r.slow(ctx, r.notes); err != nil {
			return err
		}
		if r.peer.moved.Swap(&msg) == nil {
			r.actor.send(ctx, move{r.peer})
		}
	case wire.Check:
		if err := r.slow(ctx, r.notes); err != nil {
			return err
		}
		r.checked(msg)
	case wire.Ping:
		if err := r.slow(ctx, r.notes); err != nil {
			return err
		}
		r.peer.pong.Store(true)
		r.peer.nudge()
	case wire.Hello:
		return wire.CloseBadHello
	}
	return nil
}

// checked has the writer answer, unless the client asks too often. That its
// document differed is a fault of ours or its own, and operators want to know.
func (r *reader) checked(msg wire.Check) {
	now := time.Now()
	if now.Sub(r.check) < r.actor.lim.Check {
		return
	}
	r.check = now
	if n := min(msg.Repaired, r.actor.lim.Repaired); n > 0 {
		r.actor.observer.Repaired(n)
		r.actor.log.Warn().Str("client", string(r.peer.client)).Int("times", n).Msg("a client's document differed and was repaired")
	}
	r.peer.check.Store(true)
	r.peer.nudge()
}

// slow waits as long as a limit asks for. That slows down its own connection
// and no other: nothing more is read from it meanwhile.
func (r *reader) slow(ctx context.Context, limit *rate.Limiter) error {
	wait := limit.Reserve().Delay()
	if wait <= 0 {
		return nil
	}
	r.actor.observer.Slowed(wait)
	if now := time.Now(); now.Sub(r.told) >= r.actor.lim.SlowNotice {
		r.told = now
		r.peer.slow.Store(max(1, wait.Milliseconds()))
		r.peer.nudge()
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *reader) edit(ctx context.Context, e wire.Edit) error {
	if !r.peer.who.Role().CanEdit() {
		return wire.CloseForbidden.Because("This connection may not edit the document.")
	}
	sub := Submission{
		Client: r.peer.client, User: r.peer.who.User.ID, At: time.Now(),
		Edit: e, Digest: e.Digest(), Op: e.Op, Base: e.Base,
	}
	if sub.Base < r.actor.view.Load().window.after && e.Base < r.least && e.Seq > r.joined.seq {
		// Nobody may make us read the history again and again.
		return &wire.Error{Close: wire.CloseBadBase, Member: "base", Detail: "is older than what the client knew when it joined", Seq: e.Seq}
	}
	if err := r.actor.intoWindow(ctx, &sub); err != nil {
		return err
	}
	r.actor.send(ctx, submit{r.peer, sub})
	return nil
}
