package client

import (
	"fmt"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// stream is what the owner knows of the present connection; a new connection
// begins with an empty one.
type stream struct {
	welcomed bool          // edits may be sent
	loading  *wire.Welcome // whose document is arriving
	document ot.Builder    // as far as it has arrived
	parts    int           // of the document or of the catch-up, that have arrived
	catchup  []ot.Op       // parts, applied when all are there
	queue    []wire.ServerMessage
	said     wire.ErrorMessage
}

// receive takes one message of the server. After an error the connection is to
// be dropped.
func (o *owner) receive(msg wire.ServerMessage) error {
	switch m := msg.(type) {
	case wire.Welcome:
		return o.welcome(m)
	case wire.Doc:
		return o.docPart(m)
	case wire.Records, wire.Catchup:
		if !o.welcomed && o.loading == nil {
			return fmt.Errorf("%w: records before a welcome", ErrProtocol)
		}
		o.queue = append(o.queue, m)
		return o.drain()
	case wire.Pong:
		o.failures = 0
	case wire.GoAway:
		o.retry = time.Duration(m.RetryMillis) * time.Millisecond
	case wire.ErrorMessage:
		o.said = m
	case wire.Title:
		info := o.c.Info()
		info.Title = m.Title
		o.c.info.Store(&info)
	case wire.Notice:
		if o.cfg.OnNotice != nil {
			o.cfg.OnNotice(m)
		}
	case wire.RoleChange:
		info := o.c.Info()
		info.Role, o.role = m.Role, m.Role
		o.c.info.Store(&info)
	}
	// Nothing to do for acks, and for presences, be they of others or the own
	// one, which a frame that is the same for all holds too.
	return nil
}

func (o *owner) welcome(m wire.Welcome) error {
	if o.welcomed || o.loading != nil {
		return fmt.Errorf("%w: a second welcome", ErrProtocol)
	}
	if m.Resumed != (o.client != "") || m.Resumed && m.Client != o.client {
		return fmt.Errorf("%w: the server did not answer the hello that it got", ErrDiverged)
	}
	if m.Limits == (wire.Limits{}) {
		m.Limits = wire.DefaultLimits()
	}
	o.role = m.Role
	o.c.info.Store(&Info{
		Client: m.Client, Lineage: m.Lineage, Title: m.Title, Role: m.Role, User: m.User, Limits: m.Limits,
	})
	if !m.Resumed {
		o.loading = &m
		if m.Parts == 0 {
			return o.load()
		}
		return nil
	}
	o.c.stats.reconnects.Add(1)
	again, err := o.state.Resume(m.Acked)
	if err != nil {
		return err
	}
	o.welcomed = true
	if again != nil {
		o.send(again.Frame)
	}
	return nil
}

func (o *owner) docPart(m wire.Doc) error {
	if o.loading == nil || m.Part != o.parts+1 || m.Parts != o.loading.Parts {
		return fmt.Errorf("%w: part %d of a document out of order", ErrProtocol, m.Part)
	}
	o.parts = m.Part
	for c := range m.Op.Components() {
		switch {
		case c.Kind != ot.Insert:
			return fmt.Errorf("%w: a document that does not only insert", ErrProtocol)
		case c.Embed.IsZero():
			o.document.Insert(c.Text, c.Attrs)
		default:
			o.document.InsertEmbed(c.Embed, c.Attrs)
		}
	}
	if m.Part < m.Parts {
		return nil
	}
	return o.load()
}

// load begins a new life with the document that has arrived.
func (o *owner) load() error {
	doc, err := ot.DocOf(o.document.Op())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	w := o.loading
	o.loading, o.parts = nil, 0
	o.client, o.secret, o.lineage = w.Client, w.Secret, w.Lineage
	o.state = NewState(w.Kind, doc, w.Revision, w.Limits)
	o.live, o.welcomed = true, true
	if o.cfg.OnLoad != nil {
		o.cfg.OnLoad(doc, w.Revision)
	}
	select {
	case <-o.c.loaded:
		o.c.stats.reconnects.Add(1)
		o.c.stats.resyncs.Add(1)
	default:
		o.publish() // Dial returns a client that has a state
		close(o.c.loaded)
	}
	return o.drain()
}

// drain applies what has arrived, as far as it is not held back.
func (o *owner) drain() error {
	for o.welcomed && len(o.queue) > 0 {
		var rest wire.ServerMessage
		var err error
		switch m := o.queue[0].(type) {
		case wire.Records:
			rest, err = o.records(m)
		case wire.Catchup:
			rest, err = o.catchUp(m)
		}
		if err != nil {
			return err
		}
		if rest != nil {
			o.queue[0] = rest
			return nil
		}
		o.queue[0] = nil
		o.queue = o.queue[1:]
	}
	return nil
}

// records applies records one by one and returns those that are held back.
func (o *owner) records(m wire.Records) (rest wire.ServerMessage, err error) {
	for i, record := range m.Records {
		to := m.After + wire.Revision(i) + 1
		switch at := o.state.Revision(); {
		case to <= at:
			continue // known from before
		case to > at+1:
			return nil, fmt.Errorf("%w: revision %d follows %d", ErrProtocol, to, at)
		case at >= o.hold:
			return wire.Records{After: to - 1, Records: m.Records[i:]}, nil
		}
		if err := o.record(record, to); err != nil {
			return nil, err
		}
		o.failures = 0
	}
	return nil, nil
}

func (o *owner) record(r wire.Record, to wire.Revision) error {
	if r.Client != o.client {
		next, shown, err := o.state.Remote(r.Op, to)
		if err != nil {
			return err
		}
		o.state = next
		if o.cfg.OnRemote != nil {
			o.cfg.OnRemote(shown, r.Client)
		}
		return nil
	}
	edits := 0
	if o.state.inflight != nil {
		edits = o.state.inflight.edits
	}
	next, m, err := o.state.Acknowledge(r.Seq, r.Op)
	if err != nil {
		return err
	}
	o.state = next
	o.c.stats.acked.Add(1)
	if o.cfg.OnAck != nil {
		o.cfg.OnAck(Ack{Seq: r.Seq, Revision: to, Latency: time.Since(o.sentAt), Edits: edits})
	}
	o.take(m)
	return nil
}

// catchUp applies many records that were composed into one op, when all its
// parts are there: between them there is no revision to resume from.
func (o *owner) catchUp(m wire.Catchup) (rest wire.ServerMessage, err error) {
	at := o.state.Revision()
	switch {
	case m.Part == 1 && m.To <= at && m.Parts == 1:
		return nil, nil // known from before
	case m.After != at || m.To < m.After || m.Part != len(o.catchup)+1 || m.Part > m.Parts:
		return nil, fmt.Errorf("%w: part %d of a catch-up from %d at revision %d", ErrProtocol, m.Part, m.After, at)
	case m.Part == 1 && at >= o.hold:
		return m, nil
	}
	o.catchup = append(o.catchup, m.Op)
	if m.Part < m.Parts {
		return nil, nil
	}
	next, shown := o.state, make([]ot.Op, len(o.catchup))
	for i, op := range o.catchup {
		if next, shown[i], err = next.Remote(op, m.To); err != nil {
			return nil, err
		}
	}
	o.catchup = nil
	o.state = next
	o.failures = 0
	if o.cfg.OnRemote != nil {
		for _, op := range shown {
			o.cfg.OnRemote(op, "")
		}
	}
	return nil, nil
}
