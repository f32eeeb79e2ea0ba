package client_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/client/clienttest"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// through serves a toy behind a proxy, and returns a login there.
func through(t *testing.T, server *clienttest.Server, manners func(*clienttest.Proxy)) (*clienttest.Proxy, string, *http.Client) {
	t.Helper()
	far := httptest.NewServer(server.Handler())
	proxy, err := clienttest.NewProxy(far.URL)
	must(t, err)
	manners(proxy)
	near := httptest.NewServer(proxy)
	t.Cleanup(func() {
		near.CloseClientConnections()
		far.CloseClientConnections()
		near.Close()
		far.Close()
	})
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	api, err := client.NewAPI(near.URL, &http.Client{Transport: tr})
	must(t, err)
	_, err = api.Me(t.Context())
	must(t, err)
	return proxy, near.URL, api.HTTP()
}

func TestProxies(t *testing.T) {
	for name, c := range map[string]struct {
		manners func(*clienttest.Proxy)
		socket  bool // does go through
	}{
		"a good one":                {func(*clienttest.Proxy) {}, true},
		"refuses upgrades with 400": {func(p *clienttest.Proxy) { p.Upgrades, p.Refusal = clienttest.RefuseUpgrades, 400 }, false},
		"refuses upgrades with 403": {func(p *clienttest.Proxy) { p.Upgrades, p.Refusal = clienttest.RefuseUpgrades, 403 }, false},
		"refuses upgrades with 502": {func(p *clienttest.Proxy) { p.Upgrades, p.Refusal = clienttest.RefuseUpgrades, 502 }, false},
		"strips upgrades":           {func(p *clienttest.Proxy) { p.Upgrades = clienttest.StripUpgrades }, false},
		"hangs":                     {func(p *clienttest.Proxy) { p.Upgrades = clienttest.HangUpgrades }, false},
		"lets nothing back":         {func(p *clienttest.Proxy) { p.Upgrades = clienttest.MuteUpgrades }, false},
		"cuts":                      {func(p *clienttest.Proxy) { p.Upgrades = clienttest.CutUpgrades }, false},
		"buffers":                   {func(p *clienttest.Proxy) { p.Upgrades, p.Buffer = clienttest.StripUpgrades, 4096 }, false},
		"is slow": {func(p *clienttest.Proxy) {
			p.Upgrades, p.Delay = clienttest.StripUpgrades, 3*time.Millisecond
		}, false},
		"is old":    {func(p *clienttest.Proxy) { p.Upgrades, p.Old = clienttest.StripUpgrades, true }, false},
		"repeats":   {func(p *clienttest.Proxy) { p.Upgrades, p.Repeat = clienttest.StripUpgrades, true }, false},
		"loses":     {func(p *clienttest.Proxy) { p.Upgrades, p.Lose = clienttest.StripUpgrades, 3 }, false},
		"does both": {func(p *clienttest.Proxy) { p.Upgrades, p.Repeat, p.Lose = clienttest.StripUpgrades, true, 4 }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			server := clienttest.New(ot.Text, clienttest.Faults{Seed: seed, CutAfter: 0.03, CutBefore: 0.03})
			proxy, url, hc := through(t, server, c.manners)
			typeTogether(t, server, seed, client.Config{
				URL: url, Doc: clienttest.DocID, HTTP: hc, MinBackoff: time.Millisecond, MaxBackoff: 50 * time.Millisecond,
			})
			if streams := proxy.Streams.Load(); (streams == 0) != c.socket {
				t.Errorf("%d streams of events", streams)
			}
			if proxy.Lose > 0 && proxy.Lost.Load() == 0 {
				t.Error("no answer was lost")
			}
		})
	}
}

