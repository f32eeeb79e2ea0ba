package session

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/collabd/collabd/wire"
)

// TestMakeRoom: the documents that nobody has open go, the coldest first and no
// more than needed; those that are used or being loaded stay. What is on its
// way out counts as free.
func TestMakeRoom(t *testing.T) {
	for range 500 {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		h := &Hub{open: map[wire.DocID]*slot{}, lim: Limits{Memory: int64(r.IntN(3000))}}
		type cold struct {
			doc   wire.DocID
			bytes int64
		}
		var order []cold // coldest first
		var held int64
		start := time.Unix(0, 0)
		for i := range r.IntN(12) {
			doc := wire.DocID(fmt.Sprint("d", i))
			s := &slot{since: start.Add(time.Duration(i) * time.Second), users: r.IntN(2)}
			h.open[doc] = s
			if r.IntN(8) == 0 {
				continue // still being loaded
			}
			s.actor = &actor{stop: make(chan struct{})}
			bytes := int64(r.IntN(900))
			s.actor.counts.bytes.Store(bytes)
			held += bytes
			if s.users == 0 {
				order = append(order, cold{doc, bytes})
			}
		}
		leaving := int64(r.IntN(300))
		h.budget.held.Store(held + leaving)
		h.leaving.Store(leaving)

		over := held - h.lim.Memory
		var want []wire.DocID
		for _, c := range order {
			if h.lim.Memory <= 0 || over <= 0 {
				break
			}
			over -= c.bytes
			want = append(want, c.doc)
		}
		before := len(h.open)
		slots := map[wire.DocID]*slot{}
		for doc, s := range h.open {
			slots[doc] = s
		}
		got := h.makeRoom()
		var gone []wire.DocID
		freed := int64(0)
		for doc, s := range slots {
			if h.open[doc] == nil {
				gone = append(gone, doc)
				freed += s.leaves
				select {
				case <-s.actor.stop:
				default:
					t.Fatalf("seed %d: %s was let go of, and not stopped", seed, doc)
				}
			}
		}
		slices.Sort(gone)
		slices.Sort(want)
		if !slices.Equal(gone, want) || got != (h.lim.Memory <= 0 || over <= 0) {
			t.Fatalf("seed %d: let go of %v of %d, want %v; room %t, %d over", seed, gone, before, want, got, over)
		}
		if h.leaving.Load() != leaving+freed {
			t.Fatalf("seed %d: %d on their way out, want %d", seed, h.leaving.Load(), leaving+freed)
		}
		if again := h.makeRoom(); again != got {
			t.Fatalf("seed %d: room %t, and then %t", seed, got, again)
		}
	}
}

// TestIdleTooLate: the time of a session without users may be over in the moment
// in which somebody comes, or while it is still loading for nobody: it stays.
func TestIdleTooLate(t *testing.T) {
	for name, s := range map[string]*slot{
		"used":    {users: 1, actor: &actor{stop: make(chan struct{})}},
		"loading": {},
	} {
		h := &Hub{open: map[wire.DocID]*slot{"doc": s}, lim: Limits{Idle: time.Hour}}
		h.closeIdle("doc", s)
		if h.open["doc"] != s {
			t.Errorf("%s: it was closed", name)
		}
		if s.idle != nil {
			s.idle.Stop()
		}
	}
	s := &slot{actor: &actor{stop: make(chan struct{})}}
	h := &Hub{open: map[wire.DocID]*slot{"doc": s}}
	h.closeIdle("doc", s)
	select {
	case <-s.actor.stop:
	default:
		t.Error("one that nobody uses was not stopped")
	}
	h.closeIdle("doc", s) // the slot has gone: it is not stopped twice
}
