package client_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
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

func TestBackoffNeverGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := clienttest.New(ot.Text, clienttest.Faults{})
		var mu sync.Mutex
		var attempts []time.Time
		a, err := client.Dial(t.Context(), client.Config{Dial: func(ctx context.Context) (client.Conn, error) {
			mu.Lock()
			defer mu.Unlock()
			attempts = append(attempts, time.Now())
			return server.Dial(ctx)
		}})
		must(t, err)
		server.Down()
		must(t, a.Edit(t.Context(), insertAt(0, "typed while offline")))
		time.Sleep(10 * time.Minute)
		mu.Lock()
		tries := slices.Clone(attempts[1:])
		mu.Unlock()
		for i := 2; i < len(tries); i++ {
			gap := tries[i].Sub(tries[i-1])
			want := min(250*time.Millisecond<<(i), 30*time.Second)
			if gap < want*3/4 || gap > want*5/4+time.Millisecond {
				t.Errorf("attempt %d came after %v, want about %v", i, gap, want)
			}
		}
		if len(tries) < 20 {
			t.Errorf("only %d attempts", len(tries))
		}
		server.Up()
		must(t, a.Synced(t.Context()))
		if doc, _ := server.Doc(); doc.Text() != "typed while offline" {
			t.Errorf("the server has %q", doc.Text())
		}
		if n := a.Stats().Reconnects; n != 1 {
			t.Errorf("%d reconnects", n)
		}
		must(t, a.Close())
	})
}

func TestCloseCodes(t *testing.T) {
	for _, why := range wire.Closes() {
		t.Run(why.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { closeCode(t, why) })
		})
	}
}

func closeCode(t *testing.T, why wire.Close) {
	server := clienttest.New(ot.Text, clienttest.Faults{Ignore: 1})
	must(t, server.Submit(insertAt(0, "ab")))
	a := dial(t, server, client.Config{})
	must(t, a.Edit(t.Context(), insertAt(1, "x")))
	must(t, a.Edit(t.Context(), insertAt(2, "y")))
	synctest.Wait()
	server.CloseAll(why)
	if wire.ActionFor(why.Code) == wire.Retry {
		server.Calm()
		must(t, a.Synced(t.Context()))
		must(t, a.Close())
		if doc, _ := server.Doc(); doc.Text() != "axyb" {
			t.Errorf("the server has %q", doc.Text())
		}
		must(t, server.Problems())
		return
	}
	<-a.Done()
	end, ok := errors.AsType[*client.EndError](a.Err())
	if !ok {
		t.Fatalf("ended with %v", a.Err())
	}
	ce, ok := errors.AsType[*client.ClosedError](end)
	if !ok || ce.Code != why.Code || !errors.Is(end, client.ErrUnsent) || !strings.Contains(end.Error(), why.Reason) {
		t.Errorf("ended with %v", end)
	}
	if want := insertAt(1, "xy"); !end.Unsent.Op.Equal(want) || end.Unsent.Doc.Text() != "axyb" {
		t.Errorf("unsent %s of %q, want %s", end.Unsent.Op, end.Unsent.Doc.Text(), want)
	}
	if err := a.Edit(t.Context(), insertAt(0, "z")); !errors.Is(err, end) {
		t.Errorf("Edit after the end: %v", err)
	}
	if err := a.Close(); !errors.Is(err, end) {
		t.Errorf("Close after the end: %v", err)
	}
}

func TestResyncKeepsACopyAndGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := clienttest.New(ot.Text, clienttest.Faults{})
		must(t, server.Submit(insertAt(0, "ab")))
		var copies []client.Unsent
		loads := 0
		a := dial(t, server, client.Config{
			Resync:   true,
			OnUnsent: func(u client.Unsent) { copies = append(copies, u) },
			OnLoad:   func(ot.Doc, wire.Revision) { loads++ },
		})
		server.Down()
		must(t, a.Edit(t.Context(), insertAt(1, "lost?")))
		server.Forget()
		server.Up()
		must(t, a.Wait(t.Context(), func(s client.State) bool { return s.Doc().Text() == "ab" }))
		must(t, a.Edit(t.Context(), insertAt(2, "c")))
		must(t, a.Synced(t.Context()))
		must(t, a.Close())
		if doc, _ := server.Doc(); doc.Text() != "abc" {
			t.Errorf("the server has %q", doc.Text())
		}
		if len(copies) != 1 || copies[0].Doc.Text() != "alost?b" || !copies[0].Op.Equal(insertAt(1, "lost?")) {
			t.Errorf("copies %+v", copies)
		}
		if s := a.Stats(); s.Resyncs != 1 || loads != 2 {
			t.Errorf("%+v, %d loads", s, loads)
		}
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

