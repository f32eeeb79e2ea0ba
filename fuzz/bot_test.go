package fuzz

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// bot is a client that types, with what it thought of and what it was told.
type bot struct {
	i    int
	c    *client.Client
	user wire.User

	mu   sync.Mutex
	all  []intent
	acks []client.Ack
}

func (s *simulation) join(i int) *bot {
	b := &bot{i: i, user: wire.User{ID: wire.UserID(fmt.Sprint("u", i)), Name: "B", Color: "#000000"}}
	cfg := s.plan.client()
	cfg.Dial = s.net.dial(i, b.user)
	cfg.OnAck = func(a client.Ack) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.acks = append(b.acks, a)
	}
	c, err := client.Dial(s.t.Context(), cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	b.c = c
	s.bots = append(s.bots, b)
	return b
}

// types makes so many edits, with pauses, and moves the caret now and then.
func (s *simulation) types(b *bot, r *rand.Rand, edits int) {
	for range edits {
		if !s.edit(b, r) {
			return
		}
		if r.IntN(5) == 0 {
			s.tell(b, r)
		}
		time.Sleep(time.Duration(r.IntN(400)) * time.Millisecond)
	}
}

// edit makes one edit.
func (s *simulation) edit(b *bot, r *rand.Rand) bool {
	err := b.c.EditFunc(s.t.Context(), func(doc ot.Doc, _ wire.Revision) (ot.Op, error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		in := think(r, s.plan.kind, doc, mark(b.i, len(b.all)))
		b.all = append(b.all, in)
		return in.op, nil
	})
	if err != nil {
		s.errorf("bot %d cannot type: %v", b.i, err)
	}
	return err == nil
}

// tell puts the caret somewhere, mostly where people type, at times beyond the
// document.
func (s *simulation) tell(b *bot, r *rand.Rand) {
	st := b.c.State()
	marks := markPattern.FindAllString(st.Doc().Text(), -1)
	place := func() int {
		if r.IntN(4) == 0 {
			return r.IntN(st.Doc().Len() + 2)
		}
		return units(marks[:r.IntN(len(marks)+1)]...)
	}
	p := wire.Presence{Revision: st.Revision(), Selections: []wire.Selection{{Anchor: place(), Head: place()}}}
	s.net.of(b.i).tell(p)
}
