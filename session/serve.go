package session

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// Serve is the reader of one connection: it joins the session of a document,
// hands in what the client sends and returns when the connection has ended,
// with the reason. It reads nothing beyond the hello before the client has
// joined.
func (h *Hub) Serve(ctx context.Context, doc wire.DocID, conn Conn, who Visitor) error {
	if !h.enter() {
		return h.refuse(ctx, conn, wire.CloseRestarting)
	}
	defer h.work.Done()
	hello, err := h.hello(ctx, conn)
	if err != nil {
		return h.refuse(ctx, conn, err)
	}
	a, release, err := h.acquire(ctx, doc)
	if err != nil {
		return h.refuse(ctx, conn, err)
	}
	defer release()
	p, in, err := h.join(ctx, a, hello, who)
	if err != nil {
		return h.refuse(ctx, conn, err)
	}
	defer a.send(context.WithoutCancel(ctx), leave{p})

	ctx, cancel := context.WithCancel(ctx)
	defer context.AfterFunc(a.over, cancel)()
	w := &writer{actor: a, peer: p, conn: conn, role: who.Role(), titles: in.view.titles}
	written := make(chan struct{})
	go func() {
		defer close(written)
		if err := a.survive(func() error { return w.serve(ctx, h.issuer, hello, in) }); err != nil {
			end, _ := endingFor(err)
			sayGoodbye(ctx, conn, h.lim.Write, &end)
		}
	}()
	r := &reader{actor: a, peer: p, conn: conn}
	err = a.survive(func() error { return r.run(ctx) })
	if end, ok := endingFor(err); ok {
		p.end(end.close, end.seq)
	} else {
		cancel() // the connection is gone
	}
	<-written
	cancel()
	if e := p.ending.Load(); e != nil {
		return e.close
	}
	return err
}

// survive runs one side of a connection. A panic is a fault of ours, and ends
// that connection, not the program.
func (a *actor) survive(side func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			// Not what it says, which might be text of the document.
			a.log.Error().Bytes("stack", debug.Stack()).Msg("a connection panicked")
			err = wire.CloseInternal
		}
	}()
	return side()
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
func (h *Hub) join(ctx context.Context, a *actor, hello wire.Hello, who Visitor) (*peer, joined, error) {
	m := join{resume: hello.Resumes(), revision: hello.Revision, answer: make(chan joined, 1)}
	client := hello.Client
	if !hello.Resumes() {
		client, _ = h.issuer.issue(a.meta.ID, who.User.ID)
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
	m.peer = newPeer(client, who)
	if !a.send(ctx, m) {
		return nil, joined{}, wire.CloseRestarting
	}
	select {
	case in := <-m.answer:
		return m.peer, in, in.err
	case <-a.done:
		return nil, joined{}, wire.CloseRestarting
	}
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
	sayGoodbye(ctx, conn, h.lim.Write, &end)
	return end.close
}

// endingFor makes of an error what the client is told; ok is false if the
// connection broke and there is nobody to tell.
func endingFor(err error) (end ending, ok bool) {
	var we *wire.Error
	switch {
	case errors.As(err, &we):
		return ending{we.Close.Because("%s", we.Error()), we.Seq}, true
	case errors.As(err, &end.close):
		return end, true
	}
	return ending{}, false
}

// serve is the writer's goroutine: the welcome, and all that comes after it.
func (w *writer) serve(ctx context.Context, is issuer, hello wire.Hello, in joined) error {
	if err := w.welcome(ctx, is, hello, in); err != nil {
		w.conn.Close(wire.CloseStalled)
		return nil
	}
	w.run(ctx)
	return nil
}

// welcome sends the answer to the hello, and to a new client the document.
func (w *writer) welcome(ctx context.Context, is issuer, hello wire.Hello, in joined) error {
	msg := wire.Welcome{
		Client: w.peer.client, Secret: is.secret(w.actor.meta.ID, w.peer.who.User.ID, w.peer.client),
		Lineage: w.actor.meta.Lineage, Revision: in.view.head(), Resumed: hello.Resumes(), Acked: in.acked,
		Kind: w.actor.meta.Kind, Title: in.view.title, Role: w.role, User: w.peer.who.User,
		Limits: w.actor.lim.Wire,
	}
	if hello.Resumes() {
		w.sent = hello.Revision
		return w.message(ctx, msg)
	}
	var parts []ot.Op
	for part := range in.view.doc.Chunks(w.actor.lim.MessageBytes / 4) {
		parts = append(parts, part)
	}
	msg.Parts = len(parts)
	if err := w.message(ctx, msg); err != nil {
		return err
	}
	for i, part := range parts {
		if err := w.message(ctx, wire.Doc{Part: i + 1, Parts: len(parts), Op: part}); err != nil {
			return err
		}
	}
	w.sent = in.view.head()
	return nil
}

// reader hands in what a peer sends.
type reader struct {
	actor *actor
	peer  *peer
	conn  Conn
}

// run reads until the connection breaks or the client breaks the protocol, in
// which case the error is a wire.Close or a *wire.Error.
func (r *reader) run(ctx context.Context) error {
	for {
		frame, err := r.read(ctx)
		if err != nil {
			return err
		}
		msg, err := wire.DecodeClient(frame, r.actor.lim.Wire)
		if err != nil {
			return err
		}
		if err := r.take(ctx, msg); err != nil {
			return err
		}
	}
}

func (r *reader) read(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, r.actor.lim.Silence, wire.CloseSilent)
	defer cancel()
	frame, err := r.conn.Read(ctx)
	if err != nil {
		return nil, readError(ctx, err)
	}
	return frame, nil
}

