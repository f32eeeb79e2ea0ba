package torture

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// How typists behave: the mean time until something happens.
const (
	cutEvery     = 2 * time.Second  // all connections break
	rejoinEvery  = 8 * time.Second  // the tab is closed when all is acknowledged, another is opened
	desertEvery  = 8 * time.Second  // the tab is closed at once
	offlineEvery = 12 * time.Second // there is no network for up to mostOffline

	// While there is no network, of what would be typed one in offlineRate is.
	// The others go on, so that this client comes back from far behind.
	mostOffline = 6 * time.Second
	offlineRate = 20

	// lookOf: before one in so many edits what is shown is noted down.
	lookOf = 8
	// mostUnsent: a typist who has so much unsent waits.
	mostUnsent = 100
	// fullAt is how many marks make a document so long that typists rather
	// delete.
	fullAt = 1500
)

// typist is a person who types into one document, through one client after the
// other. Its journal belongs to the goroutine that owns the client's state, and
// to the typist while there is no client.
type typist struct {
	round  *round
	person int
	doc    wire.DocID
	kind   ot.DocKind
	rnd    *rand.Rand
	road   *road

	client *client.Client
	*life
	lives  []*life
	sights []Sight
	seen   [][]wire.Revision // the last is that of now
	stats  client.Stats      // of clients that are closed
	// why the last client could not be opened.
	failed error
}

// life is a Life under way.
type life struct {
	Life
	open map[Mark]bool // typed and not acknowledged
	from int           // the first intent that is not acknowledged
}

// marks counts the marks of a whole run.
type marks struct{ n atomic.Uint64 }

func (m *marks) next() Mark { return Mark(m.n.Add(1)) }

// join opens a client.
func (t *typist) join(ctx context.Context) error {
	t.life = &life{open: map[Mark]bool{}}
	t.Person = t.person
	// A new client begins with all that was acknowledged before it came, through
	// whichever server.
	const covers = Acknowledged
	if len(t.seen) == 0 {
		t.seen = append(t.seen, nil)
	}
	asked := t.round.now()
	c, err := client.Dial(ctx, client.Config{
		URL: anyServer, HTTP: t.road.http, Doc: t.doc,
		OnLoad: func(doc ot.Doc, revision wire.Revision) { t.saw(doc, revision, asked, covers) },
		OnAck:  t.acknowledged, MinBackoff: 10 * time.Millisecond, MaxBackoff: 250 * time.Millisecond,
		PingInterval: 500 * time.Millisecond, ReadTimeout: 2 * time.Second, WriteTimeout: 2 * time.Second, DialTimeout: 2 * time.Second,
	})
	if err != nil {
		t.failed = fmt.Errorf("person %d cannot open it: %w", t.person, err)
		return t.failed
	}
	t.client = c
	t.Client = c.Info().Client
	t.lives = append(t.lives, t.life)
	return nil
}

// leave closes the client. What it had unsent stays open in the journal.
func (t *typist) leave() {
	c := t.client
	if c == nil {
		return
	}
	t.client = nil
	// Whatever else its end says: it had one before we closed it.
	t.Ended = c.Err()
	if end, ok := errors.AsType[*client.EndError](c.Close()); ok {
		t.Ended = end
	}
	stats := c.Stats()
	t.stats.Reconnects += stats.Reconnects
	t.stats.Acked += stats.Acked
}

// run types until stop is closed. ctx is that of the clients.
func (t *typist) run(ctx context.Context, stop <-chan struct{}) {
	pace := time.NewTicker(time.Duration(float64(time.Second) / t.round.cfg.Rate))
	defer pace.Stop()
	defer t.road.open()
	for {
		select {
		case <-stop:
			return
		case <-pace.C:
		case <-t.client.Done():
			return // ended by itself: found when it is closed
		}
		if t.client.State().Unsent() >= mostUnsent || t.road.closed() && t.rnd.IntN(offlineRate) > 0 {
			continue
		}
		if err := t.client.EditFunc(ctx, t.think); err != nil {
			return // as before
		}
		t.round.typed.Add(1)
		if err := t.whim(ctx); err != nil {
			return // of ctx, or failed
		}
	}
}

