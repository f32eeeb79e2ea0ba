package clienttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// peer is one connection. Its fields are guarded by the server's mu, but for
// conn, wake and cancel.
type peer struct {
	conn   client.Conn
	wake   chan struct{}
	cancel context.CancelFunc

	client wire.ClientID
	sent   wire.Revision
	say    [][]byte    // goes before the next records
	close  *wire.Close // goes after them
}

func (p *peer) poke() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *peer) cut() {
	if c, ok := p.conn.(interface{ Cut() }); ok {
		c.Cut()
	}
	p.cancel()
}

// Serve serves one connection until it ends.
func (s *Server) Serve(ctx context.Context, conn client.Conn) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := &peer{conn: conn, wake: make(chan struct{}, 1), cancel: cancel}
	err := s.converse(ctx, p)
	s.mu.Lock()
	delete(s.peers, p)
	s.mu.Unlock()
	if c, ok := errors.AsType[wire.Close](err); ok {
		_ = conn.Write(ctx, wire.ErrorMessage{Code: c.Name, Message: c.Reason}.Append(nil))
		_ = conn.Close(c.Code, c.Name)
		return
	}
	_ = conn.Close(1001, "")
}

func (s *Server) converse(ctx context.Context, p *peer) error {
	frame, err := p.conn.Read(ctx)
	if err != nil {
		return err
	}
	msg, err := wire.DecodeClient(frame, wire.DefaultLimits())
	if err != nil {
		return s.locked(func() error { return s.problem(wire.CloseBadMessage, "%w", err) })
	}
	hello, ok := msg.(wire.Hello)
	if !ok {
		return wire.CloseBadHello
	}
	if err := s.locked(func() error { return s.join(p, hello) }); err != nil {
		return err
	}
	written := make(chan struct{})
	go func() {
		defer close(written)
		defer p.cancel()
		s.write(ctx, p)
	}()
	err = s.read(ctx, p)
	p.cancel()
	<-written
	return err
}

func (s *Server) locked(f func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return f()
}

func (s *Server) join(p *peer, h wire.Hello) error {
	if s.down {
		return wire.CloseRestarting
	}
	w := wire.Welcome{
		Client: h.Client, Secret: h.Secret, Lineage: s.lineage, Revision: wire.Revision(len(s.records)),
		Kind: s.kind, Title: "Toy", Role: s.role, User: wire.User{ID: "u", Name: "Toy", Color: "#000000"}, Limits: s.limits,
	}
	if h.Resumes() {
		known := s.clients[h.Client]
		switch {
		case known == nil || known.secret != h.Secret:
			return wire.CloseUnknownClient
		case h.Lineage != s.lineage:
			return wire.CloseLineageChanged
		case h.Revision > w.Revision:
			return s.problem(wire.CloseRevisionAhead, "resume at %d, head %d", h.Revision, w.Revision)
		}
		w.Resumed, w.Acked = true, known.acked
		p.say = append(p.say, w.Append(nil))
		p.sent = h.Revision
	} else {
		n := len(s.clients) + 1
		w.Client, w.Secret = wire.ClientID(fmt.Sprintf("c%d-%d", n, s.random.Uint32())), fmt.Sprint("secret", s.random.Uint64())
		s.clients[w.Client] = &registered{secret: w.Secret, frames: map[wire.Seq][]byte{}}
		var parts []ot.Op
		if units := s.faults.PartUnits; units > 0 {
			for part := range s.doc.Chunks(units) {
				parts = append(parts, part)
			}
		}
		if len(parts) == 0 {
			parts = []ot.Op{s.doc.Op()}
		}
		w.Parts = len(parts)
		p.say = append(p.say, w.Append(nil))
		for i, part := range parts {
			p.say = append(p.say, wire.Doc{Part: i + 1, Parts: len(parts), Op: part}.Append(nil))
		}
		p.sent = w.Revision
	}
	p.client = w.Client
	for other := range s.peers {
		if other.client == p.client {
			other.close = &wire.CloseSuperseded
			other.poke()
		}
	}
	s.peers[p] = struct{}{}
	p.poke()
	return nil
}

func (s *Server) read(ctx context.Context, p *peer) error {
	for {
		frame, err := p.conn.Read(ctx)
		if err != nil {
			return err
		}
		msg, err := wire.DecodeClient(frame, wire.DefaultLimits())
		if err != nil {
			return s.locked(func() error { return s.problem(wire.CloseBadMessage, "%w", err) })
		}
		err = s.locked(func() error {
			if _, here := s.peers[p]; !here {
				return wire.CloseRestarting // cut: what it sends does not arrive
			}
			switch m := msg.(type) {
			case wire.Hello:
				return s.problem(wire.CloseBadHello, "a second hello")
			case wire.Edit:
				return s.accept(p, m, frame)
			case wire.Ping:
				p.say = append(p.say, wire.Pong{}.Append(nil))
				p.poke()
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// write sends what is new whenever the peer is poked.
func (s *Server) write(ctx context.Context, p *peer) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
		}
		s.mu.Lock()
		var late time.Duration
		if s.faults.Latency > 0 {
			late = time.Duration(s.random.Int64N(int64(s.faults.Latency)))
		}
		s.mu.Unlock()
		if late > 0 {
			select {
			case <-ctx.Done():
				return
			case <-time.After(late):
			}
		}
		s.mu.Lock()
		frames, end := s.news(p), p.close
		s.mu.Unlock()
		for _, frame := range frames {
			if p.conn.Write(ctx, frame) != nil {
				return
			}
		}
		if end != nil {
			_ = p.conn.Write(ctx, wire.ErrorMessage{Code: end.Name, Message: end.Reason}.Append(nil))
			_ = p.conn.Close(end.Code, end.Name)
			return
		}
	}
}

// news encodes what the peer has not been sent.
func (s *Server) news(p *peer) [][]byte {
	frames := p.say
	p.say = nil
	for from := int(p.sent); from < len(s.records); {
		to := from
		for to < len(s.records) && s.records[to].Client != p.client {
			to++
		}
		if n := s.faults.CatchupFrom; n > 0 && to-from >= n {
			frames = append(frames, s.catchup(from, to)...)
			from = to
			continue
		}
		to = min(to+1, len(s.records))
		frames = append(frames, wire.Records{After: wire.Revision(from), Records: s.records[from:to]}.Append(nil))
		from = to
	}
	p.sent = wire.Revision(len(s.records))
	if len(frames) > 0 && s.chance(s.faults.Bundle) {
		frames = [][]byte{bundle(frames)}
	}
	return frames
}

// bundle makes one frame of many messages, with one in it that no version of
// the client knows.
func bundle(messages [][]byte) []byte {
	frame := append([]byte(`[{"type":"of tomorrow"},`), bytes.Join(messages, []byte{','})...)
	return append(frame, ']')
}

func (s *Server) catchup(from, to int) [][]byte {
	parts := 1 + s.random.IntN(2)
	middle := from + (to-from)/2
	bounds := []int{from, to}
	if parts == 2 {
		bounds = []int{from, middle, to}
	}
	var frames [][]byte
	for i := range parts {
		var ops []ot.Op
		for _, r := range s.records[bounds[i]:bounds[i+1]] {
			ops = append(ops, r.Op)
		}
		op, err := ot.ComposeAll(ops)
		if err != nil {
			s.problems = append(s.problems, fmt.Errorf("compose a catch-up: %w", err))
		}
		frames = append(frames, wire.Catchup{
			After: wire.Revision(from), To: wire.Revision(to), Part: i + 1, Parts: parts, Op: op,
		}.Append(nil))
	}
	return frames
}
