package server

import (
	"fmt"
	"net/http"
	"time"
)

// listEvents answers with a stream of Server-Sent Events about the list of
// documents, until the client leaves, cannot follow, or the server stops.
func (s *Server) listEvents(w http.ResponseWriter, r *request) error {
	if !s.site.owns(r.Request) {
		return &errWrongOrigin
	}
	if s.stopping.Err() != nil {
		return &errStopping
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no")
	if r.Method == http.MethodHead {
		return nil
	}
	control := http.NewResponseController(w)
	write := func(event []byte) bool {
		if possible(control.SetWriteDeadline(time.Now().Add(s.cfg.Limits.Write))) != nil {
			return false
		}
		if _, err := w.Write(event); err != nil {
			return false
		}
		return control.Flush() == nil
	}
	listener, remove := s.list.add(r.who)
	defer remove()
	heartbeat := time.NewTicker(eventsHeartbeat)
	defer heartbeat.Stop()
	next := fmt.Appendf(nil, "retry: %d\nevent: hello\ndata: {}\n\n", listRetry.Milliseconds())
	for write(next) {
		select {
		case next = <-listener.queue:
		case <-heartbeat.C:
			next = []byte(":\n\n")
		case <-listener.away:
			return nil
		case <-r.Context().Done():
			return nil
		case <-s.stopping.Done():
			return nil
		}
	}
	return nil
}

// listRetry is how soon a listener comes back when its stream has ended.
const listRetry = 2 * time.Second
