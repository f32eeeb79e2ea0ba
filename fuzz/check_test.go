package fuzz

import (
	"fmt"
	"slices"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// check compares everything with the log, which is the truth.
func (s *simulation) check() {
	ctx := s.t.Context()
	head, err := s.log.Head(ctx, simDoc)
	if err != nil {
		s.t.Fatal(err)
	}
	want, err := session.ReadAt(ctx, s.log, simDoc, head)
	if err != nil {
		s.t.Fatal(err)
	}
	records, err := s.log.Records(ctx, simDoc, 0, head)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.log.Verify(ctx, simDoc); err != nil {
		s.errorf("%v", err)
	}
	if err := exactlyOnce(records); err != nil {
		s.errorf("%v", err)
	}
	var all []intent
	for _, b := range s.bots {
		if got := b.c.Doc(); !got.Equal(want) {
			s.errorf("bot %d has\n%s\nthe log makes\n%s", b.i, got.Op().AppendJSON(nil), want.Op().AppendJSON(nil))
		}
		if n := b.c.Stats().Resyncs; n > 0 {
			s.errorf("bot %d had to load the document anew %d times", b.i, n)
		}
		for _, a := range b.acks {
			if a.Revision > head {
				s.errorf("bot %d was told that seq %d is revision %d, the head is %d", b.i, a.Seq, a.Revision, head)
			} else if r := records[a.Revision-1]; r.Client != b.c.Info().Client || r.Seq != a.Seq {
				s.errorf("bot %d was told that seq %d is revision %d, which is %s/%d", b.i, a.Seq, a.Revision, r.Client, r.Seq)
			}
		}
		all = append(all, b.all...)
	}
	for _, w := range s.scribes {
		all = append(all, w.all...)
	}
	s.checkWrites(records)
	s.checkFollowers(records)
	if err := checkMarks(want.Text(), all); err != nil {
		s.errorf("%v", err)
	}
	s.checkCarets(records)
	s.fault.mu.Lock()
	defer s.fault.mu.Unlock()
	for _, line := range s.fault.lines {
		s.errorf("a hub said: %s", line)
	}
}

// exactlyOnce says which client's edits are not in the log once and in order.
func exactlyOnce(records []session.Record) error {
	last := map[wire.ClientID]wire.Seq{}
	for _, r := range records {
		if r.Seq != last[r.Client]+1 {
			return fmt.Errorf("revision %d is seq %d of %s, whose last one was %d", r.Revision, r.Seq, r.Client, last[r.Client])
		}
		last[r.Client] = r.Seq
	}
	return nil
}

// coda types a little more in calm, with every caret in its place before. It
// does so in bursts, so that a hub that follows finds many records at once.
func (s *simulation) coda() {
	apart := s.plan.hubs > 1 && !s.plan.follows
	for burst := range 2 + s.r.IntN(3) {
		if !apart {
			s.meet()
		}
		for _, b := range s.bots {
			if burst == 0 || s.r.IntN(2) == 0 {
				s.tell(b, s.r)
			}
		}
		time.Sleep(s.plan.settled())
		for range 1 + s.r.IntN(8) {
			b := s.bots[s.r.IntN(len(s.bots))]
			if !s.edit(b, s.r) {
				return
			}
			s.sync(b)
		}
	}
	s.meet()
	if apart {
		for _, b := range s.bots {
			s.tell(b, s.r)
		}
	}
	time.Sleep(s.plan.settled())
}

// checkCarets compares who sees whom where with what each told, moved over the
// records since as the protocol says.
func (s *simulation) checkCarets(records []session.Record) {
	for _, b := range s.bots {
		here := s.net.of(b.i)
		seen := here.view()
		for _, other := range s.bots {
			id, there := other.c.Info().Client, s.net.of(other.i)
			got, ok := seen[id]
			switch {
			case other == b:
			case ok != (here.at == there.at):
				s.errorf("bot %d sees bot %d: %t, but that they are at the same hub is %t", b.i, other.i, ok, here.at == there.at)
			case ok && there.telling:
				if want := s.caret(there.told, id, records); !slices.Equal(got, want) {
					s.errorf("bot %d sees the caret of bot %d at %v, it is at %v (told as %+v)", b.i, other.i, got, want, there.told)
				}
			}
			delete(seen, id)
		}
		for id := range seen {
			s.errorf("bot %d sees %s, who is nobody", b.i, id)
		}
	}
}

// checkAlone makes sure that the last one sees nobody.
func (s *simulation) checkAlone(b *bot) {
	if seen := s.net.of(b.i).view(); len(seen) > 1 || len(seen) == 1 && seen[b.c.Info().Client] == nil {
		s.errorf("everybody else has left, and bot %d sees %v", b.i, seen)
	}
}

// caret is where the selections are at the head that a client told of.
func (s *simulation) caret(told wire.Presence, id wire.ClientID, records []session.Record) []wire.Selection {
	units := s.plan.kind.Initial().Len()
	for _, r := range records[:told.Revision] {
		units += r.Op.TargetLen() - r.Op.BaseLen()
	}
	list := slices.Clone(told.Selections)
	for i := range list {
		list[i].Anchor, list[i].Head = min(list[i].Anchor, units), min(list[i].Head, units)
	}
	for _, r := range records[told.Revision:] {
		move(list, r.Op, r.Client == id)
	}
	return list
}

// move carries selections over a record, of their owner or of somebody else.
func move(list []wire.Selection, op ot.Op, own bool) {
	for i := range list {
		list[i].Anchor = ot.TransformPosition(op, list[i].Anchor, ot.Gravity(own))
		list[i].Head = ot.TransformPosition(op, list[i].Head, ot.Gravity(own))
	}
}

// view is whom the client sees where, from all that came over the link.
func (l *link) view() map[wire.ClientID][]wire.Selection {
	l.mu.Lock()
	defer l.mu.Unlock()
	seen := map[wire.ClientID][]wire.Selection{}
	for _, frame := range l.frames {
		messages, err := wire.DecodeServerFrame(frame)
		if err != nil {
			panic(err) // the client has read it too
		}
		for _, m := range messages {
			see(seen, m)
		}
	}
	return seen
}

// see takes one message in.
func see(seen map[wire.ClientID][]wire.Selection, m wire.ServerMessage) {
	switch m := m.(type) {
	case wire.Records:
		for _, r := range m.Records {
			for id, list := range seen {
				move(list, r.Op, id == r.Client)
			}
		}
	case wire.Catchup:
		for _, list := range seen {
			move(list, m.Op, false)
		}
	case wire.Presences:
		if m.Full {
			clear(seen)
		}
		for _, p := range m.Peers {
			seen[p.Client] = slices.Clone(p.Selections)
		}
		for _, id := range m.Gone {
			delete(seen, id)
		}
	}
}
