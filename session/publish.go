package session

import (
	"time"

	"github.com/collabd/collabd/wire"
)

// spread is how the news of a document goes to its peers. Who waits for an
// acknowledgement is told at once. The others are told at once too, unless that
// would make more frames than the limit allows: then what happens meanwhile
// goes to them in one frame. So many readers cost a hot document no more than
// a few, and each a wait that nobody sees.
type spread struct {
	urgent []*peer
	timer  *time.Timer // runs while somebody has not been told
	armed  bool
	next   time.Time     // not before
	told   wire.Revision // what everybody was nudged for the last time
}

func newSpread() spread {
	s := spread{timer: time.NewTimer(time.Hour)}
	s.timer.Stop()
	return s
}

// publish lets everybody see the state.
func (a *actor) publish() {
	a.changed = false
	now := time.Now()
	was := a.view.Swap(&view{
		at: now, doc: a.state.doc, window: a.state.window, presence: a.presence,
		title: a.title, titles: a.titles, troubled: a.troubled, states: a.states,
		notices: a.notices, noticed: a.noticed, over: make(chan struct{}),
	})
	if was != nil {
		close(was.over)
	}
	a.budget.hold(&a.held, a.state.bytes())
	a.counts.bytes.Store(a.held)
	a.counts.queued.Store(int64(len(a.queue)))
	for _, p := range a.spread.urgent {
		p.nudge()
	}
	clear(a.spread.urgent)
	a.spread.urgent = a.spread.urgent[:0]
	switch wait := a.spread.next.Sub(now); {
	case a.spread.armed:
	case wait > 0:
		a.spread.armed = true
		a.spread.timer.Reset(wait)
	default:
		a.spreadNow(now)
	}
}

// spreadNow tells everybody.
func (a *actor) spreadNow(now time.Time) {
	a.spread.armed = false
	a.spread.next = now.Add(a.lim.pace(len(a.peers)))
	lag := 0
	for _, p := range a.peers {
		if at := wire.Revision(p.writer.at.Load()); at < a.spread.told {
			lag = max(lag, int(a.spread.told-at))
		}
		p.nudge()
	}
	a.spread.told = a.state.Head()
	a.counts.lag.Store(int64(lag))
}
