package client

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// script is a connection that reads what it is told to.
type script struct {
	reads []any // a string, an error, or nil: nothing comes
}

func (s *script) Read(ctx context.Context) ([]byte, error) {
	next := s.reads[0]
	s.reads = s.reads[1:]
	switch next := next.(type) {
	case string:
		return []byte(next), nil
	case error:
		return nil, next
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

func (s *script) Write(context.Context, []byte) error { return nil }
func (s *script) Close(uint16, string) error          { return nil }

// scripted are three ways, as in newWays, whose outcomes a test sets.
type scripted struct {
	*ways
	outcome [3]any // an error of the dial, or what the first Read brings
	dialed  []int
}

func newScripted() *scripted {
	s := &scripted{}
	s.ways = &ways{}
	for i := range s.outcome {
		s.list = append(s.list, way{silence: i == 2, dial: func(context.Context) (Conn, error) {
			s.dialed = append(s.dialed, i)
			if err, ok := s.outcome[i].(error); ok {
				return nil, err
			}
			return &script{reads: []any{s.outcome[i], "more"}}, nil
		}})
	}
	return s
}

// connect makes one connection and returns which ways were tried.
func (s *scripted) connect(t *testing.T) (tried []int, err error) {
	t.Helper()
	s.dialed = nil
	c, err := s.dial(t.Context())
	if err == nil {
		_, err = c.Read(t.Context())
		_ = c.Close(0, "")
	}
	return s.dialed, err
}

func (s *scripted) tries(t *testing.T, want ...int) {
	t.Helper()
	got, _ := s.connect(t)
	if len(got) != len(want) {
		t.Fatalf("tried %v, want %v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("tried %v, want %v", got, want)
		}
	}
}

func TestWays(t *testing.T) {
	blocked := &HTTPError{Status: 403}
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		s.outcome = [3]any{"x", "x", "x"}
		s.tries(t, 0)
		s.tries(t, 0)
	})
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		s.outcome = [3]any{blocked, "x", "x"}
		s.tries(t, 0, 1)
		s.tries(t, 1)
		s.outcome[0] = "x"
		time.Sleep(socketAgain - time.Second)
		s.tries(t, 1)
		time.Sleep(time.Second)
		s.tries(t, 0) // now and then
		s.tries(t, 0)
	})
	synctest.Test(t, func(t *testing.T) { // nothing comes: only then with padding
		s := newScripted()
		s.outcome = [3]any{nil, nil, "x"}
		s.tries(t, 0)
		s.tries(t, 1)
		s.tries(t, 2)
		s.tries(t, 2)
		s.outcome = [3]any{blocked, blocked, "x"}
		s.tries(t, 2)
		s = newScripted()
		s.outcome = [3]any{blocked, blocked, "x"}
		s.tries(t, 0, 1)
		s.tries(t, 0, 1)
	})
	synctest.Test(t, func(t *testing.T) { // a server that restarts is no reason to look for another way
		s := newScripted()
		s.outcome = [3]any{blocked, "x", nil}
		s.tries(t, 0, 1)
		s.outcome[1] = io.EOF
		s.tries(t, 1)
		s.outcome[1] = "x"
		s.tries(t, 1)
		s.outcome[1] = io.EOF
		s.tries(t, 1)
		s.tries(t, 1)
		s.outcome[0] = "x" // another network, perhaps
		s.tries(t, 0)
	})
	synctest.Test(t, func(t *testing.T) { // the server's word
		s := newScripted()
		s.outcome = [3]any{&HTTPError{Status: 404, Code: "not_found"}, "x", "x"}
		s.tries(t, 0)
		if _, err := s.connect(t); !errors.As(err, new(*HTTPError)) {
			t.Errorf("%v", err)
		}
		s.outcome[0] = &HTTPError{Status: 503, Code: "restarting"}
		s.tries(t, 0) // and not at once in another way
		s.tries(t, 0)
		s.outcome[0] = &HTTPError{Status: 426, Code: "upgrade_needed"}
		s.tries(t, 0, 1)
		s = newScripted()
		s.outcome = [3]any{blocked, blocked, blocked}
		if _, err := s.connect(t); err == nil || errors.As(err, new(*HTTPError)) {
			t.Errorf("a proxy's word ends the client: %v", err)
		}
	})
}

// A hello that was given up on may arrive late and take our place.
func TestLateHello(t *testing.T) {
	superseded := &ClosedError{Code: 4203, Reason: "superseded"}
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		s.outcome = [3]any{nil, "x", "x"}
		s.tries(t, 0)
		c, err := s.dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c.(*trial).Conn.(*script).reads = []any{"x", superseded, superseded}
		if _, err := c.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(t.Context()); errors.As(err, new(*ClosedError)) {
			t.Errorf("it ends the client: %v", err)
		}
		time.Sleep(lateHello)
		if _, err := c.Read(t.Context()); !errors.As(err, new(*ClosedError)) {
			t.Errorf("it does not end the client: %v", err)
		}
	})
}

func TestEventReader(t *testing.T) {
	stream := "event: connection\ndata: token\n\n:\n\n: a comment\ndata: {\"a\":1}\n\ndata:no space\r\n\r\n" +
		"event: nothing\n\ndata: two\ndata: lines\n\nretry: 5\nid: 7\ndata: " + strings.Repeat("x", 9000) + "\n\ndata: cut"
	r := &eventReader{limit: 10000}
	r.from(strings.NewReader(stream))
	for _, want := range []struct{ name, data string }{
		{"connection", "token"}, {"", `{"a":1}`}, {"", "no space"}, {"", "two\nlines"}, {"", strings.Repeat("x", 9000)},
	} {
		name, data, err := r.next()
		if err != nil || name != want.name || string(data) != want.data {
			t.Errorf("%q %.20q %v, want %q %.20q", name, data, err, want.name, want.data)
		}
	}
	if _, _, err := r.next(); err != io.EOF {
		t.Errorf("the end is %v", err)
	}
	for _, large := range []string{"data: " + strings.Repeat("x", 20000) + "\n\n", strings.Repeat("data: "+strings.Repeat("x", 100)+"\n", 200)} {
		r.from(strings.NewReader(large))
		if _, _, err := r.next(); !errors.Is(err, ErrProtocol) {
			t.Errorf("an event over the limit: %v", err)
		}
	}
}
