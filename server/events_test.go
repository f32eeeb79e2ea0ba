package server

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// A conversation over events is the same as one over a socket, and both meet
// in one document.
func TestEvents(t *testing.T) {
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			w := open(t)
			if protocol == "HTTP/2.0" {
				w.http.Close()
				w.overTLS()
			}
			ana, ben := w.person(), w.person()
			doc := ana.create("x", ot.Text).ID
			a := ana.joinEvents(doc)
			if a.resp.Proto != protocol {
				t.Fatalf("this is %s", a.resp.Proto)
			}
			for name, want := range map[string]string{
				"Content-Type":  "text/event-stream; charset=utf-8",
				"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no",
			} {
				if got := a.resp.Header.Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			b := ben.joinEvents(doc)
			a.send(`{"type":"edit","seq":1,"base":0,"op":[{"insert":"line\nand \"😀\""}]}`)
			a.acked(1)
			seen := awaitEvent(b, func(m wire.Records) bool { return len(m.Records) == 1 })
			if r := seen.Records[0]; r.Client != a.welcome.Client || string(r.Op.AppendJSON(nil)) != `[{"insert":"line\nand \"😀\""}]` {
				t.Errorf("the other sees %+v", r)
			}
			b.send(`[{"type":"presence","revision":1,"selections":[[3,3]]},{"type":"edit","seq":1,"base":1,"op":[{"insert":"2"}]}]`)
			b.acked(1)
			b.send(`{"type":"ping"}`)
			awaitEvent(b, func(wire.Pong) bool { return true })
			awaitEvent(a, func(m wire.Presences) bool {
				for _, p := range m.Peers {
					if p.Client == b.welcome.Client && len(p.Selections) == 1 {
						return true
					}
				}
				return false
			})
			b.leave()
			awaitEvent(a, func(m wire.Presences) bool { return len(m.Gone) == 1 && m.Gone[0] == b.welcome.Client })
			if got := ana.text(doc); got != "2line\nand \"😀\"" {
				t.Errorf("the document is %q", got)
			}
			if protocol == "HTTP/1.1" {
				c := ben.join(doc)
				c.send(`{"type":"edit","seq":1,"base":2,"op":[{"insert":"3"}]}`)
				awaitEvent(a, func(m wire.Records) bool { return m.Records[0].Client == c.welcome.Client })
				c.bye()
			}
		})
	}
}

// A client resumes over events what it began over a socket, and the other way
// round. The older connection ends.
func TestEventsResume(t *testing.T) {
	w := open(t)
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	const edit = `{"type":"edit","seq":1,"base":0,"op":[{"insert":"x"}]}`
	first := ana.join(doc)
	first.send(edit)
	first.acked(1)
	hello := wire.Hello{Client: first.welcome.Client, Secret: first.welcome.Secret, Lineage: first.welcome.Lineage}
	second := ana.stream(doc, string(hello.Append(nil)))
	if m := awaitEvent(second, func(wire.Welcome) bool { return true }); !m.Resumed || m.Acked != 1 || m.Client != hello.Client {
		t.Errorf("the welcome is %+v", m)
	}
	first.refused(wire.CloseSuperseded)
	second.send(edit)
	awaitEvent(second, func(m wire.Ack) bool { return m.Seq == 1 && m.Revision == 1 })
	ws, _ := ana.dial(doc)
	third := w.hello(ws, hello)
	second.ended(wire.CloseSuperseded)
	third.alive()
	third.bye()
	// Nobody else resumes it.
	w.person().stream(doc, string(hello.Append(nil))).ended(wire.CloseUnknownClient)
	if got := ana.text(doc); got != "x" {
		t.Errorf("the document is %q", got)
	}
}

// POSTs are counted: one that comes again is answered as the first was and
// taken once, one whose forerunner is missing is refused, and neither ends the
// connection.
func TestEventsPostsAreCounted(t *testing.T) {
	w := open(t)
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	e := ana.joinEvents(doc)
	edit := func(seq int) string {
		return fmt.Sprintf(`{"type":"edit","seq":%d,"base":%d,"op":[{"insert":"x"}]}`, seq, seq-1)
	}
	e.post(edit(1), 2).is(t, 409, "post_left_out")
	for _, count := range []string{"", "0", "-1", "1.0", "one", "18446744073709551616"} {
		ana.do("POST", "/api/docs/"+string(doc)+"/events/messages", edit(1), connectionHeader+": "+e.token, countHeader+": "+count).
			is(t, 400, "bad_request")
	}
	e.post(edit(1), 1).is(t, 204, "")
	e.acked(1)
	for range 3 {
		e.post(edit(1), 1).is(t, 204, "")
		e.post(`{"type":"hello"}`, 1).is(t, 204, "") // whatever it holds: the count decides
	}
	e.post(edit(3), 3).is(t, 409, "post_left_out")
	e.post(edit(2), 2).is(t, 204, "")
	e.acked(2)
	e.post(edit(1), 1).is(t, 204, "")
	e.post(`[]`, 3).is(t, 204, "")
	e.post(`{"type":"ping"}`, 4).is(t, 204, "")
	awaitEvent(e, func(wire.Pong) bool { return true })
	if got := ana.text(doc); got != "xx" {
		t.Errorf("the document is %q", got)
	}
}

