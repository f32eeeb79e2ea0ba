package wire

import (
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/ot/strictjson"
)

// ServerMessage is a message from a server.
type ServerMessage interface {
	// Append appends the JSON form of the message to dst.
	Append(dst []byte) []byte
	serverMessage()
}

// Role is what a peer may do with a document.
type Role string

// The roles, from the most to the least.
const (
	Owner     Role = "owner"
	Editor    Role = "editor"
	Commenter Role = "commenter"
	Viewer    Role = "viewer"
)

// CanEdit reports whether the role may submit edits.
func (r Role) CanEdit() bool { return r == Owner || r == Editor }

// User is a person as others see them.
type User struct {
	ID    UserID
	Name  string
	Color string // "#rrggbb"
}

// Welcome answers a hello.
type Welcome struct {
	Client   ClientID
	Secret   string
	Lineage  Lineage
	Revision Revision // of the document that follows, or, resumed, the head
	Resumed  bool
	Acked    Seq
	Kind     ot.DocKind
	Title    string
	Role     Role
	User     User
	Parts    int // of the document, as Doc messages; 0 when resumed
	Limits   Limits
}

// Doc is a part of the document: Part counts from 1 to Parts. Op holds
// inserts only.
type Doc struct {
	Part, Parts int
	Op          ot.Op
}

// Record is an accepted edit as peers see it.
type Record struct {
	Client ClientID
	Seq    Seq
	Op     ot.Op
}

// Records are consecutive records; the first makes revision After+1.
type Records struct {
	After   Revision
	Records []Record
}

// Catchup is a part of many records composed into one op, from revision After
// to revision To.
type Catchup struct {
	After, To   Revision
	Part, Parts int
	Op          ot.Op
}

// Ack answers an edit that had been accepted before, as Revision.
type Ack struct {
	Seq      Seq
	Revision Revision
}

// Peer is somebody who is in the document.
type Peer struct {
	Client     ClientID
	User       User
	Role       Role
	Selections []Selection
}

// Presences tells who is here and where, as it changed, or in Full.
type Presences struct {
	Full  bool
	Peers []Peer
	Gone  []ClientID
}

// Title is the new title of the document.
type Title struct{ Title string }

// RoleChange is what the connection may do from now on.
type RoleChange struct{ Role Role }

// GoAway announces a close.
type GoAway struct {
	Reason      string
	RetryMillis int
}

// ErrorMessage says why the connection is about to end.
type ErrorMessage struct {
	Code    string
	Seq     Seq // of the edit that caused it, 0 if none did
	Message string
}

// Slow tells that the client's edits come faster than its connection may send
// them: the last one is taken in only after a wait. Nothing is lost.
type Slow struct{ WaitMillis int }

// StoreState tells that the log takes no edits at the moment, or does again.
// Until then nothing is acknowledged; edits are kept and wait.
type StoreState struct{ OK bool }

// Notice tells what somebody has done to the document beside editing it. It is
// for people, and asks for nothing.
type Notice struct {
	Kind     string // Restored; others may follow
	User     User   // who did it
	Revision Revision
	Of       Revision // what was restored
	Part     bool     // only a part of it
}

// Restored is the kind of a [Notice]: Revision is a restore of Of.
const Restored = "restored"

// Checked answers a [Check]: the hash of the document at a revision, which is
// the one that the peer has reached at this point of the stream.
type Checked struct {
	Revision Revision
	Hash     string // ot.Hash.String
}

// Pong answers a ping.
type Pong struct{}

func (Welcome) serverMessage()      {}
func (Doc) serverMessage()          {}
func (Records) serverMessage()      {}
func (Catchup) serverMessage()      {}
func (Ack) serverMessage()          {}
func (Presences) serverMessage()    {}
func (Title) serverMessage()        {}
func (RoleChange) serverMessage()   {}
func (GoAway) serverMessage()       {}
func (ErrorMessage) serverMessage() {}
func (Slow) serverMessage()         {}
func (StoreState) serverMessage()   {}
func (Notice) serverMessage()       {}
func (Checked) serverMessage()      {}
func (Pong) serverMessage()         {}

