package server

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const (
	// closeWait is how long the end of a connection may take.
	closeWait = 2 * time.Second
	// keptBytes is how large the buffer is that a connection keeps while it
	// waits for a message.
	keptBytes = 4 << 10
)

// socket upgrades a request that may read its document, joins the session, and
// leaves the connection to a goroutine that serves it until it ends. What
// net/http holds of the request is free then, and so is the stack on which all
// of this was done: an idle connection is to cost little. Who it is and which document it is about
// are fixed here; the role is asked for again with every message.
func (s *Server) socket(w http.ResponseWriter, r *request) error {
	if !s.site.owns(r.Request) {
		return &errWrongOrigin
	}
	if !offers(r.Request, wire.Subprotocol) || r.ContentLength != 0 {
		return upgradeNeeded(w)
	}
	if s.stopping.Err() != nil {
		return &errStopping
	}
	// The library compares without case, and would choose another spelling.
	r.Header.Set("Sec-WebSocket-Protocol", wire.Subprotocol)
	taken := &hijacker{ResponseWriter: w, limit: s.cfg.Limits.Wire.Frame}
	ws, err := websocket.Accept(taken, r.Request, &websocket.AcceptOptions{
		Subprotocols:       []string{wire.Subprotocol},
		InsecureSkipVerify: true, // the origin was checked above, exactly
		CompressionMode:    websocket.CompressionDisabled,
	})
	if err != nil {
		return upgradeNeeded(w).with(err)
	}
	ws.SetReadLimit(-1) // the gate counts
	giveUpAfter(taken.conn, s.cfg.Limits.Silence)
	conn := &wsConn{ws: ws, under: taken.conn}
	// Neither the request nor its context may be kept: they hold much, and end
	// when the handler returns.
	doc, who := r.doc, r.who
	joined, err := s.hub.Join(context.Background(), doc.ID, conn, session.Visitor{
		User: who.User,
		Role: func() wire.Role { return s.access.Role(who, doc) },
	})
	if err != nil {
		s.connectionEnded(doc.ID, who, err)
		return nil
	}
	seat := r.takeSeat()
	go func() {
		defer seat.leave()
		s.connectionEnded(doc.ID, who, joined.Serve())
	}()
	return nil
}

func (s *Server) connectionEnded(doc wire.DocID, who Principal, why error) {
	line := s.log.Debug().Str("doc", string(doc)).Str("user", string(who.User.ID))
	var c wire.Close
	if errors.As(why, &c) {
		line = line.Str("close", c.Name)
	}
	line.Msg("connection ended")
}

// upgradeNeeded is the answer to a request that is no handshake of ours. It
// says what one is, as RFC 9110 (15.5.22) and RFC 6455 (4.4) want it.
func upgradeNeeded(w http.ResponseWriter) *apiError {
	w.Header().Set("Connection", "Upgrade")
	w.Header().Set("Upgrade", "websocket")
	w.Header().Set("Sec-WebSocket-Version", "13")
	return &errUpgradeNeeded
}

// offers reports whether a request is an upgrade that offers a subprotocol.
func offers(r *http.Request, subprotocol string) bool {
	return slices.ContainsFunc(list(r.Header, "Upgrade"), func(p string) bool { return strings.EqualFold(p, "websocket") }) &&
		slices.Contains(list(r.Header, "Sec-WebSocket-Protocol"), subprotocol)
}

// list is a header whose value is a list, which may be cut over several lines.
func list(h http.Header, name string) (values []string) {
	for _, line := range h.Values(name) {
		for v := range strings.SplitSeq(line, ",") {
			values = append(values, strings.TrimSpace(v))
		}
	}
	return values
}

// The buffers of a connection. Those of net/http would be larger, and are most
// of what an idle connection costs. What does not fit is read and written past
// them.
const (
	readBuffer  = 512
	writeBuffer = 2 << 10
)

