package ws

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// pair is a client and a server that are connected.
func pair(t *testing.T) (client, server *Conn) {
	t.Helper()
	accepted := make(chan *Conn, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := Accept(w, r)
		if err != nil {
			t.Error(err)
		}
		accepted <- c
	}))
	t.Cleanup(s.Close)
	client, err := Dial(t.Context(), Target{Addr: s.Listener.Addr().String(), Path: "/x", Header: http.Header{"Cookie": {"a=b"}}})
	if err != nil {
		t.Fatal(err)
	}
	server = <-accepted
	t.Cleanup(func() { client.Close(); server.Close() })
	return client, server
}

func payload(n int) []byte { return bytes.Repeat([]byte("abcdefghijk"), n/11+1)[:n] }

// Messages of every form of length arrive as they were, both ways, several in a
// write.
func TestMessages(t *testing.T) {
	client, server := pair(t)
	sizes := []int{0, 1, 7, 125, 126, 127, 65535, 65536, 300_000, 3}
	for name, way := range map[string]struct {
		from, to *Conn
		out      Frames
	}{"to the server": {client, server, ForServer()}, "to the client": {server, client, Frames{}}} {
		for i, n := range sizes {
			if i%2 == 0 {
				way.out.Text(payload(n))
			} else {
				way.out.Binary(payload(n))
			}
		}
		if way.out.Count != len(sizes) {
			t.Errorf("%s: %d frames counted", name, way.out.Count)
		}
		if way.out.masked && bytes.Contains(way.out.Bytes, payload(100)) {
			t.Errorf("%s: nothing is masked", name)
		}
		go way.from.Write(way.out.Bytes)
		for _, n := range sizes {
			got, err := way.to.Next()
			if err != nil || !bytes.Equal(got, payload(n)) {
				t.Fatalf("%s: %d bytes came as %d, %v", name, n, len(got), err)
			}
		}
	}
	// A read counts what came before it.
	go server.Write([]byte{0x80 | opClose, 0})
	if _, err := client.Next(); err == nil {
		t.Error("nothing is closed")
	}
	if frames, n := client.Received(); frames < int64(len(sizes)) || n < 431_000 {
		t.Errorf("the client counts %d frames and %d bytes", frames, n)
	}
}

// A message in fragments comes as one, with a ping between them answered; then
// the close tells why.
func TestFragments(t *testing.T) {
	client, server := pair(t)
	var out Frames
	out.append(opText, []byte("ab"))
	out.Bytes[0] &^= 0x80 // not the last
	out.append(opPing, []byte("?"))
	out.append(opContinuation, []byte("cd"))
	reason := binary.BigEndian.AppendUint16(nil, 4001)
	out.append(opClose, append(reason, "later"...))
	if err := server.Write(out.Bytes); err != nil {
		t.Fatal(err)
	}
	if got, err := client.Next(); string(got) != "abcd" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	var closed CloseError
	if _, err := client.Next(); !errors.As(err, &closed) || closed != (CloseError{4001, "later"}) {
		t.Errorf("the end is %v", err)
	}
	h, body, err := server.frame()
	if err != nil || h.op != opPong || !h.masked || string(body) != "?" {
		t.Errorf("the ping is answered with %+v %q, %v", h, body, err)
	}
}

// A frame that comes byte by byte is a frame.
func TestSlowly(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	out := ForServer()
	out.Text(payload(200))
	out.Text([]byte("x"))
	go func() {
		for i := range out.Bytes {
			b.Write(out.Bytes[i : i+1])
		}
		b.Close()
	}()
	c := newConn(a, false)
	for _, want := range []string{string(payload(200)), "x"} {
		if got, err := c.Next(); string(got) != want || err != nil {
			t.Fatalf("got %q, %v", got, err)
		}
	}
	if _, err := c.Next(); err == nil {
		t.Error("the end is no error")
	}
}

// What comes right behind the answer to the handshake is not lost.
func TestAtOnce(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		under, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		var out Frames
		out.Text([]byte("hello"))
		under.Write(append([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+
			accept(r.Header.Get("Sec-WebSocket-Key"))+"\r\n\r\n"), out.Bytes...))
		under.Close()
	}))
	defer s.Close()
	c, err := Dial(t.Context(), Target{Addr: s.Listener.Addr().String(), Path: "/"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if m, err := c.Next(); string(m) != "hello" || err != nil {
		t.Errorf("%q came, %v", m, err)
	}
}

// A server that does not upgrade is an error that says what it said.
func TestRefused(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "not you", http.StatusForbidden) }))
	defer s.Close()
	_, err := Dial(t.Context(), Target{Addr: s.Listener.Addr().String(), Path: "/"})
	if err == nil || !strings.Contains(err.Error(), "403") || !strings.Contains(err.Error(), "not you") {
		t.Errorf("got %v", err)
	}
}
