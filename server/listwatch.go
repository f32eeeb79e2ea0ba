package server

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const (
	// watchLook is the time between two looks at the open documents.
	watchLook = 250 * time.Millisecond
	// watchEdits is the time between two events about the edits of a document.
	watchEdits = time.Second
	// watchDocs is how many documents are read for one look. The others follow.
	watchDocs = 50
	// toldMost is how many documents may wait for their event. When there are
	// more, all listeners are sent away, and ask for the list anew.
	toldMost = 4096
	// listenerQueue is how many events may wait for a listener. One that is so far
	// behind is sent away, and asks for the list anew.
	listenerQueue = 256
)

// listWatch tells listeners what changes in the list of documents: what requests
// say, and what the lookout sees. What happens on other servers of the same
// store it does not see.
type listWatch struct {
	s    *Server
	wake chan struct{} // capacity 1: something was told

	mu        sync.Mutex // never held over I/O
	listeners map[*listener]struct{}
	told      map[wire.DocID]bool // made or changed by requests
	folders   bool                // they have changed
	seen      map[wire.DocID]*seenDoc
}

// seenDoc is an open document as it was seen last.
type seenDoc struct {
	people []wire.User
	edited bool      // and not told
	next   time.Time // edits are not told before
}

// listener is somebody who listens.
type listener struct {
	who   Principal
	queue chan []byte
	away  chan struct{} // closed when it is sent away
}

func newListWatch(s *Server) *listWatch {
	return &listWatch{s: s, wake: make(chan struct{}, 1), listeners: map[*listener]struct{}{}, told: map[wire.DocID]bool{}}
}

// add enters a listener, who learns of all that changes from now on, and returns
// what takes it out again.
func (l *listWatch) add(who Principal) (n *listener, remove func()) {
	n = &listener{who: who, queue: make(chan []byte, listenerQueue), away: make(chan struct{})}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.listeners) == 0 {
		l.seen = map[wire.DocID]*seenDoc{}
		for _, sight := range l.s.hub.Sights() {
			l.seen[sight.Doc] = &seenDoc{people: sight.People(peersMost)}
		}
	}
	l.listeners[n] = struct{}{}
	return n, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.listeners, n)
	}
}

// changed says that a document was made, or something about it has changed.
func (l *listWatch) changed(doc wire.DocID) {
	l.tell(func() {
		if l.told[doc] = true; len(l.told) > toldMost {
			l.sendAllAway()
		}
	})
}

// foldersChanged says that there are other folders, or more or fewer documents
// in them.
func (l *listWatch) foldersChanged() { l.tell(func() { l.folders = true }) }

func (l *listWatch) tell(note func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.listeners) == 0 {
		return
	}
	note()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// listened reports whether there are listeners.
func (l *listWatch) listened() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.listeners) > 0
}

func (l *listWatch) sendAllAway() {
	for n := range l.listeners {
		close(n.away)
	}
	clear(l.listeners)
	clear(l.told)
}

// run works until ctx ends.
func (l *listWatch) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		}
		l.sendTold(ctx)
	}
}

// look is told by the lookout. It tells who has come to which document and who
// has left, and notes what was edited. It does not wait.
func (l *listWatch) look(now time.Time, seen []sighting) {
	l.tell(func() {
		for _, s := range seen {
			l.lookAt(now, s)
		}
	})
}

func (l *listWatch) lookAt(now time.Time, s sighting) {
	d := l.seen[s.Doc]
	if d == nil {
		d = &seenDoc{}
		l.seen[s.Doc] = d
	}
	d.edited = d.edited || s.edited
	if s.closed {
		delete(l.seen, s.Doc)
		if len(d.people) > 0 {
			l.send(l.presence(s.Doc, peersJSON(nil)))
		}
	} else if people := s.People(peersMost); !slices.Equal(people, d.people) {
		d.people = people
		l.send(l.presence(s.Doc, peersJSON(&s.Sight)))
	}
	if d.edited && (s.closed || now.After(d.next)) {
		d.edited, d.next = false, now.Add(watchEdits)
		l.told[s.Doc] = true
	}
}

func (l *listWatch) presence(doc wire.DocID, peers []userJSON) []byte {
	return eventJSON(struct {
		Type  string     `json:"type"`
		ID    wire.DocID `json:"id"`
		Peers []userJSON `json:"peers"`
	}{"presence", doc, peers})
}

// send queues an event for everybody.
func (l *listWatch) send(event []byte) {
	for n := range l.listeners {
		l.sendTo(n, event)
	}
}

func (l *listWatch) sendTo(n *listener, event []byte) {
	select {
	case n.queue <- event:
	default:
		close(n.away)
		delete(l.listeners, n)
	}
}

// sendTold tells what was told and seen: of as many documents as one look may
// read.
func (l *listWatch) sendTold(ctx context.Context) {
	for _, doc := range l.takeTold() {
		call, cancel := context.WithTimeout(ctx, l.s.cfg.Limits.Store)
		err := l.sendDocument(call, doc)
		cancel()
		if err != nil && ctx.Err() == nil && !errors.Is(err, session.ErrNotFound) {
			l.s.log.Warn().Err(err).Str("doc", string(doc)).Msg("listeners could not be told of a document")
			return
		}
	}
}

func (l *listWatch) takeTold() (docs []wire.DocID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.folders {
		l.folders = false
		l.send(eventJSON(map[string]string{"type": "folders"}))
	}
	if len(l.listeners) == 0 {
		clear(l.told)
	}
	for doc := range l.told {
		if len(docs) == watchDocs {
			break
		}
		docs = append(docs, doc)
		delete(l.told, doc)
	}
	return docs
}

// sendDocument reads a document and tells everybody who may see it. It is
// encoded twice at most: for those who have pinned it and for the others.
func (l *listWatch) sendDocument(ctx context.Context, doc wire.DocID) error {
	e, err := l.s.store.Entry(ctx, "", doc)
	if err != nil {
		return err
	}
	pinned, err := l.s.store.PinnedBy(ctx, doc)
	if err != nil {
		return err
	}
	events := map[bool][]byte{}
	l.mu.Lock()
	defer l.mu.Unlock()
	for n := range l.listeners {
		if !l.s.access.May(n.who, ReadDocument, &e.Document) {
			continue
		}
		e.Pinned = pinned[n.who.User.ID]
		if events[e.Pinned] == nil {
			events[e.Pinned] = l.document(e)
		}
		l.sendTo(n, events[e.Pinned])
	}
	return nil
}

func (l *listWatch) document(e persist.Entry) []byte {
	return eventJSON(struct {
		Type string       `json:"type"`
		Doc  documentJSON `json:"doc"`
	}{"doc", l.s.asJSON(e)})
}

// eventJSON is an event with a value as its data.
func eventJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own types
	}
	return slices.Concat([]byte("data: "), b, []byte("\n\n"))
}
