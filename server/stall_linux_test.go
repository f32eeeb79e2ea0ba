package server

import (
	"context"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
)

// The system gives up on who takes nothing when a session does.
func TestSystemGivesUp(t *testing.T) {
	const silence = 7 * time.Second
	w := open(t, small(func(l *session.Limits) { l.Silence = silence }))
	doc := w.person().create("x", ot.Text).ID
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	accepted := make(chan net.Conn, 1)
	hs := &http.Server{Handler: w.server, ConnContext: func(ctx context.Context, c net.Conn) context.Context {
		accepted <- c
		return ctx
	}}
	served := make(chan error)
	go func() { served <- hs.Serve(listener) }()
	c := dial(t, listener.Addr())
	defer c.conn.Close()
	c.raw(handshake(doc))
	c.upgraded()
	c.joined()
	raw, err := (<-accepted).(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var got int
	if err := raw.Control(func(fd uintptr) {
		got, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout)
	}); err != nil {
		t.Fatal(err)
	}
	if err != nil || got != int(silence.Milliseconds()) {
		t.Errorf("TCP_USER_TIMEOUT is %d, %v", got, err)
	}
	if err := hs.Close(); err != nil {
		t.Error(err)
	}
	<-served
}
