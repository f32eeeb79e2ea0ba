package session

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// draft is the next state while it is being made: a batch goes through one
// editor, which copies what it shares with the state before once, not once for
// each record.
type draft struct {
	from State
	next State // its doc is behind; editor has the document
	// editor has the document of next.
	editor *ot.Editor
	// history is composed for the edits whose base is far back.
	history stretches
}

func (s State) draft() *draft {
	return &draft{from: s, next: s, editor: s.doc.Edit()}
}

// state ends the draft.
func (d *draft) state() State {
	d.next.doc = d.editor.Doc()
	return d.next
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

// guard is accept, with a panic turned into a refusal. Only the editor can have
// changed by then: it is made again from the records that were accepted.
func (d *draft) guard(sub *Submission, lim Limits) (out Outcome) {
	defer func() {
		if p := recover(); p != nil {
			out = Outcome{Refused: &PoisonError{Panic: p, Stack: debug.Stack()}}
			d.editor = d.from.doc.Edit()
			for _, e := range d.next.window.since(d.from.Head()) {
				if err := d.editor.Apply(e.Op); err != nil {
					panic(err) // it was applied before
				}
			}
		}
	}()
	return d.accept(sub, lim)
}

// accept takes one submission.
func (d *draft) accept(sub *Submission, lim Limits) Outcome {
	if out, known := d.next.known(sub); known {
		return out
	}
	if err := d.next.inOrder(sub); err != nil {
		return Outcome{Refused: err}
	}
	op, err := d.history.rebase(sub.Op, sub.Base, d.next.window)
	if err != nil {
		return Outcome{Refused: refused(err)}
	}
	if err := d.fits(op, lim); err != nil {
		return Outcome{Refused: refused(err)}
	}
	err = d.advance(Record{
		Revision: d.next.Head() + 1, Client: sub.Client, Seq: sub.Edit.Seq, User: sub.User,
		At: sub.At, Digest: sub.Digest, Op: op,
	})
	if err != nil {
		return Outcome{Refused: refused(err)}
	}
	return Outcome{Revision: d.next.Head()}
}

// fits checks an op against the kind of the document and its greatest length.
func (d *draft) fits(op ot.Op, lim Limits) error {
	grows := op.TargetLen() - op.BaseLen()
	if grows > 0 && d.editor.Len()+grows > lim.Wire.DocumentUnits {
		return wire.CloseEditRefused.Because("The document would have more than %d units.", lim.Wire.DocumentUnits)
	}
	return d.next.kind.CheckLen(op, d.editor.Len())
}

// advance applies the next record of the history: all of it, or with an error
// nothing.
func (d *draft) advance(r Record) error {
	if r.Revision != d.next.Head()+1 {
		return fmt.Errorf("record of revision %d does not follow %d", r.Revision, d.next.Head())
	}
	if err := d.editor.Apply(r.Op); err != nil {
		return err
	}
	d.next.window = d.next.window.push(newEntry(r, d.editor.Len()))
	d.next.clients = d.next.clients.with(r.Client, lastEdit{seq: r.Seq, revision: r.Revision, digest: r.Digest})
	return nil
}

// refused makes a Close of any error that says why an edit does not fit.
func refused(err error) error {
	var c wire.Close
	if errors.As(err, &c) {
		return c
	}
	return wire.CloseEditRefused.Because("The edit does not fit the document: %s.", err)
}
