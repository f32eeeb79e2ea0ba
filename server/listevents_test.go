package server

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// stream is an answer that stays open, read line by line.
type stream struct {
	t      *testing.T
	status int
	header http.Header
	lines  *bufio.Scanner
	close  func()
}

// open asks for something that stays. The caller closes it.
func (p *person) open(path string, headers ...string) *stream {
	p.w.t.Helper()
	ctx, cancel := context.WithTimeout(p.w.t.Context(), patience)
	r, err := http.NewRequestWithContext(ctx, "GET", p.w.http.URL+path, nil)
	if err != nil {
		p.w.t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	resp, err := p.hc.Do(r)
	if err != nil {
		p.w.t.Fatal(err)
	}
	return &stream{p.w.t, resp.StatusCode, resp.Header, bufio.NewScanner(resp.Body), func() {
		cancel()
		resp.Body.Close()
	}}
}

// listEvent is any event about the list.
type listEvent struct {
	Type  string       `json:"type"`
	ID    wire.DocID   `json:"id"`
	Peers []userJSON   `json:"peers"`
	Doc   documentJSON `json:"doc"`
}

// listens opens the events and reads their hello.
func (p *person) listens() *stream {
	p.w.t.Helper()
	s := p.open("/api/list/events")
	if s.status != 200 || s.header.Get("Content-Type") != "text/event-stream; charset=utf-8" || s.header.Get("Cache-Control") != "no-store, no-transform" {
		p.w.t.Fatalf("%d %v", s.status, s.header)
	}
	for _, want := range []string{"retry: 2000", "event: hello", "data: {}", ""} {
		if !s.lines.Scan() || s.lines.Text() != want {
			p.w.t.Fatalf("the stream begins with %q, want %q, %v", s.lines.Text(), want, s.lines.Err())
		}
	}
	return s
}

// until reads events until one is as it should be.
func (s *stream) until(what string, is func(listEvent) bool) listEvent {
	s.t.Helper()
	var seen []string
	for s.lines.Scan() {
		data, ok := strings.CutPrefix(s.lines.Text(), "data: ")
		if !ok {
			continue
		}
		var e listEvent
		dec := json.NewDecoder(strings.NewReader(data))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&e); err != nil {
			s.t.Fatalf("%q: %v", data, err)
		}
		if is(e) {
			return e
		}
		seen = append(seen, data)
	}
	s.t.Fatalf("%s is not told: %v, %q", what, s.lines.Err(), seen)
	return listEvent{}
}

func (s *stream) document(what string, is func(documentJSON) bool) documentJSON {
	s.t.Helper()
	return s.until(what, func(e listEvent) bool { return e.Type == "doc" && is(e.Doc) }).Doc
}

