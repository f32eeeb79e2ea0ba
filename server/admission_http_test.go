package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// listening is a server as Run starts it, reached over raw TCP.
type listening struct {
	*world
	addr string
	rest atomic.Int64 // how often a connection began to rest
	shut atomic.Int64 // how many connections the server has closed
}

func listenRaw(t *testing.T, w *world) *listening {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listening := &listening{world: w, addr: l.Addr().String()}
	hs := w.server.httpServer(w.server)
	told := hs.ConnState
	hs.ConnState = func(c net.Conn, state http.ConnState) {
		told(c, state)
		switch state {
		case http.StateIdle:
			listening.rest.Add(1)
		case http.StateClosed:
			listening.shut.Add(1)
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		hs.Serve(l)
	}()
	t.Cleanup(func() {
		hs.Close()
		<-done
	})
	return listening
}

// raw is a TCP connection in the hands of a test.
type raw struct {
	t *testing.T
	net.Conn
	r *bufio.Reader
}

func (l *listening) raw() *raw {
	l.t.Helper()
	c, err := net.Dial("tcp", l.addr)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return &raw{l.t, c, bufio.NewReader(c)}
}

// says sends; the server may have had enough already.
func (c *raw) says(text string) *raw {
	_, _ = io.WriteString(c.Conn, text)
	return c
}

func (c *raw) answer() (*http.Response, string) {
	c.t.Helper()
	resp, err := http.ReadResponse(c.r, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp, string(b)
}

// ended reads to the end of the connection, which the server has ended.
func (c *raw) ended() string {
	c.t.Helper()
	b, err := io.ReadAll(c.r)
	if errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
		c.t.Fatalf("the server keeps the connection; it said %q", b)
	}
	return string(b)
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

const shortly = 100 * time.Millisecond

// Whoever begins a request and does not go on is cut off, and so is one who
// goes on slowly.
func TestSlowHeaders(t *testing.T) {
	w := listenRaw(t, open(t, func(c *Config) { c.Admission.Header = shortly }))
	for _, begin := range []string{"", "G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\nX: "} {
		if said := w.raw().says(begin).ended(); said != "" && !strings.HasPrefix(said, "HTTP/1.1 400 ") {
			t.Errorf("after %q the server said %q", begin, said)
		}
	}
	drip := w.raw().says("GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
	stop := make(chan struct{})
	go func() {
		defer close(stop)
		for {
			if _, err := io.WriteString(drip.Conn, "x"); err != nil {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	drip.ended()
	drip.Close()
	<-stop
	// So is one that says nothing between two requests.
	w = listenRaw(t, open(t, func(c *Config) { c.Admission.KeepAlive = shortly }))
	c := w.raw().says("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if resp, _ := c.answer(); resp.StatusCode != 200 {
		t.Fatal(resp.Status)
	}
	c.ended()
}

func TestLargeHeaders(t *testing.T) {
	w := listenRaw(t, open(t))
	said := w.raw().says("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 2*headerBytes) + "\r\n\r\n").ended()
	if !strings.HasPrefix(said, "HTTP/1.1 431 ") {
		t.Errorf("%.100q", said)
	}
	c := w.raw().says("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", headerBytes/2) + "\r\n\r\n")
	if resp, _ := c.answer(); resp.StatusCode != 200 {
		t.Error(resp.Status)
	}
}

// lateBody returns when a body has been waited for that does not come.
func (l *listening) lateBody() {
	l.t.Helper()
	c := l.raw().says("POST /api/docs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	if resp, body := c.answer(); resp.StatusCode != 408 || !strings.Contains(body, `"late_body"`) {
		l.t.Errorf("%s %s", resp.Status, body)
	}
	c.ended()
}

// A body that does not come, or comes slowly, is given up.
func TestSlowBodies(t *testing.T) {
	w := listenRaw(t, open(t, func(c *Config) { c.Admission.Body = shortly }))
	w.lateBody()
	// Routes that have no use for a body do not wait for it.
	c := w.raw().says("GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
	if resp, _ := c.answer(); resp.StatusCode != 200 {
		t.Error(resp.Status)
	}
	c.ended()
	// A body in time leaves the connection as it was, however long it rests.
	c = w.raw().says("POST /api/docs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
	if resp, body := c.answer(); resp.StatusCode != 201 {
		t.Error(resp.Status, body)
	}
	w.lateBody() // what must not happen would have happened by now
	c.says("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if resp, _ := c.answer(); resp.StatusCode != 200 {
		t.Error(resp.Status)
	}
}

// No route takes more than it needs, whether or not it says how much comes.
func TestLargeBodies(t *testing.T) {
	w := listenRaw(t, open(t))
	doc := w.person().create("x", ot.Text).ID
	for _, rt := range routes {
		method, path, ok := strings.Cut(rt.pattern, " ")
		if !ok {
			method, path = "POST", rt.pattern
		}
		path = strings.NewReplacer("{id}", string(doc), "{doc}", "x", "{$}", "").Replace(path)
		for _, framing := range []string{"Content-Length: 1000000000", "Transfer-Encoding: chunked"} {
			c := w.raw()
			head := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n%s\r\n\r\n", method, path, framing)
			sent := make(chan int)
			go func() {
				n, _ := io.WriteString(c.Conn, head)
				chunk := strings.Repeat(" ", 64<<10)
				if strings.HasPrefix(framing, "T") {
					chunk = fmt.Sprintf("%x\r\n%s\r\n", len(chunk), chunk)
				}
				for n < 64<<20 {
					m, err := io.WriteString(c.Conn, chunk)
					if n += m; err != nil {
						break
					}
				}
				sent <- n
			}()
			resp, err := http.ReadResponse(c.r, nil)
			if err != nil {
				t.Fatalf("%s %s: %v", rt.pattern, framing, err)
			}
			if resp.StatusCode >= 500 {
				t.Errorf("%s %s: %s", rt.pattern, framing, resp.Status)
			}
			c.Close()
			if n := <-sent; n >= 64<<20 {
				t.Errorf("%s %s: the server took %d MiB", rt.pattern, framing, n>>20)
			}
		}
	}
}

// made is a text that is made without a request: under limits of time that are
// too short for an honest one.
func (w *world) made() wire.DocID {
	w.t.Helper()
	doc := session.Document{ID: wire.DocID(session.NewID()), Kind: ot.Text, Lineage: "l", Created: time.Now()}
	if err := w.store.CreateDocument(w.t.Context(), doc); err != nil {
		w.t.Fatal(err)
	}
	return doc.ID
}

// An answer that nobody takes is given up.
func TestAnswerThatNobodyTakes(t *testing.T) {
	w := listenRaw(t, open(t, func(c *Config) { c.Admission.Answer = shortly }))
	doc := w.made()
	text := string(make16k())
	const times = 400 // more than the buffers of both sides
	w.write(doc, slices.Repeat([]string{`[{"insert":"` + text + `"}]`}, times)...)
	c := w.raw()
	c.Conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	c.says("GET /api/docs/" + string(doc) + "/content?format=text HTTP/1.1\r\nHost: localhost\r\n\r\n")
	w.settled(`collabd_http_requests_total{route="GET /api/docs/{id}/content",status="200"}`, 1)
	// What the system has taken of it may come for long: it is the server that
	// has given up.
	for until := time.Now().Add(patience); w.shut.Load() == 0; runtime.Gosched() {
		if time.Now().After(until) {
			t.Fatal("the server keeps the connection")
		}
	}
	if n := w.rest.Load(); n != 0 {
		t.Errorf("the connection began to rest %d times, as if the answer had been taken", n)
	}
}

// A connection that stays is not cut by what its requests were allowed.
func TestStayingIsNotLimited(t *testing.T) {
	const answer = 8 * shortly // honest requests get theirs in it, on a busy machine too
	w := listenRaw(t, open(t, func(c *Config) { c.Admission.Body, c.Admission.Answer = shortly, answer }))
	doc := w.made()
	c := w.raw().says("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
	c.answer()
	c.says("GET /api/docs/" + string(doc) + "/socket HTTP/1.1\r\nHost: localhost\r\n" + strings.Join(upgrade, "\r\n") + "\r\n\r\n")
	if resp, err := http.ReadResponse(c.r, nil); err != nil || resp.StatusCode != 101 {
		t.Fatal(resp, err)
	}
	for begun := time.Now(); time.Since(begun) <= answer; { // what must not happen would have happened by then
		w.lateBody()
	}
	c.joins()
}

// joins says hello over a socket, and takes the first frame.
func (c *raw) joins() {
	c.t.Helper()
	hello := `{"type":"hello"}`
	c.says(string([]byte{0x81, 0x80 | byte(len(hello)), 0, 0, 0, 0}) + hello)
	head := make([]byte, 2)
	if _, err := io.ReadFull(c.r, head); err != nil || head[0] != 0x81 {
		c.t.Errorf("the hello is answered with %x, %v", head, err)
	}
}

// slowStore does not answer questions about documents before it may.
type slowStore struct {
	*persist.Memory
	asked, may chan struct{}
}

func (s *slowStore) Document(ctx context.Context, id wire.DocID) (session.Document, error) {
	if id == "slow" {
		s.asked <- struct{}{}
		<-s.may
	}
	return s.Memory.Document(ctx, id)
}

// Requests that wait for the store do not pile up; what needs no store is
// answered all the same, and so are those who are there.
func TestTooManyRequests(t *testing.T) {
	store := &slowStore{persist.NewMemory(), make(chan struct{}), make(chan struct{})}
	w := openOn(t, store, func(c *Config) { c.Admission.Requests = 2 })
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	p := ana.opens(doc)
	answers := make(chan int, 2)
	for range 2 {
		go func() { answers <- ana.do("GET", "/api/docs/slow", "").status }()
		<-store.asked
	}
	a := ana.do("GET", "/api/docs/"+string(doc), "").is(t, 503, "busy")
	if a.header.Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
	ana.do("GET", "/api/docs", "").is(t, 503, "busy")
	for _, path := range []string{"/healthz", "/readyz", "/", "/d/x"} {
		ana.do("GET", path, "").is(t, 200, "")
	}
	p.send(`{"type":"edit","seq":1,"base":0,"op":[{"insert":"x"}]}`)
	p.acked(1)
	w.person().opens(doc)
	close(store.may)
	for range 2 {
		if status := <-answers; status != 404 {
			t.Errorf("status %d", status)
		}
	}
	ana.do("GET", "/api/docs", "").is(t, 200, "")
	w.samples(w.scrape(), map[string]float64{`collabd_refused_total{reason="requests"}`: 2})
}

// TCP connections that do nothing are bounded; those that became sockets are
// not among them.
func TestTooManyTCPConnections(t *testing.T) {
	w := listenRaw(t, open(t, func(c *Config) { c.Admission.Waiting = 3 }))
	doc := w.person().create("x", ot.Text).ID
	socket := "GET /api/docs/" + string(doc) + "/socket HTTP/1.1\r\nHost: localhost\r\n" + strings.Join(upgrade, "\r\n") + "\r\n\r\n"
	for range 5 {
		c := w.raw().says(socket)
		if resp, err := http.ReadResponse(c.r, nil); err != nil || resp.StatusCode != 101 {
			t.Fatal(resp, err)
		}
		c.joins() // by now the connection has been taken over
	}
	healthz := "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
	begun := []*raw{w.raw().says("GET "), w.raw().says("GET ")}
	resting := w.raw().says(healthz)
	if resp, _ := resting.answer(); resp.StatusCode != 200 {
		t.Fatal(resp.Status)
	}
	for until := time.Now().Add(patience); w.rest.Load() == 0; runtime.Gosched() {
		if time.Now().After(until) {
			t.Fatal("it does not rest")
		}
	}
	// One that rests makes room for one that is new.
	begun = append(begun, w.raw().says("GET "))
	resting.ended()
	// None rests: one more is not heard.
	if said := w.raw().ended(); said != "" {
		t.Errorf("one too many is told %q", said)
	}
	w.counted(`collabd_refused_total{reason="tcp_connections"}`, 1)
	// Those who have begun go on, and those who leave make room.
	begun[0].says("/healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	if resp, _ := begun[0].answer(); resp.StatusCode != 200 {
		t.Error(resp.Status)
	}
	begun[0].ended()
	for until := time.Now().Add(patience); ; {
		c := w.raw().says(healthz)
		if resp, err := http.ReadResponse(c.r, nil); err == nil && resp.StatusCode == 200 {
			break
		}
		if time.Now().After(until) {
			t.Fatal("there is no room again")
		}
	}
	for _, c := range begun[1:] {
		c.says("/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
		if resp, _ := c.answer(); resp.StatusCode != 200 {
			t.Error(resp.Status)
		}
	}
}
