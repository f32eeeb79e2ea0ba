package session_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/session/sessiontest"
	"github.com/collabd/collabd/wire"
)

// slowLookup holds up the first LastOf until it is let go.
type slowLookup struct {
	session.Store
	held chan struct{} // nil when nobody is to be held up any more
}

func (s *slowLookup) LastOf(ctx context.Context, doc wire.DocID, client wire.ClientID) (session.Record, wire.Revision, bool, error) {
	if held := s.held; held != nil {
		s.held = nil
		<-held
	}
	return s.Store.LastOf(ctx, doc, client)
}

// TestALateJoinDoesNotSupersede: a client whose first connection hangs in the
// store comes again, and stays when the store lets the first one go on.
// Superseded means stop: the client would never come back by itself.
func TestALateJoinDoesNotSupersede(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := persist.NewMemory()
		doc := session.Document{ID: "doc", Kind: ot.Text, Lineage: "l"}
		if err := memory.CreateDocument(t.Context(), doc); err != nil {
			t.Fatal(err)
		}
		store := &slowLookup{Store: memory}
		hub := session.NewHub(store, session.Config{Key: []byte(scriptKey)})
		connect := func(hello wire.Hello) *sessiontest.ClientEnd {
			server, end := sessiontest.Pipe(64)
			who := session.Visitor{User: wire.User{ID: "u"}, Role: func() wire.Role { return wire.Editor }}
			go hub.Serve(context.Background(), doc.ID, server, who)
			if err := end.Write(t.Context(), hello.Append(nil)); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			return end
		}
		m, err := connect(wire.Hello{}).Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		first, err := wire.DecodeServer(m)
		if err != nil {
			t.Fatal(err)
		}
		welcome := first.(wire.Welcome)
		again := wire.Hello{Client: welcome.Client, Secret: welcome.Secret, Lineage: welcome.Lineage}

		held := make(chan struct{})
		store.held = held
		hangs := connect(again)
		stays := connect(again)
		close(held)
		synctest.Wait()
		if reason, ended := stays.Ended(); ended {
			t.Errorf("the connection that came last ended: %v", reason)
		}
		if reason, ended := hangs.Ended(); !ended || reason.Code != wire.CloseSuperseded.Code {
			t.Errorf("the connection that came first: ended %t, %v", ended, reason)
		}
		if err := hub.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}
