package session

import (
	"context"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// catchup sends the next stretch of history composed into one op, which never
// reaches across an edit of the peer's own client: that is sent as its record.
func (w *writer) catchup(v *view) error {
	records, err := w.stretch(v)
	if err != nil {
		w.actor.log.Error().Err(err).Msg("reading history for a catch-up failed")
		return wire.CloseStoreFailed
	}
	w.actor.observer.CaughtUp(len(records))
	for len(records) > 0 {
		n := 0
		for n < len(records) && records[n].Client != w.peer.client {
			n++
		}
		if n > 0 {
			if err := w.composed(records[:n]); err != nil {
				return err
			}
			records = records[n:]
			continue
		}
		r := records[0]
		own := wire.Records{After: w.sent.revision, Records: []wire.Record{{Client: r.Client, Seq: r.Seq, Op: r.Op}}}
		if err := w.message(own); err != nil {
			return err
		}
		w.sent.revision++
		records = records[1:]
	}
	w.sent.presence = 0 // the peer could not move the carets over a composed op exactly
	return nil
}

// stretch returns the next records for the peer, at most CatchupStep of them:
// from the store what the window does not have, and from there on the window.
func (w *writer) stretch(v *view) ([]Record, error) {
	from, upTo := w.sent.revision, min(w.sent.revision+wire.Revision(w.actor.lim.CatchupStep), v.head())
	var records []Record
	if from < v.window.after {
		ctx, cancel := context.WithTimeout(w.ctx, w.actor.lim.Store)
		defer cancel()
		var err error
		records, err = w.actor.store.Records(ctx, w.actor.meta.ID, from, min(upTo, v.window.after))
		if err != nil {
			return nil, err
		}
		from = min(upTo, v.window.after)
	}
	if from < upTo {
		for _, e := range v.window.since(from)[:upTo-from] {
			records = append(records, e.Record)
		}
	}
	return records, nil
}

func (w *writer) composed(records []Record) error {
	ops := make([]ot.Op, len(records))
	for i := range records {
		ops[i] = records[i].Op
	}
	op, err := ot.ComposeAll(ops)
	if err != nil {
		w.actor.log.Error().Err(err).Msg("composing history for a catch-up failed")
		return wire.CloseInternal
	}
	parts := exact(wire.Split(op, w.actor.lim.MessageBytes/4, w.actor.lim.MessageBytes/32))
	to := w.sent.revision + wire.Revision(len(records))
	for i, part := range parts {
		msg := wire.Catchup{After: w.sent.revision, To: to, Part: i + 1, Parts: len(parts), Op: part}
		if err := w.message(msg); err != nil {
			return err
		}
	}
	w.sent.revision = to
	return nil
}
