package clienttest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/wire"
)

// streams are the connections over events of a toy server.
type streams struct {
	server *Server

	mu   sync.Mutex
	open map[string]*stream
	made int
}

// begin answers a hello with a stream.
func (all *streams) begin(w http.ResponseWriter, r *http.Request) {
	if !all.server.admit(w, r) {
		return
	}
	hello, err := io.ReadAll(r.Body)
	if err != nil {
		return // it has gone
	}
	s := &stream{w: w, control: http.NewResponseController(w), gone: r.Context().Done(), in: make(chan []byte, 1), over: make(chan struct{})}
	s.in <- hello
	all.mu.Lock()
	all.made++
	token := fmt.Sprint("toy-", all.made)
	all.open[token] = s
	all.mu.Unlock()
	if padding, err := strconv.Atoi(r.Header.Get("Collabd-Padding")); err == nil {
		s.padding = ":" + strings.Repeat(" ", padding) + "\n\n"
	}
	w.Header().Set("Content-Type", "text/event-stream")
	if s.event("connection", []byte(token)) == nil {
		all.server.Serve(context.WithoutCancel(r.Context()), s)
	}
	all.mu.Lock()
	delete(all.open, token)
	all.mu.Unlock()
	s.leave()
}

// post takes a message. One that is left out is a problem.
func (all *streams) post(w http.ResponseWriter, r *http.Request) {
	if !all.server.admit(w, r) {
		return
	}
	all.mu.Lock()
	s := all.open[r.Header.Get("Collabd-Connection")]
	all.mu.Unlock()
	if s == nil {
		refuse(w, http.StatusGone, "connection_ended", "Open another one.")
		return
	}
	count, err := strconv.Atoi(r.Header.Get("Collabd-Count"))
	body, bodyErr := io.ReadAll(r.Body)
	if bodyErr != nil {
		return // it has gone
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	if err != nil || count < 1 || count > s.count+1 {
		_ = all.server.locked(func() error { return all.server.problem(wire.CloseBadMessage, "POST %d after %d", count, s.count) })
		refuse(w, http.StatusConflict, "post_left_out", "Repeat the one before.")
		return
	}
	if count == s.count+1 {
		select {
		case s.in <- body:
			s.count = count
		case <-s.over:
		case <-r.Context().Done():
			return
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

// stream is the server's end of a connection over events. Cut breaks it.
type stream struct {
	in   chan []byte
	over chan struct{}
	gone <-chan struct{}
	end  sync.Once

	turn  sync.Mutex // of the POSTs
	count int

	writing sync.Mutex // guards the answer, until the handler has left
	left    bool
	w       http.ResponseWriter
	control *http.ResponseController
	padding string // after each event
}

var _ client.Conn = (*stream)(nil)

func (s *stream) Read(ctx context.Context) ([]byte, error) {
	select {
	case m := <-s.in:
		return m, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-s.over:
		return nil, net.ErrClosed
	case <-s.gone:
		return nil, io.EOF
	}
}

func (s *stream) Write(_ context.Context, frame []byte) error { return s.event("", frame) }

func (s *stream) Close(code uint16, reason string) error {
	defer s.Cut()
	data, err := json.Marshal(map[string]any{"code": code, "reason": reason})
	if err != nil {
		return err
	}
	return s.event("close", data)
}

// Cut ends the stream without a word.
func (s *stream) Cut() { s.end.Do(func() { close(s.over) }) }

func (s *stream) event(name string, data []byte) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	select {
	case <-s.over:
		return net.ErrClosed
	default:
	}
	if s.left {
		return net.ErrClosed
	}
	if name != "" {
		name = "event: " + name + "\n"
	}
	if _, err := fmt.Fprintf(s.w, "%sdata: %s\n\n%s", name, data, s.padding); err != nil {
		return err
	}
	return s.control.Flush()
}

// leave is called before the handler returns.
func (s *stream) leave() {
	s.Cut()
	s.writing.Lock()
	defer s.writing.Unlock()
	s.left = true
}
