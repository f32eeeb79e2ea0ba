package server

import (
	"errors"
	stdlog "log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

const (
	// headerBytes is the most that the header of a request may have.
	headerBytes = 64 << 10
	// requestBytes is the most that any request's body may have, unless it is a
	// file or a write. Each route takes what it needs, which is less.
	requestBytes = 1 << 20
)

// httpServer is a server for a handler of s, with the limits on time and size
// that come before any route.
func (s *Server) httpServer(h http.Handler) *http.Server {
	lim := s.admission.lim
	return &http.Server{
		Handler: h, ReadHeaderTimeout: lim.Header, IdleTimeout: lim.KeepAlive, MaxHeaderBytes: headerBytes,
		ErrorLog: stdlog.New(httpLog{s.log}, "", 0), ConnState: s.admission.connState(),
	}
}

// connState keeps the TCP connections within Waiting: for a new one, one that
// rests between two requests is closed, as it may be at any time; if there is
// none, the new one is, unheard. A connection that was taken over by a
// WebSocket is not waiting any more.
func (a *admission) connState() func(net.Conn, http.ConnState) {
	var mu sync.Mutex
	waiting, resting := map[net.Conn]bool{}, map[net.Conn]bool{}
	forget := func(c net.Conn) {
		delete(waiting, c)
		delete(resting, c)
	}
	return func(c net.Conn, state http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		switch state {
		case http.StateNew:
			waiting[c] = true
			if len(waiting) <= a.lim.Waiting {
				return
			}
			for other := range resting {
				other.Close()
				forget(other)
				return
			}
			a.metrics.refuse(refusedWaiting)
			c.Close()
		case http.StateActive:
			delete(resting, c)
		case http.StateIdle:
			if waiting[c] {
				resting[c] = true
			}
		case http.StateHijacked, http.StateClosed:
			forget(c)
		}
	}
}

// hurry bounds a request's body before anybody answers: net/http waits for it
// even if nobody reads it.
func (s *Server) hurry(w http.ResponseWriter, r *http.Request) error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	most, within := int64(requestBytes), s.admission.lim.Body
	switch _, pattern := s.router.Handler(r); pattern {
	case uploadPattern:
		most, within = s.cfg.MaxFileBytes, uploadTime
	case importPattern:
		most, within = importBytes, uploadTime
	case contentPattern:
		most = contentBytes
	case editPattern:
		most = editBytes
	}
	r.Body = http.MaxBytesReader(w, r.Body, most)
	// net/http takes the deadline back when the body is at its end.
	return possible(http.NewResponseController(w).SetReadDeadline(time.Now().Add(within)))
}

// admit serves a route within its limits on time and number.
func (s *Server) admit(rt route, w http.ResponseWriter, r *http.Request) error {
	if rt.transport != "" {
		return s.route(rt, w, r) // it stays, and has watchdogs of its own
	}
	answered := time.Now().Add(s.admission.lim.Answer)
	if err := possible(http.NewResponseController(w).SetWriteDeadline(answered)); err != nil {
		return err
	}
	if rt.action != Public {
		if err := s.admission.begin(); err != nil {
			return err
		}
		defer s.admission.end()
	}
	return s.route(rt, w, r)
}

// possible lets pass that there is no connection: in tests, and in programs
// that embed the server.
func possible(err error) error {
	if err == nil || errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return errInternal.with(err)
}

// begin is asked before a request that needs the store; end follows.
func (a *admission) begin() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.requests >= a.lim.Requests {
		return a.refuse(refusedRequests)
	}
	a.requests++
	return nil
}

func (a *admission) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests--
}

// bodyError is the answer to a body that could not be read to its end.
func bodyError(err error) error {
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		return &errTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &errSlowBody
	}
	return nil
}

// httpLog takes what net/http has to say into the log.
type httpLog struct{ log zerolog.Logger }

func (h httpLog) Write(line []byte) (int, error) {
	h.log.Error().Msg(strings.TrimSpace(string(line)))
	return len(line), nil
}
