package client

import (
	"errors"
	"fmt"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// ErrDiverged says that this replica and the server do not agree, which is a
// fault of one of both. The client treats it as a reason to resync.
var ErrDiverged = errors.New("the replica has diverged from the server")

// ErrTooLarge says that an edit would make the document longer than the server
// allows.
var ErrTooLarge = errors.New("the document would be too large")

// Phase names where a client is in the life of an edit.
type Phase uint8

// The phases.
const (
	// Synchronized: nothing is unsent.
	Synchronized Phase = iota
	// Inflight: one edit is sent and not acknowledged.
	Inflight
	// InflightPending: and more was typed since.
	InflightPending
)

// Message is an edit on its way to the server. It never changes, neither op nor
// base, however often it is sent.
type Message struct {
	Edit wire.Edit
	// Frame is the JSON form, not to be modified.
	Frame []byte
}

// State is what a client knows of a document: a value, whose methods return the
// next one and leave the receiver valid. The zero State is not usable; see
// [NewState].
type State struct {
	kind     ot.DocKind
	limits   *wire.Limits
	doc      ot.Doc
	revision wire.Revision
	acked    wire.Seq
	inflight *inflight
	pending  *typed
}

type inflight struct {
	Message
	op    ot.Op // Edit.Op after the records that came since
	edits int   // calls of Local that are acknowledged with it
}

// NewState returns the state of a new client that has loaded doc at revision.
func NewState(kind ot.DocKind, doc ot.Doc, revision wire.Revision, limits wire.Limits) State {
	return State{kind: kind, limits: &limits, doc: doc, revision: revision}
}

// Doc is the document as the user sees it, with everything that is unsent.
func (s State) Doc() ot.Doc { return s.doc }

// Kind is the kind of the document.
func (s State) Kind() ot.DocKind { return s.kind }

// Revision is the last revision that was applied.
func (s State) Revision() wire.Revision { return s.revision }

// Acked is the seq of the last edit that was acknowledged, 0 if none was.
func (s State) Acked() wire.Seq { return s.acked }

// Phase returns where the client is in the life of an edit.
func (s State) Phase() Phase {
	switch {
	case s.inflight == nil:
		return Synchronized
	case s.pending == nil:
		return Inflight
	}
	return InflightPending
}

// Synced reports whether nothing is unsent.
func (s State) Synced() bool { return s.inflight == nil }

// Unsent is the number of calls of Local that are not acknowledged.
func (s State) Unsent() int {
	n := s.pending.edits()
	if s.inflight != nil {
		n += s.inflight.edits
	}
	return n
}

// UnsentOp composes all that is not acknowledged into one op, on the server's
// document at Revision.
func (s State) UnsentOp() (ot.Op, error) {
	op, err := s.pending.compose()
	if err != nil || s.inflight == nil {
		return op, err
	}
	return ot.Compose(s.inflight.op, op)
}

// Local applies an op of the user, made on Doc. If nothing was in flight, the
// message to send is returned; otherwise nil, and the op waits in pending. An
// op that changes nothing is dropped. An op that does not fit is an error of
// package ot or ErrTooLarge, and changes nothing.
func (s State) Local(op ot.Op) (State, *Message, error) {
	if op.IsNoop() {
		return s, nil, nil
	}
	if err := s.kind.Check(op, s.doc); err != nil {
		return s, nil, fmt.Errorf("edit: %w", err)
	}
	doc, err := s.doc.Apply(op)
	if err != nil {
		return s, nil, fmt.Errorf("edit: %w", err)
	}
	if doc.Len() > s.limits.DocumentUnits && doc.Len() > s.doc.Len() {
		return s, nil, ErrTooLarge
	}
	next := s
	next.doc = doc
	next.pending = s.pending.push(op)
	if s.inflight != nil {
		return next, nil, nil
	}
	next, m, err := next.send()
	if err != nil {
		return s, nil, err
	}
	return next, m, nil
}

// Remote applies op, made by somebody else, which leads from Revision to the
// revision to: a record, or many composed into one. It returns the op as it
// applies to Doc, for an editor that shows Doc.
func (s State) Remote(op ot.Op, to wire.Revision) (State, ot.Op, error) {
	next, shown := s, op
	next.revision = to
	if s.inflight != nil {
		over, mine, err := ot.TransformPair(shown, s.inflight.op)
		if err != nil {
			return s, ot.Op{}, diverged(err)
		}
		moved := *s.inflight
		moved.op = mine
		next.inflight, shown = &moved, over
	}
	if s.pending != nil {
		pending, err := s.pending.compose()
		if err != nil {
			return s, ot.Op{}, diverged(err)
		}
		over, mine, err := ot.TransformPair(shown, pending)
		if err != nil {
			return s, ot.Op{}, diverged(err)
		}
		next.pending, shown = &typed{op: mine, n: s.pending.n}, over
	}
	doc, err := s.doc.Apply(shown)
	if err != nil {
		return s, ot.Op{}, diverged(err)
	}
	next.doc = doc
	return next, shown, nil
}

// Acknowledge takes the own record with seq and op, which makes the next
// revision. What was pending goes in flight: its message is returned, nil if
// nothing was. ErrDiverged if the record is not that of the edit in flight, or
// has another op than this client computed.
func (s State) Acknowledge(seq wire.Seq, op ot.Op) (State, *Message, error) {
	if s.inflight == nil || s.inflight.Edit.Seq != seq {
		return s, nil, fmt.Errorf("%w: record of seq %d, which is not in flight", ErrDiverged, seq)
	}
	if !s.inflight.op.Equal(op) {
		return s, nil, fmt.Errorf("%w: the record of seq %d has another op", ErrDiverged, seq)
	}
	next := s
	next.revision++
	next.acked = seq
	next.inflight = nil
	if s.pending == nil {
		return next, nil, nil
	}
	return next.send()
}

// Resume tells what to send on a new connection, by the seq of the last edit
// that the server has accepted: the edit in flight as it was, or nil if its
// record is on its way or nothing is in flight.
func (s State) Resume(acked wire.Seq) (*Message, error) {
	switch {
	case acked == s.acked && s.inflight != nil:
		return &s.inflight.Message, nil
	case acked == s.acked:
		return nil, nil
	case s.inflight != nil && acked == s.inflight.Edit.Seq:
		return nil, nil
	}
	return nil, fmt.Errorf("%w: the server accepted seq %d, this client knows %d", ErrDiverged, acked, s.acked)
}

// send makes what is pending, or as much of it as one message may hold, the
// edit in flight.
func (s State) send() (State, *Message, error) {
	op, err := s.pending.compose()
	if err != nil {
		return s, nil, fmt.Errorf("compose what is pending: %w", err)
	}
	edits := s.pending.edits()
	s.pending = nil
	if op.IsNoop() { // typed and removed again
		return s, nil, nil
	}
	m, rest, err := fit(wire.Edit{Seq: s.acked + 1, Base: s.revision, Op: op}, *s.limits)
	if err != nil {
		return s, nil, fmt.Errorf("cut what is pending: %w", err)
	}
	s.inflight = &inflight{Message: m, op: m.Edit.Op, edits: edits}
	if !rest.IsNoop() {
		s.inflight.edits = 0
		s.pending = &typed{op: rest, n: edits}
	}
	return s, &s.inflight.Message, nil
}

func diverged(err error) error { return fmt.Errorf("%w: %w", ErrDiverged, err) }
