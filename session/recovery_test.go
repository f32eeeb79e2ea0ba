package session_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// TestStopIsNoProofOfRestore: a client that waits for the log to be read hears
// of the stop. That the log was not read does not mean that it has less.
func TestStopIsNoProofOfRestore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, h := hookedWorld(t)
		defer w.end()
		w.begin(ot.Text, "")
		w.expect("ana:welcome,presence", "join ana")
		w.expect("ana:records", `edit ana 1 0 [{"insert":"a"}]`)
		w.expect("ana:presence ben:welcome,doc,presence", "join ben")
		w.expect("ana:presence ben:closed silent", "cut ben")
		w.run(`store conflict [{"insert":"!"}]`)
		h.hook(hooks{head: func(func() (wire.Revision, error)) (wire.Revision, error) { return 0, errors.New("no answer") }})
		w.expect("", "resume ben") // parked
		w.expect("ana:goaway,closed restarting ben:goaway,closed restarting", "stop")
	})
}

// TestRestoredUnderneath: the log has become shorter than what was acknowledged.
// The session ends instead of asking the store again and again.
func TestRestoredUnderneath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, h := hookedWorld(t)
		defer w.end()
		w.begin(ot.Text, "")
		w.expect("ana:welcome,presence", "join ana")
		w.expect("ana:records", `edit ana 1 0 [{"insert":"a"}]`)
		var appends atomic.Int64
		h.hook(hooks{
			head: func(func() (wire.Revision, error)) (wire.Revision, error) { return 0, nil },
			append: func(func() error) error {
				if appends.Add(1) > 1 {
					t.Error("asked again")
					return errors.New("enough")
				}
				return session.ErrConflict
			},
		})
		w.expect("ana:error store_failed,closed store_failed", `edit ana 2 1 [{"insert":"b"}]`)
	})
}

// TestConflictWithNothing: the log says that its head is another one, and then
// that it is not. The actor tries again, but not without pause, and says so.
func TestConflictWithNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, h := hookedWorld(t)
		defer w.end()
		w.begin(ot.Text, "")
		w.expect("ana:welcome,presence", "join ana")
		var appends atomic.Int64
		h.hook(hooks{append: func(func() error) error {
			if appends.Add(1) > 1000 {
				t.Error("asked again without pause")
				return errors.New("enough")
			}
			return session.ErrConflict
		}})
		w.run(`edit ana 1 0 [{"insert":"a"}]`)
		w.expect("ana:store false", "sleep 3s")
		h.hook(hooks{})
		w.expect("ana:records,store true", "sleep 10s")
	})
}

// TestNextEditWhileCatchingUp: an author that has seen its record may send the
// next edit, although the actor still reads what others appended after it.
func TestNextEditWhileCatchingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, h := hookedWorld(t)
		defer w.end()
		w.lim.CatchupStep = 1
		w.shared = true
		w.begin(ot.Text, "")
		w.expect("ana:welcome,presence", "join ana")
		held := make(chan struct{})
		var reads atomic.Int64
		h.hook(hooks{records: func(call func() ([]session.Record, error)) ([]session.Record, error) {
			if reads.Add(1) == 2 {
				<-held
			}
			return call()
		}})
		time.Sleep(150 * time.Millisecond)
		w.run("store lose")
		w.run(`edit ana 1 0 [{"insert":"a"}]`)
		synctest.Wait()
		w.run(`store conflict [{"retain":1},{"insert":"!"}]`) // revision 2: the hub is told of it at 200 ms
		w.expect("ana:records,ack", "sleep 101ms")
		w.expect("", `edit ana 2 1 [{"retain":1},{"insert":"b"}]`) // and not: pipelined
		close(held)
		w.expect("ana:records", "sleep 1s")
	})
}

// TestTroubleEnds: peers are told when the store is well again, also when there
// is nothing left to append: because the log has it all, or its author left.
func TestTroubleEnds(t *testing.T) {
	for name, then := range map[string]func(w *world){
		"lost reply": func(w *world) {
			w.expect("ana:records,ack,store true ben:records,store true", "store release", "sleep 1s")
		},
		"left": func(w *world) {
			w.expect("ana:closed silent ben:presence", "cut ana")
			w.expect("ben:records,store true", "store release", "sleep 1s")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				defer w.end()
				w.begin(ot.Text, "")
				w.expect("ana:welcome,presence", "join ana")
				w.expect("ana:presence ben:welcome,presence", "join ben")
				w.run("store lose")
				w.run("store hold")
				w.run(`edit ana 1 0 [{"insert":"a"}]`)
				w.expect("ana:store false ben:store false", "sleep 3s")
				then(w)
			})
		})
	}
}

// TestTroubleEndsUnderLoad: the store is well as soon as it has taken something,
// also when more is waiting already.
func TestTroubleEndsUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, h := hookedWorld(t)
		defer w.end()
		w.begin(ot.Text, "")
		w.expect("ana:welcome,presence", "join ana")
		w.expect("ana:presence ben:welcome,presence", "join ben")
		next := make(chan struct{})
		h.hook(hooks{append: func(call func() error) error { <-next; return call() }})
		w.expect("ana:store false ben:store false", `edit ana 1 0 [{"insert":"a"}]`, "sleep 3s")
		w.expect("", `edit ben 1 0 [{"insert":"b"}]`)
		next <- struct{}{}
		w.expect("ana:records,store true ben:records,store true")
		next <- struct{}{}
		w.expect("ana:records ben:records")
	})
}

