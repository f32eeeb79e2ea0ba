package session

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/wire"
)

// actor is a live document. Its goroutine is the only one that touches the
// fields below the line; the others use the mailbox and the view.
type actor struct {
	meta     Document
	store    Store
	lim      Limits
	log      zerolog.Logger
	observer Observer
	budget   *budget
	mailbox  chan message
	view     atomic.Pointer[view]
	counts   counts
	stop     chan struct{} // closed by the hub: drain and end
	done     chan struct{} // closed by run: ended
	// over ends some time after run, for peers that do not take their goodbye.
	over    context.Context
	endOver context.CancelFunc
	// --
	state     State
	peers     map[wire.ClientID]*peer
	presence  presences
	title     string
	titles    uint64
	troubled  bool          // the log takes nothing at the moment
	states    uint64        // changes of troubled
	notices   []wire.Notice // the latest, at most noticesKept
	noticed   uint64        // all of them
	queue     []waiting     // at most one for each peer, and Callers
	callers   callers       // who are in the queue or in a write
	parked    []parked      // at most Peers
	ahead     wire.Revision // the log is known to have this revision
	begun     uint64        // writes
	writing   *write        // nil when no append is under way
	failures  int           // appends in a row whose outcome was unknown
	written   chan *write
	late      *time.Timer   // when the write under way takes too long
	snapshot  wire.Revision // the latest that is stored
	snapshots chan wire.Revision
	storing   bool // a snapshot is being stored
	spread    spread
	changed   bool // something is to be published
	stopping  bool
	held      int64          // bytes that the budget counts for this document
	work      sync.WaitGroup // the append and the snapshot under way
}

// message is what the mailbox carries; deliver runs in the actor.
type message interface{ deliver(*actor) }

// waiting is a submission and who waits for it.
type waiting struct {
	author author
	sub    Submission
	tried  bool // an append had it whose outcome is unknown
}

func (h *Hub) newActor(meta Document, state State, snapshot wire.Revision) *actor {
	a := &actor{
		meta: meta, store: h.store, lim: h.lim, log: h.log.With().Str("doc", string(meta.ID)).Logger(),
		observer: h.observer, budget: &h.budget,
		mailbox:   make(chan message, h.lim.Mailbox),
		stop:      make(chan struct{}),
		done:      make(chan struct{}),
		state:     state,
		peers:     map[wire.ClientID]*peer{},
		title:     meta.Title,
		written:   make(chan *write, 1),
		late:      time.NewTimer(h.lim.Late),
		snapshot:  snapshot,
		snapshots: make(chan wire.Revision, 1),
		spread:    newSpread(),
	}
	a.late.Stop()
	a.over, a.endOver = context.WithCancel(context.Background())
	a.publish()
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
	defer a.budget.hold(&a.held, 0)
	why := wire.CloseRestarting
	if err := a.survive("a session", func() error { a.loop(); return nil }); err != nil {
		why = wire.CloseInternal
		a.snapshot = a.state.Head() // a fault of ours is not to be stored
	}
	for _, p := range a.peers {
		p.end(why, 0)
	}
	for _, m := range a.parked {
		m.refuse(why)
	}
	time.AfterFunc(a.lim.Goodbye, a.endOver)
	a.late.Stop()
	a.spread.timer.Stop()
	a.startSnapshot(1)
	if a.storing {
		<-a.snapshots
	}
	a.work.Wait()
}

// loop is one select: what happens first is taken, then what follows from it
// is begun and published.
func (a *actor) loop() {
	stop := a.stop
	for !a.stopping || a.writing != nil || a.storing {
		select {
		case m := <-a.mailbox:
			m.deliver(a)
			a.drainMailbox()
		case w := <-a.written:
			a.settle(w)
		case <-a.late.C:
			a.trouble(true)
		case <-a.spread.timer.C:
			a.spreadNow(time.Now())
		case rev := <-a.snapshots:
			a.storing = false
			a.snapshot = max(a.snapshot, rev)
		case <-stop:
			stop = nil
			a.stopping = true
		}
		a.startWrite()
		if a.changed {
			a.publish()
		}
		a.startSnapshot(a.snapshotDue())
	}
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

// unitsPerRecord is how many units of a document are written again for each
// record, at most, by its snapshots.
const unitsPerRecord = 1024

// snapshotDue is how many records may follow the last snapshot: more for a
// large document, because storing it costs more.
func (a *actor) snapshotDue() wire.Revision {
	return wire.Revision(max(a.lim.SnapshotRecords, a.state.doc.Len()/unitsPerRecord))
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
		began := time.Now()
		err := a.withStore(func(ctx context.Context) error { return a.store.PutSnapshot(ctx, a.meta.ID, snap) })
		a.observer.Stored(time.Since(began), err)
		if err != nil {
			// The log has it all; the next one is due after as many records.
			a.log.Warn().Err(err).Uint64("revision", uint64(head)).Msg("snapshot failed")
		}
		a.snapshots <- head
	})
}

// withStore calls the store for as long as that may take. A store that panics
// has failed, and whether it did something is unknown.
func (a *actor) withStore(call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), a.lim.Store)
	defer cancel()
	return a.survive("the store", func() error { return call(ctx) })
}

func (a *actor) survive(who string, side func() error) error { return survive(a.log, who, side) }

// survive runs the actor, one side of a connection or a call of the store. A
// panic is a fault of ours, and ends that, not the program.
func survive(log zerolog.Logger, who string, side func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			// Not what it says, which might be text of the document.
			log.Error().Bytes("stack", debug.Stack()).Msg(who + " panicked")
			err = wire.CloseInternal
		}
	}()
	return side()
}

func (a *actor) endAll(c wire.Close) {
	for _, p := range a.peers {
		p.end(c, 0)
	}
}

// dropGone forgets the waiting edits of authors that are no longer here. Peers'
// clients will send them again.
func (a *actor) dropGone() {
	kept := a.queue[:0]
	for _, w := range a.queue {
		if w.author.waits(a, w.tried) {
			kept = append(kept, w)
		} else if _, called := w.author.(*caller); called {
			a.callers.leave(w.sub.Client)
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
