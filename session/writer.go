package session

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/collabd/collabd/wire"
)

// writer sends one peer what was published. It has no goroutine while there is
// nothing to send: nudge starts one, which sends all that is new and ends. So
// a peer that is idle costs no stack, and there is never more than one that
// writes to the connection.
type writer struct {
	actor *actor
	peer  *peer
	conn  Conn
	ctx   context.Context // of the connection
	// giveUp ends ctx, and so breaks the connection. patience calls it when a
	// frame takes too long.
	giveUp   context.CancelFunc
	patience *time.Timer
	done     chan struct{} // closed when nothing will be sent any more
	phase    atomic.Uint32
	at       atomic.Uint64 // sent.revision, for others to see

	// Owned by the goroutine that is running.
	welcome func(context.Context) error // the answer to the hello, until it is sent
	sent    position                    // the peer has everything up to here
	role    wire.Role
	buf     []byte
}

// The phases of a writer.
const (
	idle    uint32 = iota // everything was sent
	running               // a goroutine is sending
	nudged                // a goroutine is sending, and shall look again
	ended                 // the connection has ended
)

// begin starts the writer, with the answer to the hello. Until then it only
// remembers that it was nudged.
func (w *writer) begin(welcome func(context.Context) error) {
	w.welcome = welcome
	go w.run()
}

// nudge makes the writer look whether there is something to send. It never
// waits.
func (w *writer) nudge() {
	for {
		switch phase := w.phase.Load(); {
		case phase == nudged || phase == ended:
			return
		case phase == idle && w.phase.CompareAndSwap(idle, running):
			go w.run()
			return
		case phase == running && w.phase.CompareAndSwap(running, nudged):
			return
		}
	}
}

// run sends until nothing is left to send. When the connection is to end, or
// breaks, it closes it.
func (w *writer) run() {
	for {
		w.phase.Store(running)
		over := false
		if err := w.actor.survive("a connection", func() (err error) { over, err = w.step(); return err }); err != nil {
			// The connection is gone, or the fault is ours and it must go.
			if end, ok := endingFor(err); ok {
				sayGoodbye(w.ctx, w.conn, w.actor.lim, &end)
			} else {
				w.conn.Close(wire.CloseStalled)
			}
			over = true
		}
		if over {
			w.giveUp()
			w.phase.Store(ended)
			close(w.done)
			return
		}
		w.buf = nil // it is needed seldom, and idle peers are many
		if w.phase.CompareAndSwap(running, idle) {
			return
		}
	}
}

// step sends all that is new. It loads the ending first, so that what was
// published before the ending is sent before it.
func (w *writer) step() (over bool, err error) {
	end := w.peer.ending.Load()
	if w.ctx.Err() != nil {
		w.conn.Close(wire.CloseSilent)
		return true, nil
	}
	if err := w.news(); err != nil {
		var c wire.Close
		if !errors.As(err, &c) {
			return true, err
		}
		w.peer.ending.CompareAndSwap(nil, &ending{close: c})
		end = w.peer.ending.Load()
	}
	if end == nil {
		return false, nil
	}
	sayGoodbye(w.ctx, w.conn, w.actor.lim, end)
	return true, nil
}

// news sends what the peer has not been sent yet.
func (w *writer) news() error {
	if w.welcome != nil {
		if err := w.welcome(w.ctx); err != nil {
			return err
		}
		w.welcome = nil
	}
	v := w.actor.view.Load()
	for {
		frame, err := w.next(v)
		if err != nil {
			return err
		}
		if frame == nil {
			return w.slots(v)
		}
		if err := w.write(frame); err != nil {
			return err
		}
		w.actor.observer.Sent(len(frame), time.Since(v.at))
	}
}

// next returns the next frame of the view for the peer, nil if it has all of
// them. Catch-ups are written by themselves.
func (w *writer) next(v *view) ([]byte, error) {
	for v.behind(w.sent) > w.actor.lim.CatchupRecords || w.sent.revision < v.window.after {
		if err := w.catchup(v); err != nil {
			return nil, err
		}
	}
	if v.nothingFor(w.peer.client, w.sent) {
		w.sent = v.position()
		return nil, nil
	}
	f := v.frame(w.sent, w.actor.lim)
	w.sent = f.to
	w.at.Store(uint64(w.sent.revision))
	return f.bytes, nil
}

// slots sends what concerns this peer alone. It has been sent the whole view.
func (w *writer) slots(v *view) error {
	var own []wire.ServerMessage
	if role := w.peer.who.Role(); role != w.role {
		w.role = role
		own = append(own, wire.RoleChange{Role: role})
	}
	if ack := w.peer.ack.Swap(nil); ack != nil {
		own = append(own, *ack)
	}
	if wait := w.peer.slow.Swap(0); wait > 0 {
		own = append(own, wire.Slow{WaitMillis: int(wait)})
	}
	if w.peer.check.Swap(false) {
		own = append(own, wire.Checked{Revision: v.head(), Hash: v.doc.Hash().String()})
	}
	if w.peer.pong.Swap(false) {
		own = append(own, wire.Pong{})
	}
	for _, m := range own {
		if err := w.message(m); err != nil {
			return err
		}
	}
	return nil
}

// sayGoodbye says why, and when to come back, and closes the connection.
func sayGoodbye(ctx context.Context, conn Conn, lim Limits, end *ending) {
	ctx, cancel := context.WithTimeout(ctx, lim.Write)
	defer cancel()
	conn.Write(ctx, goodbye(lim, end)) // the close follows whether or not this arrives
	conn.Close(end.close)
}

func goodbye(lim Limits, end *ending) []byte {
	why := wire.ErrorMessage{Code: end.close.Name, Seq: end.seq, Message: end.close.Reason}
	wait := lim.comeBack(end.close)
	if wait == 0 {
		return why.Append(nil)
	}
	away := wire.GoAway{Reason: end.close.Name, RetryMillis: int(wait.Milliseconds())}
	if end.close == wire.CloseRestarting {
		return away.Append(nil)
	}
	frame := append(away.Append([]byte{'['}), ',')
	return append(why.Append(frame), ']')
}

func (w *writer) message(m wire.ServerMessage) error {
	w.buf = m.Append(w.buf[:0])
	return w.write(w.buf)
}

// write gives the connection a frame. One that takes too long breaks it.
func (w *writer) write(frame []byte) error {
	w.patience.Reset(w.actor.lim.Write)
	defer w.patience.Stop()
	return w.conn.Write(w.ctx, frame)
}