// Only who has opened a connection posts to it, to that document and from our
// own pages. All others learn nothing, and do it no harm.
func TestEventsOfOthers(t *testing.T) {
	w := open(t)
	ana, eve := w.person(), w.person()
	doc, other := ana.create("x", ot.Text).ID, ana.create("y", ot.Text).ID
	e, evil := ana.joinEvents(doc), eve.joinEvents(doc)
	const edit = `{"type":"edit","seq":1,"base":0,"op":[{"insert":"evil"}]}`
	forged := *e
	forged.p = eve
	forged.post(edit, 1).is(t, 410, "connection_ended")
	forged.p = w.person() // without a login
	if a := forged.post(edit, 1).is(t, 410, "connection_ended"); a.header.Get("Set-Cookie") != "" {
		t.Error("a POST begins a login")
	}
	elsewhere := *e
	elsewhere.doc = other
	elsewhere.post(edit, 1).is(t, 410, "connection_ended")
	elsewhere.doc = "nowhere"
	elsewhere.post(edit, 1).is(t, 404, "not_found")
	guess := *e
	guess.token = evil.token[:25] + "A"
	guess.post(edit, 1).is(t, 410, "connection_ended")
	e.post(edit, 1, "Origin: https://evil.example").is(t, 403, "wrong_origin")
	e.post(edit, 1, "Sec-Fetch-Site: cross-site", "Origin: https://evil.example").is(t, 403, "wrong_origin")
	e.post(edit, 1, "Origin: "+strings.Replace(w.http.URL, "http:", "https:", 1)).is(t, 403, "wrong_origin")
	e.post("", 1, "Content-Type: text/plain", "Origin: "+w.http.URL).is(t, 415, "not_json")
	for _, headers := range [][]string{{"Origin: https://evil.example"}, {"Origin: null"}} {
		ana.do("POST", "/api/docs/"+string(doc)+"/events", `{"type":"hello"}`, headers...).is(t, 403, "wrong_origin")
	}
	ana.do("POST", "/api/docs/"+string(doc)+"/events", ``, "Content-Type: text/plain").is(t, 415, "not_json")
	ana.do("POST", "/api/docs/"+string(doc)+"/events", `{"type":"hello"}`, paddingHeader+": 16385").is(t, 400, "bad_request")
	ana.do("POST", "/api/docs/nowhere/events", `{"type":"hello"}`).is(t, 404, "not_found")
	e.send(`{"type":"ping"}`)
	awaitEvent(e, func(wire.Pong) bool { return true })
	if got := ana.text(doc); got != "" {
		t.Errorf("the document is %q", got)
	}
	if e.token == evil.token || len(e.token) != 26 {
		t.Errorf("tokens %q and %q", e.token, evil.token)
	}
	for _, token := range []string{e.token, evil.token} {
		if strings.Contains(w.log.String(), token) {
			t.Error("a token is in the log")
		}
	}
}

// What a socket refuses is refused here, with the same reasons.
func TestEventsHostile(t *testing.T) {
	w := open(t, func(c *Config) { c.Guests = GuestsEdit })
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	y := w.typist(doc, ot.Text)
	frame := wire.DefaultLimits().Frame
	large := `{"type":"ping"` + strings.Repeat(" ", frame) + `}`
	for hello, close := range map[string]wire.Close{
		`{"type":"ping"}`:        wire.CloseBadHello,
		``:                       wire.CloseBadMessage,
		`nonsense`:               wire.CloseBadMessage,
		`[`:                      wire.CloseBadMessage,
		`[[{"type":"hello"}]]`:   wire.CloseBadMessage,
		"{\"type\":\"hello\xff":  wire.CloseBadMessage,
		large:                    wire.CloseTooLarge,
		`{"type":"hello","x":1}`: wire.CloseBadMessage,
	} {
		ana.stream(doc, hello, "Content-Type: application/json").ended(close)
	}
	for _, c := range []struct {
		body   string
		status int
		close  wire.Close
	}{
		{`{"type":"hello"}`, 204, wire.CloseBadHello},
		{`nonsense`, 204, wire.CloseBadMessage},
		{`[{"type":"ping"},{"type":"pong"}]`, 204, wire.CloseBadMessage},
		{`[{"type":"ping"}`, 400, wire.CloseBadMessage},
		{`[` + strings.Repeat(`{"type":"ping"},`, postMessages) + `{"type":"ping"}]`, 400, wire.CloseBadMessage},
		{`[` + strings.Repeat(`[`, 1000) + strings.Repeat(`]`, 1000) + `]`, 400, wire.CloseBadMessage},
		{"{\"type\":\"\xff\"}", 400, wire.CloseBadMessage},
		{large, 413, wire.CloseTooLarge},
		{`{"type":"edit","seq":1,"base":0,"op":[{"retain":99999999},{"insert":"x"}]}`, 204, wire.CloseEditRefused},
		{`{"type":"edit","seq":2,"base":0,"op":[{"insert":"x"}]}`, 204, wire.CloseSeqGap},
		{`{"type":"edit","seq":1,"base":99999999,"op":[{"insert":"x"}]}`, 204, wire.CloseBadBase},
	} {
		e := ana.joinEvents(doc)
		code := map[int]string{400: "bad_request", 413: "too_large"}[c.status]
		e.post(c.body, 1).is(t, c.status, code)
		e.count = 1
		e.ended(c.close)
	}
	// A full array, and a message of just the limit, are fine.
	e := ana.joinEvents(doc)
	e.send(`[` + strings.Repeat(`{"type":"ping"},`, postMessages-1) + `{"type":"ping"}]`)
	e.send(`{"type":"ping"` + strings.Repeat(" ", frame-len(`{"type":"ping"}`)) + `}`)
	awaitEvent(e, func(wire.Pong) bool { return true })
	y.types(2)
	y.leave()
}

