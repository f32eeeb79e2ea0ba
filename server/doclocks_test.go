package server

import (
	"context"
	"fmt"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/wire"
)

// slowChanges is a store that waits before it renames something to "slow".
type slowChanges struct {
	*persist.Memory
	asked, may chan struct{}
}

func (s *slowChanges) ChangeDocument(ctx context.Context, viewer wire.UserID, doc wire.DocID, c persist.Change) error {
	if c.Title != nil && *c.Title == "slow" {
		s.asked <- struct{}{}
		<-s.may
	}
	return s.Memory.ChangeDocument(ctx, viewer, doc, c)
}

// A rename that the store is slow to take holds up the next rename of its
// document and nothing else.
func TestSlowRename(t *testing.T) {
	store := &slowChanges{persist.NewMemory(), make(chan struct{}), make(chan struct{})}
	w := openOn(t, store)
	ana := w.person()
	slow, other := ana.create("x", ot.Text).ID, ana.create("x", ot.Text).ID
	peer := ana.join(slow)
	var renames sync.WaitGroup
	renames.Go(func() { ana.patch(slow, `{"title":"slow"}`) })
	<-store.asked
	ana.patch(other, `{"title":"quick"}`)
	ana.patch(slow, `{"pinned":true}`) // no title: it need not wait
	renames.Go(func() { ana.patch(slow, `{"title":"last"}`) })
	for waiting := 0; waiting < 2; runtime.Gosched() {
		w.server.renames.mu.Lock()
		waiting = w.server.renames.used[slow].users
		w.server.renames.mu.Unlock()
	}
	close(store.may)
	renames.Wait()
	await(peer, func(m wire.Title) bool { return m.Title == "last" }) // it may have heard of "slow" before, never after
	var d documentJSON
	if ana.do("GET", "/api/docs/"+string(slow), "").into(t, &d); d.Title != "last" || !d.Pinned {
		t.Errorf("after all it is %+v", d)
	}
	if n := len(w.server.renames.used); n != 0 {
		t.Errorf("%d locks are left", n)
	}
}

// stuck is an answer that is not taken before it may.
type stuck struct {
	*httptest.ResponseRecorder
	begun, may chan struct{}
}

func (s stuck) Write(p []byte) (int, error) {
	close(s.begun)
	<-s.may
	return s.ResponseRecorder.Write(p)
}

// Who does not take the answer to a rename holds up nobody.
func TestRenameThatIsNotTaken(t *testing.T) {
	w := open(t)
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	answer := stuck{httptest.NewRecorder(), make(chan struct{}), make(chan struct{})}
	var done sync.WaitGroup
	done.Go(func() {
		r := httptest.NewRequest("PATCH", fmt.Sprintf("http://localhost/api/docs/%s", doc), strings.NewReader(`{"title":"y"}`))
		r.Header.Set("Content-Type", "application/json")
		w.server.ServeHTTP(answer, r)
	})
	<-answer.begun
	ana.patch(doc, `{"title":"z"}`)
	close(answer.may)
	done.Wait()
	if answer.Code != 200 {
		t.Errorf("status %d: %s", answer.Code, answer.Body)
	}
}
