package session_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// followed collects what a follower of a server is given, until ctx ends.
func (w *world) followed(ctx context.Context, number int, after wire.Revision, most int) *[]session.Record {
	f, err := w.nodes[number].hub.Follow(ctx, w.doc, after)
	if err != nil {
		w.t.Fatal(err)
	}
	all := &[]session.Record{}
	go func() {
		defer f.Close()
		for {
			records, err := f.Next(ctx, most)
			if errors.Is(err, wire.CloseStoreFailed) {
				time.Sleep(time.Second)
				continue
			}
			if err != nil {
				return
			}
			if len(records) == 0 || len(records) > most {
				w.t.Errorf("%d records of at most %d", len(records), most)
			}
			*all = append(*all, records...)
		}
	}()
	return all
}

// inOrder checks that a follower was given the revisions after one to another.
func inOrder(t *testing.T, who string, all []session.Record, after, to wire.Revision) {
	t.Helper()
	if len(all) != int(to-after) {
		t.Errorf("%s: %d records, want those of %d to %d", who, len(all), after+1, to)
	}
	for i, r := range all {
		if want := after + wire.Revision(i) + 1; r.Revision != want {
			t.Fatalf("%s: revision %d, want %d", who, r.Revision, want)
		}
	}
}

// TestFollower: every record comes once and in order, whether it is in the log,
// in the window or to come, by this server or by another one, and while the
// store cannot be read for a while.
func TestFollower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.shared = true
		w.lim.WindowRecords = 8
		w.begin(ot.Text, "")
		w.start(2)
		x := w.op(`[{"insert":"x"}]`)
		write := func(number int, times int) {
			t.Helper()
			for range times {
				if _, err := w.nodes[number].hub.Submit(t.Context(), w.doc, session.Write{Op: x}); err != nil {
					t.Fatal(err)
				}
			}
		}
		write(1, 30)
		ctx, leave := context.WithCancel(t.Context())
		early := w.followed(ctx, 1, 0, 7)
		late := w.followed(ctx, 1, 28, 1000)
		write(1, 3)
		write(2, 5)
		ahead := w.followed(ctx, 1, 37, 3) // the first server does not know it yet
		time.Sleep(time.Second)
		w.nodes[1].store.FailReads(true)
		broken := w.followed(ctx, 1, 3, 4)
		synctest.Wait()
		w.nodes[1].store.FailReads(false)
		write(2, 20)
		write(1, 1)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		inOrder(t, "early", *early, 0, 59)
		inOrder(t, "late", *late, 28, 59)
		inOrder(t, "ahead", *ahead, 37, 59)
		inOrder(t, "broken", *broken, 3, 59)

		time.Sleep(10 * w.lim.Idle)
		if n := w.nodes[1].hub.Stats().Documents; n != 1 {
			t.Errorf("a session that is followed has ended")
		}
		leave()
		time.Sleep(2 * w.lim.Idle)
		if n := w.nodes[1].hub.Stats().Documents; n != 0 {
			t.Errorf("%d sessions are open, and nobody follows", n)
		}
		again := w.followed(t.Context(), 1, 59, 9)
		write(1, 1)
		synctest.Wait()
		inOrder(t, "again", *again, 59, 60)
		w.end() // and with it the follower
	})
}
