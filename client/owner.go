package client

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// owner is the goroutine that owns the state. Its fields belong to it alone.
type owner struct {
	c   *Client
	cfg Config

	state State
	live  bool // the document is loaded, and may be edited

	// What a resume needs; empty if there is nothing to resume.
	client  wire.ClientID
	secret  string
	lineage wire.Lineage
	role    wire.Role

	link     *link // nil while there is none
	dialed   chan dialed
	failures int           // since the last progress
	retry    time.Duration // asked for by the server

	stream  // what belongs to the present link
	hold    wire.Revision
	sentAt  time.Time // when the edit in flight went there
	waiters map[*waiter]struct{}
}

type waiter struct {
	condition func(State) bool
	met       chan struct{}
}

type dialed struct {
	conn Conn
	err  error
}

// noHold is a revision that no document reaches.
const noHold = wire.Revision(math.MaxUint64)

func newOwner(c *Client, cfg Config) *owner {
	return &owner{c: c, cfg: cfg, dialed: make(chan dialed), hold: noHold, waiters: map[*waiter]struct{}{}}
}

// run is the life of the client; it returns why that ended.
func (o *owner) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // the dialler
	o.connect(ctx, 0)
	ping := time.NewTicker(o.cfg.PingInterval)
	defer ping.Stop()
	for {
		var in chan inbound
		if o.link != nil {
			in = o.link.in
		}
		var end error
		select {
		case <-ctx.Done():
			end = context.Cause(ctx)
		case r := <-o.c.requests:
			err := r.do(o)
			end = o.lost(ctx, o.drain())
			o.publish()
			r.reply <- err
		case d := <-o.dialed:
			end = o.opened(ctx, d)
		case m := <-in:
			for _, msg := range m.messages {
				if m.err = o.receive(msg); m.err != nil {
					break // the rest belongs to a connection that is given up
				}
			}
			end = o.lost(ctx, m.err)
			o.publish()
		case <-ping.C:
			o.ping()
		}
		if end != nil {
			if o.link != nil {
				o.link.leave()
			}
			return end
		}
	}
}

// edit takes an op of the user.
func (o *owner) edit(op ot.Op) error {
	switch {
	case !o.live:
		return ErrReloading
	case !o.role.CanEdit():
		return ErrReadOnly
	}
	next, m, err := o.state.Local(op)
	if err != nil {
		return err
	}
	o.state = next
	o.take(m)
	return nil
}

// take brings a message on its way that has just become the one in flight.
func (o *owner) take(m *Message) {
	if m == nil {
		return
	}
	o.sentAt = time.Now()
	if o.link != nil && o.welcomed {
		o.send(m.Frame)
	}
}

// send never waits: the outbox has room for everything but surplus pings.
func (o *owner) send(frame []byte) {
	select {
	case o.link.out <- frame:
	default:
		o.link.cancel(errors.New("the connection takes no messages"))
	}
}

func (o *owner) ping() {
	if o.link != nil && o.welcomed && len(o.link.out) == 0 {
		o.send(wire.Ping{}.Append(nil))
	}
}

// publish shows the state to the other goroutines.
func (o *owner) publish() {
	if !o.live {
		return
	}
	s := o.state
	o.c.state.Store(&s)
	for w := range o.waiters {
		if w.condition(s) {
			delete(o.waiters, w)
			close(w.met)
		}
	}
}

// connect opens the next connection after a delay; the owner hears of it on
// o.dialed.
func (o *owner) connect(ctx context.Context, delay time.Duration) {
	o.c.wg.Go(func() {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		dialCtx, cancel := context.WithTimeout(ctx, o.cfg.DialTimeout)
		defer cancel()
		conn, err := o.cfg.Dial(dialCtx)
		select {
		case o.dialed <- dialed{conn, err}:
		case <-ctx.Done():
			if err == nil {
				_ = conn.Close(closeGoingAway, "")
			}
		}
	})
}

func (o *owner) opened(ctx context.Context, d dialed) error {
	if d.err != nil {
		return o.lost(ctx, d.err)
	}
	o.link = o.c.newLink(d.conn, &o.cfg)
	o.stream = stream{}
	hello := wire.Hello{}
	if o.client != "" {
		hello = wire.Hello{Client: o.client, Secret: o.secret, Lineage: o.lineage, Revision: o.state.Revision()}
	}
	o.send(hello.Append(nil))
	return nil
}

// lost decides how to go on after an error of the connection, nil being none.
// It returns why the client ends, if it does.
func (o *owner) lost(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if o.said.Code != "" {
		err = fmt.Errorf("%w: %s", err, o.said.Message)
	}
	if o.link != nil {
		o.c.wg.Go(o.link.drop)
		o.link = nil
	}
	o.stream = stream{}
	action := actionFor(err)
	switch action {
	case wire.Stop:
		return &EndError{Cause: err, Unsent: unsentOf(o.state, err)}
	case wire.Resync:
		unsent := o.abandon(err)
		if !o.cfg.Resync {
			return &EndError{Cause: err, Unsent: unsent}
		}
	}
	delay := o.backoff()
	o.cfg.Logger.Info().Err(err).Bool(logResync, action == wire.Resync).Dur(logDelay, delay).
		Msg("connection lost, connecting again")
	o.connect(ctx, delay)
	return nil
}

// Log keys.
const (
	logResync = "resync"
	logDelay  = "delay"
)

func actionFor(err error) wire.Action {
	if ce, ok := errors.AsType[*ClosedError](err); ok {
		return ce.Action()
	}
	if he, ok := errors.AsType[*HTTPError](err); ok && !he.Temporary() {
		return wire.Stop
	}
	if errors.Is(err, ErrDiverged) {
		return wire.Resync
	}
	return wire.Retry
}

// abandon forgets what a resume needs, and hands over what is unsent.
func (o *owner) abandon(reason error) Unsent {
	unsent := unsentOf(o.state, reason)
	o.client, o.live = "", false
	if o.cfg.OnUnsent != nil && !unsent.Op.IsNoop() {
		o.cfg.OnUnsent(unsent)
	}
	return unsent
}

// backoff returns the time to wait before the next connection.
func (o *owner) backoff() time.Duration {
	delay := o.cfg.MinBackoff << min(o.failures, 30)
	if delay > o.cfg.MaxBackoff || delay < o.cfg.MinBackoff {
		delay = o.cfg.MaxBackoff
	}
	o.failures++
	// The clients of a server that went away must not come back as one.
	delay = delay*3/4 + rand.N(delay/2+1)
	delay = max(delay, min(o.retry, o.cfg.MaxBackoff))
	o.retry = 0
	return delay
}
