package session

import (
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// view is what an actor has published: an immutable value that writers and
// readers of other goroutines load and use as long as they like. Everything
// in it is durable.
type view struct {
	doc      ot.Doc
	window   window
	presence presences
	title    string
	titles   uint64 // counts the renames

	// The latest batch, encoded once for all peers that are up to date: the
	// records after batchAfter.
	batchAfter wire.Revision
	batch      []byte
}

func (v *view) head() wire.Revision { return v.window.head() }

// encodeBatch encodes the records after revision after, if one message holds
// them.
func (v *view) encodeBatch(after wire.Revision, lim Limits) {
	v.batchAfter = after
	v.batch = nil
	if msg, n := appendRecords(nil, after, v.window.since(after), lim.MessageBytes); n == len(v.window.since(after)) {
		v.batch = msg
	}
}

// appendRecords appends one message with as many of the entries as fit into
// maxBytes, at least one, and returns how many those are.
func appendRecords(dst []byte, after wire.Revision, entries []entry, maxBytes int) (msg []byte, n int) {
	dst = wire.AppendRecordsHead(dst, after)
	for n < len(entries) && (n == 0 || len(dst)+len(entries[n].wire) < maxBytes) {
		if n > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, entries[n].wire...)
		n++
	}
	return append(dst, wire.RecordsTail...), n
}
