package server

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/collabd/collabd/wire"
)

// rough is a WebSocket without a library, which would have manners, and costs
// more than the server when there are thousands. It checks that what the server
// sends is as RFC 6455 has it.
type rough struct {
	t    testing.TB
	conn *net.TCPConn
	br   *bufio.Reader
	come []wire.ServerMessage // from the last frame, not yet read
}

// connect is a TCP connection to the server.
func (w *world) connect(t testing.TB) *rough {
	t.Helper()
	return dial(t, w.http.Listener.Addr())
}

func dial(t testing.TB, to net.Addr) *rough {
	t.Helper()
	conn, err := net.Dial("tcp", to.String())
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return &rough{t: t, conn: conn.(*net.TCPConn), br: bufio.NewReader(conn)}
}

// handshake is the request that opens the socket of a document.
func handshake(doc wire.DocID, headers ...string) string {
	lines := append([]string{fmt.Sprintf("GET /api/docs/%s/socket HTTP/1.1", doc), "Host: localhost"}, append(headers, upgrade...)...)
	return strings.Join(lines, "\r\n") + "\r\n\r\n"
}

// rough is a connection right after the upgrade.
func (w *world) rough(t testing.TB, doc wire.DocID, headers ...string) *rough {
	t.Helper()
	c := w.connect(t)
	c.raw(handshake(doc, headers...))
	c.upgraded()
	return c
}

// upgraded reads the answer to the handshake.
func (c *rough) upgraded() {
	c.t.Helper()
	resp, err := http.ReadResponse(c.br, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		c.t.Fatalf("the upgrade: %v, %v", resp, err)
	}
}

// joined says hello as a new client and takes the welcome.
func (c *rough) joined() wire.Welcome {
	c.t.Helper()
	welcome, closed := c.hello(wire.Hello{})
	if closed != "" {
		c.t.Fatalf("the hello is answered with the close %q", closed)
	}
	return welcome
}

// hello says hello and takes the welcome, unless the connection is closed.
func (c *rough) hello(h wire.Hello) (welcome wire.Welcome, closed string) {
	c.write(opText, string(h.Append(nil)))
	for {
		m, closed := c.read()
		if m == nil {
			return wire.Welcome{}, closed
		}
		if w, ok := m.(wire.Welcome); ok {
			return w, ""
		}
	}
}

// bytesOf makes a frame: its first byte, and a payload that is masked with
// zeros, in the shortest form.
func bytesOf(first byte, payload string) []byte {
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, bitMask|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, bitMask|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, bitMask|127), uint64(n))
	}
	b = append(b, 0, 0, 0, 0)
	return append(b, payload...)
}

// write sends one whole frame.
func (c *rough) write(op byte, payload string) { c.raw(string(bytesOf(bitFin|op, payload))) }

// raw sends bytes. The server may have closed meanwhile: what it said is read
// next.
func (c *rough) raw(bytes string) { _, _ = io.WriteString(c.conn, bytes) }

// read returns the next message. At the end of the connection it is nil, and
// closed is the code and the reason of the close frame, which is answered.
func (c *rough) read() (m wire.ServerMessage, closed string) {
	for len(c.come) == 0 {
		op, payload, err := c.frame()
		switch {
		case err != nil:
			return nil, err.Error()
		case op == opClose:
			c.write(opClose, string(payload))
			return nil, closeText(payload)
		case op == opText:
			c.come = c.messages(payload)
		}
	}
	m, c.come = c.come[0], c.come[1:]
	return m, ""
}

func (c *rough) messages(payload []byte) []wire.ServerMessage {
	list, err := wire.DecodeServerFrame(payload)
	if err != nil || len(list) == 0 {
		c.t.Errorf("the server sent %q: %v", payload, err)
	}
	return list
}

// closeText is the code and the reason of a close frame.
func closeText(payload []byte) string {
	if len(payload) < 2 {
		return "no code"
	}
	return strings.TrimSpace(fmt.Sprint(binary.BigEndian.Uint16(payload), " ", string(payload[2:])))
}

var errServerFrame = errors.New("no frame that a server may send")

// frame reads one frame, which our server sends whole, without a mask, and in
// the shortest form.
func (c *rough) frame() (op byte, payload []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(c.br, head[:]); err != nil {
		return 0, nil, err
	}
	op = head[0] & 0x0f
	n, least := uint64(head[1]&^bitMask), uint64(0)
	var wide [8]byte
	switch n {
	case 126:
		_, err = io.ReadFull(c.br, wide[6:])
		n, least = binary.BigEndian.Uint64(wide[:]), 126
	case 127:
		_, err = io.ReadFull(c.br, wide[:])
		n, least = binary.BigEndian.Uint64(wide[:]), 1<<16
	}
	if err != nil {
		return 0, nil, err
	}
	if head[0]&^0x0f != bitFin || head[1]&bitMask != 0 || n < least || n > 64<<20 || !slices.Contains([]byte{opText, opClose, opPing, opPong}, op) || op >= opClose && n > controlMost {
		c.t.Errorf("the server sent the header %x and a length of %d", head, n)
		return 0, nil, errServerFrame
	}
	payload = make([]byte, n)
	_, err = io.ReadFull(c.br, payload)
	if err == nil && op == opClose && (n == 1 || n > 1 && !utf8.Valid(payload[2:])) {
		c.t.Errorf("the server closed with %q", payload)
	}
	return op, payload, err
}
