package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/frontend"
	"github.com/collabd/collabd/history"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const (
	drainTimeout = 8 * time.Second
	readyTimeout = 2 * time.Second
)

// Store is all that the server needs of a database.
type Store interface {
	texts // and with it session.Store
	users
	lists
	files
	packs
	facts
	wholes
	histories
	CreateDocument(ctx context.Context, d session.Document) error
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
	events   eventConns
	index    *indexer
	history  *history.Archive
	opened   chan wire.DocID // documents whose history was just opened
	list     *listWatch
	lookout  lookout
	uploads  uploads
	back     background
	dist     fs.FS
	packed   packed // of dist
	log      zerolog.Logger
	router   *http.ServeMux
	handler  http.Handler // guard around router
	stopping context.Context
	stop     context.CancelFunc
	renames  docLocks // so that peers are told titles in the order in which they are stored

	// differences has a place for each comparison of whole documents under way.
	differences chan struct{}
	// conversions has one for each file that is read or written.
	conversions chan struct{}

	proxies   proxies
	admission *admission
	metrics   *metrics
}

// New makes a server on an open store, which stays the caller's.
func New(ctx context.Context, cfg Config, store Store, log zerolog.Logger) (*Server, error) {
	if cfg.Limits == (session.Limits{}) {
		cfg.Limits = session.DefaultLimits()
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg.Admission = cfg.Admission.withDefaults()
	if cfg.MaxFileBytes == 0 {
		cfg.MaxFileBytes = fileUsual
	}
	if cfg.MaxDocumentFileBytes == 0 {
		cfg.MaxDocumentFileBytes = documentFilesUsual
	}
	if cfg.index == (indexTimes{}) {
		cfg.index = usualIndexTimes
	}
	if cfg.Limits.Memory == 0 {
		cfg.Limits.Memory = cfg.documentsMemory()
	}
	m := newMetrics()
	key, err := store.Key(ctx, "client ids", 32)
	if err != nil {
		return nil, fmt.Errorf("the server's key: %w", err)
	}
	_, alone := store.(*persist.SQLite) // it keeps other processes out
	s := &Server{
		cfg: cfg, store: store, log: log,
		hub:       session.NewHub(store, session.Config{Key: key, Limits: cfg.Limits, Log: log, Observer: m, Alone: alone}),
		logins:    newLogins(store.Logins(), store, strings.HasPrefix(cfg.PublicURL, "https:")),
		access:    Access{guests: cfg.guests()},
		site:      newSite(cfg),
		proxies:   newProxies(cfg),
		admission: newAdmission(cfg.Admission, m),
		metrics:   m,
		dist:      frontend.Dist(),

		differences: make(chan struct{}, differencesAtOnce),
		conversions: make(chan struct{}, conversionsAtOnce),
	}
	s.admission.full = s.hub.Full
	m.registry.MustRegister(newStats(s.hub.Stats, cfg.Admission.Connections, cfg.Limits.Memory))
	s.stopping, s.stop = context.WithCancel(context.Background())
	s.index = newIndexer(store, s.hub, cfg.index, cfg.Limits.Store, log)
	s.list = newListWatch(s)
	s.opened = make(chan wire.DocID, 4)
	s.history = history.NewArchive(historySource{store}, history.Limits{})
	s.lookout = lookout{
		sights: s.hub.Sights, often: min(watchLook, cfg.index.look), seldom: cfg.index.look, hurry: s.list.listened,
		tell: []func(time.Time, []sighting){s.index.seen, s.list.look},
	}
	s.back.Go(func() { s.lookout.run(s.stopping) })
	s.back.Go(func() { s.index.run(s.stopping) })
	s.back.Go(func() { s.list.run(s.stopping) })
	s.back.Go(func() { s.prepareHistories(s.stopping) })
	if cfg.PackAfter > 0 {
		p := packing{store: store, after: cfg.PackAfter, limit: cfg.Limits.Store, metrics: m, log: log}
		s.back.Go(func() { p.run(s.stopping) })
	}
	s.router = s.mux()
	s.handler = s.proxies.unmask(m.answered(s.guard(s.router)))
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close tells all peers to come back later, and returns when everything that
// was accepted is durable and every session has ended, or when ctx ends.
func (s *Server) Close(ctx context.Context) error {
	s.stop()
	return errors.Join(s.hub.Close(ctx), s.back.wait(ctx))
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
// address to open and where the data is. Every error is one
// sentence for the operator.
func Run(ctx context.Context, cfg Config, log zerolog.Logger, ready func(url, data string)) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	cfg = setMemory(cfg)
	listener, err := listen(ctx, cfg.Addr, "--addr")
	if err != nil {
		return err
	}
	defer listener.Close()
	var admin net.Listener
	if cfg.AdminAddr != "" {
		if admin, err = listen(ctx, cfg.AdminAddr, "--admin-addr"); err != nil {
			return err
		}
		defer admin.Close()
	}
	store, err := persist.Open(ctx, cfg.store(), log)
	if err != nil {
		return err
	}
	s, err := New(ctx, cfg, store, log)
	if err != nil {
		return errors.Join(err, store.Close())
	}
	s.warn()
	served := make(chan error, 2)
	hs := s.httpServer(s)
	go func() { served <- hs.Serve(listener) }()
	as := s.httpServer(s.Admin())
	if admin != nil {
		go func() { served <- as.Serve(admin) }()
		log.Info().Str("url", "http://"+admin.Addr().String()+"/metrics").Msg("metrics are shown")
	}
	ready(openAddress(cfg, listener.Addr()), store.Describe())
	select {
	case err = <-served:
	case <-ctx.Done():
		log.Info().Msg("stopping: peers are told to come back")
	}
	drain, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	err = errors.Join(err, s.Close(drain), hs.Shutdown(drain), as.Close(), store.Close())
	if err != nil {
		return fmt.Errorf("stopped uncleanly: %w", err)
	}
	log.Info().Msg("stopped, everything is stored")
	return nil
}

func listen(ctx context.Context, addr, flag string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err == nil {
		return l, nil
	}
	if isAddrInUse(err) {
		return nil, fmt.Errorf("%s is taken by another program: stop that one, or choose another address with %s", addr, flag)
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
