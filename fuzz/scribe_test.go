package fuzz

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// scribe writes without a connection, as programs do by REST: it reads the
// document at some revision, makes an edit of it and submits that, with a key,
// to one node after the other until it knows what became of it.
type scribe struct {
	user   wire.User
	all    []intent
	writes []session.Write
	was    []session.Written // of writes
}

// scribes and followers are drawn apart from the plan, so that a seed is
// otherwise the session that it was before there were any.
func (s *simulation) enrol(r *rand.Rand) {
	for i := range r.IntN(4) {
		s.scribes = append(s.scribes, &scribe{user: wire.User{ID: wire.UserID(fmt.Sprint("w", i))}})
	}
	for range r.IntN(3) {
		s.followers = append(s.followers, &follower{})
	}
}

// firstScribe is the number in the marks of the first one.
const firstScribe = 50

// writes submits so many edits, some of them more than once.
func (s *simulation) writes(i int, r *rand.Rand, edits int) {
	w := s.scribes[i]
	for n := range edits {
		time.Sleep(time.Duration(r.IntN(800)) * time.Millisecond)
		head, err := s.log.Head(s.t.Context(), simDoc)
		if err != nil {
			s.errorf("%v", err)
			return
		}
		base := head - min(head, wire.Revision(r.IntN(3)*r.IntN(30)))
		doc, err := session.ReadAt(s.t.Context(), s.log, simDoc, base)
		if err != nil {
			s.errorf("%v", err)
			return
		}
		in := think(r, s.plan.kind, doc, mark(firstScribe+i, n))
		w.all = append(w.all, in)
		w.writes = append(w.writes, session.Write{User: w.user, Key: fmt.Sprint("key ", n), Base: base, Op: in.op})
		was, ok := s.submit(w.writes[n], r)
		w.was = append(w.was, was)
		if !ok {
			return
		}
		if again := r.IntN(n + 1); r.IntN(3) == 0 {
			was, ok := s.submit(w.writes[again], r)
			if ok && was.Revision != w.was[again].Revision {
				s.errorf("scribe %d was told that write %d is revision %d, then %d", i, again, w.was[again].Revision, was.Revision)
			}
		}
	}
}

// submit goes on until it is known what became of a write.
func (s *simulation) submit(w session.Write, r *rand.Rand) (session.Written, bool) {
	for range 1000 {
		hub := s.net.up(s.net.nodes[r.IntN(len(s.net.nodes))])
		if hub == nil {
			time.Sleep(50 * time.Millisecond)
			continue
		}
		ctx, leave := context.WithTimeout(s.t.Context(), time.Duration(1+r.IntN(12_000))*time.Millisecond)
		was, err := hub.Submit(ctx, simDoc, w)
		leave()
		if err == nil {
			return was, true
		}
		var c wire.Close
		if errors.As(err, &c) && wire.ActionFor(c.Code) != wire.Retry {
			s.errorf("a write of %s is refused: %v", w.User.ID, err)
			return was, false
		}
		time.Sleep(time.Duration(r.IntN(300)) * time.Millisecond)
	}
	s.errorf("a write of %s does not come to an end", w.User.ID)
	return session.Written{}, false
}

// checkWrites compares what scribes were told with the log.
func (s *simulation) checkWrites(records []session.Record) {
	by := map[wire.UserID]int{}
	for _, r := range records {
		by[r.User]++
	}
	for i, w := range s.scribes {
		made := 0
		for n, was := range w.was {
			if !was.Changed {
				continue
			}
			made++
			if int(was.Revision) > len(records) {
				s.errorf("scribe %d was told that write %d is revision %d, the head is %d", i, n, was.Revision, len(records))
			} else if r := records[was.Revision-1]; r.User != w.user.ID {
				s.errorf("scribe %d was told that write %d is revision %d, which is of %s", i, n, was.Revision, r.User)
			}
		}
		if made != by[w.user.ID] {
			s.errorf("scribe %d has made %d writes, the log has %d of it", i, made, by[w.user.ID])
		}
	}
}

// follower follows the history, through one node after the other.
type follower struct {
	all []session.Record
}

// follows goes on until stop is closed.
func (s *simulation) follows(f *follower, r *rand.Rand, stop <-chan struct{}) {
	ctx, cancel := context.WithCancel(s.t.Context())
	defer cancel()
	go func() {
		<-stop
		cancel()
	}()
	for ctx.Err() == nil {
		if hub := s.net.up(s.net.nodes[r.IntN(len(s.net.nodes))]); hub != nil {
			s.followOnce(ctx, f, hub, r)
		}
		time.Sleep(time.Duration(50+r.IntN(300)) * time.Millisecond)
	}
}

// followOnce follows through one hub until that ends, or for a while.
func (s *simulation) followOnce(ctx context.Context, f *follower, hub *session.Hub, r *rand.Rand) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(1+r.IntN(10_000))*time.Millisecond)
	defer cancel()
	from, err := hub.Follow(ctx, simDoc, wire.Revision(len(f.all)))
	if err != nil {
		return
	}
	defer from.Close()
	for {
		records, err := from.Next(ctx, 1+r.IntN(20))
		if err != nil {
			return
		}
		f.all = append(f.all, records...)
	}
}

// checkFollowers compares what followers were given with the log.
func (s *simulation) checkFollowers(records []session.Record) {
	for i, f := range s.followers {
		if len(f.all) > len(records) {
			s.errorf("follower %d has %d records, the log has %d", i, len(f.all), len(records))
			return
		}
		for n, r := range f.all {
			if want := records[n]; r.Revision != want.Revision || r.Client != want.Client || r.Seq != want.Seq || !r.Op.Equal(want.Op) {
				s.errorf("follower %d has %d by %s/%d, the log has %d by %s/%d", i, r.Revision, r.Client, r.Seq, want.Revision, want.Client, want.Seq)
				return
			}
		}
		if (s.plan.hubs == 1 || s.plan.follows) && len(f.all) < len(records) {
			s.errorf("follower %d has %d of %d records", i, len(f.all), len(records))
		}
	}
}
