package server

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/collabd/collabd/wire"
)

// answerer is an http.ResponseWriter that takes nothing while it is stuck,
// until its deadline has passed.
type answerer struct {
	*httptest.ResponseRecorder
	mu       sync.Mutex
	stuck    bool
	deadline time.Time
	changed  chan struct{}
}

func newAnswerer() *answerer {
	return &answerer{ResponseRecorder: httptest.NewRecorder(), changed: make(chan struct{})}
}

func (a *answerer) SetWriteDeadline(at time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.deadline = at
	close(a.changed)
	a.changed = make(chan struct{})
	return nil
}

func (a *answerer) SetReadDeadline(time.Time) error { return nil }

func (a *answerer) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.stuck && a.deadline.IsZero() {
		changed := a.changed
		a.mu.Unlock()
		<-changed
		a.mu.Lock()
	}
	if !a.deadline.IsZero() {
		return 0, context.DeadlineExceeded
	}
	return a.ResponseRecorder.Write(p)
}

func (a *answerer) WriteString(s string) (int, error) { return a.Write([]byte(s)) }

func (a *answerer) said() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.Body.String()
}

func openConnection(t *testing.T) (*eventConn, *answerer) {
	t.Helper()
	a := newAnswerer()
	c, err := newEventConn(a, make(chan struct{}), 0)
	if err == nil {
		err = c.open(t.Context(), time.Second)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c, a
}

func posting(t *testing.T, c *eventConn, count uint64, body string) error {
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(body))
	return c.post(newAnswerer(), r, count, wire.DefaultLimits().Frame)
}

// A stream on which nothing is said carries a comment now and then.
func TestEventsHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, a := openConnection(t)
		opened := a.said()
		time.Sleep(10 * eventsHeartbeat)
		synctest.Wait()
		if got := strings.TrimPrefix(a.said(), opened); got != strings.Repeat(":\n\n", 10) {
			t.Errorf("said %q", got)
		}
		c.leave()
	})
}

// A stream that takes no comment has ended: the session reads that.
func TestEventsHeartbeatOfTheDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, a := openConnection(t)
		a.mu.Lock()
		a.stuck = true
		a.mu.Unlock()
		started := time.Now()
		if _, err := c.Read(t.Context()); err == nil {
			t.Error("read something")
		}
		if took := time.Since(started); took != eventsHeartbeat+time.Second { // in the bubble's time
			t.Errorf("noticed after %v", took)
		}
		c.leave()
	})
}

// A client that sends more than the session takes is slowed down: its POSTs
// wait, for so long, and are not lost.
func TestEventsBackPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := openConnection(t)
		if err := posting(t, c, 1, `1`); err != nil {
			t.Fatal(err)
		}
		started := time.Now()
		if err := posting(t, c, 2, `2`); !errors.Is(err, errPostWaits) {
			t.Errorf("a POST that nobody takes is answered with %v", err)
		}
		if took := time.Since(started); took != postWait {
			t.Errorf("it has waited for %v", took)
		}
		// The same again, and again at once: one of them is taken when there is
		// room, and all are answered alike.
		var answers sync.WaitGroup
		for range postsAtOnce {
			answers.Go(func() {
				if err := posting(t, c, 2, `2`); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if err := posting(t, c, 2, `2`); !errors.Is(err, &errManyPosts) {
			t.Errorf("one more POST is answered with %v", err)
		}
		for _, want := range []string{"1", "2"} {
			if got, err := c.Read(t.Context()); string(got) != want {
				t.Errorf("read %q %v, want %q", got, err, want)
			}
		}
		answers.Wait()
		if err := posting(t, c, 3, `3`); err != nil {
			t.Error(err)
		}
		// What waits when the connection ends is told so at once.
		waits := make(chan error)
		go func() { waits <- posting(t, c, 4, `4`) }()
		synctest.Wait()
		c.finish()
		if err := <-waits; !errors.Is(err, &errGone) {
			t.Errorf("a POST that waits when the connection ends is answered with %v", err)
		}
		c.leave()
	})
}

// A POST whose client gives up before it was taken can be repeated.
func TestEventsPostGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := openConnection(t)
		if err := posting(t, c, 1, `1`); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		given := make(chan error)
		go func() {
			r := httptest.NewRequestWithContext(ctx, "POST", "/", strings.NewReader(`2`))
			given <- c.post(newAnswerer(), r, 2, 100)
		}()
		synctest.Wait()
		cancel()
		if err := <-given; err == nil {
			t.Error("it was taken")
		}
		again := make(chan error)
		go func() { again <- posting(t, c, 2, `two`) }()
		for _, want := range []string{"1", "two"} {
			if got, err := c.Read(t.Context()); string(got) != want {
				t.Errorf("read %q %v, want %q", got, err, want)
			}
		}
		if err := <-again; err != nil {
			t.Error(err)
		}
		c.leave()
	})
}

// Close does not wait for a write that is stuck, for longer than its limit.
func TestEventsCloseOfTheStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, a := openConnection(t)
		a.mu.Lock()
		a.stuck = true
		a.mu.Unlock()
		written := make(chan error)
		go func() { written <- c.Write(t.Context(), []byte(`{}`)) }()
		synctest.Wait()
		started := time.Now()
		if err := c.Close(wire.CloseStalled); err == nil {
			t.Error("the goodbye has arrived")
		}
		if took := time.Since(started); took != closeWait {
			t.Errorf("it took %v", took)
		}
		if err := <-written; err == nil {
			t.Error("the write has gone through")
		}
		if _, err := c.Read(t.Context()); err == nil {
			t.Error("Read returns a message")
		}
		c.leave()
	})
}

// What was posted before the client left is read before that is told, and what
// the session wanted no more is not.
func TestEventsReadsWhatWasPosted(t *testing.T) {
	gone := make(chan struct{})
	close(gone)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 50 { // each time there is a choice
		c, err := newEventConn(newAnswerer(), gone, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := posting(t, c, 1, `[1,2]`); err != nil {
			t.Fatal(err)
		}
		if m, err := c.Read(ended); !errors.Is(err, context.Canceled) {
			t.Fatalf("read %q %v", m, err)
		}
		for _, want := range []string{"1", "2", ""} {
			if m, err := c.Read(t.Context()); string(m) != want || (err == nil) != (want != "") {
				t.Fatalf("read %q %v, want %q", m, err, want)
			}
		}
	}
}

// A stream needs an answer that can be written bit by bit.
func TestEventsNeedAStream(t *testing.T) {
	if _, err := newEventConn(struct{ http.ResponseWriter }{httptest.NewRecorder()}, nil, 0); err == nil {
		t.Error("this cannot work")
	}
}
