package session

import (
	"context"
	"errors"
	"time"

	"github.com/collabd/collabd/wire"
)

// write is one batch on its way into the log; or, without a batch, a look at
// what others have appended.
type write struct {
	number   uint64 // counts the writes of the session
	batch    []waiting
	outcomes []Outcome
	next     State
	records  []Record
	// What came of it: err is nil when the records are in the log, else tail
	// is what the log has after the old head, if it was read.
	err   error
	tail  []Record
	read  bool
	short bool // the log was read, and ends before the old head
}

// unsure reports whether the log neither took the records nor had others
// instead, as it does when it fails.
func (w *write) unsure() bool {
	return w.err != nil && len(w.records) > 0 && (!errors.Is(w.err, ErrConflict) || len(w.tail) == 0)
}

// startWrite accepts all that waits and hands it to the store, unless a write
// is under way. What needs no write is answered at once: an edit that is in
// the log already must not look as if it were still in flight, because its
// author has seen its record and may send the next one.
func (a *actor) startWrite() {
	if a.writing != nil || a.stopping {
		return
	}
	if a.ahead > a.state.Head() {
		a.begin(&write{err: ErrConflict})
		return
	}
	if w := a.accept(); len(w.records) > 0 {
		a.begin(w)
	} else {
		a.trouble(false) // nothing waits: the next edit will find out
	}
}

// accept makes a write of all that waits.
func (a *actor) accept() *write {
	if len(a.queue) == 0 {
		return &write{}
	}
	batch := a.queue
	a.queue = nil
	subs := make([]Submission, len(batch))
	for i := range batch {
		subs[i] = batch[i].sub
	}
	next, outcomes := a.state.Accept(subs, a.lim)
	w := &write{next: next, records: next.Since(a.state.Head())}
	for i, out := range outcomes {
		if out.Refused != nil || out.Revision <= a.state.Head() {
			a.answer(batch[i], out)
		} else {
			w.batch = append(w.batch, batch[i])
			w.outcomes = append(w.outcomes, out)
		}
	}
	return w
}

// begin hands a write to a goroutine beside the actor.
func (a *actor) begin(w *write) {
	a.begun++
	w.number = a.begun
	a.writing = w
	a.counts.appending.Store(true)
	a.late.Reset(a.lim.Late)
	head, failures := a.state.Head(), a.failures
	a.work.Go(func() {
		a.append(w, head, failures)
		a.written <- w
	})
}

// append runs beside the actor: it appends the records, or, if that fails,
// reads what the log has after head. It does not return before it knows one or
// the other, unless the actor is stopped.
func (a *actor) append(w *write, head wire.Revision, failures int) {
	if len(w.records) > 0 {
		began := time.Now()
		w.err = a.withStore(func(ctx context.Context) error {
			return a.store.Append(ctx, a.meta.ID, w.records)
		})
		a.observer.Appended(appendResult(w.err), len(w.records), time.Since(began))
	}
	if w.err == nil {
		return
	}
	if !errors.Is(w.err, ErrConflict) {
		a.log.Error().Err(w.err).Msg("append failed, its outcome is unknown")
		a.pause(failures)
	}
	for try := failures; ; try++ {
		err := a.withStore(func(ctx context.Context) (err error) {
			w.tail, w.short, err = a.tail(ctx, head)
			return err
		})
		if err == nil {
			w.read = true
			if w.unsure() && !w.short && errors.Is(w.err, ErrConflict) {
				a.pause(failures) // it did not say what is in the way
			}
			return
		}
		a.log.Error().Err(err).Msg("reading the log after a failed append failed")
		if !a.pause(try) {
			return
		}
	}
}

func appendResult(err error) string {
	switch {
	case err == nil:
		return AppendDone
	case errors.Is(err, ErrConflict):
		return AppendConflict
	}
	return AppendUnknown
}

// tail reads what the log has after a revision, at most CatchupStep records.
// short says that it does not even reach that revision.
func (a *actor) tail(ctx context.Context, after wire.Revision) (tail []Record, short bool, err error) {
	head, err := a.store.Head(ctx, a.meta.ID)
	if err != nil || head <= after {
		return nil, err == nil && head < after, err
	}
	tail, err = a.store.Records(ctx, a.meta.ID, after, min(head, after+wire.Revision(a.lim.CatchupStep)))
	return tail, false, err
}

