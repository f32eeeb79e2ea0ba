package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// packs is what packing needs of the store.
type packs interface {
	Pack(ctx context.Context, doc wire.DocID, before time.Time) (persist.Packed, error)
	Packable(ctx context.Context, before time.Time, after wire.DocID, limit int) ([]wire.DocID, error)
}

const (
	// packPage is how many documents are asked for at once.
	packPage = 100
	// packPause is the least time between two blocks. A block is one transaction of
	// some ten milliseconds, which appends to SQLite wait for: so they have the
	// database for most of the time even while a long history is packed.
	packPause = 200 * time.Millisecond
	// packShare is how much of its age may pass before a history is packed that is
	// old enough.
	packShare = 10
	// packOften and packRarely bound the time between two searches.
	packOften, packRarely = time.Second, 10 * time.Minute
)

// packing moves the history that is older than after into blocks, one after the
// other, in the background.
type packing struct {
	store   packs
	after   time.Duration
	limit   time.Duration // of one call of the store
	metrics *metrics
	log     zerolog.Logger
}

// run works until ctx ends.
func (p *packing) run(ctx context.Context) {
	sweep := time.NewTicker(min(max(p.after/packShare, packOften), packRarely))
	defer sweep.Stop()
	for {
		p.sweep(ctx)
		select {
		case <-ctx.Done():
			return
		case <-sweep.C:
		}
	}
}

// sweep packs what there is to pack.
func (p *packing) sweep(ctx context.Context) {
	before := time.Now().Add(-p.after)
	for after := wire.DocID(""); ctx.Err() == nil; {
		call, cancel := context.WithTimeout(ctx, p.limit)
		page, err := p.store.Packable(call, before, after, packPage)
		cancel()
		if err != nil {
			p.failed(ctx, "", err)
			return
		}
		if len(page) == 0 {
			return
		}
		for _, doc := range page {
			p.document(ctx, doc, before)
		}
		after = page[len(page)-1]
	}
}

// document packs a document block by block. What fails is tried again by the next
// sweep.
func (p *packing) document(ctx context.Context, doc wire.DocID, before time.Time) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
		done, err := p.block(ctx, doc, before)
		p.metrics.packed.Add(float64(done.Records))
		p.metrics.packSaved.Add(float64(max(0, done.Saved())))
		if err != nil && !errors.Is(err, session.ErrNotFound) {
			p.failed(ctx, doc, err)
			return
		}
		if done.Blocks == 0 {
			return
		}
		p.log.Debug().Str("doc", string(doc)).Int("records", done.Records).Int64("saved", done.Saved()).
			Int("snapshots", done.Snapshots).Msg("packed a part of a history")
		pause.Reset(packPause)
	}
}

func (p *packing) block(ctx context.Context, doc wire.DocID, before time.Time) (done persist.Packed, err error) {
	defer func() {
		if fault := recover(); fault != nil { // nobody's edit depends on it
			err = fmt.Errorf("panic: %v", fault)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, p.limit)
	defer cancel()
	return p.store.Pack(ctx, doc, before)
}

func (p *packing) failed(ctx context.Context, doc wire.DocID, err error) {
	if ctx.Err() == nil {
		p.metrics.packFailed.Inc()
		p.log.Warn().Err(err).Str("doc", string(doc)).Msg("a history could not be packed")
	}
}
