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

// TestCloseWaitsForGoodbyes: when Close returns, every connection has been told
// why and has ended, those that have not said hello too: the program may end.
func TestCloseWaitsForGoodbyes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := persist.NewMemory()
		doc := session.Document{ID: "doc", Kind: ot.Text, Lineage: "l"}
		if err := store.CreateDocument(t.Context(), doc); err != nil {
			t.Fatal(err)
		}
		hub := session.NewHub(store, session.Config{Key: []byte(scriptKey)})
		ends := map[string]*sessiontest.ClientEnd{}
		for _, name := range []string{"joined", "also joined", "before the hello"} {
			server, end := sessiontest.Pipe(64)
			ends[name] = end
			who := session.Visitor{User: wire.User{ID: "u"}, Role: func() wire.Role { return wire.Editor }}
			go hub.Serve(context.Background(), doc.ID, server, who)
			if name != "before the hello" {
				if err := end.Write(t.Context(), wire.Hello{}.Append(nil)); err != nil {
					t.Fatal(err)
				}
			}
		}
		synctest.Wait()
		if err := hub.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		for name, end := range ends { // at once, with nobody given time to finish
			if reason, ended := end.Ended(); !ended || reason.Code != wire.CloseRestarting.Code {
				t.Errorf("%s: ended %t with %q", name, ended, reason.Name)
			}
		}
	})
}

// TestLagOfNewcomers: who has just come has been sent the document, or what it
// missed, and does not count as behind.
func TestLagOfNewcomers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.end()
		w.begin(ot.Text, "")
		w.expect("ana:welcome,presence", "join ana")
		w.run("type ana 1 9")
		for _, command := range []string{"join ben", "cut ben", "resume ben"} {
			w.run(command)
			synctest.Wait()
			w.brief()
			if s := w.nodes[1].hub.Stats(); s.Lag != 0 {
				t.Errorf("after %q: lag %d", command, s.Lag)
			}
		}
	})
}