// typeTogether lets three clients type, over a connection that is cut now and
// then, and checks that each mark is there once and all have the same.
func typeTogether(t *testing.T, server *clienttest.Server, seed uint64, cfg client.Config) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	const people, edits = 3, 40
	var clients [people]*client.Client
	var all sync.WaitGroup
	for who := range people {
		all.Go(func() {
			c, err := client.Dial(ctx, cfg)
			if err != nil {
				t.Error(err)
				return
			}
			clients[who] = c
			own := rand.New(rand.NewPCG(seed, uint64(who)))
			for i := range edits {
				err := c.EditFunc(ctx, scribble(own, ot.Text, string(rune(0x20000+who*edits+i))))
				if err == nil && own.IntN(3) == 0 {
					err = c.Synced(ctx)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	server.Calm()
	for _, c := range clients {
		if c == nil {
			return
		}
		must(t, c.Synced(ctx))
	}
	doc, _ := server.Doc()
	for who, c := range clients {
		must(t, c.Wait(ctx, atHead(server)))
		if !c.Doc().Equal(doc) {
			t.Errorf("client %d shows %q, the server has %q", who, c.Doc().Text(), doc.Text())
		}
		must(t, c.Close())
	}
	for i := range people * edits {
		if n := strings.Count(doc.Text(), string(rune(0x20000+i))); n != 1 {
			t.Errorf("mark %d is there %d times", i, n)
		}
	}
	must(t, server.Problems())
}

// What worked is remembered: one attempt with a socket, for many connections.
func TestProxyIsRemembered(t *testing.T) {
	server := clienttest.New(ot.Text, clienttest.Faults{})
	proxy, url, hc := through(t, server, func(p *clienttest.Proxy) { p.Upgrades = clienttest.StripUpgrades })
	c, err := client.Dial(t.Context(), client.Config{URL: url, Doc: clienttest.DocID, HTTP: hc, MinBackoff: time.Millisecond})
	must(t, err)
	for i := range 5 {
		server.CloseAll(wire.CloseRestarting)
		must(t, c.Wait(t.Context(), func(client.State) bool { return true }))
		must(t, c.Edit(t.Context(), insertAt(0, fmt.Sprint(i))))
		must(t, c.Synced(t.Context()))
	}
	must(t, c.Close())
	if n := proxy.Upgraded.Load(); n != 1 {
		t.Errorf("%d attempts with a socket", n)
	}
}

// The server's own word is final on all ways; that of a proxy is not.
func TestTransportsAndRefusals(t *testing.T) {
	server := clienttest.New(ot.Text, clienttest.Faults{})
	proxy, url, hc := through(t, server, func(p *clienttest.Proxy) { p.Upgrades = clienttest.StripUpgrades })
	for _, transport := range []client.Transport{client.Auto, client.WebSocket, client.Events} {
		_, err := client.Dial(t.Context(), client.Config{URL: url, Doc: "nowhere", HTTP: hc, Transport: transport})
		if he, ok := errors.AsType[*client.HTTPError](err); !ok || he.Code != "not_found" {
			t.Errorf("%s: %v", transport, err)
		}
	}
	_, err := client.Dial(t.Context(), client.Config{URL: url, Doc: clienttest.DocID, HTTP: hc, Transport: client.WebSocket})
	if he, ok := errors.AsType[*client.HTTPError](err); !ok || he.Code != "upgrade_needed" {
		t.Errorf("a socket alone: %v", err)
	}
	before := proxy.Upgraded.Load()
	c, err := client.Dial(t.Context(), client.Config{URL: url, Doc: clienttest.DocID, HTTP: hc, Transport: client.Events})
	must(t, err)
	must(t, c.Close())
	if proxy.Upgraded.Load() != before {
		t.Error("a client that shall use events alone tries a socket")
	}
	if _, err := client.Dial(t.Context(), client.Config{URL: url, Doc: "x", Transport: "pigeon"}); err == nil {
		t.Error("a pigeon")
	}
}

// An answer that was lost costs a repetition, and not the connection.
func TestLostAnswers(t *testing.T) {
	server := clienttest.New(ot.Text, clienttest.Faults{})
	proxy, url, hc := through(t, server, func(p *clienttest.Proxy) { p.Lose = 2 })
	c, err := client.Dial(t.Context(), client.Config{URL: url, Doc: clienttest.DocID, HTTP: hc, Transport: client.Events})
	must(t, err)
	for i := range 10 {
		must(t, c.Edit(t.Context(), insertAt(i, fmt.Sprint(i))))
		must(t, c.Synced(t.Context()))
	}
	must(t, c.Close())
	if doc, head := server.Doc(); doc.Text() != "0123456789" || head != 10 {
		t.Errorf("the server has %q at %d", doc.Text(), head)
	}
	if n := c.Stats().Reconnects; n != 0 || proxy.Lost.Load() < 5 {
		t.Errorf("%d reconnects, %d answers lost", n, proxy.Lost.Load())
	}
	must(t, server.Problems())
}
