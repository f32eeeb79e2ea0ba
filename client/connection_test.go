package client_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/client/clienttest"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

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
