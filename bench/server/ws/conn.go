package ws

import (
	"encoding/binary"
	"fmt"
	"net"
	"sync/atomic"
	"time"
)

// bufferBytes is what one read may take at first; a larger message makes the
// buffer larger, up to mostBytes.
const (
	bufferBytes = 16 << 10
	mostBytes   = 256 << 20
)

// Conn is one side of a WebSocket. One goroutine reads; any may write, as
// frames go out whole.
type Conn struct {
	net     net.Conn
	buf     []byte
	r, w    int // what is read and not yet taken is buf[r:w]
	arrived time.Time
	client  bool
	parts   []byte // of a message in several frames
	partial bool

	frames, bytes atomic.Int64 // taken so far
	counted       int64        // frames since the last read
}

// CloseError is what Next returns when the other side has closed.
type CloseError struct {
	Code   int
	Reason string
}

// Error implements error.
func (e CloseError) Error() string {
	return fmt.Sprintf("closed by the other side: %d %s", e.Code, e.Reason)
}

func newConn(c net.Conn, client bool) *Conn {
	return &Conn{net: c, buf: make([]byte, bufferBytes), client: client}
}

// Received is how many frames and bytes have come.
func (c *Conn) Received() (frames, bytes int64) { return c.frames.Load(), c.bytes.Load() }

// Arrived is when the read returned that completed the last message.
func (c *Conn) Arrived() time.Time { return c.arrived }

// Net is the connection below.
func (c *Conn) Net() net.Conn { return c.net }

// Close ends the connection without a goodbye.
func (c *Conn) Close() error { return c.net.Close() }

// Write writes whole frames.
func (c *Conn) Write(frames []byte) error {
	_, err := c.net.Write(frames)
	return err
}

// Next returns the next message. Its bytes are valid until the next call.
// Pings are answered here.
func (c *Conn) Next() ([]byte, error) {
	for {
		h, payload, err := c.frame()
		if err != nil {
			return nil, err
		}
		switch h.op {
		case opText, opBinary:
			if h.fin {
				return payload, nil
			}
			c.parts, c.partial = append(c.parts[:0], payload...), true
		case opContinuation:
			if !c.partial {
				return nil, fmt.Errorf("a continuation of nothing")
			}
			if c.parts = append(c.parts, payload...); h.fin {
				c.partial = false
				return c.parts, nil
			}
		case opPing:
			var pong Frames
			if c.client {
				pong = ForServer()
			}
			pong.append(opPong, payload)
			if err := c.Write(pong.Bytes); err != nil {
				return nil, err
			}
		case opClose:
			e := CloseError{Code: 1005}
			if len(payload) >= 2 {
				e = CloseError{int(binary.BigEndian.Uint16(payload)), string(payload[2:])}
			}
			return nil, e
		}
	}
}

// frame returns the next frame, unmasked.
func (c *Conn) frame() (head, []byte, error) {
	for {
		h, ok := parseHead(c.buf[c.r:c.w])
		if ok {
			if h.length < 0 || h.length > mostBytes {
				return h, nil, fmt.Errorf("a frame of %d bytes", h.length)
			}
			if end := c.r + h.size + h.length; end <= c.w {
				payload := c.buf[c.r+h.size : end]
				if h.masked {
					mask(payload, h.key)
				}
				c.r = end
				c.counted++
				return h, payload, nil
			}
		}
		if err := c.fill(h.size + h.length); err != nil {
			return h, nil, err
		}
	}
}

// fill reads once, into a buffer that has room for a frame of so many bytes.
func (c *Conn) fill(need int) error {
	c.frames.Add(c.counted)
	c.counted = 0
	if c.r == c.w {
		c.r, c.w = 0, 0
	} else if c.r > 0 && (c.r+need > len(c.buf) || c.w == len(c.buf)) {
		c.w = copy(c.buf, c.buf[c.r:c.w])
		c.r = 0
	}
	if need > len(c.buf) {
		c.buf = append(make([]byte, 0, need+bufferBytes), c.buf[:c.w]...)
		c.buf = c.buf[:cap(c.buf)]
	}
	n, err := c.net.Read(c.buf[c.w:])
	if n > 0 {
		c.w += n
		c.arrived = time.Now()
		c.bytes.Add(int64(n))
		return nil
	}
	return err
}
