package session

import (
	"maps"
	"slices"

	"github.com/collabd/collabd/wire"
)

// lastEdit is what is known of the last accepted edit of a client; zero if it
// has none.
type lastEdit struct {
	seq      wire.Seq
	revision wire.Revision
	digest   uint64
}

// lastEdits is the last edit of each client. It is a value: with returns the
// next one and leaves the old one as it was. So that a batch does not copy what
// is known of every client, the latest are a list, which goes into the map when
// it is long enough to be worth a copy.
type lastEdits struct {
	settled map[wire.ClientID]lastEdit
	recent  []clientEdit
	// written is the length of the longest list in the array of recent: only
	// that one may go on in it.
	written *int
}

type clientEdit struct {
	client wire.ClientID
	lastEdit
}

// recentEdits is how long the list may become.
const recentEdits = 64

func (l lastEdits) of(client wire.ClientID) (lastEdit, bool) {
	for i := len(l.recent) - 1; i >= 0; i-- {
		if l.recent[i].client == client {
			return l.recent[i].lastEdit, true
		}
	}
	last, ok := l.settled[client]
	return last, ok
}

func (l lastEdits) with(client wire.ClientID, last lastEdit) lastEdits {
	if len(l.recent) == recentEdits {
		l = l.settle()
	}
	if l.written == nil || *l.written != len(l.recent) {
		l.recent, l.written = slices.Grow(slices.Clip(l.recent), 1), new(int)
	}
	l.recent = append(l.recent, clientEdit{client, last})
	*l.written = len(l.recent)
	return l
}

// settle moves the list into a new map.
func (l lastEdits) settle() lastEdits {
	settled := make(map[wire.ClientID]lastEdit, len(l.settled)+len(l.recent))
	maps.Copy(settled, l.settled)
	for _, e := range l.recent {
		settled[e.client] = e.lastEdit
	}
	return lastEdits{settled: settled}
}

// len is at least the number of clients.
func (l lastEdits) len() int { return len(l.settled) + len(l.recent) }

func (l lastEdits) without(drop func(wire.ClientID, lastEdit) bool) lastEdits {
	l = l.settle()
	maps.DeleteFunc(l.settled, drop)
	return l
}