// whim does what people do between two edits.
func (t *typist) whim(ctx context.Context) error {
	if t.feels(cutEvery) {
		t.road.cut()
	}
	if t.feels(offlineEvery) {
		t.road.shut(time.Duration(t.rnd.Int64N(int64(mostOffline))))
	}
	switch {
	case t.road.closed():
		return nil
	case t.feels(rejoinEvery):
		if err := t.client.Synced(ctx); err != nil {
			return err
		}
	case !t.feels(desertEvery):
		return nil
	}
	t.leave()
	if t.rnd.IntN(2) == 0 {
		t.road.cut()
	}
	return t.join(ctx)
}

// feels reports whether it is time for something, by chance.
func (t *typist) feels(every time.Duration) bool {
	return t.rnd.Float64()*t.round.cfg.Rate*every.Seconds() < 1
}

// think makes the next edit. It runs in the goroutine that owns the client.
func (t *typist) think(doc ot.Doc, revision wire.Revision) (ot.Op, error) {
	if len(t.open) == 0 && t.rnd.IntN(lookOf) == 0 {
		t.saw(doc, revision, 0, Nothing)
	}
	n := room(doc)
	in := Intent{Mark: t.round.marks.next()}
	place := t.rnd.IntN(n + 1)
	var b ot.Builder
	b.Retain(place*markUnits, ot.Attrs{})
	b.Insert(in.Mark.String(), t.attrs())
	if most := min(t.greed(n), n-place); most > 0 {
		there, err := read(doc, place, place+most)
		if err != nil {
			return ot.Op{}, err
		}
		// Not what is still unsent: it would take itself back, and nothing
		// would be left to acknowledge.
		for _, m := range there {
			if t.open[m] {
				break
			}
			in.Deleted = append(in.Deleted, m)
		}
		b.Delete(len(in.Deleted) * markUnits)
		place += len(in.Deleted)
	}
	if left := n - place; t.kind == ot.Rich && left > 0 && t.rnd.IntN(4) == 0 {
		b.Retain(t.rnd.IntN(left)*markUnits, ot.Attrs{})
		b.Retain(markUnits, ot.NewAttrs(map[string]ot.Value{"bold": []ot.Value{ot.True, ot.Null}[t.rnd.IntN(2)]}))
	}
	in.At = t.round.now()
	t.Intents = append(t.Intents, in)
	t.open[in.Mark] = true
	return b.Op(), nil
}

// greed is how many marks an edit deletes at most, in a document of n.
func (t *typist) greed(n int) int {
	switch {
	case n > fullAt:
		return 3
	case t.rnd.IntN(4) == 0:
		return 1 + t.rnd.IntN(3)
	}
	return 0
}

func (t *typist) attrs() ot.Attrs {
	if t.kind == ot.Rich && t.rnd.IntN(4) == 0 {
		return ot.NewAttrs(map[string]ot.Value{"italic": ot.True})
	}
	return ot.Attrs{}
}

// acknowledged notes an acknowledgement down.
func (t *typist) acknowledged(a client.Ack) {
	t.Acks = append(t.Acks, Ack{Seq: a.Seq, Revision: a.Revision, Intents: a.Edits, At: t.round.now()})
	t.see(a.Revision)
	for _, in := range t.Intents[t.from : t.from+a.Edits] {
		delete(t.open, in.Mark)
	}
	t.from += a.Edits
	t.round.driver.nudge()
}

// see notes down what is shown now.
func (t *typist) see(revision wire.Revision) {
	last := &t.seen[len(t.seen)-1]
	*last = append(*last, revision)
}

// saw notes a document down that is what the log makes.
func (t *typist) saw(doc ot.Doc, revision wire.Revision, asked Moment, covers Covers) {
	t.see(revision)
	t.sights = append(t.sights, Sight{
		Who: fmt.Sprintf("person %d", t.person), Revision: revision, Hash: doc.Hash(), Hashed: true,
		From: asked, To: t.round.now(), Covers: covers,
	})
}

// settle waits until everything is acknowledged and the client is at head, and
// notes down what it shows.
func (t *typist) settle(ctx context.Context, head wire.Revision) error {
	at := func(s client.State) bool { return s.Synced() && s.Revision() >= head }
	if err := t.client.Wait(ctx, at); err != nil {
		return err
	}
	s := t.client.State()
	t.saw(s.Doc(), s.Revision(), 0, Nothing)
	return nil
}