// readError prefers the reason why we stopped reading over how Read put it.
func readError(ctx context.Context, err error) error {
	var c wire.Close
	if !errors.As(err, &c) && errors.As(context.Cause(ctx), &c) {
		return c
	}
	return err
}

func (r *reader) take(ctx context.Context, msg wire.ClientMessage) error {
	switch msg := msg.(type) {
	case wire.Edit:
		return r.edit(ctx, msg)
	case wire.Presence:
		r.actor.send(ctx, move{r.peer, msg})
	case wire.Ping:
		r.peer.pong.Store(true)
		r.peer.nudge()
	case wire.Hello:
		return wire.CloseBadHello
	}
	return nil
}

func (r *reader) edit(ctx context.Context, e wire.Edit) error {
	if !r.peer.who.Role().CanEdit() {
		return wire.CloseForbidden.Because("This connection may not edit the document.")
	}
	sub := Submission{
		Client: r.peer.client, User: r.peer.who.User.ID, At: time.Now(),
		Edit: e, Digest: e.Digest(), Op: e.Op, Base: e.Base,
	}
	if err := r.intoWindow(ctx, &sub); err != nil {
		return err
	}
	r.actor.send(ctx, submit{waiting{r.peer, sub}})
	return nil
}

// intoWindow rebases an edit whose base has left the window over the history
// from the store, here in the reader, where it holds up nobody else.
func (r *reader) intoWindow(ctx context.Context, sub *Submission) error {
	for {
		w := r.actor.view.Load().window
		if sub.Base >= w.after {
			return nil
		}
		ctx, cancel := context.WithTimeout(ctx, r.actor.lim.Store)
		records, err := r.actor.store.Records(ctx, r.actor.meta.ID, sub.Base, min(sub.Base+wire.Revision(r.actor.lim.CatchupStep), w.head()))
		cancel()
		if err != nil {
			r.actor.log.Error().Err(err).Msg("reading history for an old edit failed")
			return wire.CloseStoreFailed
		}
		entries := make([]entry, len(records))
		for i := range records {
			if records[i].Client == r.peer.client && records[i].Seq >= sub.Edit.Seq {
				return nil // it is in the history already: the actor knows
			}
			entries[i].Record = records[i]
		}
		if sub.Op, err = rebase(sub.Op, entries); err != nil {
			return refused(err)
		}
		sub.Base += wire.Revision(len(records))
	}
}
