package session

import (
	"context"
	"errors"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// writer sends one peer what was published. It is the only goroutine that
// writes to the connection.
type writer struct {
	actor *actor
	peer  *peer
	conn  Conn

	sent     wire.Revision // the peer has everything up to here
	presence uint64        // and presences up to this version
	titles   uint64
	role     wire.Role
	buf      []byte
}

// run sends until the connection ends or ctx does. It closes the connection.
func (w *writer) run(ctx context.Context) {
	for {
		ended, err := w.step(ctx)
		if err != nil {
			w.conn.Close(wire.CloseStalled)
			return
		}
		if ended {
			return
		}
		select {
		case <-w.peer.wake:
		case <-ctx.Done():
			w.conn.Close(wire.CloseSilent)
			return
		}
	}
}

// step sends all that is new. It loads the ending first, so that what was
// published before the ending is sent before it.
func (w *writer) step(ctx context.Context) (ended bool, err error) {
	end := w.peer.ending.Load()
	v := w.actor.view.Load()
	if err := errors.Join(w.history(ctx, v), w.news(ctx, v)); err != nil {
		var c wire.Close
		if !errors.As(err, &c) {
			return false, err
		}
		w.peer.end(c, 0)
		end = w.peer.ending.Load()
	}
	if end == nil {
		return false, nil
	}
	return true, sayGoodbye(ctx, w.conn, w.actor.lim.Write, end)
}

// history sends the records up to the head of the view.
func (w *writer) history(ctx context.Context, v *view) error {
	for w.sent < v.head() {
		if w.sent == v.batchAfter && v.batch != nil {
			if err := w.write(ctx, v.batch); err != nil {
				return err
			}
			w.sent = v.head()
			return nil
		}
		if w.sent < v.window.after || v.head()-w.sent > wire.Revision(w.actor.lim.CatchupRecords) {
			if err := w.catchup(ctx, v); err != nil {
				return err
			}
			continue
		}
		var n int
		w.buf, n = appendRecords(w.buf[:0], w.sent, v.window.since(w.sent), w.actor.lim.MessageBytes)
		if err := w.write(ctx, w.buf); err != nil {
			return err
		}
		w.sent += wire.Revision(n)
	}
	return nil
}

// catchup sends the next stretch of history composed into one op, which never
// reaches across an edit of the peer's own client: that is sent as its record.
func (w *writer) catchup(ctx context.Context, v *view) error {
	records, err := w.stretch(ctx, v)
	if err != nil {
		return wire.CloseStoreFailed
	}
	for len(records) > 0 {
		n := 0
		for n < len(records) && records[n].Client != w.peer.client {
			n++
		}
		if n > 0 {
			if err := w.composed(ctx, records[:n]); err != nil {
				return err
			}
			records = records[n:]
			continue
		}
		r := records[0]
		own := wire.Records{After: w.sent, Records: []wire.Record{{Client: r.Client, Seq: r.Seq, Op: r.Op}}}
		if err := w.message(ctx, own); err != nil {
			return err
		}
		w.sent++
		records = records[1:]
	}
	w.presence = 0 // the peer could not move the carets over a composed op exactly
	return nil
}

// stretch returns the next records for the peer, from the window if it has
// them, else from the store.
func (w *writer) stretch(ctx context.Context, v *view) ([]Record, error) {
	step := wire.Revision(w.actor.lim.CatchupStep)
	if w.sent >= v.window.after {
		entries := v.window.since(w.sent)
		records := make([]Record, min(len(entries), int(step)))
		for i := range records {
			records[i] = entries[i].Record
		}
		return records, nil
	}
	ctx, cancel := context.WithTimeout(ctx, w.actor.lim.Store)
	defer cancel()
	records, err := w.actor.store.Records(ctx, w.actor.meta.ID, w.sent, min(w.sent+step, v.window.after))
	if err != nil {
		w.actor.log.Error().Err(err).Msg("reading history for a catch-up failed")
	}
	return records, err
}

func (w *writer) composed(ctx context.Context, records []Record) error {
	ops := make([]ot.Op, len(records))
	for i := range records {
		ops[i] = records[i].Op
	}
	op, err := ot.ComposeAll(ops)
	if err != nil {
		w.actor.log.Error().Err(err).Msg("composing history for a catch-up failed")
		return wire.CloseInternal
	}
	parts := wire.Split(op, w.actor.lim.MessageBytes/4, w.actor.lim.MessageBytes/32)
	to := w.sent + wire.Revision(len(records))
	for i, part := range parts {
		msg := wire.Catchup{After: w.sent, To: to, Part: i + 1, Parts: len(parts), Op: part}
		if err := w.message(ctx, msg); err != nil {
			return err
		}
	}
	w.sent = to
	return nil
}

// news sends all that is not history.
func (w *writer) news(ctx context.Context, v *view) error {
	if v.titles != w.titles {
		w.titles = v.titles
		if err := w.message(ctx, wire.Title{Title: v.title}); err != nil {
			return err
		}
	}
	if role := w.peer.who.Role(); role != w.role {
		w.role = role
		if err := w.message(ctx, wire.RoleChange{Role: role}); err != nil {
			return err
		}
	}
	if msg, ok := v.presence.since(w.presence, w.peer.client); ok {
		if err := w.message(ctx, msg); err != nil {
			return err
		}
	}
	w.presence = v.presence.version
	if ack := w.peer.ack.Swap(nil); ack != nil {
		if err := w.message(ctx, *ack); err != nil {
			return err
		}
	}
	if w.peer.pong.Swap(false) {
		return w.message(ctx, wire.Pong{})
	}
	return nil
}

// sayGoodbye says why and closes the connection.
func sayGoodbye(ctx context.Context, conn Conn, limit time.Duration, end *ending) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var msg wire.ServerMessage = wire.ErrorMessage{Code: end.close.Name, Seq: end.seq, Message: end.close.Reason}
	if end.close == wire.CloseRestarting {
		msg = wire.GoAway{Reason: end.close.Name, RetryMillis: 500}
	}
	conn.Write(ctx, msg.Append(nil)) // the close follows whether or not this arrives
	return conn.Close(end.close)
}

func (w *writer) message(ctx context.Context, m wire.ServerMessage) error {
	w.buf = m.Append(w.buf[:0])
	return w.write(ctx, w.buf)
}

func (w *writer) write(ctx context.Context, message []byte) error {
	ctx, cancel := context.WithTimeout(ctx, w.actor.lim.Write)
	defer cancel()
	return w.conn.Write(ctx, message)
}
