package session

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/wire"
)

// actor is a live document. Its goroutine is the only one that touches the
// fields below the line; the others use the mailbox and the view.
type actor struct {
	meta    Document
	store   Store
	lim     Limits
	log     zerolog.Logger
	mailbox chan message
	view    atomic.Pointer[view]
	stop    chan struct{} // closed by the hub: drain and end
	done    chan struct{} // closed by run: ended
	// over ends some time after run, for peers that do not take their goodbye.
	over    context.Context
	endOver context.CancelFunc
	// --
	state     State
	peers     map[wire.ClientID]*peer
	presence  presences
	title     string
	titles    uint64
	queue     []waiting // at most one for each peer
	writing   *write    // nil when no append is under way
	failures  int       // appends in a row whose outcome was unknown
	written   chan *write
	snapshot  wire.Revision // the latest that is stored
	snapshots chan wire.Revision
	storing   bool // a snapshot is being stored
	changed   bool // something is to be published
	stopping  bool
	work      sync.WaitGroup // the append and the snapshot under way
}

// message is what the mailbox carries; deliver runs in the actor.
type message interface{ deliver(*actor) }

// waiting is a submission and who waits for it.
type waiting struct {
	peer *peer
	sub  Submission
}

// write is one batch on its way into the log.
type write struct {
	batch    []waiting
	outcomes []Outcome
	next     State
	records  []Record
	// What came of it: err is nil when the records are in the log, else tail
	// is what the log has after the old head.
	err  error
	tail []Record
}

func newActor(meta Document, state State, snapshot wire.Revision, store Store, lim Limits, log zerolog.Logger) *actor {
	a := &actor{
		meta: meta, store: store, lim: lim, log: log.With().Str("doc", string(meta.ID)).Logger(),
		mailbox:   make(chan message, lim.Mailbox),
		stop:      make(chan struct{}),
		done:      make(chan struct{}),
		state:     state,
		peers:     map[wire.ClientID]*peer{},
		title:     meta.Title,
		written:   make(chan *write, 1),
		snapshot:  snapshot,
		snapshots: make(chan wire.Revision, 1),
	}
	a.over, a.endOver = context.WithCancel(context.Background())
	a.publish(state.Head())
	return a
}

// send puts a message into the mailbox. It waits while the mailbox is full,
// and returns false if the actor has ended or ctx ends first.
func (a *actor) send(ctx context.Context, m message) bool {
	select {
	case a.mailbox <- m:
		return true
	case <-a.done:
		return false
	case <-ctx.Done():
		return false
	}
}

// run is the actor's goroutine. It ends after stop is closed: when the write
// under way is settled and published, and the last snapshot stored.
func (a *actor) run() {
	defer close(a.done)
	stop := a.stop
	for !a.stopping || a.writing != nil || a.storing {
		before := a.state.Head()
		select {
		case m := <-a.mailbox:
			m.deliver(a)
			a.drainMailbox()
		case w := <-a.written:
			a.settle(w)
		case rev := <-a.snapshots:
			a.storing = false
			a.snapshot = max(a.snapshot, rev)
		case <-stop:
			stop = nil
			a.stopping = true
		}
		a.startWrite()
		if a.changed {
			a.publish(before)
		}
		a.startSnapshot(wire.Revision(a.lim.SnapshotRecords))
	}
	for _, p := range a.peers {
		p.end(wire.CloseRestarting, 0)
	}
	time.AfterFunc(a.lim.Goodbye, a.endOver)
	a.startSnapshot(1)
	if a.storing {
		<-a.snapshots
	}
	a.work.Wait()
}

// drainMailbox takes what else has arrived, so that edits that came together
// are written together.
func (a *actor) drainMailbox() {
	for range cap(a.mailbox) {
		select {
		case m := <-a.mailbox:
			m.deliver(a)
		default:
			return
		}
	}
}

