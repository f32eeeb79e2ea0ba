package server

import (
	"io"
	"net"
	"time"
)

// gate is a connection that hands on only what [frames] lets pass, to the
// library that reads WebSocket from it and is less strict. The first Read
// behind a fault returns it, as a wire.Close.
type gate struct {
	net.Conn
	early  []byte // what came right behind the handshake
	frames frames
	fault  error
	told   bool
}

// Read implements net.Conn.
func (g *gate) Read(p []byte) (int, error) {
	if g.fault != nil {
		return 0, g.refuse()
	}
	n, err := g.next(p)
	ok, fault := g.frames.pass(p[:n], time.Now())
	if fault == nil {
		return n, err
	}
	g.fault = fault
	if ok == 0 {
		return 0, g.refuse()
	}
	return ok, nil
}

func (g *gate) next(p []byte) (int, error) {
	if len(g.early) > 0 {
		n := copy(p, g.early)
		g.early = g.early[n:]
		return n, nil
	}
	return g.Conn.Read(p)
}

// refuse tells the fault. Who reads on waits for the answer to its close frame,
// which cannot be found any more: what still comes is passed over until the
// connection ends. Closing it now would be a reset, which can overtake the
// close frame.
func (g *gate) refuse() error {
	if g.told {
		_, _ = io.Copy(io.Discard, g.Conn)
	}
	g.told = true
	return g.fault
}
