package ws

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// Target is where a client connects to, and what it says there.
type Target struct {
	Addr        string // host:port
	Path        string
	Subprotocol string      // none if empty
	Header      http.Header // more lines of the request
	ReadBuffer  int         // of the socket, in bytes; 0 is the system's own choice
	From        string      // the address to connect from; empty is the system's own choice
}

// handshakeTime is how long the other side may take to answer.
const handshakeTime = 20 * time.Second

// Dial connects to a server.
func Dial(ctx context.Context, t Target) (*Conn, error) {
	var d net.Dialer
	if t.From != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(t.From)}
	}
	under, err := d.DialContext(ctx, "tcp", t.Addr)
	if err != nil {
		return nil, err
	}
	c, err := t.open(under)
	if err != nil {
		under.Close()
		return nil, err
	}
	return c, nil
}

func (t Target) open(under net.Conn) (*Conn, error) {
	if t.ReadBuffer > 0 {
		if err := under.(*net.TCPConn).SetReadBuffer(t.ReadBuffer); err != nil {
			return nil, err
		}
	}
	var nonce [16]byte
	rand.Read(nonce[:])
	key := base64.StdEncoding.EncodeToString(nonce[:])
	var b strings.Builder
	fmt.Fprintf(&b, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n", t.Path, t.Addr, key)
	if t.Subprotocol != "" {
		fmt.Fprintf(&b, "Sec-WebSocket-Protocol: %s\r\n", t.Subprotocol)
	}
	if err := t.Header.Write(&b); err != nil {
		return nil, err
	}
	b.WriteString("\r\n")
	if err := under.SetDeadline(time.Now().Add(handshakeTime)); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(under, b.String()); err != nil {
		return nil, err
	}
	c := newConn(under, true)
	from := bufio.NewReaderSize(under, 4<<10)
	resp, err := http.ReadResponse(from, nil)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusSwitchingProtocols || resp.Header.Get("Sec-WebSocket-Accept") != accept(key) {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 200)) // it only explains the status
		return nil, fmt.Errorf("%s%s: %s %s", t.Addr, t.Path, resp.Status, body)
	}
	// Messages may have come right behind the answer.
	c.w, err = io.ReadFull(from, c.buf[:from.Buffered()])
	if err != nil {
		return nil, err
	}
	c.arrived = time.Now()
	return c, under.SetDeadline(time.Time{})
}

// Accept upgrades a request.
func Accept(w http.ResponseWriter, r *http.Request) (*Conn, error) {
	key := r.Header.Get("Sec-WebSocket-Key")
	if key == "" {
		http.Error(w, "this is a WebSocket", http.StatusUpgradeRequired)
		return nil, fmt.Errorf("no Sec-WebSocket-Key")
	}
	under, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(under, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept(key))
	if err != nil {
		under.Close()
		return nil, err
	}
	c := newConn(under, false)
	if c.w, err = io.ReadFull(rw, c.buf[:rw.Reader.Buffered()]); err != nil {
		under.Close()
		return nil, err
	}
	return c, under.SetDeadline(time.Time{})
}

func accept(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}
