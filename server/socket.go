package server

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// closeWait is how long the end of a connection may take.
const closeWait = 2 * time.Second

// socket upgrades a request that may read its document, and serves the
// session until the connection ends. Who it is and which document it is about
// are fixed here; the role is asked for again with every message.
func (s *Server) socket(w http.ResponseWriter, r *request) error {
	if !s.site.owns(r.Request) {
		return &errWrongOrigin
	}
	if !offers(r.Request, wire.Subprotocol) {
		return &errUpgradeNeeded
	}
	if s.stopping.Err() != nil {
		return &errStopping
	}
	taken := &hijacker{ResponseWriter: w}
	ws, err := websocket.Accept(taken, r.Request, &websocket.AcceptOptions{
		Subprotocols:       []string{wire.Subprotocol},
		InsecureSkipVerify: true, // the origin was checked above, exactly
		CompressionMode:    websocket.CompressionDisabled,
	})
	if err != nil {
		return errUpgradeNeeded.with(err)
	}
	conn := &wsConn{ws: ws, under: taken.conn, limit: int64(s.cfg.Limits.Wire.Frame)}
	ws.SetReadLimit(conn.limit + 1)
	who := session.Visitor{
		User: r.who.User,
		Role: func() wire.Role { return s.access.Role(r.who, r.doc) },
	}
	// The request's context ends with the handler's return at the latest, but
	// a hijacked connection is no longer its concern: only our own end is.
	err = s.hub.Serve(context.WithoutCancel(r.Context()), r.doc.ID, conn, who)
	line := s.log.Debug().Str("doc", string(r.doc.ID)).Str("user", string(r.who.User.ID))
	var c wire.Close
	if errors.As(err, &c) {
		line = line.Str("close", c.Name)
	}
	line.Msg("connection ended")
	return nil
}

// offers reports whether a request is an upgrade that offers a subprotocol.
func offers(r *http.Request, subprotocol string) bool {
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return false
	}
	var offered []string
	for _, line := range r.Header.Values("Sec-WebSocket-Protocol") {
		for p := range strings.SplitSeq(line, ",") {
			offered = append(offered, strings.TrimSpace(p))
		}
	}
	return slices.Contains(offered, subprotocol)
}

// hijacker remembers the connection that was taken over. It lets nothing but
// the upgrade through: a refusal is answered as all errors are.
type hijacker struct {
	http.ResponseWriter
	conn net.Conn
}

// Hijack implements http.Hijacker.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	h.conn = conn
	return conn, rw, err
}

// WriteHeader implements http.ResponseWriter.
func (h *hijacker) WriteHeader(status int) {
	if status == http.StatusSwitchingProtocols {
		h.ResponseWriter.WriteHeader(status)
	}
}

// Write implements http.ResponseWriter.
func (h *hijacker) Write(b []byte) (int, error) { return len(b), nil }

// wsConn is a WebSocket as a session.Conn.
type wsConn struct {
	ws    *websocket.Conn
	under net.Conn
	limit int64
	buf   bytes.Buffer
}

var _ session.Conn = (*wsConn)(nil)

// Read returns the next text message; the bytes are valid until the next Read.
// After ctx has ended the rest of the message is lost, but the connection still
// carries a goodbye. The library would break it.
func (c *wsConn) Read(ctx context.Context) ([]byte, error) {
	expired := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		c.under.SetReadDeadline(time.Unix(1, 0))
		close(expired)
	})
	defer func() {
		if !stop() {
			<-expired
			c.under.SetReadDeadline(time.Time{})
		}
	}()
	return c.read()
}

func (c *wsConn) read() ([]byte, error) {
	kind, from, err := c.ws.Reader(context.Background())
	if err != nil {
		return nil, err
	}
	if kind != websocket.MessageText {
		return nil, wire.CloseBadMessage.Because("Messages are text frames.")
	}
	c.buf.Reset()
	if _, err := c.buf.ReadFrom(io.LimitReader(from, c.limit+1)); err != nil {
		return nil, err
	}
	if int64(c.buf.Len()) > c.limit {
		return nil, wire.CloseTooLarge
	}
	if !utf8.Valid(c.buf.Bytes()) {
		return nil, wire.CloseBadMessage.Because("A text frame is not UTF-8.")
	}
	return c.buf.Bytes(), nil
}

// Write sends one text message.
func (c *wsConn) Write(ctx context.Context, message []byte) error {
	return c.ws.Write(ctx, websocket.MessageText, message)
}

// Close sends the close frame and ends the connection soon, whether or not
// the other side answers.
func (c *wsConn) Close(reason wire.Close) error {
	// CloseNow would wait for the Close that is under way.
	watchdog := time.AfterFunc(closeWait, func() { c.under.Close() })
	defer watchdog.Stop()
	return c.ws.Close(websocket.StatusCode(reason.Code), reason.Name)
}
