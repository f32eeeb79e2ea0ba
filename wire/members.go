package wire

import (
	"errors"
	"fmt"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/ot/strictjson"
)

// Error says why a message was refused, and how the connection ends for it.
// Detail names members and reasons, never text that the message held.
type Error struct {
	Close  Close
	Member string
	Detail string
	// Seq is that of the edit, when the message was one and Seq could be read.
	Seq Seq
	err error
}

// Error describes the failure for the client.
func (e *Error) Error() string {
	if e.Member == "" {
		return e.Close.Name + ": " + e.Detail
	}
	return e.Close.Name + ": " + e.Member + ": " + e.Detail
}

// Unwrap returns the cause, an *ot.Error or *strictjson.Error, if there is one.
func (e *Error) Unwrap() error { return e.err }

const (
	maxDepth   = 16
	maxMembers = 32
)

// members are those of one message. The first failure stays; later reads
// return zero values, so that a decoder reads straight down.
type members struct {
	list []strictjson.Member
	read [maxMembers]bool
	err  error
}

func readMembers(frame []byte) (*members, error) {
	list, err := strictjson.Object(frame, maxDepth, maxMembers)
	if err != nil {
		return nil, &Error{Close: CloseBadMessage, Detail: err.Error(), err: err}
	}
	return &members{list: list}, nil
}

func (m *members) has(name string) bool {
	for i := range m.list {
		if m.list[i].Name == name {
			return true
		}
	}
	return false
}

// raw returns the value of a member and marks it as read; nil if it is absent.
func (m *members) raw(name string) []byte {
	for i := range m.list {
		if m.list[i].Name == name {
			m.read[i] = true
			return m.list[i].Value
		}
	}
	return nil
}

// need is raw for members that must be there.
func (m *members) need(name string) []byte {
	v := m.raw(name)
	if v == nil {
		m.fail(name, "is missing")
	}
	return v
}

func (m *members) fail(name, detail string) {
	if m.err == nil {
		m.err = &Error{Close: CloseBadMessage, Member: name, Detail: detail}
	}
}

func (m *members) failWith(name string, err error) {
	if m.err == nil {
		m.err = &Error{Close: CloseBadMessage, Member: name, Detail: err.Error(), err: err}
	}
}

// refuseUnread fails on members that no reader asked for.
func (m *members) refuseUnread() {
	for i := range m.list {
		if !m.read[i] {
			m.fail("member "+fmt.Sprint(i+1), "is not known to this message")
			return
		}
	}
}

func (m *members) text(name string, maxBytes int) string {
	v := m.need(name)
	if m.err != nil {
		return ""
	}
	if len(v) > maxBytes+2 {
		m.fail(name, "is too long")
		return ""
	}
	s, err := strictjson.String(v)
	if err != nil {
		m.failWith(name, err)
	}
	return s
}

func (m *members) uint(name string) uint64 {
	v := m.need(name)
	if m.err != nil {
		return 0
	}
	n, err := strictjson.Uint(v)
	if err != nil {
		m.failWith(name, err)
	}
	return n
}

func (m *members) bool(name string) bool {
	v := m.need(name)
	if m.err != nil {
		return false
	}
	b, err := strictjson.Bool(v)
	if err != nil {
		m.failWith(name, err)
	}
	return b
}

// op reads an op. One that is JSON but no valid op is an edit refused, not a
// message refused: the client can resync and go on.
func (m *members) op(name string, lim ot.Limits) ot.Op {
	v := m.need(name)
	if m.err != nil {
		return ot.Op{}
	}
	op, err := ot.Parse(v, lim)
	if err != nil {
		reason := CloseEditRefused
		if je := (*strictjson.Error)(nil); errors.As(err, &je) {
			reason = CloseBadMessage
		}
		m.err = &Error{Close: reason, Member: name, Detail: err.Error(), err: err, Seq: Seq(m.seqIfAny())}
	}
	return op
}

func (m *members) seqIfAny() uint64 {
	n, err := strictjson.Uint(m.raw("seq"))
	if err != nil {
		return 0
	}
	return n
}

func (m *members) selections(name string, most int) []Selection {
	list := readArray(m, name, readSelection)
	if len(list) > most {
		m.fail(name, "has too many selections")
		return nil
	}
	return list
}

func readSelection(raw []byte) (Selection, error) {
	ends, err := strictjson.Array(raw, maxDepth)
	if err != nil {
		return Selection{}, err
	}
	if len(ends) != 2 {
		return Selection{}, errors.New("holds something other than pairs of positions")
	}
	anchor, err1 := strictjson.Uint(ends[0])
	head, err2 := strictjson.Uint(ends[1])
	return Selection{Anchor: int(anchor), Head: int(head)}, errors.Join(err1, err2)
}

// readArray reads a member that is an array; nil after a failure.
func readArray[T any](m *members, name string, read func(raw []byte) (T, error)) []T {
	v := m.need(name)
	if m.err != nil {
		return nil
	}
	raws, err := strictjson.Array(v, maxDepth)
	if err != nil {
		m.failWith(name, err)
		return nil
	}
	list := make([]T, len(raws))
	for i, raw := range raws {
		if list[i], err = read(raw); err != nil {
			m.failWith(name, err)
			return nil
		}
	}
	return list
}