// startWrite accepts all that waits and hands it to the store, unless a write
// is under way. What needs no write is answered at once: an edit that is in
// the log already must not look as if it were still in flight, because its
// author has seen its record and may send the next one.
func (a *actor) startWrite() {
	if a.writing != nil || a.stopping || len(a.queue) == 0 {
		return
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
	if len(w.records) == 0 {
		return
	}
	a.writing = w
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
	w.err = a.withStore(func(ctx context.Context) error {
		return a.store.Append(ctx, a.meta.ID, w.records)
	})
	if w.err == nil {
		return
	}
	if !errors.Is(w.err, ErrConflict) {
		a.log.Error().Err(w.err).Msg("append failed, its outcome is unknown")
		a.pause(failures)
	}
	for try := failures; ; try++ {
		err := a.withStore(func(ctx context.Context) (err error) {
			w.tail, err = a.tail(ctx, head)
			return err
		})
		if err == nil {
			return
		}
		a.log.Error().Err(err).Msg("reading the log after a failed append failed")
		if !a.pause(try) {
			return
		}
	}
}

func (a *actor) withStore(call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), a.lim.Store)
	defer cancel()
	return call(ctx)
}

func (a *actor) tail(ctx context.Context, after wire.Revision) ([]Record, error) {
	head, err := a.store.Head(ctx, a.meta.ID)
	if err != nil || head <= after {
		return nil, err
	}
	return a.store.Records(ctx, a.meta.ID, after, head)
}

// pause waits between two attempts to reach a failing store. It returns false
// if the actor is stopped meanwhile.
func (a *actor) pause(failures int) bool {
	wait := min(a.lim.RetryMax, a.lim.RetryMin<<min(failures, 16))
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-a.stop:
		return false
	}
}

// settle keeps the next state if the log has it. Otherwise it takes what the
// log has, and the same edits wait again: those that are in the log already
// will be recognised.
func (a *actor) settle(w *write) {
	a.writing = nil
	if w.err == nil {
		a.failures = 0
		a.keep(w.next)
		for i, out := range w.outcomes {
			a.answer(w.batch[i], out)
		}
		return
	}
	if !errors.Is(w.err, ErrConflict) {
		a.failures++
	}
	next, err := a.state.Extend(w.tail)
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
}

// keep makes the next state the current one. Everything in it is durable.
func (a *actor) keep(next State) {
	a.presence.move(next.window.since(a.state.Head()))
	a.state = next.trim(a.lim, func(c wire.ClientID) bool { return a.peers[c] != nil })
	a.changed = true
}

// answer tells an author what its record will not tell it. The outcome is
// settled: a refusal, or durable.
func (a *actor) answer(w waiting, out Outcome) {
	w.peer.waiting = false
	switch {
	case out.Refused != nil:
		a.logRefusal(&w.sub, out.Refused)
		w.peer.end(closeOf(out.Refused), w.sub.Edit.Seq)
	case out.Duplicate:
		w.peer.ack.Store(&wire.Ack{Seq: w.sub.Edit.Seq, Revision: out.Revision})
		w.peer.nudge()
	}
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

// publish lets everybody see the state. since is the head that was published
// last.
func (a *actor) publish(since wire.Revision) {
	a.changed = false
	v := &view{doc: a.state.doc, window: a.state.window, presence: a.presence, title: a.title, titles: a.titles}
	if since >= v.window.after && since < v.head() {
		v.encodeBatch(since, a.lim)
	} else if old := a.view.Load(); old != nil && since == v.head() {
		v.batchAfter, v.batch = old.batchAfter, old.batch
	}
	a.view.Store(v)
	for _, p := range a.peers {
		p.nudge()
	}
}

// startSnapshot stores the document if at least so many records follow the
// last snapshot.
func (a *actor) startSnapshot(after wire.Revision) {
	head := a.state.Head()
	if a.storing || head < a.snapshot+after {
		return
	}
	a.storing = true
	snap := Snapshot{Revision: head, Doc: a.state.doc}
	a.work.Go(func() {
		err := a.withStore(func(ctx context.Context) error { return a.store.PutSnapshot(ctx, a.meta.ID, snap) })
		if err != nil {
			// The log has it all; the next one is due after as many records.
			a.log.Warn().Err(err).Uint64("revision", uint64(head)).Msg("snapshot failed")
		}
		a.snapshots <- head
	})
}

func (a *actor) endAll(c wire.Close) {
	for _, p := range a.peers {
		p.end(c, 0)
	}
}

// dropGone forgets the waiting edits of peers that are no longer here. Their
// clients will send them again.
func (a *actor) dropGone() {
	kept := a.queue[:0]
	for _, w := range a.queue {
		if a.peers[w.peer.client] == w.peer {
			kept = append(kept, w)
		}
	}
	clear(a.queue[len(kept):])
	a.queue = kept
}

func closeOf(err error) wire.Close {
	var c wire.Close
	if errors.As(err, &c) {
		return c
	}
	return wire.CloseInternal
}
