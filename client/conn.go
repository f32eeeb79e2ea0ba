package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/coder/websocket"

	"github.com/collabd/collabd/wire"
)

// Conn is a connection that carries whole messages. Read and Write may be
// called at the same time, each by one goroutine; Close by any.
type Conn interface {
	// Read returns the next message, valid until the next Read. When the
	// other side has closed, the error is a *ClosedError.
	Read(ctx context.Context) ([]byte, error)
	// Write sends one message, which it does not keep.
	Write(ctx context.Context, frame []byte) error
	// Close ends the connection with a code and a name of wire.Closes, or a
	// code of RFC 6455. It may wait some seconds for the other side.
	Close(code uint16, reason string) error
}

// ClosedError is how a connection ended that the other side has closed.
type ClosedError struct {
	Code   uint16
	Reason string
}

// Error names the code and the reason.
func (e *ClosedError) Error() string {
	return fmt.Sprintf("closed by the server: %d %s", e.Code, e.Reason)
}

// Action is what a client does after it.
func (e *ClosedError) Action() wire.Action { return wire.ActionFor(e.Code) }

// HTTPError is a refusal by HTTP: of the upgrade or of a request.
type HTTPError struct {
	Status int
	// Code and Message are those of the body, empty if it had none.
	Code, Message string
}

// Error returns the sentence of the server, or the status.
func (e *HTTPError) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("the server answered %d %s", e.Status, http.StatusText(e.Status))
	}
	return fmt.Sprintf("the server answered %d %s: %s", e.Status, e.Code, e.Message)
}

// Temporary reports whether the same request may succeed later.
func (e *HTTPError) Temporary() bool {
	return e.Status >= 500 || e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout
}

func httpError(status int, body []byte) *HTTPError {
	e := &HTTPError{Status: status}
	var answer struct {
		Error struct{ Code, Message string }
	}
	if json.Unmarshal(body, &answer) == nil {
		e.Code, e.Message = answer.Error.Code, answer.Error.Message
	}
	return e
}

// socket is a Conn over a WebSocket.
type socket struct {
	ws  *websocket.Conn
	buf bytes.Buffer
}

var _ Conn = (*socket)(nil)

// dialSocket opens the socket of a document. It sends no Origin: the server
// asks that of browsers only.
func dialSocket(ctx context.Context, hc *http.Client, url string, readLimit int64) (Conn, error) {
	ws, resp, err := websocket.Dial(ctx, url, &websocket.DialOptions{
		HTTPClient: hc, Subprotocols: []string{wire.Subprotocol},
	})
	if err != nil {
		if resp != nil && resp.StatusCode != http.StatusSwitchingProtocols {
			var body bytes.Buffer
			_, _ = body.ReadFrom(resp.Body) // at most 1 KiB, for the message only
			return nil, httpError(resp.StatusCode, body.Bytes())
		}
		return nil, err
	}
	if ws.Subprotocol() != wire.Subprotocol {
		_ = ws.CloseNow()
		return nil, fmt.Errorf("%w: the server does not speak %s", ErrProtocol, wire.Subprotocol)
	}
	ws.SetReadLimit(readLimit)
	return &socket{ws: ws}, nil
}

// maxKeptBuffer bounds the memory that a connection keeps after a large message.
const maxKeptBuffer = 1 << 20

func (s *socket) Read(ctx context.Context) ([]byte, error) {
	kind, r, err := s.ws.Reader(ctx)
	if err != nil {
		return nil, closed(err)
	}
	if kind != websocket.MessageText {
		return nil, fmt.Errorf("%w: a binary message", ErrProtocol)
	}
	if s.buf.Cap() > maxKeptBuffer {
		s.buf = bytes.Buffer{}
	}
	s.buf.Reset()
	if _, err := s.buf.ReadFrom(r); err != nil {
		return nil, closed(err)
	}
	return s.buf.Bytes(), nil
}

func (s *socket) Write(ctx context.Context, frame []byte) error {
	return s.ws.Write(ctx, websocket.MessageText, frame)
}

func (s *socket) Close(code uint16, reason string) error {
	return s.ws.Close(websocket.StatusCode(code), reason)
}

func closed(err error) error {
	if ce, ok := errors.AsType[websocket.CloseError](err); ok {
		return &ClosedError{Code: uint16(ce.Code), Reason: ce.Reason}
	}
	return err
}