// pause waits between two attempts to reach a failing store. It returns false
// if the actor is stopped meanwhile, or has ended by a fault.
func (a *actor) pause(failures int) bool {
	wait := min(a.lim.RetryMax, a.lim.RetryMin<<min(failures, 16))
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-a.stop:
		return false
	case <-a.over.Done():
		return false
	}
}

// settle keeps the next state if the log has it. Otherwise it takes what the
// log has, and the same edits wait again: those that are in the log already
// will be recognised.
func (a *actor) settle(w *write) {
	a.writing = nil
	a.counts.appending.Store(false)
	a.late.Stop()
	if w.err == nil {
		a.failures = 0
		a.trouble(false)
		a.keep(w.next)
		for i, out := range w.outcomes {
			a.answer(w.batch[i], out)
		}
		a.answerKnown()
		a.unpark(w, false)
		return
	}
	if w.unsure() {
		for i := range w.batch {
			w.batch[i].tried = true
		}
		if a.failures++; a.failures > 1 { // it reads, but takes nothing: full or read-only
			a.trouble(true)
		}
	}
	next, err := a.state.Extend(w.tail)
	if err == nil && w.short {
		err = errShort
	}
	if err != nil {
		// The log is not what we made of it. Nobody may go on from here: the
		// session ends, and the next one loads what the log has.
		a.log.Error().Err(err).Msg("the log does not follow the document")
		a.endAll(wire.CloseStoreFailed)
		a.stopping, a.snapshot = true, a.state.Head()
		return
	}
	if len(w.tail) > 0 {
		a.keep(next)
	}
	a.queue = append(w.batch, a.queue...)
	a.dropGone()
	a.answerKnown()
	a.unpark(w, w.read && len(w.tail) == 0)
}

// errShort says that records are gone which were in the log.
var errShort = errors.New("the log ends before what was acknowledged")

// answerKnown answers the edits that the log turned out to have. Their authors
// are about to see their records, and may send the next ones whatever else is
// to be read or written first.
func (a *actor) answerKnown() {
	unknown := a.queue[:0]
	for _, w := range a.queue {
		last := a.state.lastOf(w.sub.Client, w.sub.last)
		if w.sub.Edit.Seq == last.seq && w.sub.Digest == last.digest {
			a.answer(w, Outcome{Revision: last.revision, Duplicate: true})
		} else {
			unknown = append(unknown, w)
		}
	}
	clear(a.queue[len(unknown):])
	a.queue = unknown
}

// keep makes the next state the current one. Everything in it is durable.
func (a *actor) keep(next State) {
	trimmed := next.trim(a.lim, func(c wire.ClientID) bool { return a.peers[c] != nil || a.callers.of[c] > 0 })
	if a.presence.before(trimmed.window.after) {
		a.presence.move(next.window)
	}
	a.state = trimmed
	a.changed = true
}

// trouble notes whether the log takes edits.
func (a *actor) trouble(is bool) {
	if a.troubled != is {
		a.troubled = is
		a.states++
		a.changed = true
	}
}

// answer tells an author the outcome, which is settled: a refusal, or durable.
func (a *actor) answer(w waiting, out Outcome) {
	result := EditAccepted
	switch {
	case out.Refused != nil:
		result = closeOf(out.Refused).Name
		a.logRefusal(&w.sub, out.Refused)
	case out.Duplicate:
		result = EditDuplicate
	}
	w.author.hears(a, &w.sub, out)
	a.observer.Edit(result, time.Since(w.sub.At))
}

func (a *actor) logRefusal(sub *Submission, err error) {
	line := a.log.Info()
	var poison *PoisonError
	if errors.As(err, &poison) {
		line = a.log.Error().Bytes("stack", poison.Stack)
	}
	line.Str("client", string(sub.Client)).Uint64("seq", uint64(sub.Edit.Seq)).
		Uint64("base", uint64(sub.Edit.Base)).Uint64("head", uint64(a.state.Head())).
		Uint64("digest", sub.Digest).Str("close", closeOf(err).Name).Msg("edit refused")
}
