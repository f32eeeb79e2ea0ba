package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	stdlog "log"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/frontend"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	headerBytes   = 64 << 10
	drainTimeout  = 8 * time.Second
	readyTimeout  = 2 * time.Second
)

// Store is all that the server needs of a database.
type Store interface {
	session.Store
	users
	CreateDocument(ctx context.Context, d session.Document) error
	ListDocuments(ctx context.Context, limit int, after string) (docs []session.Document, next string, err error)
	RenameDocument(ctx context.Context, id wire.DocID, title string) error
	Key(ctx context.Context, name string, size int) ([]byte, error)
	Logins() *persist.Logins
	Ping(ctx context.Context) error
}

// Server answers HTTP. Make one with [New], end it with Close.
type Server struct {
	cfg      Config
	store    Store
	hub      *session.Hub
	logins   *logins
	access   Access
	site     site
	dist     fs.FS
	log      zerolog.Logger
	router   *http.ServeMux
	handler  http.Handler // guard around router
	stopping context.Context
	stop     context.CancelFunc
}

// New makes a server on an open store, which stays the caller's.
func New(ctx context.Context, cfg Config, store Store, log zerolog.Logger) (*Server, error) {
	if cfg.Limits == (session.Limits{}) {
		cfg.Limits = session.DefaultLimits()
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	key, err := store.Key(ctx, "client ids", 32)
	if err != nil {
		return nil, fmt.Errorf("the server's key: %w", err)
	}
	s := &Server{
		cfg: cfg, store: store, log: log,
		hub:    session.NewHub(store, session.Config{Key: key, Limits: cfg.Limits, Log: log}),
		logins: newLogins(store.Logins(), store, strings.HasPrefix(cfg.PublicURL, "https:")),
		access: Access{guests: cfg.guests()},
		site:   newSite(cfg),
		dist:   frontend.Dist(),
	}
	s.stopping, s.stop = context.WithCancel(context.Background())
	s.router = s.mux()
	s.handler = s.guard(s.router)
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close tells all peers to come back later, and returns when everything that
// was accepted is durable and every session has ended, or when ctx ends.
func (s *Server) Close(ctx context.Context) error {
	s.stop()
	return s.hub.Close(ctx)
}

func (s *Server) healthz(w http.ResponseWriter, _ *request) error {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	return nil
}

// readyz says whether the server can do its work: the store takes writes, and
// it is not about to stop.
func (s *Server) readyz(w http.ResponseWriter, r *request) error {
	if s.stopping.Err() != nil {
		return &errStopping
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := s.store.Ping(ctx); err != nil {
		return errStore.with(err)
	}
	writeJSON(w, http.StatusOK, map[string]string{"status": "ready"})
	return nil
}

// Run is the life of the program: it opens the store, listens, serves until
// ctx ends, and drains. ready is called once the server answers, with the
// address to open and the file that holds the data. Every error is one
// sentence for the operator.
func Run(ctx context.Context, cfg Config, log zerolog.Logger, ready func(url, data string)) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	listener, err := listen(ctx, cfg.Addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	path := filepath.Join(cfg.Data, "collabd.db")
	store, err := persist.OpenSQLite(ctx, persist.SQLiteConfig{Path: path, Logger: log})
	if err != nil {
		return err
	}
	s, err := New(ctx, cfg, store, log)
	if err != nil {
		return errors.Join(err, store.Close())
	}
	hs := &http.Server{
		Handler: s, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: headerBytes,
		ErrorLog: stdlog.New(httpLog{log}, "", 0),
	}
	served := make(chan error, 1)
	go func() { served <- hs.Serve(listener) }()
	ready(openAddress(cfg, listener.Addr()), path)
	select {
	case err = <-served:
	case <-ctx.Done():
		log.Info().Msg("stopping: peers are told to come back")
	}
	drain, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	err = errors.Join(err, s.Close(drain), hs.Shutdown(drain), store.Close())
	if err != nil {
		return fmt.Errorf("stopped uncleanly: %w", err)
	}
	log.Info().Msg("stopped, everything is stored")
	return nil
}

// httpLog takes what net/http has to say into the log.
type httpLog struct{ log zerolog.Logger }

func (h httpLog) Write(line []byte) (int, error) {
	h.log.Error().Msg(strings.TrimSpace(string(line)))
	return len(line), nil
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err == nil {
		return l, nil
	}
	if isAddrInUse(err) {
		return nil, fmt.Errorf("%s is taken by another program: stop that one, or choose another address with --addr", addr)
	}
	return nil, fmt.Errorf("cannot listen on %s: %w", addr, err)
}

// openAddress is what a person types into a browser.
func openAddress(cfg Config, addr net.Addr) string {
	if cfg.PublicURL != "" {
		return strings.TrimRight(cfg.PublicURL, "/")
	}
	host, _, _ := net.SplitHostPort(cfg.Addr)
	_, port, _ := net.SplitHostPort(addr.String())
	if isLoopback(host) || host == "" || host == "0.0.0.0" || host == "::" {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
