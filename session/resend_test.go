package session_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
)

// TestResendWhileItIsWritten: a client comes again and resends an edit that its
// first connection is still having written. When that is done it may send the
// next one, although the actor goes on to read what others have appended.
func TestResendWhileItIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, h := hookedWorld(t)
		defer w.end()
		w.shared = true
		w.begin(ot.Text, "")
		w.expect("ana:welcome,presence", "join ana")
		time.Sleep(150 * time.Millisecond)
		commit, reply, read := make(chan struct{}), make(chan struct{}), make(chan struct{})
		h.hook(hooks{
			append: func(call func() error) error {
				<-commit
				err := call()
				<-reply
				return err
			},
			records: func(call func() ([]session.Record, error)) ([]session.Record, error) {
				<-read
				return call()
			},
		})
		w.expect("", `edit ana 1 0 [{"insert":"a"}]`)
		w.expect("ana:welcome,presence", "resume ana")
		w.expect("", `edit ana 1 0 [{"insert":"a"}]`)
		close(commit)
		synctest.Wait()
		w.run(`store conflict [{"retain":1},{"insert":"!"}]`) // revision 2: the hub is told of it at 200 ms
		w.expect("", "sleep 51ms")
		close(reply)
		synctest.Wait()
		w.expect("ana:records,ack")
		w.expect("", `edit ana 2 1 [{"retain":1},{"insert":"b"}]`) // and not: pipelined
		close(read)
		synctest.Wait()
		w.expect("ana:records")
	})
}
