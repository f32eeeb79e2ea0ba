package server

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/client/clienttest"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// house is a server that restarts on its store, with proxies in front.
type house struct {
	t     *testing.T
	store Store
	now   atomic.Pointer[Server]
	http  *httptest.Server
}

func openHouse(t *testing.T, store Store) *house {
	h := &house{t: t, store: store}
	h.start()
	h.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.now.Load().ServeHTTP(w, r) }))
	t.Cleanup(func() {
		h.http.CloseClientConnections()
		h.stop(h.now.Load())
		h.http.Close()
	})
	return h
}

func (h *house) start() {
	s, err := New(h.t.Context(), Config{Addr: "localhost:8080", Limits: session.DefaultLimits()}, h.store, zerolog.Nop())
	if err != nil {
		h.t.Fatal(err)
	}
	h.now.Store(s)
}

func (h *house) stop(s *Server) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.Close(ctx); err != nil {
		h.t.Error(err)
	}
}

// restart is in order, with goodbyes, or cuts all connections while the next
// server runs already.
func (h *house) restart(inOrder bool) {
	old := h.now.Load()
	if inOrder {
		h.stop(old)
		h.start()
		return
	}
	h.start()
	h.http.CloseClientConnections()
	h.stop(old)
}

// login is somebody's HTTP client for an address.
func (h *house) login(url string) *client.API {
	tr := &http.Transport{}
	h.t.Cleanup(tr.CloseIdleConnections)
	api, err := client.NewAPI(url, &http.Client{Transport: tr})
	if err == nil {
		_, err = api.Me(h.t.Context())
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return api
}

// behind is the address of a proxy in front of the server.
func (h *house) behind(manners func(*clienttest.Proxy)) (*clienttest.Proxy, string) {
	p, err := clienttest.NewProxy(h.http.URL)
	if err != nil {
		h.t.Fatal(err)
	}
	manners(p)
	near := httptest.NewServer(p)
	h.t.Cleanup(func() {
		near.CloseClientConnections()
		near.Close()
	})
	return p, near.URL
}

// People behind proxies that block sockets type together with others who have
// sockets, while the server restarts again and again: everybody ends with the
// same document, which is the server's, and each mark is in it once.
func TestEventsThroughProxies(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	store := openSQLite(t)
	t.Cleanup(func() { store.Close() })
	h := openHouse(t, store)
	doc, err := h.login(h.http.URL).CreateDocument(t.Context(), "x", ot.Text)
	if err != nil {
		t.Fatal(err)
	}
	var proxies []*clienttest.Proxy
	addresses := []string{h.http.URL, h.http.URL} // two with sockets
	for _, manners := range []func(*clienttest.Proxy){
		func(p *clienttest.Proxy) { p.Upgrades = clienttest.StripUpgrades },
		func(p *clienttest.Proxy) { p.Upgrades, p.Refusal = clienttest.RefuseUpgrades, 502 },
		func(p *clienttest.Proxy) { p.Upgrades, p.Buffer = clienttest.StripUpgrades, 4096 },
		func(p *clienttest.Proxy) { p.Upgrades = clienttest.MuteUpgrades },
		func(p *clienttest.Proxy) {
			p.Upgrades, p.Old, p.Lose, p.Repeat = clienttest.StripUpgrades, true, 5, true
		},
	} {
		p, url := h.behind(manners)
		proxies = append(proxies, p)
		addresses = append(addresses, url)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	clients := make([]*client.Client, len(addresses))
	var dialing sync.WaitGroup
	for i, url := range addresses {
		api := h.login(url)
		dialing.Go(func() {
			var err error
			if clients[i], err = client.Dial(ctx, client.Config{
				URL: url, Doc: doc.ID, HTTP: api.HTTP(), MinBackoff: time.Millisecond, MaxBackoff: 100 * time.Millisecond,
			}); err != nil {
				t.Error(err)
			}
		})
	}
	if dialing.Wait(); t.Failed() {
		return
	}
	const edits = 40
	var typing sync.WaitGroup
	for who, c := range clients {
		own := rand.New(rand.NewPCG(seed, uint64(who)))
		typing.Go(func() {
			for i := range edits {
				err := c.EditFunc(ctx, scribble(own, string(rune(0x20000+who*edits+i))))
				if err == nil && own.IntN(2) == 0 {
					err = c.Synced(ctx)
				}
				if err != nil {
					t.Errorf("%d, edit %d: %v", who, i, err)
					return
				}
			}
		})
	}
	for restart := range 3 {
		// The acknowledged edits are the clock: in the middle of the typing.
		more := clients[0].State().Revision() + 8
		if err := clients[0].Wait(ctx, func(s client.State) bool { return s.Revision() >= more }); err != nil {
			t.Fatal(err)
		}
		h.restart(restart%2 == 0)
	}
	typing.Wait()
	for who, c := range clients {
		if err := c.Synced(ctx); err != nil {
			t.Fatalf("%d: %v", who, err)
		}
	}
	head, err := store.Head(ctx, doc.ID)
	if err != nil {
		t.Fatal(err)
	}
	for who, c := range clients {
		if err := c.Wait(ctx, func(s client.State) bool { return s.Revision() >= head }); err != nil {
			t.Fatal(err)
		}
		if !c.Doc().Equal(clients[0].Doc()) {
			t.Errorf("%d shows %q, the first %q", who, c.Doc().Text(), clients[0].Doc().Text())
		}
		if stats := c.Stats(); stats.Reconnects == 0 || stats.Resyncs > 0 {
			t.Errorf("%d: %+v", who, stats)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	content, err := h.login(h.http.URL).Content(ctx, doc.ID, client.FormatText, client.Head)
	text := string(content)
	if err != nil || text != clients[0].Doc().Text() {
		t.Errorf("the server has %q, %v, the clients %q", text, err, clients[0].Doc().Text())
	}
	for i := range edits * len(clients) {
		if n := strings.Count(text, string(rune(0x20000+i))); n != 1 {
			t.Errorf("mark %d is there %d times", i, n)
		}
	}
	for i, p := range proxies {
		if p.Streams.Load() < 2 {
			t.Errorf("proxy %d has seen %d streams", i, p.Streams.Load())
		}
	}
}

// scribble inserts a mark and dots at a random place, and may delete a dot.
func scribble(random *rand.Rand, mark string) func(ot.Doc, wire.Revision) (ot.Op, error) {
	return func(doc ot.Doc, _ wire.Revision) (ot.Op, error) {
		var places, dots []int
		at := 0
		for _, r := range doc.Text() {
			places = append(places, at)
			if r == '.' {
				dots = append(dots, at)
			}
			if at++; r > 0xffff {
				at++
			}
		}
		places = append(places, at)
		var b ot.Builder
		if len(dots) > 0 && random.IntN(3) == 0 {
			return b.Retain(dots[random.IntN(len(dots))], ot.Attrs{}).Insert(mark, ot.Attrs{}).Delete(1).Op(), nil
		}
		return b.Retain(places[random.IntN(len(places))], ot.Attrs{}).Insert(mark+"..", ot.Attrs{}).Op(), nil
	}
}
