package session

import (
	"slices"

	"github.com/collabd/collabd/wire"
)

// Sight is an open document as its session has published it last. It is an
// immutable value, all of it durable, and to take it costs the session nothing.
type Sight struct {
	Doc  wire.DocID
	view *view
}

// Sight returns that of a document; ok is false if it is not open.
func (h *Hub) Sight(doc wire.DocID) (s Sight, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if open := h.open[doc]; open != nil && open.actor != nil {
		return Sight{doc, open.actor.view.Load()}, true
	}
	return Sight{}, false
}

// Sights returns those of all open documents, in no order.
func (h *Hub) Sights() []Sight {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make([]Sight, 0, len(h.open))
	for doc, open := range h.open {
		if open.actor != nil {
			list = append(list, Sight{doc, open.actor.view.Load()})
		}
	}
	return list
}

// Snapshot is the document at its head.
func (s Sight) Snapshot() Snapshot { return Snapshot{Revision: s.view.head(), Doc: s.view.doc} }

// Revision is the head.
func (s Sight) Revision() wire.Revision { return s.view.head() }

// People are those who have the document open, at most so many, in the order in
// which they came. Who has it open twice is there once.
func (s Sight) People(most int) (people []wire.User) {
	for _, here := range s.view.presence.here {
		if len(people) >= most {
			break
		}
		if !slices.ContainsFunc(people, func(u wire.User) bool { return u.ID == here.User.ID }) {
			people = append(people, here.User)
		}
	}
	return people
}
