package server

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/rs/zerolog"
)

// Admin answers operators and their programs: /metrics and /healthz, and
// /debug/pprof/ if only this machine can reach AdminAddr. It asks nobody who
// they are, so it belongs on an address of its own.
func (s *Server) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{
		ErrorLog: promLog{s.log}, MaxRequestsInFlight: scrapesMost, Registry: s.metrics.registry,
	}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	if s.cfg.adminIsPrivate() {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	here := site{loopback: s.cfg.adminIsPrivate()}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		// No page has business here: neither one of another name that points
		// to this machine, nor one that makes a browser ask.
		switch from := r.Header.Get("Sec-Fetch-Site"); {
		case !here.knows(r):
			s.fail(w, r, &errWrongHost)
		case r.Header.Get("Origin") != "", from != "" && from != "none" && from != "same-origin":
			s.fail(w, r, &errWrongOrigin)
		default:
			mux.ServeHTTP(w, r)
		}
	})
}

// scrapesMost is how many scrapes may be under way at once.
const scrapesMost = 4

// promLog takes what the metrics library has to say into the log.
type promLog struct{ log zerolog.Logger }

func (p promLog) Println(v ...any) {
	p.log.Error().Err(errors.New(fmt.Sprint(v...))).Msg("metrics cannot be told")
}

func (c Config) adminIsPrivate() bool {
	host, _, err := net.SplitHostPort(c.AdminAddr)
	return err == nil && isLoopback(host)
}

func (c Config) validateAdmin() error {
	if c.AdminAddr == "" {
		return nil
	}
	if _, _, err := net.SplitHostPort(c.AdminAddr); err != nil {
		return fmt.Errorf("the admin address %q is not host:port", c.AdminAddr)
	}
	if !c.adminIsPrivate() && !c.AdminPublic {
		return errors.New("refusing to show metrics on " + c.AdminAddr + ", where others can read them without a login: take an admin address like localhost:9090, or say --admin-public")
	}
	return nil
}
