package session

import (
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// view is what an actor has published: an immutable value that writers and
// readers of other goroutines load and use as long as they like. Everything
// in it is durable.
type view struct {
	at       time.Time // when it was published
	doc      ot.Doc
	window   window
	presence presences
	title    string
	titles   uint64        // counts the renames
	troubled bool          // the log takes nothing at the moment
	states   uint64        // counts the changes of troubled
	notices  []wire.Notice // the latest
	noticed  uint64        // counts them all
	over     chan struct{} // closed when there is a next one

	frames frames
}

func (v *view) head() wire.Revision { return v.window.head() }

// position is that of a peer which has been sent the whole view.
func (v *view) position() position {
	return position{revision: v.head(), presence: v.presence.version, titles: v.titles, state: v.states, notices: v.noticed}
}

// behind is how many records a peer has not been sent.
func (v *view) behind(p position) int {
	if p.revision > v.head() {
		return 0
	}
	return int(v.head() - p.revision)
}

// noticesSince returns the notices that a peer has not been sent.
func (v *view) noticesSince(p position) []wire.Notice {
	return v.notices[len(v.notices)-int(min(v.noticed-p.notices, uint64(len(v.notices)))):]
}

// nothingFor reports whether all that comes after a position is what the
// client itself did with its carets, which it knows.
func (v *view) nothingFor(client wire.ClientID, p position) bool {
	at := v.position()
	if p.presence != at.presence && !v.presence.others(p.presence, client) {
		p.presence = at.presence
	}
	return p == at
}
