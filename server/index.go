package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// texts is what the indexer needs of the store.
type texts interface {
	session.Store
	Search(ctx context.Context, q persist.SearchQuery) ([]persist.Match, error)
	PutText(ctx context.Context, doc wire.DocID, revision wire.Revision, text string) error
	TextBehind(ctx context.Context, doc wire.DocID) (bool, error)
	TextsBehind(ctx context.Context, after wire.DocID, limit int) ([]wire.DocID, error)
}

// indexTimes are when the text of a document is stored again to be found.
type indexTimes struct {
	look  time.Duration // between two looks for what is due, and at the open documents
	quiet time.Duration // after the last change
	most  time.Duration // after the first change, if there is no quiet
	sweep time.Duration // between two searches for what was missed, by a crash for one
}

var usualIndexTimes = indexTimes{look: time.Second, quiet: 2 * time.Second, most: 10 * time.Second, sweep: 10 * time.Minute}

const (
	// sweepPage is how many documents a sweep asks for at once.
	sweepPage = 200
	// dueMost is how many documents may wait for their texts to be stored. What
	// does not fit is found by the next sweep.
	dueMost = 65_536
)

// indexer keeps the texts that a search looks through up to date. It is told by
// the lookout what was edited, so that no edit waits for it, and stores one text
// after the other.
type indexer struct {
	store texts
	hub   *session.Hub
	times indexTimes
	limit time.Duration // of one call of the store
	log   zerolog.Logger

	mu  sync.Mutex // never held over I/O
	due map[wire.DocID]due
}

// due is since when a text waits to be stored.
type due struct{ first, last time.Time }

func newIndexer(store texts, hub *session.Hub, times indexTimes, limit time.Duration, log zerolog.Logger) *indexer {
	return &indexer{
		store: store, hub: hub, times: times, limit: limit, log: log, due: map[wire.DocID]due{},
	}
}

// tell says that a document was made, or has another title. It does not wait.
func (x *indexer) tell(doc wire.DocID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.changed(doc, time.Now())
}

// seen is told by the lookout. It does not wait.
func (x *indexer) seen(now time.Time, seen []sighting) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, s := range seen {
		if s.edited {
			x.changed(s.Doc, now)
		}
	}
}

// run works until ctx ends.
func (x *indexer) run(ctx context.Context) {
	look, sweep := time.NewTicker(x.times.look), time.NewTicker(x.times.sweep)
	defer look.Stop()
	defer sweep.Stop()
	x.sweep(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-sweep.C:
			x.sweep(ctx)
		case now := <-look.C:
			x.work(ctx, now)
		}
	}
}

func (x *indexer) changed(doc wire.DocID, now time.Time) {
	d, waits := x.due[doc]
	if !waits {
		if len(x.due) >= dueMost {
			return
		}
		d.first = now
	}
	d.last = now
	x.due[doc] = d
}

// work stores what is due.
func (x *indexer) work(ctx context.Context, now time.Time) {
	for _, doc := range x.ripe(now) {
		if x.keep(ctx, doc); ctx.Err() != nil {
			return
		}
	}
}

// ripe takes what is due.
func (x *indexer) ripe(now time.Time) (docs []wire.DocID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for doc, d := range x.due {
		if now.Sub(d.last) >= x.times.quiet || now.Sub(d.first) >= x.times.most {
			delete(x.due, doc)
			docs = append(docs, doc)
		}
	}
	return docs
}

// sweep stores what lies behind, of all documents.
func (x *indexer) sweep(ctx context.Context) {
	for after := wire.DocID(""); ; {
		call, cancel := context.WithTimeout(ctx, x.limit)
		page, err := x.store.TextsBehind(call, after, sweepPage)
		cancel()
		if err != nil {
			x.warn(ctx, "", err)
			return
		}
		if len(page) == 0 {
			return
		}
		for _, doc := range page {
			if x.keep(ctx, doc); ctx.Err() != nil {
				return
			}
		}
		after = page[len(page)-1]
	}
}

// keep stores the text of a document if it has changed. What fails is found
// by the next sweep.
func (x *indexer) keep(ctx context.Context, doc wire.DocID) {
	call, cancel := context.WithTimeout(ctx, x.limit)
	defer cancel()
	if err := x.index(call, doc); err != nil && !errors.Is(err, session.ErrNotFound) {
		x.warn(ctx, doc, err)
	}
}

func (x *indexer) warn(ctx context.Context, doc wire.DocID, err error) {
	if ctx.Err() == nil {
		x.log.Warn().Err(err).Str("doc", string(doc)).Msg("a text could not be stored to be found")
	}
}

func (x *indexer) index(ctx context.Context, doc wire.DocID) (err error) {
	defer func() {
		if fault := recover(); fault != nil { // nobody's edit depends on it
			err = fmt.Errorf("panic: %v", fault)
		}
	}()
	if behind, err := x.store.TextBehind(ctx, doc); err != nil || !behind {
		return err
	}
	snapshot, err := x.read(ctx, doc)
	if err != nil {
		return err
	}
	return x.store.PutText(ctx, doc, snapshot.Revision, textOf(snapshot.Doc, persist.TextBytes))
}

// read returns a document at its head: as its session has published it, or as
// the store makes it.
func (x *indexer) read(ctx context.Context, doc wire.DocID) (s session.Snapshot, err error) {
	if sight, open := x.hub.Sight(doc); open {
		return sight.Snapshot(), nil
	}
	if s.Revision, err = x.store.Head(ctx, doc); err != nil {
		return s, err
	}
	s.Doc, err = session.ReadAt(ctx, x.store, doc, s.Revision)
	return s, err
}

// textOf is the text of a document, of which little more than most bytes are
// read.
func textOf(d ot.Doc, most int) string {
	parts, err := d.ReadText(0, d.Len())
	if err != nil {
		panic(err) // it is all of it
	}
	var b []byte
	for part := range parts {
		if b = append(b, part...); len(b) >= most {
			break
		}
	}
	return string(b)
}

// background is the goroutines of a server. The zero value is ready.
type background struct{ sync.WaitGroup }

// wait returns when all have ended, or ctx ends.
func (b *background) wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		b.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
