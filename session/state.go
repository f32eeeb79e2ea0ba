package session

import (
	"fmt"
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
	clients lastEdits
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
		kind:   kind,
		doc:    snap.Doc,
		window: window{after: snap.Revision, units: snap.Doc.Len()},
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
	d := s.draft()
	for i := range batch {
		outcomes[i] = d.guard(&batch[i], lim)
	}
	return d.state(), outcomes
}

// Extend applies records that came from the log: they are history, and not
// checked again against what an edit may be.
func (s State) Extend(tail []Record) (State, error) {
	d := s.draft()
	for _, r := range tail {
		if err := d.advance(r); err != nil {
			return s, fmt.Errorf("replay revision %d: %w", r.Revision, err)
		}
	}
	return d.state(), nil
}

// lastOf is the last edit of a client: what the state has seen of it, or what
// the store said when the client joined.
func (s State) lastOf(client wire.ClientID, stored lastEdit) lastEdit {
	if seen, ok := s.clients.of(client); ok && seen.revision >= stored.revision {
		return seen
	}
	return stored
}

// known answers a submission whose sequence number is in the history already:
// the same edit once more, or another one.
func (s State) known(sub *Submission) (out Outcome, known bool) {
	switch last := s.lastOf(sub.Client, sub.last); {
	case sub.Edit.Seq > last.seq:
		return Outcome{}, false
	case sub.Edit.Seq == last.seq && last.seq > 0 && sub.Digest == last.digest:
		return Outcome{Revision: last.revision, Duplicate: true}, true
	}
	return Outcome{Refused: wire.CloseSeqConflict}, true
}

// inOrder checks a submission that is not known against the client's order of
// edits and against the history.
func (s State) inOrder(sub *Submission) error {
	last := s.lastOf(sub.Client, sub.last)
	switch {
	case sub.Edit.Seq > last.seq+1:
		return wire.CloseSeqGap
	case sub.Edit.Base > s.Head() || sub.Base > s.Head():
		return wire.CloseBadBase
	case sub.Edit.Base < last.revision:
		return wire.CloseBadBase
	case sub.Base < s.window.after:
		// Its base left the window while it waited; the client comes back
		// with the same edit, and it is rebased then.
		return errLookAgain
	case sub.Op.BaseLen() > s.window.unitsAt(sub.Base):
		return wire.CloseEditRefused.Because("The op is longer than the document at its base.")
	}
	return nil
}

// errLookAgain says that the history went on while an edit was on its way, so
// that what was found out about it before does not hold any more.
var errLookAgain = fmt.Errorf("the window has moved on: %w", wire.CloseOverloaded)

// trim bounds the window, and forgets the clients that are neither here nor
// in the window.
func (s State) trim(lim Limits, here func(wire.ClientID) bool) State {
	before := s.window.after
	s.window = s.window.trim(lim)
	if s.window.after > before && s.clients.len() > lim.Peers {
		s.clients = s.clients.without(func(c wire.ClientID, last lastEdit) bool {
			return last.revision <= s.window.after && !here(c)
		})
	}
	return s
}
