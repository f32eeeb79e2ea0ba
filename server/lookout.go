package server

import (
	"context"
	"time"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// lookout looks at the open documents now and then, from outside, so that no
// session waits for it, and tells all who want to know what it sees.
type lookout struct {
	sights func() []session.Sight
	// often is the time between two looks while somebody is in a hurry, seldom
	// that at other times.
	often, seldom time.Duration
	hurry         func() bool
	tell          []func(now time.Time, seen []sighting)

	open map[wire.DocID]wire.Revision // as they were seen last; of the goroutine
}

// sighting is a document that is open, or was at the look before.
type sighting struct {
	session.Sight
	// edited: it has another head than at the look before. So has one that was
	// not open then: it may have been edited before it was seen.
	edited bool
	// closed: it is no longer open, and of the Sight only Doc is there.
	closed bool
}

// run looks until ctx ends.
func (l *lookout) run(ctx context.Context) {
	timer := time.NewTimer(l.seldom)
	defer timer.Stop()
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case now := <-timer.C:
			if l.hurry() || now.Sub(last) >= l.seldom {
				l.look(now)
				last = now
			}
			timer.Reset(l.often)
		}
	}
}

// look tells what is open, and what was.
func (l *lookout) look(now time.Time) {
	sights := l.sights()
	open := make(map[wire.DocID]wire.Revision, len(sights))
	seen := make([]sighting, 0, len(sights))
	for _, s := range sights {
		was, known := l.open[s.Doc]
		open[s.Doc] = s.Revision()
		seen = append(seen, sighting{Sight: s, edited: !known || was != s.Revision()})
	}
	for doc := range l.open {
		if _, still := open[doc]; !still {
			seen = append(seen, sighting{Sight: session.Sight{Doc: doc}, closed: true})
		}
	}
	l.open = open
	for _, tell := range l.tell {
		tell(now, seen)
	}
}
