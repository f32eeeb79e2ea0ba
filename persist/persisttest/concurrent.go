package persisttest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

func revision(r int) wire.Revision    { return wire.Revision(r) }
func clientID(c string) wire.ClientID { return wire.ClientID(c) }

func (f Fixture) testConcurrent(t *testing.T) {
	const writers, batches = 8, 15

	t.Run("writers that do not know of one another make one history", func(t *testing.T) {
		w := f.world(t)
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		var wg sync.WaitGroup
		counts := make([]wire.Seq, writers)
		for i := range writers {
			wg.Go(func() {
				client := clientID(fmt.Sprintf("client%d", i))
				rnd := rand.New(rand.NewPCG(seed, uint64(i)))
				for range batches {
					n := 1 + rnd.IntN(3)
					if err := w.appendAtHead(client, counts[i], n); err != nil {
						t.Errorf("%s: %v", client, err)
						return
					}
					counts[i] += wire.Seq(n)
				}
			})
		}
		wg.Wait()

		var total wire.Revision
		for _, n := range counts {
			total += wire.Revision(n)
		}
		if head := w.head(); head != total {
			t.Fatalf("head is %d after %d successes", head, total)
		}
		records, err := w.Records(t.Context(), w.doc, 0, total) // without a gap, or an error
		w.must(err)
		last := make(map[wire.ClientID]wire.Seq)
		for i, r := range records {
			if !same(r, record(revision(i+1), r.Client, r.Seq)) {
				t.Errorf("record %d is %+v", i+1, r)
			}
			if r.Seq != last[r.Client]+1 {
				t.Errorf("record %d: %s has seq %d after %d", i+1, r.Client, r.Seq, last[r.Client])
			}
			last[r.Client] = r.Seq
		}
		for i, n := range counts {
			if client := clientID(fmt.Sprintf("client%d", i)); last[client] != n {
				t.Errorf("%s: last seq %d, want %d", client, last[client], n)
			}
		}
	})
	t.Run("readers see whole batches only", func(t *testing.T) {
		w := f.world(t)
		const size = 5
		stop := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				_, head, _, err := w.LastOf(t.Context(), w.doc, "c")
				if err != nil || head%size != 0 {
					t.Errorf("head %d in the middle of a batch of %d, %v", head, size, err)
					return
				}
				if _, err := w.Records(t.Context(), w.doc, 0, head); err != nil {
					t.Error(err)
					return
				}
			}
		})
		for i := range wire.Revision(20) {
			w.append(batch("c", i*size+1, (i+1)*size)...)
		}
		close(stop)
		wg.Wait()
	})
}

// appendAtHead appends n edits of a client after seq, at whatever the head is.
func (w *world) appendAtHead(client wire.ClientID, seq wire.Seq, n int) error {
	for {
		head, err := w.Head(w.t.Context(), w.doc)
		if err != nil {
			return err
		}
		var records []session.Record
		for i := range n {
			records = append(records, record(head+revision(i+1), client, seq+wire.Seq(i+1)))
		}
		if err := w.Append(w.t.Context(), w.doc, records); !errors.Is(err, session.ErrConflict) {
			return err
		}
	}
}
