package session

import (
	"sync"

	"github.com/collabd/collabd/wire"
)

// position is how far the stream to a peer has come.
type position struct {
	revision wire.Revision
	presence uint64 // version of the presences
	titles   uint64 // renames
	state    uint64 // changes of the store's state
	notices  uint64 // notices
}

// frame is what comes after a position, encoded once for all peers that are
// there.
type frame struct {
	from, to position
	bytes    []byte
}

// framesKept is how many different positions' frames a view keeps. Peers that
// are paced are all at the same one; those that wait for an acknowledgement are
// ahead of them at a few.
const framesKept = 16

// frames are those that were made of a view so far.
type frames struct {
	mu   sync.Mutex
	list []*frame
}

// frame returns the next frame of a view for a peer at a position, which is
// neither the view's own nor older than its window.
func (v *view) frame(from position, lim Limits) *frame {
	v.frames.mu.Lock()
	for _, f := range v.frames.list {
		if f.from == from {
			v.frames.mu.Unlock()
			return f
		}
	}
	// Encoding it while holding the lock makes the others, who most likely
	// want the same, wait instead of doing the same.
	defer v.frames.mu.Unlock()
	f := v.encode(from, lim)
	if len(v.frames.list) < framesKept {
		v.frames.list = append(v.frames.list, f)
	}
	return f
}

// encode makes the frame: records, and when those are complete all the rest.
// Several messages make an array.
func (v *view) encode(from position, lim Limits) *frame {
	f := &frame{from: from, to: from}
	messages := 0
	var buf []byte
	begin := func() {
		if messages++; messages > 1 {
			buf = append(buf, ',')
		}
	}
	if from.revision < v.head() {
		begin()
		var n int
		buf, n = appendRecords(buf, from.revision, v.window.since(from.revision), lim.MessageBytes)
		f.to.revision += wire.Revision(n)
	}
	if f.to.revision == v.head() {
		if v.titles != from.titles {
			begin()
			buf = wire.Title{Title: v.title}.Append(buf)
		}
		if v.states != from.state {
			begin()
			buf = wire.StoreState{OK: !v.troubled}.Append(buf)
		}
		for _, notice := range v.noticesSince(from) {
			begin()
			buf = notice.Append(buf)
		}
		if msg, ok := v.presence.since(from.presence, v.window); ok {
			begin()
			buf = msg.Append(buf)
		}
		f.to = v.position()
	}
	if messages > 1 {
		buf = append(append(append(make([]byte, 0, len(buf)+2), '['), buf...), ']')
	}
	f.bytes = buf
	return f
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
