package wire

import (
	"math"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/ot/strictjson"
)

// DecodeServerFrame reads a frame of a server: one message, or an array of
// messages. Those of an unknown type are left out.
func DecodeServerFrame(frame []byte) ([]ServerMessage, error) {
	raws := [][]byte{frame}
	if len(frame) > 0 && frame[0] == '[' {
		var err error
		if raws, err = strictjson.Array(frame, maxDepth); err != nil {
			return nil, &Error{Close: CloseBadMessage, Detail: err.Error(), err: err}
		}
	}
	messages := make([]ServerMessage, 0, len(raws))
	for _, raw := range raws {
		msg, err := DecodeServer(raw)
		if err != nil {
			return nil, err
		}
		if msg != nil {
			messages = append(messages, msg)
		}
	}
	return messages, nil
}

// DecodeServer reads one message of a server. Members that it does not know
// are passed over; a message of an unknown type is (nil, nil). Ops are parsed
// as strictly as everywhere, but without limits on their size: the server is
// trusted to have applied them.
func DecodeServer(frame []byte) (ServerMessage, error) {
	m, err := readMembers(frame)
	if err != nil {
		return nil, err
	}
	var msg ServerMessage
	switch m.text("type", math.MaxInt32) {
	case "welcome":
		msg = m.welcome()
	case "doc":
		msg = Doc{Part: int(m.uint("part")), Parts: int(m.uint("parts")), Op: m.anyOp("op")}
	case "records":
		msg = Records{After: Revision(m.uint("after")), Records: readList(m, "records", (*members).record)}
	case "catchup":
		msg = Catchup{
			After: Revision(m.uint("after")), To: Revision(m.uint("to")),
			Part: int(m.uint("part")), Parts: int(m.uint("parts")), Op: m.anyOp("op"),
		}
	case "ack":
		msg = Ack{Seq: Seq(m.uint("seq")), Revision: Revision(m.uint("revision"))}
	case "presence":
		msg = Presences{Full: m.bool("full"), Peers: readList(m, "peers", (*members).peer), Gone: m.clientIDs("gone")}
	case "title":
		msg = Title{Title: m.anyText("title")}
	case "role":
		msg = RoleChange{Role: Role(m.anyText("role"))}
	case "goaway":
		msg = GoAway{Reason: m.anyText("reason"), RetryMillis: int(m.uint("retry_ms"))}
	case "error":
		e := ErrorMessage{Code: m.anyText("code"), Message: m.anyText("message")}
		if m.has("seq") {
			e.Seq = Seq(m.uint("seq"))
		}
		msg = e
	case "slow":
		msg = Slow{WaitMillis: int(m.uint("wait_ms"))}
	case "store":
		msg = StoreState{OK: m.bool("ok")}
	case "notice":
		msg = Notice{
			Kind: m.anyText("kind"), User: m.user("user"),
			Revision: Revision(m.uint("revision")), Of: Revision(m.uint("of")), Part: m.bool("part"),
		}
	case "check":
		msg = Checked{Revision: Revision(m.uint("revision")), Hash: m.anyText("hash")}
	case "pong":
		msg = Pong{}
	}
	if m.err != nil {
		return nil, m.err
	}
	return msg, nil
}

func (m *members) welcome() Welcome {
	w := Welcome{
		Client:   ClientID(m.anyText("client")),
		Secret:   m.anyText("secret"),
		Lineage:  Lineage(m.anyText("lineage")),
		Revision: Revision(m.uint("revision")),
		Resumed:  m.bool("resumed"),
		Acked:    Seq(m.uint("acked")),
		Kind:     ot.DocKind(m.anyText("kind")),
		Title:    m.anyText("title"),
		Role:     Role(m.anyText("role")),
		User:     m.user("user"),
		Parts:    int(m.uint("parts")),
	}
	if lim := m.object("limits"); lim != nil {
		w.Limits = DefaultLimits()
		w.Limits.Frame = int(lim.uint("frame"))
		w.Limits.EditUnits = int(lim.uint("edit_units"))
		w.Limits.EditComponents = int(lim.uint("edit_components"))
		w.Limits.DocumentUnits = int(lim.uint("document_units"))
		m.adopt(lim)
	}
	return w
}

func (m *members) record() Record {
	return Record{Client: ClientID(m.anyText("client")), Seq: Seq(m.uint("seq")), Op: m.anyOp("op")}
}

func (m *members) peer() Peer {
	return Peer{
		Client: ClientID(m.anyText("client")), User: m.user("user"),
		Role: Role(m.anyText("role")), Selections: m.selections("selections", math.MaxInt),
	}
}

func (m *members) user(name string) User {
	u := m.object(name)
	if u == nil {
		return User{}
	}
	user := User{ID: UserID(u.anyText("id")), Name: u.anyText("name"), Color: u.anyText("color")}
	m.adopt(u)
	return user
}

func (m *members) anyText(name string) string { return m.text(name, math.MaxInt32) }

func (m *members) anyOp(name string) ot.Op {
	return m.op(name, ot.Limits{
		Bytes: math.MaxInt, Components: math.MaxInt, InsertUnits: math.MaxInt, Attributes: math.MaxInt,
		AttributeBytes: math.MaxInt, Depth: maxDepth, Units: math.MaxInt,
	})
}

// object reads a member that is an object itself; nil after a failure.
func (m *members) object(name string) *members {
	v := m.need(name)
	if m.err != nil {
		return nil
	}
	o, err := readMembers(v)
	if err != nil {
		m.failWith(name, err)
		return nil
	}
	return o
}

// adopt takes over the failure of a nested object.
func (m *members) adopt(o *members) {
	if m.err == nil {
		m.err = o.err
	}
}

// readList reads a member that is an array of objects.
func readList[T any](m *members, name string, read func(*members) T) []T {
	return readArray(m, name, func(raw []byte) (T, error) {
		o, err := readMembers(raw)
		if err != nil {
			var none T
			return none, err
		}
		return read(o), o.err
	})
}

func (m *members) clientIDs(name string) []ClientID {
	return readArray(m, name, func(raw []byte) (ClientID, error) {
		id, err := strictjson.String(raw)
		return ClientID(id), err
	})
}
