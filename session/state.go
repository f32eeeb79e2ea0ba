package session

import (
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// State is a document at its head, with what is needed to accept edits: the
// recent history and the last edit of each client. It is a value, and
// everything about it is pure: no clock, no lock, no I/O.
type State struct {
	kind    ot.DocKind
	doc     ot.Doc
	window  window
	clients map[wire.ClientID]lastEdit
}

// lastEdit is what is known of the last accepted edit of a client; zero if it
// has none.
type lastEdit struct {
	seq      wire.Seq
	revision wire.Revision
	digest   uint64
}

// Submission is an edit on its way into the history.
type Submission struct {
	Client wire.ClientID
	User   wire.UserID
	At     time.Time
	// Edit is the edit as it was sent, Digest its digest.
	Edit   wire.Edit
	Digest uint64
	// Op is Edit.Op as it applies at revision Base. Base is Edit.Base, or a
	// later revision if the edit was rebased because its base had left the
	// window.
	Op   ot.Op
	Base wire.Revision
	// last is the client's last edit according to the store when it joined.
	last lastEdit
}

// Outcome is what became of a submission: a new record, an old one
// (Duplicate), or a refusal.
type Outcome struct {
	Revision  wire.Revision
	Duplicate bool
	// Refused is a wire.Close, possibly wrapped, or nil.
	Refused error
}

// NewState is the state of a document at a snapshot.
func NewState(kind ot.DocKind, snap Snapshot) State {
	return State{
		kind:    kind,
		doc:     snap.Doc,
		window:  window{after: snap.Revision, units: snap.Doc.Len()},
		clients: map[wire.ClientID]lastEdit{},
	}
}

// Head is the revision of the state.
func (s State) Head() wire.Revision { return s.window.head() }

// Doc is the document at the head.
func (s State) Doc() ot.Doc { return s.doc }

// Since returns the records after a revision, which is not older than those
// that the state still holds. The ops are shared.
func (s State) Since(after wire.Revision) []Record {
	entries := s.window.since(after)
	records := make([]Record, len(entries))
	for i := range entries {
		records[i] = entries[i].Record
	}
	return records
}

// Accept takes submissions in order and returns the next state with the
// outcome of each. The state that it is called on stays as it was, so that a
// batch that cannot be appended leaves no trace. The new records are those
// after the old head.
func (s State) Accept(batch []Submission, lim Limits) (State, []Outcome) {
	outcomes := make([]Outcome, len(batch))
	s.clients = maps.Clone(s.clients)
	for i := range batch {
		s, outcomes[i] = s.guard(&batch[i], lim)
	}
	return s, outcomes
}

// PoisonError says that accepting an edit hit a fault of ours. The edit is
// refused to its sender; the others do not notice.
type PoisonError struct {
	Panic any
	Stack []byte
}

func (e *PoisonError) Error() string { return fmt.Sprintf("accept panicked: %v", e.Panic) }

// Unwrap gives the Close that the sender is told.
func (e *PoisonError) Unwrap() error { return wire.CloseEditRefused }

// guard is accept, with a panic turned into a refusal. accept changes nothing
// of s before all that can panic is done.
func (s State) guard(sub *Submission, lim Limits) (next State, out Outcome) {
	defer func() {
		if p := recover(); p != nil {
			next, out = s, Outcome{Refused: &PoisonError{Panic: p, Stack: debug.Stack()}}
		}
	}()
	return s.accept(sub, lim)
}

// accept takes one submission. It owns s.clients.
func (s State) accept(sub *Submission, lim Limits) (State, Outcome) {
	last := s.lastOf(sub.Client, sub.last)
	if sub.Edit.Seq == last.seq && last.seq > 0 {
		if sub.Digest != last.digest {
			return s, Outcome{Refused: wire.CloseSeqConflict}
		}
		return s, Outcome{Revision: last.revision, Duplicate: true}
	}
	if err := s.inOrder(sub, last); err != nil {
		return s, Outcome{Refused: err}
	}
	op, err := rebase(sub.Op, s.window.since(sub.Base))
	if err != nil {
		return s, Outcome{Refused: refused(err)}
	}
	if err := s.fits(op, lim); err != nil {
		return s, Outcome{Refused: refused(err)}
	}
	next, err := s.advance(Record{
		Revision: s.Head() + 1, Client: sub.Client, Seq: sub.Edit.Seq, User: sub.User,
		At: sub.At, Digest: sub.Digest, Op: op,
	})
	if err != nil {
		return s, Outcome{Refused: refused(err)}
	}
	return next, Outcome{Revision: next.Head()}
}

// lastOf is the last edit of a client: what the state has seen of it, or what
// the store said when the client joined.
func (s State) lastOf(client wire.ClientID, stored lastEdit) lastEdit {
	if seen, ok := s.clients[client]; ok && seen.revision >= stored.revision {
		return seen
	}
	return stored
}

// inOrder checks a submission against the client's order of edits and against
// the history.
func (s State) inOrder(sub *Submission, last lastEdit) error {
	switch {
	case sub.Edit.Seq <= last.seq:
		return wire.CloseSeqConflict
	case sub.Edit.Seq > last.seq+1:
		return wire.CloseSeqGap
	case sub.Edit.Base > s.Head() || sub.Base > s.Head():
		return wire.CloseBadBase
	case sub.Edit.Base < last.revision:
		return wire.CloseBadBase
	case sub.Base < s.window.after:
		// Its base left the window while it waited; the client comes back
		// with the same edit, and it is rebased then.
		return wire.CloseOverloaded
	case sub.Op.BaseLen() > s.window.unitsAt(sub.Base):
		return wire.CloseEditRefused.Because("The op is longer than the document at its base.")
	}
	return nil
}

// fits checks an op against the kind of the document and its greatest length.
func (s State) fits(op ot.Op, lim Limits) error {
	grows := op.TargetLen() - op.BaseLen()
	if grows > 0 && s.doc.Len()+grows > lim.Wire.DocumentUnits {
		return wire.CloseEditRefused.Because("The document would have more than %d units.", lim.Wire.DocumentUnits)
	}
	return s.kind.Check(op, s.doc)
}

// advance applies the next record of the history. It owns s.clients.
func (s State) advance(r Record) (State, error) {
	if r.Revision != s.Head()+1 {
		return s, fmt.Errorf("record of revision %d does not follow %d", r.Revision, s.Head())
	}
	doc, err := s.doc.Apply(r.Op)
	if err != nil {
		return s, err
	}
	s.doc = doc
	s.window = s.window.push(newEntry(r, doc.Len()))
	s.clients[r.Client] = lastEdit{seq: r.Seq, revision: r.Revision, digest: r.Digest}
	return s, nil
}

// Extend applies records that came from the log: they are history, and not
// checked again against what an edit may be.
func (s State) Extend(tail []Record) (State, error) {
	s.clients = maps.Clone(s.clients)
	for _, r := range tail {
		var err error
		if s, err = s.advance(r); err != nil {
			return s, fmt.Errorf("replay revision %d: %w", r.Revision, err)
		}
	}
	return s, nil
}

// trim bounds the window, and forgets the clients that are neither here nor
// in the window.
func (s State) trim(lim Limits, here func(wire.ClientID) bool) State {
	before := s.window.after
	s.window = s.window.trim(lim)
	if s.window.after == before || len(s.clients) <= lim.Peers {
		return s
	}
	s.clients = maps.Clone(s.clients)
	maps.DeleteFunc(s.clients, func(c wire.ClientID, last lastEdit) bool {
		return last.revision <= s.window.after && !here(c)
	})
	return s
}

// refused makes a Close of any error that says why an edit does not fit.
func refused(err error) error {
	var c wire.Close
	if errors.As(err, &c) {
		return c
	}
	return wire.CloseEditRefused.Because("The edit does not fit the document: %s.", err)
}
