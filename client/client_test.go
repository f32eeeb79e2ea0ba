package client_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/client/clienttest"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func insertAt(at int, text string) ot.Op {
	var b ot.Builder
	return b.Retain(at, ot.Attrs{}).Insert(text, ot.Attrs{}).Op()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func dial(t *testing.T, server *clienttest.Server, cfg client.Config) *client.Client {
	t.Helper()
	cfg.Dial = server.Dial
	c, err := client.Dial(t.Context(), cfg)
	must(t, err)
	return c
}

func atHead(server *clienttest.Server) func(client.State) bool {
	return func(s client.State) bool {
		_, head := server.Doc()
		return s.Synced() && s.Revision() == head
	}
}

func TestTyping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := clienttest.New(ot.Text, clienttest.Faults{Latency: 20 * time.Millisecond})
		var acks []client.Ack
		a := dial(t, server, client.Config{OnAck: func(a client.Ack) { acks = append(acks, a) }})
		for i, letter := range "hello" {
			must(t, a.Edit(t.Context(), insertAt(i, string(letter))))
		}
		if got := a.Doc().Text(); got != "hello" {
			t.Errorf("shows %q before anything is acknowledged", got)
		}
		must(t, a.Synced(t.Context()))
		doc, head := server.Doc()
		if doc.Text() != "hello" || head != 2 {
			t.Errorf("the server has %q at %d: want what was typed while one was in flight composed", doc.Text(), head)
		}
		must(t, a.Close())
		if len(acks) != 2 || acks[0].Edits != 1 || acks[1].Edits != 4 || acks[1].Revision != 2 || acks[1].Seq != 2 {
			t.Errorf("acks %+v", acks)
		}
		must(t, server.Problems())
	})
}

func TestEditsOfOthersAreShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := clienttest.New(ot.Rich, clienttest.Faults{PartUnits: 4})
		must(t, server.Submit(insertAt(0, "a long😀 document")))
		var mirror ot.Doc
		a := dial(t, server, client.Config{
			OnLoad: func(doc ot.Doc, revision wire.Revision) { mirror = doc },
			OnRemote: func(op ot.Op, by wire.ClientID) {
				next, err := mirror.Apply(op)
				if err != nil {
					t.Errorf("%s by %s: %v", op, by, err)
				}
				mirror = next
			},
		})
		must(t, server.Submit(insertAt(0, "x")))
		must(t, server.Submit(insertAt(3, "y")))
		must(t, a.Wait(t.Context(), atHead(server)))
		must(t, a.Close())
		if doc, _ := server.Doc(); !doc.Equal(mirror) || !doc.Equal(a.Doc()) {
			t.Errorf("mirror %q, client %q, server %q", mirror.Text(), a.Doc().Text(), doc.Text())
		}
	})
}

func TestEditFuncSeesTheDocumentItChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := clienttest.New(ot.Text, clienttest.Faults{Latency: 5 * time.Millisecond})
		const each = 20
		var clients []*client.Client
		var wg sync.WaitGroup
		for range 3 {
			c := dial(t, server, client.Config{})
			clients = append(clients, c)
			wg.Go(func() {
				for range each {
					err := c.EditFunc(t.Context(), func(doc ot.Doc, _ wire.Revision) (ot.Op, error) {
						return insertAt(doc.Len(), "."), nil // past the end of any older document
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		for _, c := range clients {
			must(t, c.Synced(t.Context()))
		}
		for _, c := range clients {
			must(t, c.Wait(t.Context(), atHead(server)))
			if c.Doc().Len() != 3*each {
				t.Errorf("%d units", c.Doc().Len())
			}
			must(t, c.Close())
		}
		must(t, server.Problems())
	})
}

// TestUnkindNetwork: everybody ends with the server's document, and each mark
// is there exactly once, whatever is cut, late or composed.
func TestUnkindNetwork(t *testing.T) {
	seeds := uint64(60)
	if testing.Short() {
		seeds = 10
	}
	for seed := range seeds {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { unkind(t, seed) })
		})
	}
}