// Append appends the JSON form.
func (w Welcome) Append(dst []byte) []byte {
	dst = append(dst, `{"type":"welcome","client":`...)
	dst = strictjson.AppendString(dst, string(w.Client))
	dst = append(dst, `,"secret":`...)
	dst = strictjson.AppendString(dst, w.Secret)
	dst = append(dst, `,"lineage":`...)
	dst = strictjson.AppendString(dst, string(w.Lineage))
	dst = appendUint(dst, `,"revision":`, uint64(w.Revision))
	dst = appendBool(dst, `,"resumed":`, w.Resumed)
	dst = appendUint(dst, `,"acked":`, uint64(w.Acked))
	dst = append(dst, `,"kind":`...)
	dst = strictjson.AppendString(dst, string(w.Kind))
	dst = append(dst, `,"title":`...)
	dst = strictjson.AppendString(dst, w.Title)
	dst = append(dst, `,"role":`...)
	dst = strictjson.AppendString(dst, string(w.Role))
	dst = append(dst, `,"user":`...)
	dst = appendUser(dst, w.User)
	dst = appendUint(dst, `,"parts":`, uint64(w.Parts))
	dst = appendUint(dst, `,"limits":{"frame":`, uint64(w.Limits.Frame))
	dst = appendUint(dst, `,"edit_units":`, uint64(w.Limits.EditUnits))
	dst = appendUint(dst, `,"edit_components":`, uint64(w.Limits.EditComponents))
	dst = appendUint(dst, `,"document_units":`, uint64(w.Limits.DocumentUnits))
	return append(dst, `}}`...)
}

// Append appends the JSON form.
func (d Doc) Append(dst []byte) []byte {
	dst = appendUint(dst, `{"type":"doc","part":`, uint64(d.Part))
	dst = appendUint(dst, `,"parts":`, uint64(d.Parts))
	dst = append(dst, `,"op":`...)
	dst = d.Op.AppendJSON(dst)
	return append(dst, '}')
}

// Append appends the JSON form of one record, as it stands in [Records].
func (r Record) Append(dst []byte) []byte {
	dst = append(dst, `{"client":`...)
	dst = strictjson.AppendString(dst, string(r.Client))
	dst = appendUint(dst, `,"seq":`, uint64(r.Seq))
	dst = append(dst, `,"op":`...)
	dst = r.Op.AppendJSON(dst)
	return append(dst, '}')
}

// Append appends the JSON form.
func (r Records) Append(dst []byte) []byte {
	dst = AppendRecordsHead(dst, r.After)
	for i, rec := range r.Records {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = rec.Append(dst)
	}
	return append(dst, RecordsTail...)
}

// AppendRecordsHead begins a [Records] message whose records were encoded
// before: append them with commas between, then [RecordsTail].
func AppendRecordsHead(dst []byte, after Revision) []byte {
	dst = appendUint(dst, `{"type":"records","after":`, uint64(after))
	return append(dst, `,"records":[`...)
}

// RecordsTail ends a [Records] message.
const RecordsTail = `]}`

// Append appends the JSON form.
func (c Catchup) Append(dst []byte) []byte {
	dst = appendUint(dst, `{"type":"catchup","after":`, uint64(c.After))
	dst = appendUint(dst, `,"to":`, uint64(c.To))
	dst = appendUint(dst, `,"part":`, uint64(c.Part))
	dst = appendUint(dst, `,"parts":`, uint64(c.Parts))
	dst = append(dst, `,"op":`...)
	dst = c.Op.AppendJSON(dst)
	return append(dst, '}')
}

// Append appends the JSON form.
func (a Ack) Append(dst []byte) []byte {
	dst = appendUint(dst, `{"type":"ack","seq":`, uint64(a.Seq))
	dst = appendUint(dst, `,"revision":`, uint64(a.Revision))
	return append(dst, '}')
}