// TestManyWaitForTheLog: joins that wait for the same records all go on when
// they were read, one of them twice; the newer connection of a client stays.
func TestManyWaitForTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.end()
		w.begin(ot.Text, "")
		w.start(2)
		w.run("at ben 2")
		w.expect("ana:welcome,presence ben:welcome,presence", "join ana", "join ben")
		w.expect("ana:presence eve:welcome,presence", "join eve")
		w.expect("ana:records eve:records", `edit ana 1 0 [{"insert":"a"}]`)
		w.run("store 2 noread")
		for _, name := range []string{"ana", "eve"} {
			w.run("at " + name + " 2")
			w.expect("", "resume "+name)
		}
		first := w.clients["ana"].end
		w.expect("", "resume ana")
		w.run("store 2 read")
		time.Sleep(time.Second)
		if got := w.nodes[2].hub.Stats(); got.Peers != 3 {
			t.Errorf("%d peers", got.Peers)
		}
		if reason, ended := first.Ended(); !ended || reason != wire.CloseSuperseded {
			t.Errorf("the older connection: ended %t, %s", ended, reason.Name)
		}
		w.brief()
		w.expect("ana:records ben:records eve:records", `edit ana 2 1 [{"insert":"b"}]`)
	})
}

// TestWrongAboutTheLog: a join waits for records that the log was said to have
// and does not: the history was replaced between the two looks. It is told so
// when the log was read for its sake. One that began to wait while the log was
// being read waits for the next time.
func TestWrongAboutTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, h := hookedWorld(t)
		defer w.end()
		w.begin(ot.Text, "")
		w.expect("ana:welcome,presence", "join ana")
		w.expect("ana:presence ben:welcome,presence", "join ben")
		w.expect("ana:closed silent ben:presence", "cut ana")
		w.expect("ben:closed silent", "cut ben")
		var reads atomic.Int64
		first := make(chan struct{})
		said := hooks{
			last: func(head wire.Revision) wire.Revision { return head + 1 },
			head: func(call func() (wire.Revision, error)) (wire.Revision, error) {
				head, err := call()
				if reads.Add(1) == 1 {
					<-first
				}
				return head, err
			},
		}
		h.hook(said)
		w.expect("", "resume ana") // the log is read, and the answer comes late
		said.last = nil
		h.hook(said)
		w.run(`store conflict [{"insert":"!"}]`)
		w.expect("", "resume ben") // knows of the record that the read did not see
		close(first)
		w.expect("ana:error revision_ahead,closed revision_ahead ben:welcome,records,presence")

		// What was wrong is forgotten: the log is not read for it again.
		said.last = func(head wire.Revision) wire.Revision { return head + 1 }
		h.hook(said)
		before := reads.Load()
		w.expect("ana:error revision_ahead,closed revision_ahead", "resume ana")
		w.expect("ben:records", `edit ben 1 1 [{"insert":"b"}]`)
		if n := reads.Load() - before; n != 1 {
			t.Errorf("the log was read %d times", n)
		}
	})
}

// TestJoinDuringOwnAppend: the log has a record already that this session has
// appended and not heard of. A client that comes meanwhile waits for that, and
// the log is not read for its sake.
func TestJoinDuringOwnAppend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, h := hookedWorld(t)
		defer w.end()
		w.begin(ot.Text, "")
		w.expect("ana:welcome,presence", "join ana")
		w.expect("ana:presence ben:welcome,presence", "join ben")
		w.expect("ana:presence ben:closed silent", "cut ben")
		answered := make(chan struct{})
		h.hook(hooks{append: func(call func() error) error { err := call(); <-answered; return err }})
		w.expect("", `edit ana 1 0 [{"insert":"a"}]`)
		w.expect("", "resume ben")
		h.hook(hooks{head: func(func() (wire.Revision, error)) (wire.Revision, error) { return 0, errors.New("not to be read") }})
		close(answered)
		w.expect("ana:records,presence ben:welcome,records,presence")
	})
}

// TestStalledReader: a peer that takes nothing costs the others nothing, and is
// gone when one write made no progress for Limits.Write.
func TestStalledReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.end()
		w.begin(ot.Text, "")
		w.expect("ana:welcome,presence", "join ana")
		w.expect("ana:presence ben:welcome,presence", "join ben")
		stalled := w.clients["ben"]
		delete(w.clients, "ben") // nobody reads
		for n := range 200 {     // more than the pipe holds
			w.run(fmt.Sprintf(`edit ana %d %d [{"insert":"a"}]`, n+1, n))
			w.expect("ana:records")
		}
		time.Sleep(w.lim.Write - time.Millisecond)
		if _, ended := stalled.end.Ended(); ended {
			t.Error("it was not given its time")
		}
		w.expect("ana:presence", "sleep 1ms")
		if reason, ended := stalled.end.Ended(); !ended || reason != wire.CloseStalled {
			t.Errorf("ended %t, %s", ended, reason.Name)
		}
	})
}
