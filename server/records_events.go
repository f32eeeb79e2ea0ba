package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const (
	// viaRecords is the kind of connection that follows a history.
	viaRecords = "records"
	// eventRecords is how many records are written before the next look, at most.
	eventRecords = 1000
	// recordsPause is the least time between two writes: what happens meanwhile
	// goes together. So a thousand followers do not cost a busy document much.
	recordsPause = 25 * time.Millisecond
	// recordsRetry is how soon a follower comes back when its stream has ended.
	recordsRetry = time.Second
	// lastEventHeader is where a follower was when its stream ended.
	lastEventHeader = "Last-Event-ID"
)

// recordEvents answers with a stream of Server-Sent Events that has all records
// after a revision, and goes on with those to come, until the client leaves, may
// not read any more, or the server stops.
func (s *Server) recordEvents(w http.ResponseWriter, r *request) error {
	if !s.site.owns(r.Request) {
		return &errWrongOrigin
	}
	if s.stopping.Err() != nil {
		return &errStopping
	}
	after, err := followAfter(r)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no")
	if r.Method == http.MethodHead {
		return nil
	}
	f, err := s.hub.Follow(r.Context(), r.doc.ID, after)
	if err != nil {
		h.Del("X-Accel-Buffering")
		return writeError(err)
	}
	defer f.Close()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	out := &recordStream{w: w, control: http.NewResponseController(w), lim: s.cfg.Limits, stopping: s.stopping}
	defer context.AfterFunc(s.stopping, func() {
		cancel()
		_ = out.hurry(s.cfg.Limits.Goodbye)
	})()
	out.buf = fmt.Appendf(nil, "retry: %d\nid: %d\n\n", recordsRetry.Milliseconds(), after)
	for out.flush() {
		if !s.access.May(r.who, ReadHistory, r.doc) {
			return nil
		}
		if err := out.next(ctx, f); err != nil {
			break
		}
	}
	return nil
}

// followAfter is the revision after which somebody follows.
func followAfter(r *request) (wire.Revision, error) {
	text := r.Header.Get(lastEventHeader)
	if text == "" {
		text = r.URL.Query().Get("after")
	}
	if text == "" {
		return r.doc.Head, nil
	}
	n, err := strconv.ParseUint(text, 10, 53)
	if err != nil {
		return 0, errBadRequest.because("after and " + lastEventHeader + " are a revision: a whole number, 0 or more.")
	}
	if wire.Revision(n) > r.doc.Head {
		return 0, &errNoRevision
	}
	return wire.Revision(n), nil
}

// recordStream writes events.
type recordStream struct {
	w        http.ResponseWriter
	control  *http.ResponseController
	lim      session.Limits
	stopping context.Context
	buf      []byte
	last     time.Time // of the last records
}

// next waits for records and makes events of them, or, when there are none for a
// while, a comment. The error says that there will be no more.
func (o *recordStream) next(ctx context.Context, f *session.Follower) error {
	o.buf = o.buf[:0]
	if err := o.rest(ctx); err != nil {
		return err
	}
	wait, cancel := context.WithTimeout(ctx, eventsHeartbeat)
	defer cancel()
	records, err := f.Next(wait, eventRecords)
	switch {
	case err == nil:
	case ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded):
		o.buf = append(o.buf, ":\n\n"...)
		return nil
	default:
		return err
	}
	o.last = time.Now()
	for _, r := range records {
		o.buf = strconv.AppendUint(append(o.buf, "id: "...), uint64(r.Revision), 10)
		o.buf = append(appendRecord(append(o.buf, "\ndata: "...), r), "\n\n"...)
		if len(o.buf) > recordsBytes && !o.flush() {
			return context.Canceled
		}
	}
	return nil
}

// rest waits until the last records are long enough ago.
func (o *recordStream) rest(ctx context.Context) error {
	timer := time.NewTimer(time.Until(o.last.Add(recordsPause)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// flush writes what there is, and reports whether the client has taken it.
func (o *recordStream) flush() bool {
	err := o.hurry(o.lim.Write)
	if err == nil && o.stopping.Err() != nil {
		err = o.hurry(o.lim.Goodbye)
	}
	if err != nil {
		return false
	}
	_, err = o.w.Write(o.buf)
	o.buf = o.buf[:0]
	return err == nil && o.control.Flush() == nil
}

// hurry says how long the client has to take what is being written.
func (o *recordStream) hurry(within time.Duration) error {
	return possible(o.control.SetWriteDeadline(time.Now().Add(within)))
}