// A viewer's forged edit is refused, as on a socket.
func TestEventsOfViewer(t *testing.T) {
	s := openStage(t, GuestsView)
	e := s.people["guest"].joinEvents(s.doc.ID)
	if e.welcome.Role != wire.Viewer {
		t.Errorf("role %q", e.welcome.Role)
	}
	e.send(`{"type":"edit","seq":1,"base":0,"op":[{"insert":"x"}]}`)
	e.ended(wire.CloseForbidden)
}

// Those who say nothing are told so: no hello, and nothing after it.
func TestEventsSilence(t *testing.T) {
	w := open(t, small(func(l *session.Limits) { l.Hello, l.Silence = 50*time.Millisecond, 50*time.Millisecond }))
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	ana.joinEvents(doc).ended(wire.CloseSilent)
	// A hello that does not arrive whole.
	body, trickle := io.Pipe()
	defer trickle.Close()
	r, err := http.NewRequestWithContext(t.Context(), "POST", w.http.URL+"/api/docs/"+string(doc)+"/events", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	go trickle.Write([]byte(`{"type":`))
	resp, err := ana.hc.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(resp.Body)
	if !strings.Contains(string(said), `{"code":4003,"reason":"silent"}`) {
		t.Errorf("answered with %d %q", resp.StatusCode, said)
	}
}

// A stream that nobody reads is ended, and holds up nobody meanwhile.
func TestEventsStalledReader(t *testing.T) {
	w := open(t, small(func(l *session.Limits) { l.Write = 500 * time.Millisecond }))
	ana, eve := w.person(), w.person()
	doc := ana.create("x", ot.Text).ID
	tr := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		var dialer net.Dialer
		c, err := dialer.DialContext(ctx, network, addr)
		if err == nil {
			err = c.(*net.TCPConn).SetReadBuffer(64 << 10)
		}
		return c, err
	}}
	defer tr.CloseIdleConnections()
	eve.hc.Transport = tr
	w.narrow.Store(true)
	e := eve.joinEvents(doc)
	w.narrow.Store(false)
	watcher := ana.join(doc)
	w.pour(doc, 200) // each is acknowledged
	await(watcher, func(m wire.Presences) bool {
		for _, gone := range m.Gone {
			if gone == e.welcome.Client {
				return true
			}
		}
		return false
	})
	watcher.bye()
	e.post(`{"type":"ping"}`, 1).is(t, 410, "connection_ended")
}

// The server stops: a stream is told to come back, and a POST finds no one.
func TestEventsRestart(t *testing.T) {
	w := open(t)
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	e := ana.joinEvents(doc)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := w.server.Close(ctx); err != nil {
		t.Error(err)
	}
	e.ended(wire.CloseRestarting)
	a := ana.do("POST", "/api/docs/"+string(doc)+"/events", `{"type":"hello"}`).is(t, 503, "restarting")
	if a.header.Get("Retry-After") == "" {
		t.Error("it does not say when to come back")
	}
}

// The limits of the HTTP server for an answer and a request are not those of a
// stream.
func TestEventsOutliveTimeouts(t *testing.T) {
	const limit = 200 * time.Millisecond
	w := open(t, small(func(l *session.Limits) { l.Hello = limit }))
	w.http.Close()
	w.restart(func(s *http.Server) { s.WriteTimeout, s.ReadTimeout = limit, limit })
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	e := ana.joinEvents(doc)
	for start := time.Now(); time.Since(start) < 2*limit; {
		e.send(`{"type":"ping"}`)
		awaitEvent(e, func(wire.Pong) bool { return true })
	}
}

// Behind a proxy that passes on only full buffers, a client asks for padding.
func TestEventsPadding(t *testing.T) {
	w := open(t)
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	e := ana.joinEvents(doc, paddingHeader+": 4096")
	e.send(`{"type":"ping"}`)
	for {
		line, err := e.lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if line == ":"+strings.Repeat(" ", 4096)+"\n" {
			break
		}
	}
}
