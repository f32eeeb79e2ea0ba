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
	// written is the head of the longest window in the array of entries: only
	// that one may go on in it.
	written *wire.Revision
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
	if w.written == nil || *w.written != w.head() {
		w = w.apart()
	}
	w.entries = append(w.entries, e)
	w.bytes += len(e.wire)
	*w.written = w.head()
	return w
}

// apart gives a window an array of its own, which holds nothing else.
func (w window) apart() window {
	w.entries = append(make([]entry, 0, len(w.entries)+len(w.entries)/2+1), w.entries...)
	w.written = new(w.head())
	return w
}

// trim lets go of the oldest entries when the window is beyond its bounds: a
// quarter more than it must, so that it need not do so, and copy those that it
// keeps, for every batch.
func (w window) trim(lim Limits) window {
	if len(w.entries) <= lim.WindowRecords && w.bytes <= lim.WindowBytes {
		return w
	}
	records, bytes := lim.WindowRecords-lim.WindowRecords/4, lim.WindowBytes-lim.WindowBytes/4
	for len(w.entries) > records || (w.bytes > bytes && len(w.entries) > 1) {
		w.units = w.entries[0].units
		w.bytes -= len(w.entries[0].wire)
		w.entries = w.entries[1:]
		w.after++
	}
	return w.apart()
}

// composeFrom is how many records make composing them first cheaper than
// transforming over each.
const composeFrom = 16

// rebase transforms an incoming op over records. That it makes no difference
// whether they are composed first is law L3 of package ot.
func rebase(op ot.Op, over []entry) (ot.Op, error) {
	if len(over) < composeFrom {
		return rebaseOneByOne(op, over)
	}
	history, err := compose(over)
	if err != nil {
		return ot.Op{}, err
	}
	return ot.Transform(op, history, ot.Incoming)
}

func rebaseOneByOne(op ot.Op, over []entry) (_ ot.Op, err error) {
	for i := range over {
		if op, err = ot.Transform(op, over[i].Op, ot.Incoming); err != nil {
			return ot.Op{}, err
		}
	}
	return op, nil
}

// stretches are the composed records from some bases on. The edits of a batch
// mostly have one of a few bases, and each has the records of those before it
// in its history: what was composed for one is extended for the next.
type stretches struct {
	list [4]stretch
	next int // the one to be replaced
}

type stretch struct {
	base, upTo wire.Revision
	op         ot.Op
}

// rebase transforms an incoming op over the records of a window after base.
func (s *stretches) rebase(op ot.Op, base wire.Revision, w window) (ot.Op, error) {
	if over := w.since(base); len(over) < composeFrom {
		return rebaseOneByOne(op, over)
	}
	history, err := s.since(base, w)
	if err != nil {
		return ot.Op{}, err
	}
	return ot.Transform(op, history, ot.Incoming)
}

func (s *stretches) since(base wire.Revision, w window) (ot.Op, error) {
	for i := range s.list {
		known := &s.list[i]
		if known.upTo == 0 || known.base != base {
			continue
		}
		if known.upTo < w.head() {
			more, err := compose(w.since(known.upTo))
			if err != nil {
				return ot.Op{}, err
			}
			longer, err := ot.Compose(known.op, more)
			if err != nil {
				return ot.Op{}, err
			}
			known.op, known.upTo = longer, w.head()
		}
		return known.op, nil
	}
	op, err := compose(w.since(base))
	if err == nil {
		s.list[s.next] = stretch{base: base, upTo: w.head(), op: op}
		s.next = (s.next + 1) % len(s.list)
	}
	return op, err
}

func compose(entries []entry) (ot.Op, error) {
	ops := make([]ot.Op, len(entries))
	for i := range entries {
		ops[i] = entries[i].Op
	}
	return ot.ComposeAll(ops)
}