// Append appends the JSON form.
func (p Presences) Append(dst []byte) []byte {
	dst = appendBool(dst, `{"type":"presence","full":`, p.Full)
	dst = append(dst, `,"peers":[`...)
	for i, peer := range p.Peers {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = peer.Append(dst)
	}
	dst = append(dst, `],"gone":[`...)
	for i, id := range p.Gone {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strictjson.AppendString(dst, string(id))
	}
	return append(dst, `]}`...)
}

// Append appends the JSON form of one peer, as it stands in [Presences].
func (p Peer) Append(dst []byte) []byte {
	dst = append(dst, `{"client":`...)
	dst = strictjson.AppendString(dst, string(p.Client))
	dst = append(dst, `,"user":`...)
	dst = appendUser(dst, p.User)
	dst = append(dst, `,"role":`...)
	dst = strictjson.AppendString(dst, string(p.Role))
	dst = append(dst, `,"selections":`...)
	dst = appendSelections(dst, p.Selections)
	return append(dst, '}')
}

// Append appends the JSON form.
func (t Title) Append(dst []byte) []byte {
	dst = append(dst, `{"type":"title","title":`...)
	dst = strictjson.AppendString(dst, t.Title)
	return append(dst, '}')
}

// Append appends the JSON form.
func (r RoleChange) Append(dst []byte) []byte {
	dst = append(dst, `{"type":"role","role":`...)
	dst = strictjson.AppendString(dst, string(r.Role))
	return append(dst, '}')
}

// Append appends the JSON form.
func (g GoAway) Append(dst []byte) []byte {
	dst = append(dst, `{"type":"goaway","reason":`...)
	dst = strictjson.AppendString(dst, g.Reason)
	dst = appendUint(dst, `,"retry_ms":`, uint64(g.RetryMillis))
	return append(dst, '}')
}

// Append appends the JSON form.
func (e ErrorMessage) Append(dst []byte) []byte {
	dst = append(dst, `{"type":"error","code":`...)
	dst = strictjson.AppendString(dst, e.Code)
	if e.Seq > 0 {
		dst = appendUint(dst, `,"seq":`, uint64(e.Seq))
	}
	dst = append(dst, `,"message":`...)
	dst = strictjson.AppendString(dst, e.Message)
	return append(dst, '}')
}

// Append appends the JSON form.
func (s Slow) Append(dst []byte) []byte {
	dst = appendUint(dst, `{"type":"slow","wait_ms":`, uint64(s.WaitMillis))
	return append(dst, '}')
}

// Append appends the JSON form.
func (s StoreState) Append(dst []byte) []byte {
	dst = appendBool(dst, `{"type":"store","ok":`, s.OK)
	return append(dst, '}')
}

// Append appends the JSON form.
func (n Notice) Append(dst []byte) []byte {
	dst = append(dst, `{"type":"notice","kind":`...)
	dst = strictjson.AppendString(dst, n.Kind)
	dst = append(dst, `,"user":`...)
	dst = appendUser(dst, n.User)
	dst = appendUint(dst, `,"revision":`, uint64(n.Revision))
	dst = appendUint(dst, `,"of":`, uint64(n.Of))
	dst = appendBool(dst, `,"part":`, n.Part)
	return append(dst, '}')
}

// Append appends the JSON form.
func (c Checked) Append(dst []byte) []byte {
	dst = appendUint(dst, `{"type":"check","revision":`, uint64(c.Revision))
	dst = append(dst, `,"hash":`...)
	dst = strictjson.AppendString(dst, c.Hash)
	return append(dst, '}')
}

// Append appends the JSON form.
func (Pong) Append(dst []byte) []byte { return append(dst, `{"type":"pong"}`...) }

func appendBool(dst []byte, name string, b bool) []byte {
	dst = append(dst, name...)
	if b {
		return append(dst, "true"...)
	}
	return append(dst, "false"...)
}

func appendUser(dst []byte, u User) []byte {
	dst = append(dst, `{"id":`...)
	dst = strictjson.AppendString(dst, string(u.ID))
	dst = append(dst, `,"name":`...)
	dst = strictjson.AppendString(dst, u.Name)
	dst = append(dst, `,"color":`...)
	dst = strictjson.AppendString(dst, u.Color)
	return append(dst, '}')
}
