package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/collabd/collabd/wire"
)

// eventPeer is a connection over events in the hands of a test, which posts
// what it likes.
type eventPeer struct {
	t       *testing.T
	p       *person
	doc     wire.DocID
	resp    *http.Response
	lines   *bufio.Reader
	leave   context.CancelFunc
	token   string
	count   uint64 // of the last POST
	said    []wire.ServerMessage
	welcome wire.Welcome
}

// stream opens a stream with a hello, and takes the token.
func (p *person) stream(doc wire.DocID, hello string, headers ...string) *eventPeer {
	p.w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	p.w.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, "POST", p.w.http.URL+"/api/docs/"+string(doc)+"/events", strings.NewReader(hello))
	if err != nil {
		p.w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	resp, err := p.hc.Do(r)
	if err != nil {
		p.w.t.Fatal(err)
	}
	if resp.StatusCode != 200 {
		body, _ := io.ReadAll(resp.Body)
		p.w.t.Fatalf("a stream is answered with %d %s", resp.StatusCode, body)
	}
	p.w.t.Cleanup(func() { resp.Body.Close() })
	e := &eventPeer{t: p.w.t, p: p, doc: doc, resp: resp, lines: bufio.NewReader(resp.Body), leave: cancel}
	name, data, err := e.event()
	if err != nil || name != "connection" {
		p.w.t.Fatalf("first comes %q, %v", name, err)
	}
	e.token = string(data)
	return e
}

// join opens a stream as a new client and takes the welcome.
func (p *person) joinEvents(doc wire.DocID, headers ...string) *eventPeer {
	p.w.t.Helper()
	e := p.stream(doc, `{"type":"hello"}`, headers...)
	e.welcome = awaitEvent(e, func(wire.Welcome) bool { return true })
	return e
}

// event reads the next event; comments are passed over.
func (e *eventPeer) event() (name string, data []byte, err error) {
	for {
		line, err := e.lines.ReadBytes('\n')
		if err != nil {
			return "", nil, err
		}
		line = bytes.TrimSuffix(line, []byte("\n"))
		switch {
		case len(line) == 0 && data != nil:
			return name, data, nil
		case bytes.HasPrefix(line, []byte("event: ")):
			name = string(line[7:])
		case bytes.HasPrefix(line, []byte("data: ")):
			data = append(data, line[6:]...)
		}
	}
}

// next returns the next message.
func (e *eventPeer) next() wire.ServerMessage {
	e.t.Helper()
	for len(e.said) == 0 {
		name, data, err := e.event()
		if err != nil || name != "" {
			e.t.Fatalf("the stream ends: %q %s %v", name, data, err)
		}
		if e.said, err = wire.DecodeServerFrame(data); err != nil {
			e.t.Fatalf("the server sent %q: %v", data, err)
		}
	}
	m := e.said[0]
	e.said = e.said[1:]
	return m
}

// awaitEvent reads up to the first message that is wanted.
func awaitEvent[M wire.ServerMessage](e *eventPeer, want func(M) bool) M {
	e.t.Helper()
	for {
		if m, ok := e.next().(M); ok && want(m) {
			return m
		}
	}
}

// post makes a POST with a count.
func (e *eventPeer) post(body string, count uint64, headers ...string) answer {
	e.t.Helper()
	return e.p.do("POST", "/api/docs/"+string(e.doc)+"/events/messages", body,
		append(headers, connectionHeader+": "+e.token, countHeader+": "+strconv.FormatUint(count, 10))...)
}

// send posts what comes next.
func (e *eventPeer) send(body string) {
	e.t.Helper()
	e.count++
	e.post(body, e.count).is(e.t, 204, "")
}

// acked waits for the record of an own edit.
func (e *eventPeer) acked(seq wire.Seq) {
	e.t.Helper()
	awaitEvent(e, func(m wire.Records) bool {
		for _, r := range m.Records {
			if r.Client == e.welcome.Client && r.Seq == seq {
				return true
			}
		}
		return false
	})
}

// ended reads to the end: an error or a goaway, the event close, and then
// nothing more. What is posted after that is refused.
func (e *eventPeer) ended(want wire.Close) {
	e.t.Helper()
	var told string
	for {
		name, data, err := e.event()
		if err != nil {
			e.t.Fatalf("the stream ended with %v, want %s", err, want.Name)
		}
		if name == "close" {
			var c struct {
				Code   uint16
				Reason string
			}
			if err := json.Unmarshal(data, &c); err != nil || c.Code != want.Code || c.Reason != want.Name {
				e.t.Errorf("closed with %s, want %d %s", data, want.Code, want.Name)
			}
			break
		}
		messages, err := wire.DecodeServerFrame(data)
		if err != nil {
			e.t.Fatal(err)
		}
		for _, m := range messages {
			switch m := m.(type) {
			case wire.ErrorMessage:
				told = m.Code
			case wire.GoAway:
				told = m.Reason
			}
		}
	}
	if told != want.Name {
		e.t.Errorf("before the end came %q, want %q", told, want.Name)
	}
	if rest, err := io.ReadAll(e.lines); err != nil || len(rest) > 0 {
		e.t.Errorf("after the end comes %q, %v", rest, err)
	}
	e.post(`{"type":"ping"}`, e.count+1).is(e.t, 410, "connection_ended")
}

// overTLS serves the world over HTTP/2.
func (w *world) overTLS() {
	w.http = httptest.NewUnstartedServer(w.server)
	w.http.Config.ErrorLog = w.netLog()
	w.http.EnableHTTP2 = true
	w.http.StartTLS()
}

// restart serves the world by another HTTP server.
func (w *world) restart(change func(*http.Server)) {
	w.http = httptest.NewUnstartedServer(w.server)
	w.http.Config.ErrorLog = w.netLog()
	change(w.http.Config)
	w.http.Start()
}
