package clienttest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/coder/websocket"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// DocID is the id of the server's document over HTTP.
const DocID wire.DocID = "toy00000000000000000"

const cookie = "toy_login"

// Handler returns the server's HTTP side: as much of collabd's as a client
// needs. "Creating" a document returns the only one. A socket without the login
// cookie that some request before it got is a problem. While the server is down
// all is answered by 503.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/me", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: cookie, Value: "guest", Path: "/", HttpOnly: true})
		answer(w, http.StatusOK, map[string]any{"id": "u", "name": "Toy", "color": "#000000", "guest": true})
	})
	mux.HandleFunc("POST /api/docs", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Kind ot.DocKind }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Kind != s.kind {
			refuse(w, http.StatusBadRequest, "bad_request", "The kind is not the toy's.")
			return
		}
		answer(w, http.StatusCreated, map[string]any{"id": DocID, "kind": s.kind, "lineage": s.lineage, "revision": 0})
	})
	mux.HandleFunc("GET /api/docs/{id}/content", func(w http.ResponseWriter, r *http.Request) {
		doc, _ := s.Doc()
		if r.URL.Query().Get("format") == "text" {
			_, _ = io.WriteString(w, doc.Text())
			return
		}
		_, _ = w.Write(doc.Op().AppendJSON(nil))
	})
	mux.HandleFunc("GET /api/docs/{id}/socket", s.socket)
	streams := &streams{server: s, open: map[string]*stream{}}
	mux.HandleFunc("POST /api/docs/{id}/events", streams.begin)
	mux.HandleFunc("POST /api/docs/{id}/events/messages", streams.post)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.isDown() {
			refuse(w, http.StatusServiceUnavailable, "restarting", "Come back in a moment.")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *Server) isDown() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down
}

// admit reports whether a request may go on, and answers it if not.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) bool {
	if r.PathValue("id") != string(DocID) {
		refuse(w, http.StatusNotFound, "not_found", "There is no such document.")
		return false
	}
	if _, err := r.Cookie(cookie); err != nil {
		_ = s.locked(func() error { return s.problem(wire.CloseForbidden, "a connection without a login") })
		refuse(w, http.StatusUnauthorized, "login_needed", "Log in first.")
		return false
	}
	return true
}

func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	if !s.admit(w, r) {
		return
	}
	if r.Header.Get("Upgrade") == "" {
		refuse(w, http.StatusUpgradeRequired, "upgrade_needed", "This is a socket.")
		return
	}
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{wire.Subprotocol}})
	if err != nil {
		return // Accept has answered
	}
	ws.SetReadLimit(-1)
	s.Serve(context.WithoutCancel(r.Context()), &socket{ws: ws})
}

// socket is the server's end of a WebSocket. Cut breaks it.
type socket struct {
	ws  *websocket.Conn
	cut sync.Once
}

func (c *socket) Read(ctx context.Context) ([]byte, error) {
	_, frame, err := c.ws.Read(ctx)
	if ce, ok := errors.AsType[websocket.CloseError](err); ok {
		err = &client.ClosedError{Code: uint16(ce.Code), Reason: ce.Reason}
	}
	return frame, err
}

func (c *socket) Write(ctx context.Context, frame []byte) error {
	return c.ws.Write(ctx, websocket.MessageText, frame)
}

func (c *socket) Close(code uint16, reason string) error {
	return c.ws.Close(websocket.StatusCode(code), reason)
}

// Cut drops the connection without a word.
func (c *socket) Cut() { c.cut.Do(func() { go func() { _ = c.ws.CloseNow() }() }) }

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client that has gone knows
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	answer(w, status, map[string]any{"error": map[string]string{"code": code, "message": message}})
}
