package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/client/clienttest"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// overHTTP returns a configuration for a server behind real sockets. Its HTTP
// client has no cookie jar: the login must be kept all the same.
func overHTTP(t *testing.T, handler http.Handler) client.Config {
	t.Helper()
	web := httptest.NewServer(handler)
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		web.Close()
	})
	return client.Config{
		URL: web.URL + "/", Doc: clienttest.DocID, HTTP: &http.Client{Transport: transport},
		MinBackoff: time.Millisecond, MaxBackoff: 10 * time.Millisecond,
	}
}

func loggedIn(t *testing.T, cfg client.Config) (*client.API, client.Config) {
	t.Helper()
	api, err := client.NewAPI(cfg.URL, cfg.HTTP)
	must(t, err)
	me, err := api.Me(t.Context())
	must(t, err)
	if !me.Guest || me.ID != "u" {
		t.Errorf("logged in as %+v", me)
	}
	cfg.HTTP = api.HTTP()
	return api, cfg
}

func TestOverSockets(t *testing.T) {
	toy := clienttest.New(ot.Text, clienttest.Faults{})
	long := strings.Repeat("0123456789😀", 20_000) // far beyond the usual limit of a message
	must(t, toy.Submit(insertAt(0, long)))
	api, cfg := loggedIn(t, overHTTP(t, toy.Handler()))
	d, err := api.CreateDocument(t.Context(), "Toy", ot.Text)
	if err != nil || d.ID != clienttest.DocID || d.Kind != ot.Text {
		t.Fatalf("created %+v, %v", d, err)
	}
	a, err := client.Dial(t.Context(), cfg)
	must(t, err)
	b, err := client.Dial(t.Context(), cfg)
	must(t, err)
	must(t, a.Edit(t.Context(), insertAt(0, "a"+long)))
	must(t, a.Synced(t.Context()))
	toy.Down()
	must(t, b.Edit(t.Context(), insertAt(0, "b")))
	toy.Up()
	must(t, b.Synced(t.Context()))
	for _, c := range []*client.Client{a, b} {
		must(t, c.Wait(t.Context(), atHead(toy)))
		if c.Doc().Text() != "ba"+long+long {
			t.Errorf("shows %d units", c.Doc().Len())
		}
		if c.Stats().Reconnects == 0 {
			t.Error("no reconnect")
		}
		must(t, c.Close())
	}
	text, err := api.Content(t.Context(), d.ID, client.FormatText, client.Head)
	if err != nil || string(text) != "ba"+long+long {
		t.Errorf("content: %d bytes, %v", len(text), err)
	}
	must(t, toy.Problems())
}

func TestCloseCodeComesThroughTheSocket(t *testing.T) {
	toy := clienttest.New(ot.Text, clienttest.Faults{})
	_, cfg := loggedIn(t, overHTTP(t, toy.Handler()))
	a, err := client.Dial(t.Context(), cfg)
	must(t, err)
	toy.CloseAll(wire.CloseNotFound)
	<-a.Done()
	ce, ok := errors.AsType[*client.ClosedError](a.Err())
	if !ok || ce.Code != wire.CloseNotFound.Code || ce.Reason != wire.CloseNotFound.Name {
		t.Errorf("ended with %v", a.Err())
	}
}

func TestRefusedHandshakes(t *testing.T) {
	var attempts atomic.Int64
	refuse := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			attempts.Add(1)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(`{"error":{"code":"because","message":"So it is."}}`))
		}
	}
	for _, status := range []int{401, 403, 404} {
		_, err := client.Dial(t.Context(), overHTTP(t, refuse(status)))
		end, ok := errors.AsType[*client.EndError](err)
		he, ok2 := errors.AsType[*client.HTTPError](err)
		if !ok || !ok2 || he.Status != status || he.Code != "because" || !strings.Contains(end.Error(), "So it is.") {
			t.Errorf("%d: %v", status, err)
		}
	}
	attempts.Store(0)
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	_, err := client.Dial(ctx, overHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refuse(503)(w, r); attempts.Load() == 5 {
			cancel(enough)
		}
	})))
	if !errors.Is(err, enough) {
		t.Errorf("503 is tried again until the context ends: %v", err)
	}
}

func TestServerThatSpeaksNonsense(t *testing.T) {
	frames := []string{`{`, `{"type":"welcome"}`, `{"type":"records","after":0,"records":[]}`,
		`{"type":"doc","part":1,"parts":1,"op":[]}`}
	var next atomic.Int64
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	_, err := client.Dial(ctx, overHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{wire.Subprotocol}})
		if err != nil {
			t.Error(err)
			return
		}
		defer ws.CloseNow()
		i := int(next.Add(1)) - 1
		if i >= len(frames) {
			cancel(enough)
			return
		}
		if err := ws.Write(r.Context(), websocket.MessageText, []byte(frames[i])); err != nil {
			t.Error(err)
		}
		_, _, _ = ws.Read(r.Context()) // the hello
		_, _, _ = ws.Read(r.Context()) // until the client goes
	})))
	if !errors.Is(err, enough) {
		t.Errorf("ended with %v: nonsense is a broken connection, not the end", err)
	}
}

func TestConfig(t *testing.T) {
	for name, cfg := range map[string]client.Config{
		"no address":  {Doc: "d"},
		"no document": {URL: "http://localhost:1"},
		"no scheme":   {URL: "localhost:1", Doc: "d"},
		"backoff":     {URL: "http://localhost:1", Doc: "d", MinBackoff: time.Hour},
	} {
		if _, err := client.Dial(t.Context(), cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
