package main

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"

	"github.com/collabd/collabd/bench/server/ws"
)

// backlog is how many bytes a member that does not read may be behind.
const backlog = 64 << 20

// member is a client in a room. What its socket does not take at once, a
// goroutine of its own writes.
type member struct {
	conn *ws.Conn
	raw  syscall.RawConn
	mu   sync.Mutex
	late []byte // frames that the socket did not take yet; nil if it takes all
}

func newMember(conn *ws.Conn) (*member, error) {
	under, ok := conn.Net().(*net.TCPConn)
	if !ok {
		return nil, fmt.Errorf("%T is no TCP connection", conn.Net())
	}
	raw, err := under.SyscallConn()
	return &member{conn: conn, raw: raw}, err
}

// send writes a frame without waiting.
func (m *member) send(frame []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.late != nil {
		if m.late = append(m.late, frame...); len(m.late) > backlog {
			m.conn.Close()
		}
		return
	}
	n := 0
	err := m.raw.Write(func(fd uintptr) bool {
		written, err := syscall.Write(int(fd), frame)
		if err != nil && !errors.Is(err, syscall.EAGAIN) {
			return true // its reader sees the same
		}
		n = max(written, 0)
		return true
	})
	if err == nil && n < len(frame) {
		m.late = append([]byte{}, frame[n:]...)
		go m.catchUp()
	}
}

// catchUp writes what is late, until nothing is.
func (m *member) catchUp() {
	for {
		m.mu.Lock()
		frames := m.late
		if len(frames) == 0 {
			m.late = nil
			m.mu.Unlock()
			return
		}
		m.late = []byte{}
		m.mu.Unlock()
		if m.conn.Write(frames) != nil {
			return // late stays, and nothing more is written
		}
	}
}
