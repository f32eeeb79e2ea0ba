package server

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/collabd/collabd/wire"
)

// The opcodes of frames.
const (
	opText   = 0x1
	opBinary = 0x2
	opClose  = 0x8
)

// rough is a WebSocket without a library, which would have manners, and costs
// more than the server when there are thousands.
type rough struct {
	t      *testing.T
	conn   net.Conn
	br     *bufio.Reader
	unread []wire.ServerMessage // of the last frame
}

// rough is a connection right after the upgrade.
func (w *world) rough(t *testing.T, doc wire.DocID, headers ...string) *rough {
	t.Helper()
	conn, err := net.Dial("tcp", w.http.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	lines := append([]string{fmt.Sprintf("GET /api/docs/%s/socket HTTP/1.1", doc), "Host: localhost"}, append(headers, upgrade...)...)
	if _, err := io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	c := &rough{t: t, conn: conn, br: bufio.NewReader(conn)}
	resp, err := http.ReadResponse(c.br, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("the upgrade: %v, %v", resp, err)
	}
	return c
}

// write sends one frame, with a mask of zeros.
func (c *rough) write(op byte, payload string) {
	b := []byte{0x80 | op}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	b = append(b, 0, 0, 0, 0)
	// The server may have closed meanwhile: what it said is read next.
	_, _ = c.conn.Write(append(b, payload...))
}

// read returns the next message. At the end of the connection it is nil, and
// closed is the code and the reason of the close frame, which is answered.
func (c *rough) read() (m wire.ServerMessage, closed string) {
	for {
		if len(c.unread) > 0 {
			m := c.unread[0]
			c.unread = c.unread[1:]
			return m, ""
		}
		op, payload, err := c.frame()
		switch {
		case err != nil:
			return nil, err.Error()
		case op == opClose && len(payload) >= 2:
			c.write(opClose, string(payload))
			return nil, fmt.Sprint(binary.BigEndian.Uint16(payload), " ", string(payload[2:]))
		case op == opClose:
			return nil, "no code"
		case op == opText:
			c.unread, err = wire.DecodeServerFrame(payload)
			if err != nil || len(c.unread) == 0 {
				c.t.Errorf("the server sent %.300q: %v", payload, err)
			}
		}
	}
}

// frame reads one frame, which a server sends whole and without a mask.
func (c *rough) frame() (op byte, payload []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(c.br, head[:]); err != nil {
		return 0, nil, err
	}
	n := uint64(head[1] & 0x7f)
	var wide [8]byte
	switch n {
	case 126:
		_, err = io.ReadFull(c.br, wide[6:])
		n = binary.BigEndian.Uint64(wide[:])
	case 127:
		_, err = io.ReadFull(c.br, wide[:])
		n = binary.BigEndian.Uint64(wide[:])
	}
	if err != nil {
		return 0, nil, err
	}
	payload = make([]byte, n)
	_, err = io.ReadFull(c.br, payload)
	return head[0] & 0x0f, payload, err
}
