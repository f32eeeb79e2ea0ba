package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// dial opens the socket of a document; nil and the status if it is refused.
func (p *person) dial(doc wire.DocID, headers ...string) (*websocket.Conn, int) {
	p.w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	h := http.Header{}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		h.Add(name, value)
	}
	ws, resp, err := websocket.Dial(ctx, fmt.Sprintf("%s/api/docs/%s/socket", p.w.http.URL, doc), &websocket.DialOptions{
		HTTPClient: p.hc, HTTPHeader: h, Subprotocols: []string{wire.Subprotocol},
	})
	if err != nil {
		if resp == nil {
			p.w.t.Fatal(err)
		}
		return nil, resp.StatusCode
	}
	ws.SetReadLimit(-1)
	return ws, resp.StatusCode
}

// peer is a connection in the hands of a test, which sends what it likes.
type peer struct {
	t       testing.TB
	ws      *websocket.Conn
	welcome wire.Welcome
	doc     ot.Doc
	unread  []wire.ServerMessage // of the last frame
}

// join connects to a document as a new client.
func (p *person) join(doc wire.DocID) *peer {
	p.w.t.Helper()
	ws, status := p.dial(doc)
	if ws == nil {
		p.w.t.Fatalf("the upgrade is answered with %d", status)
	}
	return p.w.hello(ws, wire.Hello{})
}

// hello says hello and takes the welcome and the document.
func (w *world) hello(ws *websocket.Conn, h wire.Hello) *peer {
	w.t.Helper()
	p := &peer{t: w.t, ws: ws}
	p.send(string(h.Append(nil)))
	m, ok := p.next().(wire.Welcome)
	if !ok {
		w.t.Fatal("the hello was not answered with a welcome")
	}
	p.welcome = m
	var b ot.Builder
	for i := range m.Parts {
		part, ok := p.next().(wire.Doc)
		if !ok || part.Part != i+1 || part.Parts != m.Parts {
			w.t.Fatalf("part %d of %d is %+v", i+1, m.Parts, part)
		}
		for c := range part.Op.Components() {
			if c.Embed.IsZero() {
				b.Insert(c.Text, c.Attrs)
			} else {
				b.InsertEmbed(c.Embed, c.Attrs)
			}
		}
	}
	doc, err := ot.DocOf(b.Op())
	if err != nil {
		w.t.Fatal(err)
	}
	p.doc = doc
	return p
}

func (p *peer) send(frame string) { p.write(websocket.MessageText, frame) }

func (p *peer) write(kind websocket.MessageType, frame string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	// A server that has had enough may have closed meanwhile: what it said is
	// read next.
	if err := p.ws.Write(ctx, kind, []byte(frame)); err != nil {
		p.t.Logf("write: %v", err)
	}
}

// read returns the next message, or how the connection ended.
func (p *peer) read() (wire.ServerMessage, error) {
	if len(p.unread) > 0 {
		m := p.unread[0]
		p.unread = p.unread[1:]
		return m, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	kind, frame, err := p.ws.Read(ctx)
	if err != nil {
		return nil, err
	}
	p.unread, err = wire.DecodeServerFrame(frame)
	if err != nil || len(p.unread) == 0 || kind != websocket.MessageText {
		p.t.Fatalf("the server sent %.300q: %v", frame, err)
	}
	return p.read()
}

func (p *peer) next() wire.ServerMessage {
	p.t.Helper()
	m, err := p.read()
	if err != nil {
		p.t.Fatal(err)
	}
	return m
}

// await reads up to the first message that is wanted.
func await[M wire.ServerMessage](p *peer, want func(M) bool) M {
	p.t.Helper()
	for {
		if m, ok := p.next().(M); ok && want(m) {
			return m
		}
	}
}

// alive checks that the connection is served.
func (p *peer) alive() {
	p.t.Helper()
	p.send(`{"type":"ping"}`)
	await(p, func(wire.Pong) bool { return true })
}

// refused reads to the end of the connection: an error and a close frame of
// the same name. It returns the error.
func (p *peer) refused(want wire.Close) wire.ErrorMessage {
	p.t.Helper()
	var said wire.ErrorMessage
	for {
		m, err := p.read()
		if err == nil {
			if e, ok := m.(wire.ErrorMessage); ok {
				said = e
			}
			continue
		}
		var c websocket.CloseError
		if !errors.As(err, &c) {
			p.t.Fatalf("the connection ended with %v, want %s", err, want.Name)
		}
		if c.Code != websocket.StatusCode(want.Code) || c.Reason != want.Name {
			p.t.Errorf("closed with %d %s, want %d %s", c.Code, c.Reason, want.Code, want.Name)
		}
		if said.Code != want.Name || said.Message == "" {
			p.t.Errorf("before the close came %+v, want an error %s", said, want.Name)
		}
		return said
	}
}

// bye ends the connection in order.
func (p *peer) bye() { p.ws.Close(websocket.StatusNormalClosure, "") }