func unkind(t *testing.T, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 3))
	kind := []ot.DocKind{ot.Text, ot.Rich}[random.IntN(2)]
	server := clienttest.New(kind, clienttest.Faults{
		Seed: seed, CutBefore: random.Float64() / 5, CutAfter: random.Float64() / 5,
		Latency: time.Duration(random.IntN(300)) * time.Millisecond, CatchupFrom: random.IntN(5), PartUnits: random.IntN(8),
		Bundle: []float64{0, 0.5, 1}[random.IntN(3)],
	})
	if random.IntN(2) == 0 {
		lim := wire.DefaultLimits()
		lim.EditUnits, lim.EditComponents = 5, 4
		server.SetLimits(lim)
	}
	const people, edits = 4, 25
	var clients []*client.Client
	var wg sync.WaitGroup
	for who := range people {
		c := dial(t, server, client.Config{})
		clients = append(clients, c)
		own := rand.New(rand.NewPCG(seed, uint64(100+who)))
		wg.Go(func() {
			for i := range edits {
				mark := string(rune(0x20000 + who*edits + i))
				if err := c.EditFunc(t.Context(), scribble(own, kind, mark)); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Duration(own.IntN(400)) * time.Millisecond) // how people type
			}
		})
	}
	wg.Go(func() {
		for range random.IntN(3) {
			time.Sleep(time.Duration(random.IntN(3000)) * time.Millisecond)
			server.Down()
			time.Sleep(time.Duration(random.IntN(3000)) * time.Millisecond)
			server.Up()
		}
	})
	wg.Wait()
	server.Calm()
	for _, c := range clients {
		must(t, c.Synced(t.Context()))
	}
	doc, _ := server.Doc()
	reconnects := 0
	for who, c := range clients {
		must(t, c.Wait(t.Context(), atHead(server)))
		if !c.Doc().Equal(doc) {
			t.Errorf("client %d shows %q, the server has %q", who, c.Doc().Text(), doc.Text())
		}
		reconnects += c.Stats().Reconnects
		must(t, c.Close())
	}
	for i := range people * edits {
		if n := strings.Count(doc.Text(), string(rune(0x20000+i))); n != 1 {
			t.Errorf("mark %d is there %d times", i, n)
		}
	}
	if reconnects == 0 && server.Cuts() > 0 {
		t.Errorf("%d connections were cut and none came back", server.Cuts())
	}
	must(t, server.Problems())
}

// scribble inserts a mark and dots at a random place, and may delete a dot.
func scribble(random *rand.Rand, kind ot.DocKind, mark string) func(ot.Doc, wire.Revision) (ot.Op, error) {
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
		if kind == ot.Text {
			places = append(places, at)
		}
		var b ot.Builder
		if len(dots) > 0 && random.IntN(3) == 0 {
			dot := dots[random.IntN(len(dots))]
			return b.Retain(dot, ot.Attrs{}).Insert(mark, ot.Attrs{}).Delete(1).Op(), nil
		}
		place := places[random.IntN(len(places))]
		return b.Retain(place, ot.Attrs{}).Insert(mark+"...", ot.Attrs{}).Op(), nil
	}
}

func TestHoldAtKeepsRecordsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := clienttest.New(ot.Text, clienttest.Faults{})
		a := dial(t, server, client.Config{})
		must(t, a.HoldAt(t.Context(), 2))
		for i := range 5 {
			must(t, server.Submit(insertAt(i, fmt.Sprint(i))))
		}
		synctest.Wait()
		if a.Doc().Text() != "01" || a.State().Revision() != 2 {
			t.Errorf("held at 2, but %q at %d", a.Doc().Text(), a.State().Revision())
		}
		// What is typed meanwhile is based on the held revision.
		must(t, a.Edit(t.Context(), insertAt(1, "x")))
		synctest.Wait()
		if a.State().Synced() {
			t.Error("acknowledged while held")
		}
		must(t, a.HoldAt(t.Context(), 4))
		synctest.Wait()
		if got := a.Doc().Text(); got != "0x123" {
			t.Errorf("held at 4: %q", got)
		}
		must(t, a.Release(t.Context()))
		must(t, a.Synced(t.Context()))
		if got := a.Doc().Text(); got != "0x1234" {
			t.Errorf("released: %q", got)
		}
		must(t, a.Close())
		must(t, server.Problems())
	})
}

func TestReadOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := clienttest.New(ot.Text, clienttest.Faults{})
		server.SetRole(wire.Viewer)
		a := dial(t, server, client.Config{})
		if err := a.Edit(t.Context(), insertAt(0, "x")); !errors.Is(err, client.ErrReadOnly) {
			t.Errorf("a viewer edits: %v", err)
		}
		must(t, a.Close())
	})
}