// hijacker remembers the connection that was taken over, and puts a gate in
// front of it. It lets nothing but the upgrade through: a refusal is answered
// as all errors are.
type hijacker struct {
	http.ResponseWriter
	limit int // bytes of a message
	conn  net.Conn
}

// Hijack implements http.Hijacker.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.conn = conn
	early, _ := rw.Reader.Peek(rw.Reader.Buffered()) // all of it is there
	gated := &gate{Conn: conn, early: bytes.Clone(early), frames: frames{limit: uint64(h.limit)}}
	return gated, bufio.NewReadWriter(bufio.NewReaderSize(gated, readBuffer), bufio.NewWriterSize(gated, writeBuffer)), nil
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
	buf   *bytes.Buffer // of the last message, nil while there is none
	// What the end of the context of the last Read and Write does. It stays for
	// the next ones: to arrange it anew for each message would cost as much as
	// the message.
	reading, writing watch
}

// watch calls a function when a context ends.
type watch struct {
	ctx  context.Context
	stop func() bool
	done chan struct{} // closed when the function has been called
}

// on watches another context, unless it is the one that is watched already.
func (w *watch) on(ctx context.Context, ended func()) {
	if w.ctx == ctx {
		return
	}
	w.off()
	done := make(chan struct{})
	w.ctx, w.done = ctx, done
	w.stop = context.AfterFunc(ctx, func() {
		ended()
		close(done)
	})
}

// off ends the watching, and reports whether the function has been called.
func (w *watch) off() (called bool) {
	if w.ctx == nil {
		return false
	}
	called = !w.stop()
	if called {
		<-w.done
	}
	w.ctx = nil
	return called
}

var _ session.Conn = (*wsConn)(nil)

// Read returns the next text message; the bytes are valid until the next Read.
// After ctx has ended the rest of the message is lost, but the connection still
// carries a goodbye. The library would break it.
func (c *wsConn) Read(ctx context.Context) ([]byte, error) {
	if (c.reading.ctx != ctx || ctx.Err() != nil) && c.reading.off() {
		c.under.SetReadDeadline(time.Time{})
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	c.reading.on(ctx, func() { c.under.SetReadDeadline(time.Unix(1, 0)) })
	message, err := c.read()
	if err != nil && c.reading.off() {
		c.under.SetReadDeadline(time.Time{})
	}
	return message, err
}

func (c *wsConn) read() ([]byte, error) {
	c.letGo()
	kind, from, err := c.ws.Reader(context.Background())
	if err != nil {
		return nil, err
	}
	if kind != websocket.MessageText {
		return nil, wire.CloseBadMessage.Because("Messages are text frames.")
	}
	c.buf = buffers.Get().(*bytes.Buffer)
	if _, err := c.buf.ReadFrom(from); err != nil {
		return nil, err
	}
	if !utf8.Valid(c.buf.Bytes()) {
		return nil, wire.CloseBadMessage.Because("A text frame is not UTF-8.")
	}
	return c.buf.Bytes(), nil
}

// buffers are those of messages that are being read. A connection that waits
// for the next one has none.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// letGo gives the buffer of the last message back.
func (c *wsConn) letGo() {
	if c.buf != nil && c.buf.Cap() <= keptBytes {
		c.buf.Reset()
		buffers.Put(c.buf)
	}
	c.buf = nil
}

// Write sends one text message.
func (c *wsConn) Write(ctx context.Context, message []byte) error {
	c.writing.on(ctx, func() { c.under.Close() })
	return c.ws.Write(context.Background(), websocket.MessageText, message)
}

// Close sends the close frame and ends the connection soon, whether or not
// the other side answers.
func (c *wsConn) Close(reason wire.Close) error {
	// CloseNow would wait for the Close that is under way.
	watchdog := time.AfterFunc(closeWait, func() { c.under.Close() })
	defer watchdog.Stop()
	return c.ws.Close(websocket.StatusCode(reason.Code), reason.Name)
}
