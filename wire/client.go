package wire

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"strconv"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/ot/strictjson"
)

// ClientMessage is a message from a client: [Hello], [Edit], [Presence],
// [Check] or [Ping].
type ClientMessage interface {
	// Append appends the JSON form of the message to dst.
	Append(dst []byte) []byte
	clientMessage()
}

// Hello opens a conversation. The zero Hello asks for a new client; otherwise
// all fields are set and the client resumes.
type Hello struct {
	Client   ClientID
	Secret   string
	Lineage  Lineage
	Revision Revision // the last revision that the client has applied
}

// Resumes reports whether the hello is that of a client which was here before.
func (h Hello) Resumes() bool { return h.Client != "" }

// Edit is what a client submits: an op that applies to the document at Base.
type Edit struct {
	Seq  Seq
	Base Revision
	Op   ot.Op
}

// Digest identifies the content of an edit: two edits with one (client, seq)
// and different digests are a fault of the client. 64-bit FNV-1a over the base
// and the canonical JSON form of the op.
func (e Edit) Digest() uint64 {
	h := fnv.New64a()
	var base [8]byte
	binary.BigEndian.PutUint64(base[:], uint64(e.Base))
	h.Write(base[:])
	h.Write(e.Op.AppendJSON(nil))
	return h.Sum64()
}

// Selection is a caret (Anchor equal to Head) or a selected range, in UTF-16
// code units of the document.
type Selection struct{ Anchor, Head int }

// Presence tells where the person is, in the document at Revision. No
// selections: the caret is not in the document.
type Presence struct {
	Revision   Revision
	Selections []Selection
}

// Check asks for a [Checked]. Repaired is how often the client has found since
// the last one that its document differed, and has put it right.
type Check struct{ Repaired int }

// Ping asks for a [Pong].
type Ping struct{}

func (Hello) clientMessage()    {}
func (Edit) clientMessage()     {}
func (Presence) clientMessage() {}
func (Check) clientMessage()    {}
func (Ping) clientMessage()     {}

// Append appends the JSON form.
func (h Hello) Append(dst []byte) []byte {
	if !h.Resumes() {
		return append(dst, `{"type":"hello"}`...)
	}
	dst = append(dst, `{"type":"hello","client":`...)
	dst = strictjson.AppendString(dst, string(h.Client))
	dst = append(dst, `,"secret":`...)
	dst = strictjson.AppendString(dst, h.Secret)
	dst = append(dst, `,"lineage":`...)
	dst = strictjson.AppendString(dst, string(h.Lineage))
	dst = appendUint(dst, `,"revision":`, uint64(h.Revision))
	return append(dst, '}')
}

// Append appends the JSON form.
func (e Edit) Append(dst []byte) []byte {
	dst = appendUint(dst, `{"type":"edit","seq":`, uint64(e.Seq))
	dst = appendUint(dst, `,"base":`, uint64(e.Base))
	dst = append(dst, `,"op":`...)
	dst = e.Op.AppendJSON(dst)
	return append(dst, '}')
}

// Append appends the JSON form.
func (p Presence) Append(dst []byte) []byte {
	dst = appendUint(dst, `{"type":"presence","revision":`, uint64(p.Revision))
	dst = append(dst, `,"selections":`...)
	dst = appendSelections(dst, p.Selections)
	return append(dst, '}')
}

// Append appends the JSON form.
func (c Check) Append(dst []byte) []byte {
	dst = append(dst, `{"type":"check"`...)
	if c.Repaired > 0 {
		dst = appendUint(dst, `,"repaired":`, uint64(c.Repaired))
	}
	return append(dst, '}')
}

// Append appends the JSON form.
func (Ping) Append(dst []byte) []byte { return append(dst, `{"type":"ping"}`...) }

// DecodeClient reads one message of a client. Every failure is an [*Error]
// whose Close says how the connection ends.
func DecodeClient(frame []byte, lim Limits) (ClientMessage, error) {
	if len(frame) > lim.Frame {
		return nil, &Error{Close: CloseTooLarge, Detail: "the message has " + strconv.Itoa(len(frame)) + " bytes"}
	}
	m, err := readMembers(frame)
	if err != nil {
		return nil, err
	}
	var msg ClientMessage
	switch kind := m.text("type", lim.SecretBytes); kind {
	case "hello":
		msg = m.hello(lim)
	case "edit":
		msg = Edit{Seq: Seq(m.uint("seq")), Base: Revision(m.uint("base")), Op: m.op("op", lim.op())}
	case "presence":
		msg = Presence{Revision: Revision(m.uint("revision")), Selections: m.selections("selections", lim.Selections)}
	case "check":
		c := Check{}
		if m.has("repaired") {
			c.Repaired = int(min(m.uint("repaired"), math.MaxInt32))
		}
		msg = c
	case "ping":
		msg = Ping{}
	default:
		m.fail("type", "unknown")
	}
	m.refuseUnread()
	if m.err != nil {
		return nil, m.err
	}
	return msg, nil
}

func (m *members) hello(lim Limits) Hello {
	if !m.has("client") && !m.has("secret") && !m.has("lineage") && !m.has("revision") {
		return Hello{}
	}
	h := Hello{
		Client:   ClientID(m.text("client", lim.SecretBytes)),
		Secret:   m.text("secret", lim.SecretBytes),
		Lineage:  Lineage(m.text("lineage", lim.SecretBytes)),
		Revision: Revision(m.uint("revision")),
	}
	if m.err == nil && (h.Client == "" || h.Secret == "" || h.Lineage == "") {
		m.fail("client", "is empty: to resume, client, secret and lineage are needed")
	}
	return h
}

func appendUint(dst []byte, name string, n uint64) []byte {
	dst = append(dst, name...)
	return strconv.AppendUint(dst, n, 10)
}

func appendSelections(dst []byte, list []Selection) []byte {
	dst = append(dst, '[')
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '[')
		dst = strconv.AppendInt(dst, int64(s.Anchor), 10)
		dst = append(dst, ',')
		dst = strconv.AppendInt(dst, int64(s.Head), 10)
		dst = append(dst, ']')
	}
	return append(dst, ']')
}
