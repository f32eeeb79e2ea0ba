package torture

import (
	"fmt"
	"io"
	"net"
	"sync"
)

// proxy stands between one server and the store. It can hold back what the
// store says, and break all connections.
type proxy struct {
	to       string
	listener net.Listener
	work     sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]struct{}
	held  chan struct{} // not nil while held; closed when that ends
}

func newProxy(to string) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	p := &proxy{to: to, listener: l, conns: map[net.Conn]struct{}{}}
	p.work.Go(p.accept)
	return p, nil
}

func (p *proxy) address() string { return p.listener.Addr().String() }

// hold keeps back what the store says, until cut.
func (p *proxy) hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held == nil {
		p.held = make(chan struct{})
	}
}

// cut breaks all connections, with what was kept back. New ones pass.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		breakOff(c)
	}
	clear(p.conns)
	if p.held != nil {
		close(p.held)
		p.held = nil
	}
}

func (p *proxy) close() {
	_ = p.listener.Close()
	p.cut()
	p.work.Wait()
}

func (p *proxy) accept() {
	for {
		in, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		p.work.Go(func() { p.serve(in) })
	}
}

func (p *proxy) serve(in net.Conn) {
	defer in.Close()
	out, err := net.Dial("tcp", p.to)
	if err != nil {
		breakOff(in)
		return
	}
	defer out.Close()
	p.mu.Lock()
	p.conns[in], p.conns[out] = struct{}{}, struct{}{}
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.conns, in)
		delete(p.conns, out)
	}()
	var both sync.WaitGroup
	both.Go(func() {
		_, _ = io.Copy(out, in) // however it ends, the connection does
		_ = out.Close()
	})
	p.answers(in, out)
	_ = in.Close()
	both.Wait()
}

// answers copies what the store says.
func (p *proxy) answers(to io.Writer, from io.Reader) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		p.mu.Lock()
		held := p.held
		p.mu.Unlock()
		if held != nil {
			<-held
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}
