package session_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// faulty is an observer with a fault: it panics, in the actor's goroutine, when
// it is told of an edit that had this result.
type faulty struct {
	session.Unobserved
	result atomic.Value
}

func (f *faulty) Edit(result string, _ time.Duration) {
	if result == f.result.Load() {
		panic("a fault in the actor")
	}
}

// TestActorPanics: a fault of ours ends its session alone, which stores nothing
// that it may have spoilt, and the next join loads what the log has.
func TestActorPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, h := hookedWorld(t)
		defer w.end()
		fault := &faulty{}
		w.observe = fault
		h.hook(hooks{put: func(s session.Snapshot) { t.Errorf("stored a snapshot at %d after the fault", s.Revision) }})
		w.begin(ot.Text, "")
		w.create("other")
		w.run("at eve 1 other")
		w.expect("ana:welcome,presence eve:welcome,presence", "join ana", "join eve")
		w.expect("ana:presence ben:welcome,presence", "join ben")
		w.expect("ana:records ben:records", `edit ana 1 0 [{"insert":"a"}]`)
		fault.result.Store(session.EditAccepted)
		w.expect("ana:error internal,closed internal ben:error internal,closed internal", `edit ana 2 1 [{"retain":1},{"insert":"b"}]`)
		fault.result.Store("")
		w.expect("ana:welcome,records,presence", "resume ana") // the log had it
		w.expect("ana:ack", `edit ana 2 1 [{"retain":1},{"insert":"b"}]`)
		w.expect("eve:records", `edit eve 1 0 [{"insert":"e"}]`)
		h.hook(hooks{})
	})
}

// TestActorPanicsWhileStoreIsAway: the append that the actor leaves behind gives
// up too, and the hub forgets the session: whoever comes next is not held up by
// one that is no more.
func TestActorPanicsWhileStoreIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, h := hookedWorld(t)
		defer w.end()
		w.begin(ot.Text, "")
		w.expect("ana:welcome,presence", "join ana")
		w.expect("ana:presence ben:welcome,presence", "join ben")
		h.hook(hooks{append: func(func() error) error { return errors.New("away") }})
		w.run("store noread")
		w.expect("ana:store false ben:store false", `edit ana 1 0 [{"insert":"a"}]`, "sleep 3s")
		w.expect("ana:presence ben:closed silent", "cut ben")
		w.run(`store conflict [{"insert":"!"}]`)
		w.expect("", "resume ben") // waits for the log
		spoilt := func(name string) wire.Role {
			if name == "eve" {
				panic("a fault in the actor")
			}
			return wire.Editor
		}
		w.role.Store(&spoilt)
		w.expect("ana:error internal,closed internal ben:error internal,closed internal eve:goaway,closed restarting", "join eve", "sleep 4s")
		w.role.Store(nil)
		h.hook(hooks{})
		w.run("store read")
		w.expect("ben:welcome,records,presence", "resume ben")
		w.expect("ana:welcome,records,presence ben:presence", "resume ana")
		w.expect("ana:records ben:records", `edit ana 1 0 [{"insert":"a"}]`)
	})
}

// TestStorePanics: an append that panics is one whose outcome is unknown, and a
// load that panics is one that failed. Neither ends the program.
func TestStorePanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, h := hookedWorld(t)
		defer w.end()
		w.begin(ot.Text, "")
		h.hook(hooks{head: func(func() (wire.Revision, error)) (wire.Revision, error) { panic("a fault in the store") }})
		w.expect("ana:error store_failed,closed store_failed", "join ana")
		h.hook(hooks{})
		w.expect("ana:welcome,presence", "join ana")
		h.hook(hooks{append: func(func() error) error { h.hook(hooks{}); panic("a fault in the store") }})
		w.expect("ana:records", `edit ana 1 0 [{"insert":"a"}]`, "sleep 1s")
	})
}
