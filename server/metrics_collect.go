package server

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/collabd/collabd/session"
)

// namespace is the first word of every name.
const namespace = "collabd"

// factory makes collectors and registers them.
type factory struct{ registry *prometheus.Registry }

func register[C prometheus.Collector](f factory, c C) C {
	f.registry.MustRegister(c)
	return c
}

func (f factory) counter(name, help string) prometheus.Counter {
	return register(f, prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}))
}

func (f factory) counters(name, help string, labels ...string) *prometheus.CounterVec {
	return register(f, prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels))
}

func (f factory) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	return register(f, prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels))
}

func (f factory) histogram(name, help string, buckets []float64) prometheus.Histogram {
	return register(f, prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}))
}

func (f factory) times(name, help, label string) *prometheus.HistogramVec {
	return register(f, prometheus.NewHistogramVec(
		prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: latencies}, []string{label}))
}

// byName has a counter for each name of a list, and one for all others.
type byName struct {
	named map[string]prometheus.Counter
	other prometheus.Counter
}

func byNames(vec *prometheus.CounterVec, names []string) byName {
	b := byName{map[string]prometheus.Counter{}, vec.WithLabelValues(otherName)}
	for _, name := range names {
		b.named[name] = vec.WithLabelValues(name)
	}
	return b
}

func (b byName) of(name string) prometheus.Counter {
	if c := b.named[name]; c != nil {
		return c
	}
	return b.other
}

// stats collects, when somebody scrapes, what the hub holds and may hold.
type stats struct {
	hub   func() session.Stats
	descs [8]*prometheus.Desc
	most  [2]float64 // connections, and bytes of documents
}

func newStats(hub func() session.Stats, connections int, memory int64) *stats {
	s := &stats{hub: hub, most: [2]float64{float64(connections), float64(memory)}}
	for i, about := range [len(s.descs)][2]string{
		{"documents_open", "Documents that are open."},
		{"peers", "Peers that have joined a document."},
		{"edits_queued", "Edits that wait for the append under way."},
		{"appends_running", "Documents for which an append is under way."},
		{"peer_lag_records", "Records that the peer that is furthest behind has not been sent."},
		{"documents_bytes", "Memory that the open documents take, estimated."},
		{"connections_limit", "The most connections that are let in."},
		{"documents_limit_bytes", "The most memory that open documents may take; 0 for no limit."},
	} {
		s.descs[i] = prometheus.NewDesc(namespace+"_"+about[0], about[1], nil, nil)
	}
	return s
}

// Describe implements prometheus.Collector.
func (s *stats) Describe(out chan<- *prometheus.Desc) {
	for _, d := range s.descs {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (s *stats) Collect(out chan<- prometheus.Metric) {
	now := s.hub()
	for i, v := range [len(s.descs)]float64{
		float64(now.Documents), float64(now.Peers), float64(now.Queued), float64(now.Appending), float64(now.Lag), float64(now.Bytes),
		s.most[0], s.most[1],
	} {
		out <- prometheus.MustNewConstMetric(s.descs[i], prometheus.GaugeValue, v)
	}
}

// answered wraps a handler, and counts its answers.
func (m *metrics) answered(next http.Handler) http.Handler {
	known := map[string]bool{}
	for _, rt := range routes {
		known[rt.pattern] = true
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			route := r.Pattern // set by the router; of a redirect it may be anything
			if !known[route] {
				route = otherName
			}
			m.requests.WithLabelValues(route, strconv.Itoa(seen.status)).Inc()
		}()
		next.ServeHTTP(seen, r)
	})
}

// statusWriter remembers how a request was answered.
type statusWriter struct {
	http.ResponseWriter
	status int
	said   bool
}

// WriteHeader implements http.ResponseWriter.
func (w *statusWriter) WriteHeader(status int) {
	if !w.said {
		w.status, w.said = status, status >= 200 || status == http.StatusSwitchingProtocols
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *statusWriter) Write(b []byte) (int, error) {
	w.said = true
	return w.ResponseWriter.Write(b)
}

// Unwrap lets an http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush implements http.Flusher.
func (w *statusWriter) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }
