package session

import (
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// entry is a record with its wire form, encoded once for all peers.
type entry struct {
	Record
	wire  []byte
	units int // of the document after the record
}

func newEntry(r Record, units int) entry {
	return entry{Record: r, units: units, wire: wire.Record{Client: r.Client, Seq: r.Seq, Op: r.Op}.Append(nil)}
}

// window holds the recent records of a history without gaps: those of
// revisions after+1 to head. It is a value: push returns the next window and
// leaves the old one readable by others, who see no entry beyond their own
// length.
type window struct {
	after   wire.Revision
	units   int // of the document at after
	entries []entry
	bytes   int
}

func (w window) head() wire.Revision { return w.after + wire.Revision(len(w.entries)) }

// since returns the entries after revision rev. rev is neither before the
// window nor beyond the head.
func (w window) since(rev wire.Revision) []entry { return w.entries[rev-w.after:] }

// unitsAt returns the length of the document at a revision of the window.
func (w window) unitsAt(rev wire.Revision) int {
	if rev == w.after {
		return w.units
	}
	return w.entries[rev-w.after-1].units
}

func (w window) push(e entry) window {
	w.entries = append(w.entries, e)
	w.bytes += len(e.wire)
	return w
}

// trim lets go of the oldest entries until the window is within its bounds.
func (w window) trim(lim Limits) window {
	for len(w.entries) > lim.WindowRecords || (w.bytes > lim.WindowBytes && len(w.entries) > 1) {
		w.units = w.entries[0].units
		w.bytes -= len(w.entries[0].wire)
		w.entries = w.entries[1:]
		w.after++
	}
	return w
}

// composeFrom is how many records make composing them first cheaper than
// transforming over each.
const composeFrom = 16

// rebase transforms an incoming op over records. That it makes no difference
// whether they are composed first is law L3 of package ot.
func rebase(op ot.Op, over []entry) (ot.Op, error) {
	if len(over) < composeFrom {
		var err error
		for i := range over {
			if op, err = ot.Transform(op, over[i].Op, ot.Incoming); err != nil {
				return ot.Op{}, err
			}
		}
		return op, nil
	}
	history, err := compose(over)
	if err != nil {
		return ot.Op{}, err
	}
	return ot.Transform(op, history, ot.Incoming)
}

func compose(entries []entry) (ot.Op, error) {
	ops := make([]ot.Op, len(entries))
	for i := range entries {
		ops[i] = entries[i].Op
	}
	return ot.ComposeAll(ops)
}