func TestCloseWithUnsentEdits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := clienttest.New(ot.Text, clienttest.Faults{Latency: time.Second})
		a := dial(t, server, client.Config{})
		must(t, a.Edit(t.Context(), insertAt(0, "x")))
		if err := a.Close(); !errors.Is(err, client.ErrUnsent) {
			t.Errorf("Close: %v", err)
		}
		if err := a.Edit(t.Context(), insertAt(0, "y")); !errors.Is(err, client.ErrClosed) {
			t.Errorf("Edit after Close: %v", err)
		}
	})
}

func TestContextEndsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := clienttest.New(ot.Text, clienttest.Faults{})
		stop := errors.New("stop")
		ctx, cancel := context.WithCancelCause(t.Context())
		a, err := client.Dial(ctx, client.Config{Dial: server.Dial})
		must(t, err)
		waiting := make(chan error)
		go func() { waiting <- a.Wait(t.Context(), func(client.State) bool { return false }) }()
		synctest.Wait()
		cancel(stop)
		if err := <-waiting; !errors.Is(err, stop) {
			t.Errorf("Wait: %v", err)
		}
		must(t, a.Close())

		server.Down()
		ctx, cancelDial := context.WithTimeout(t.Context(), time.Minute)
		defer cancelDial()
		if _, err := client.Dial(ctx, client.Config{Dial: server.Dial}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Dial: %v", err)
		}
	})
}

func TestRecordsThatComeWhileLoadingAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := clienttest.Pipe()
		lim := wire.DefaultLimits()
		for _, m := range []wire.ServerMessage{
			wire.Welcome{Client: "c", Secret: "s", Lineage: "l", Revision: 1, Kind: ot.Text, Role: wire.Editor, Parts: 2, Limits: lim},
			wire.Doc{Part: 1, Parts: 2, Op: insertAt(0, "a")},
			wire.Records{After: 1, Records: []wire.Record{{Client: "d", Seq: 1, Op: insertAt(2, "c")}}},
			wire.Doc{Part: 2, Parts: 2, Op: insertAt(0, "b")},
			wire.Records{After: 0, Records: []wire.Record{ // two of which are known
				{Client: "d", Seq: 0, Op: insertAt(0, "x")}, {Client: "d", Seq: 1, Op: insertAt(2, "c")}, {Client: "d", Seq: 2, Op: insertAt(3, "d")},
			}},
		} {
			must(t, far.Write(t.Context(), m.Append(nil)))
		}
		a, err := client.Dial(t.Context(), client.Config{Dial: func(context.Context) (client.Conn, error) { return near, nil }})
		must(t, err)
		synctest.Wait()
		if a.Doc().Text() != "abcd" || a.State().Revision() != 3 {
			t.Errorf("%q at %d", a.Doc().Text(), a.State().Revision())
		}
		must(t, a.Close())
	})
}

// deafConn takes messages and answers none, as a connection through a dead
// router does.
type deafConn struct{ client.Conn }

func (d deafConn) Read(ctx context.Context) ([]byte, error) {
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

func TestDeadConnectionIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := clienttest.New(ot.Text, clienttest.Faults{})
		dials := 0
		begin := time.Now()
		a, err := client.Dial(t.Context(), client.Config{Dial: func(ctx context.Context) (client.Conn, error) {
			conn, err := server.Dial(ctx)
			if dials++; dials == 1 && err == nil {
				conn = deafConn{conn}
			}
			return conn, err
		}})
		must(t, err)
		if took := time.Since(begin); took < 30*time.Second || took > 31*time.Second {
			t.Errorf("noticed after %v, want the read timeout", took)
		}
		// And one that is alive but idle is kept, by pings.
		time.Sleep(5 * time.Minute)
		if dials != 2 {
			t.Errorf("%d dials: an idle connection was dropped", dials)
		}
		must(t, a.Close())
	})
}
