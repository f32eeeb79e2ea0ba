package session

import (
	"context"
	"errors"

	"github.com/collabd/collabd/wire"
)

// Serve is Join and the connection's Serve: it returns when the connection has
// ended, with the reason.
func (h *Hub) Serve(ctx context.Context, doc wire.DocID, conn Conn, who Visitor) error {
	c, err := h.Join(ctx, doc, conn, who)
	if err != nil {
		return err
	}
	return c.Serve()
}

// Connection is one that has joined. Its Serve must be called.
type Connection struct {
	hub     *Hub
	release func() // gives the session back
	ctx     context.Context
	cancel  context.CancelFunc
	over    func() bool // stops waiting for the end of the session
	reader  *reader
}

// Join waits for the hello of a connection and joins the session of a document.
// It reads nothing beyond the hello. A connection that does not join has ended
// when Join returns, and the error is the reason. ctx is that of the whole
// connection.
func (h *Hub) Join(ctx context.Context, doc wire.DocID, conn Conn, who Visitor) (*Connection, error) {
	if !h.enter() {
		return nil, h.refuse(ctx, conn, wire.CloseRestarting)
	}
	c, err := h.admit(ctx, doc, conn, who)
	if err != nil {
		defer h.work.Done()
		return nil, h.refuse(ctx, conn, err)
	}
	return c, nil
}

func (h *Hub) admit(ctx context.Context, doc wire.DocID, conn Conn, who Visitor) (*Connection, error) {
	arrival := h.arrivals.Add(1)
	hello, err := h.hello(ctx, conn)
	if err != nil {
		return nil, err
	}
	a, release, err := h.acquire(ctx, doc)
	if err != nil {
		return nil, err
	}
	c := &Connection{hub: h, release: release}
	c.ctx, c.cancel = context.WithCancel(ctx)
	c.over = context.AfterFunc(a.over, c.cancel)
	p, in, err := h.join(c.ctx, a, hello, arrival, conn, who)
	if err != nil {
		c.over()
		c.cancel()
		release()
		return nil, err
	}
	c.reader = newReader(a, p, conn, in)
	h.observer.Joined(hello.Resumes())
	p.writer.begin(func(ctx context.Context) error { return p.writer.sayWelcome(ctx, h.issuer, hello, in) })
	return c, nil
}

// Serve is the reader of a connection: it hands in what the client sends and
// returns when the connection has ended, with the reason.
func (c *Connection) Serve() error {
	p, a := c.reader.peer, c.reader.actor
	defer c.hub.work.Done()
	defer c.release()
	defer c.cancel()
	defer c.over()
	defer a.send(context.WithoutCancel(c.ctx), leave{p})

	err := a.survive("a connection", func() error { return c.reader.run(c.ctx) })
	if end, ok := endingFor(err); ok {
		p.end(end.close, end.seq)
	} else {
		c.cancel() // the connection is gone
		p.nudge()
	}
	<-p.writer.done
	if e := p.ending.Load(); e != nil {
		err = e.close
	}
	var why wire.Close
	errors.As(err, &why)
	c.hub.observer.Left(why)
	return err
}

// hello reads the first message.
func (h *Hub) hello(ctx context.Context, conn Conn) (wire.Hello, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, h.lim.Hello, wire.CloseSilent)
	defer cancel()
	ctx, restarting := context.WithCancelCause(ctx)
	defer restarting(nil)
	defer context.AfterFunc(h.alive, func() { restarting(wire.CloseRestarting) })()
	frame, err := conn.Read(ctx)
	if err != nil {
		return wire.Hello{}, readError(ctx, err)
	}
	msg, err := wire.DecodeClient(frame, h.lim.Wire)
	if err != nil {
		return wire.Hello{}, err
	}
	hello, ok := msg.(wire.Hello)
	if !ok {
		return wire.Hello{}, wire.CloseBadHello
	}
	return hello, nil
}

// join makes a peer of the connection.
func (h *Hub) join(ctx context.Context, a *actor, hello wire.Hello, arrival uint64, conn Conn, who Visitor) (*peer, joined, error) {
	m := join{resume: hello.Resumes(), revision: hello.Revision, answer: make(chan joined, 1)}
	client := hello.Client
	if !hello.Resumes() {
		client, _ = h.issuer.issue(a.meta.ID, who.User.ID)
		if h.others {
			// What the same person was acknowledged elsewhere must be there.
			head, err := h.headOf(ctx, a)
			if err != nil {
				return nil, joined{}, err
			}
			m.asOf = head
		}
	} else {
		if !h.issuer.owns(a.meta.ID, who.User.ID, hello.Client, hello.Secret) {
			return nil, joined{}, wire.CloseUnknownClient
		}
		if hello.Lineage != a.meta.Lineage {
			return nil, joined{}, wire.CloseLineageChanged
		}
		last, head, found, err := h.lookup(ctx, a, hello.Client)
		if err != nil {
			return nil, joined{}, err
		}
		if found {
			m.last = lastEdit{seq: last.Seq, revision: last.Revision, digest: last.Digest}
		}
		m.asOf = head
	}
	m.peer = newPeer(ctx, a, client, conn, who)
	m.peer.arrival = arrival
	if !a.send(ctx, m) {
		return nil, joined{}, wire.CloseRestarting
	}
	wait, cancel := context.WithTimeout(ctx, h.lim.Store)
	defer cancel()
	select {
	case in := <-m.answer:
		return m.peer, in, in.err
	case <-a.done:
		return nil, joined{}, wire.CloseRestarting
	case <-wait.Done(): // it waits for a store that does not answer
		a.send(context.WithoutCancel(ctx), leave{m.peer})
		if a.over.Err() != nil {
			return nil, joined{}, wire.CloseRestarting
		}
		return nil, joined{}, wire.CloseStoreFailed
	}
}

func (h *Hub) headOf(ctx context.Context, a *actor) (wire.Revision, error) {
	ctx, cancel := context.WithTimeout(ctx, h.lim.Store)
	defer cancel()
	head, err := a.store.Head(ctx, a.meta.ID)
	if err != nil {
		a.log.Error().Err(err).Msg("looking up the head failed")
		return 0, wire.CloseStoreFailed
	}
	return head, nil
}

func (h *Hub) lookup(ctx context.Context, a *actor, client wire.ClientID) (Record, wire.Revision, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, h.lim.Store)
	defer cancel()
	last, head, found, err := a.store.LastOf(ctx, a.meta.ID, client)
	if err != nil {
		a.log.Error().Err(err).Msg("looking up a client failed")
		return Record{}, 0, false, wire.CloseStoreFailed
	}
	return last, head, found, nil
}

// refuse ends a connection that has not joined.
func (h *Hub) refuse(ctx context.Context, conn Conn, err error) error {
	end, ok := endingFor(err)
	if !ok {
		conn.Close(wire.CloseSilent) // it broke by itself
		return err
	}
	sayGoodbye(ctx, conn, h.lim, &end)
	return end.close
}

// endingFor makes of an error what the client is told; ok is false if the
// connection broke and there is nobody to tell.
func endingFor(err error) (end ending, ok bool) {
	var we *wire.Error
	switch {
	case errors.As(err, &we):
		return ending{close: we.Close.Because("%s", we.Error()), seq: we.Seq}, true
	case errors.As(err, &end.close):
		return end, true
	}
	return ending{}, false
}