// Whoever looks at a list learns what others do, without asking again.
func TestListEvents(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana, ben := w.person(), w.person()
		old := ana.create("old", ot.Text).ID
		early := ana.join(old) // there before anybody listens
		ben.patch(old, `{"pinned":true}`)
		anas, bens := ana.listens(), ben.listens()
		defer anas.close()
		defer bens.close()

		doc := ben.create("new", ot.Text).ID
		anas.document("a new document", func(d documentJSON) bool { return d.ID == doc && d.Title == "new" && d.Revision == 0 })
		ben.patch(doc, `{"title":"renamed"}`)
		anas.document("another title", func(d documentJSON) bool { return d.ID == doc && d.Title == "renamed" })

		// Two connections of one person are one peer.
		first, second := ben.join(doc), ben.join(doc)
		come := anas.until("who is there", func(e listEvent) bool { return e.Type == "presence" && e.ID == doc })
		if len(come.Peers) != 1 || come.Peers[0].Name == "" || come.Peers[0].Color == "" {
			t.Errorf("there are %+v", come.Peers)
		}
		first.send(`{"type":"edit","seq":1,"base":0,"op":[{"insert":"x"}]}`)
		first.acked(1)
		d := anas.document("an edit", func(d documentJSON) bool { return d.ID == doc && d.Revision == 1 })
		if d.LastEditor == nil || d.LastEditor.ID != come.Peers[0].ID || len(d.Peers) != 1 {
			t.Errorf("after the edit: %+v", d)
		}
		first.bye()
		second.bye()
		anas.until("that he has left", func(e listEvent) bool {
			return e.Type == "presence" && e.ID == doc && e.Peers != nil && len(e.Peers) == 0
		})
		early.bye()
		anas.until("that she has left", func(e listEvent) bool { return e.Type == "presence" && e.ID == old && len(e.Peers) == 0 })

		// A pin is that of who listens.
		ana.patch(old, `{"title":"still old"}`)
		renamed := func(d documentJSON) bool { return d.ID == old && d.Title == "still old" }
		if anas.document("the title", renamed).Pinned || !bens.document("the title", renamed).Pinned {
			t.Error("the pin is not that of the listener")
		}
		ana.do("DELETE", "/api/docs/"+string(doc), "").is(t, 200, "")
		bens.document("the trash", func(d documentJSON) bool { return d.ID == doc && d.Trashed != nil })
		ana.patch(doc, `{"trashed":false}`)
		bens.document("the restoration", func(d documentJSON) bool { return d.ID == doc && d.Trashed == nil })
		folders := func(e listEvent) bool { return e.Type == "folders" }
		f := ana.folder("x")
		bens.until("a folder", folders)
		ana.patch(doc, fmt.Sprintf(`{"folder":%q}`, f.ID))
		bens.document("the folder", func(d documentJSON) bool { return d.ID == doc && d.Folder == f.ID })
		ana.do("PATCH", "/api/folders/"+string(f.ID), `{"name":"y"}`).is(t, 200, "")
		bens.until("its name", folders)
		ana.do("DELETE", "/api/folders/"+string(f.ID), "").is(t, 204, "")
		bens.until("its end", folders)
	})
}

func TestListEventsAreConnections(t *testing.T) {
	w := open(t, func(c *Config) { c.Admission.UserConnections = 2 })
	gauge := `collabd_connections{transport="list"}`
	ana := w.person()
	ana.do("GET", "/api/me", "").is(t, 200, "")
	ana.do("GET", "/api/list/events", "", "Origin: https://evil.example").is(t, 403, "wrong_origin")
	ana.do("HEAD", "/api/list/events", "").is(t, 200, "")
	a, b := ana.listens(), ana.listens()
	w.settled(gauge, 2)
	ana.do("GET", "/api/list/events", "").is(t, 429, "too_many_connections")
	a.close()
	b.close()
	w.settled(gauge, 0)
	w.server.list.mu.Lock()
	left := len(w.server.list.listeners)
	w.server.list.mu.Unlock()
	if left != 0 {
		t.Errorf("%d listeners are left", left)
	}
	// One that listens when the server stops is sent away.
	c := ana.listens()
	defer c.close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := w.server.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if c.lines.Scan() {
		t.Errorf("after the end: %q", c.lines.Text())
	}
	ana.do("GET", "/api/list/events", "").is(t, 503, "restarting")
}

// A listener that cannot follow is sent away, and nobody waits for it.
func TestListenerThatCannotFollow(t *testing.T) {
	w := open(t)
	slow, remove := w.server.list.add(Principal{})
	defer remove()
	quick := w.person().listens()
	defer quick.close()
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	for i := range listenerQueue + 1 {
		title := fmt.Sprint("title ", i)
		ana.patch(doc, fmt.Sprintf(`{"title":%q}`, title))
		quick.document("a title", func(d documentJSON) bool { return d.Title == title })
	}
	select {
	case <-slow.away:
	case <-time.After(patience):
		t.Error("it still listens")
	}
	w.server.list.mu.Lock()
	defer w.server.list.mu.Unlock()
	if len(w.server.list.listeners) != 1 {
		t.Errorf("%d listeners", len(w.server.list.listeners))
	}
}

// More news than may wait sends listeners away, who then ask for the list.
func TestTooMuchToTell(t *testing.T) {
	w := open(t)
	w.server.list.s.stop() // nobody takes what is told
	w.server.back.Wait()
	n, remove := w.server.list.add(Principal{})
	defer remove()
	for i := range toldMost {
		w.server.list.changed(wire.DocID(fmt.Sprint(i)))
	}
	select {
	case <-n.away:
		t.Error("sent away too early")
	default:
	}
	w.server.list.changed("one more")
	<-n.away
	if len(w.server.list.told) != 0 {
		t.Errorf("%d are kept", len(w.server.list.told))
	}
}
