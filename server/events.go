package server

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"sync"
	"time"

	"context"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// The fallback where sockets are blocked: Server-Sent Events down, POST up.
// A connection is opened by a POST with the hello, which is answered with the
// stream. Its first event is a random token that names the connection; what
// the client has to say after that comes in POSTs that carry the token, in a
// header: addresses are logged.

const (
	// eventsHeartbeat is how often a stream carries a comment, so that no
	// proxy takes it for dead.
	eventsHeartbeat = 15 * time.Second
	// postBody is how long the body of a POST may take to arrive.
	postBody = 10 * time.Second
	// postWait is how long a POST waits until the session has taken the one
	// before. That is what slows down a client that sends too much.
	postWait = 10 * time.Second
	// postsAtOnce is how many POSTs of one connection may be under way. More
	// than one are repetitions: a client sends one after the other.
	postsAtOnce = 2
	// postMessages is the most messages of one POST.
	postMessages = 64
	// paddingMost is the most bytes of comment that a client may ask for after
	// each event, against proxies that pass on only what fills a buffer.
	paddingMost = 16 << 10
)

// The headers of the fallback.
const (
	connectionHeader = "Collabd-Connection" // the token, on a POST of messages
	countHeader      = "Collabd-Count"      // counts the POSTs of a connection from 1
	paddingHeader    = "Collabd-Padding"    // bytes, when a stream is opened
)

// errPostWaits is what a POST is answered that has waited for too long.
var errPostWaits = errBusy.because("The server has not taken the POST before this one yet; repeat this one in a moment.")

// openEvents answers a hello with a stream of events, and serves the session
// until the connection ends. Who it is and which document it is about are fixed
// here; the role is asked for again with every message.
func (s *Server) openEvents(w http.ResponseWriter, r *request) error {
	if err := s.checkPost(r); err != nil {
		return err
	}
	if s.stopping.Err() != nil {
		return &errStopping
	}
	padding, err := paddingOf(r.Request)
	if err != nil {
		return err
	}
	conn, err := newEventConn(w, r.Context().Done(), padding)
	if err != nil {
		return errInternal.with(fmt.Errorf("a stream of events: %w", err))
	}
	defer conn.leave()
	hello := readPost(w, r.Request, s.cfg.Limits.Wire.Frame, s.cfg.Limits.Hello)
	conn.inbox <- hello // what is wrong with it is told as everything is, by the session
	remove := s.events.add(conn, r)
	defer remove()
	// The request's context ends when the client has gone, which Read tells as
	// a socket does; what was handed in is settled nevertheless.
	ctx := context.WithoutCancel(r.Context())
	if err := conn.open(ctx, s.cfg.Limits.Write); err != nil {
		return nil // it has gone already
	}
	who := session.Visitor{
		User: r.who.User,
		Role: func() wire.Role { return s.access.Role(r.who, r.doc) },
	}
	err = s.hub.Serve(ctx, r.doc.ID, conn, who)
	line := s.log.Debug().Str("doc", string(r.doc.ID)).Str("user", string(r.who.User.ID)).Str("transport", viaEvents)
	var c wire.Close
	if errors.As(err, &c) {
		line = line.Str("close", c.Name)
	}
	line.Msg("connection ended")
	return nil
}

// postEvents takes messages for a connection that the same person has opened
// to the same document. Whoever names another one learns nothing about it.
func (s *Server) postEvents(w http.ResponseWriter, r *request) error {
	if err := s.checkPost(r); err != nil {
		return err
	}
	conn := s.events.find(r)
	if conn == nil {
		return &errGone
	}
	count, err := strconv.ParseUint(r.Header.Get(countHeader), 10, 53)
	if err != nil || count == 0 {
		return errBadRequest.because("The header " + countHeader + " counts the POSTs of a connection from 1.")
	}
	if err := conn.post(w, r.Request, count, s.cfg.Limits.Wire.Frame); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// checkPost lets only our own pages and programs through: the origin is
// compared exactly, as that of a socket, and JSON cannot be sent by a form.
func (s *Server) checkPost(r *request) error {
	if !s.site.owns(r.Request) {
		return &errWrongOrigin
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return &errNotJSON
	}
	return nil
}

func paddingOf(r *http.Request) (int, error) {
	text := r.Header.Get(paddingHeader)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > paddingMost {
		return 0, errBadRequest.because("The header " + paddingHeader + " is a number from 0 to " + strconv.Itoa(paddingMost) + ".")
	}
	return n, nil
}

// eventConns are the connections over events that are open, by their token.
// The zero value is ready.
type eventConns struct {
	mu   sync.Mutex
	open map[string]openConn
}

// openConn is a connection with whom and what it is about.
type openConn struct {
	*eventConn
	user wire.UserID
	doc  wire.DocID
}

// add enters a connection, and returns what takes it out again.
func (e *eventConns) add(conn *eventConn, r *request) (remove func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.open == nil {
		e.open = map[string]openConn{}
	}
	e.open[conn.token] = openConn{conn, r.who.User.ID, r.doc.ID}
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.open, conn.token)
	}
}

// find returns the connection that a request names, if it is that of the same
// person to the same document; else nil.
func (e *eventConns) find(r *request) *eventConn {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := e.open[r.Header.Get(connectionHeader)]
	if c.eventConn == nil || c.user != r.who.User.ID || c.doc != r.doc.ID {
		return nil
	}
	return c.eventConn
}
