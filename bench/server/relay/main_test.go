package main

import (
	"context"
	"net"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/collabd/collabd/bench/server/ws"
)

func dial(t *testing.T, s *httptest.Server, path string) *ws.Conn {
	t.Helper()
	c, err := ws.Dial(t.Context(), ws.Target{Addr: s.Listener.Addr().String(), Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if number, err := c.Next(); len(number) != 2 || err != nil {
		t.Fatalf("the number is %q, %v", number, err)
	}
	return c
}

// All get every message of their document in the same order, the sender too,
// though somebody does not read; what that one reads later is whole, too.
func TestRelay(t *testing.T) {
	s := httptest.NewUnstartedServer(&relay{rooms: map[string]*room{}})
	// The relay's sockets take little, so that it has to keep the rest itself.
	s.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if err := c.(*net.TCPConn).SetWriteBuffer(8 << 10); err != nil {
			t.Error(err)
		}
		return ctx
	}
	s.Start()
	defer s.Close()
	a, b := dial(t, s, "/x"), dial(t, s, "/x")
	late := dial(t, s, "/x") // who does not read until the others are done
	elsewhere := dial(t, s, "/y")
	const messages, size = 500, 1000
	for _, c := range []*ws.Conn{a, b} {
		go func() {
			out := ws.ForServer()
			for range messages {
				out.Reset()
				out.Binary([]byte(strings.Repeat("m", size)))
				if c.Write(out.Bytes) != nil {
					return
				}
			}
		}()
	}
	for _, c := range []*ws.Conn{a, b, late} {
		for got := 0; got < 2*messages*size; {
			m, err := c.Next()
			if err != nil {
				t.Fatal(err)
			}
			if got += len(m); strings.Trim(string(m), "m") != "" {
				t.Fatal("a message holds something else than was sent")
			}
		}
	}
	out := ws.ForServer()
	out.Binary([]byte("y"))
	if err := elsewhere.Write(out.Bytes); err != nil {
		t.Fatal(err)
	}
	if m, err := elsewhere.Next(); string(m) != "y" || err != nil {
		t.Errorf("elsewhere %q came, %v", m, err)
	}
}
