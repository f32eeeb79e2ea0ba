package server

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// metrics counts what happens, for Prometheus. docs/metrics.md lists all. No
// label has a value that comes from people or documents: each is one of a
// list that the program knows.
//
// What the sessions tell is told for every edit and every frame, so the
// children of all labels are resolved here, once.
type metrics struct {
	registry *prometheus.Registry

	edits         byName
	ack           prometheus.Histogram
	appends       map[string]prometheus.Observer
	appendRecords prometheus.Histogram
	broadcast     prometheus.Histogram
	frame         prometheus.Histogram
	catchups      prometheus.Histogram
	slowed        prometheus.Counter
	repaired      prometheus.Counter
	slowedSeconds prometheus.Counter

	opened      prometheus.Histogram
	openFailed  prometheus.Counter
	ended       prometheus.Counter
	snapshot    prometheus.Histogram
	snapshotBad prometheus.Counter
	packed      prometheus.Counter
	packSaved   prometheus.Counter
	packFailed  prometheus.Counter

	joined      map[bool]prometheus.Counter
	disconnects byName
	resyncs     byName

	connections map[string]prometheus.Gauge
	refused     map[refusal]prometheus.Counter
	guests      prometheus.Counter
	requests    *prometheus.CounterVec
}

var _ session.Observer = (*metrics)(nil)

// latencies are the upper bounds of times, in seconds: 50 µs to 10 s.
var latencies = []float64{
	50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 500e-3, 1, 2.5, 5, 10,
}

// Labels, and the value for what is in none of the lists.
const (
	byResult    = "result"
	byReason    = "reason"
	byKind      = "kind"
	byTransport = "transport"
	byRoute     = "route"
	byStatus    = "status"
	otherName   = "other"
	// goneName is how a connection ended for which nobody gave a reason: the
	// client left, or the network broke.
	goneName = "gone"
)

func newMetrics() *metrics {
	f := factory{prometheus.NewRegistry()}
	f.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewBuildInfoCollector(),
	)
	var all, resyncs []string
	for _, c := range wire.Closes() {
		all = append(all, c.Name)
		if wire.ActionFor(c.Code) == wire.Resync {
			resyncs = append(resyncs, c.Name)
		}
	}
	appends := f.times("append_seconds", "Time that the store took for a batch of records.", byResult)
	joins := f.counters("joins_total", "Peers that joined a document: new, or resumed after a lost connection.", byKind)
	connections := f.gauges("connections", "Connections that are open.", byTransport)
	refused := f.counters("refused_total", "Connections, logins and requests that were refused because of a limit.", byReason)
	m := &metrics{
		registry: f.registry,

		edits: byNames(f.counters("edits_total", "Edits by what became of them: accepted, duplicate, or the reason of the refusal.", byResult),
			append([]string{session.EditAccepted, session.EditDuplicate}, all...)),
		ack: f.histogram("edit_ack_seconds", "Time from the arrival of an edit until it was durable.", latencies),
		appends: map[string]prometheus.Observer{
			session.AppendDone:     appends.WithLabelValues(session.AppendDone),
			session.AppendConflict: appends.WithLabelValues(session.AppendConflict),
			session.AppendUnknown:  appends.WithLabelValues(session.AppendUnknown),
		},
		appendRecords: f.histogram("append_records", "Records in a batch that was appended.", prometheus.ExponentialBuckets(1, 2, 12)),
		broadcast:     f.histogram("broadcast_seconds", "Time from the publishing of news until a peer's connection took them.", latencies),
		frame:         f.histogram("frame_bytes", "Size of the frames that peers were sent.", prometheus.ExponentialBuckets(64, 4, 9)),
		catchups:      f.histogram("catchup_records", "Records that a peer that was behind got composed.", prometheus.ExponentialBuckets(1, 4, 10)),
		slowed:        f.counter("slowed_total", "Times that a connection had to wait because it sent too much."),
		repaired:      f.counter("client_repairs_total", "Times that a client's document differed and was put right. Each is a fault."),
		slowedSeconds: f.counter("slowed_seconds_total", "Time that connections had to wait because they sent too much."),

		opened:      f.histogram("document_open_seconds", "Time to load a document that nobody had open.", latencies),
		openFailed:  f.counter("document_open_failures_total", "Documents that could not be loaded from the store."),
		ended:       f.counter("document_closes_total", "Sessions of documents that ended."),
		snapshot:    f.histogram("snapshot_seconds", "Time to store a snapshot.", latencies),
		snapshotBad: f.counter("snapshot_failures_total", "Snapshots that could not be stored; the log has all the same."),
		packed:      f.counter("packed_records_total", "Records of old history that were packed."),
		packSaved:   f.counter("packed_saved_bytes_total", "Bytes that packed records take less than before, about."),
		packFailed:  f.counter("pack_failures_total", "Blocks of old history that could not be made; they are tried again."),

		joined:      map[bool]prometheus.Counter{false: joins.WithLabelValues("new"), true: joins.WithLabelValues("resumed")},
		disconnects: byNames(f.counters("disconnects_total", "Connections of peers that ended, by reason.", byReason), append([]string{goneName}, all...)),
		resyncs:     byNames(f.counters("resyncs_total", "Connections that ended so that the client has to load the document anew.", byReason), resyncs),

		connections: map[string]prometheus.Gauge{},
		refused:     map[refusal]prometheus.Counter{},
		guests:      f.counter("guest_logins_total", "Logins of guests that began."),
		requests:    f.counters("http_requests_total", "HTTP requests that were answered, by route.", byRoute, byStatus),
	}
	for _, transport := range []string{viaWebSocket, viaEvents, viaList, viaRecords} {
		m.connections[transport] = connections.WithLabelValues(transport)
	}
	for why := range refusals {
		m.refused[why] = refused.WithLabelValues(string(why))
	}
	return m
}

// Opened implements session.Observer.
func (m *metrics) Opened(took time.Duration, err error) {
	if err != nil {
		m.openFailed.Inc()
		return
	}
	m.opened.Observe(took.Seconds())
}

// Ended implements session.Observer.
func (m *metrics) Ended() { m.ended.Inc() }

// Joined implements session.Observer.
func (m *metrics) Joined(resumed bool) { m.joined[resumed].Inc() }

// Left implements session.Observer.
func (m *metrics) Left(why wire.Close) {
	if why.Name == "" {
		why.Name = goneName
	}
	m.disconnects.of(why.Name).Inc()
	if wire.ActionFor(why.Code) == wire.Resync {
		m.resyncs.of(why.Name).Inc()
	}
}

// Edit implements session.Observer.
func (m *metrics) Edit(result string, waited time.Duration) {
	m.edits.of(result).Inc()
	if result == session.EditAccepted {
		m.ack.Observe(waited.Seconds())
	}
}

// Appended implements session.Observer.
func (m *metrics) Appended(result string, records int, took time.Duration) {
	if o := m.appends[result]; o != nil {
		o.Observe(took.Seconds())
	}
	if result == session.AppendDone {
		m.appendRecords.Observe(float64(records))
	}
}

// Sent implements session.Observer.
func (m *metrics) Sent(bytes int, after time.Duration) {
	m.frame.Observe(float64(bytes))
	m.broadcast.Observe(after.Seconds())
}

// CaughtUp implements session.Observer.
func (m *metrics) CaughtUp(records int) { m.catchups.Observe(float64(records)) }

// Slowed implements session.Observer.
func (m *metrics) Slowed(wait time.Duration) {
	m.slowed.Inc()
	m.slowedSeconds.Add(max(0, wait.Seconds()))
}

// Repaired implements session.Observer.
func (m *metrics) Repaired(times int) { m.repaired.Add(float64(times)) }

// Stored implements session.Observer.
func (m *metrics) Stored(took time.Duration, err error) {
	if err != nil {
		m.snapshotBad.Inc()
		return
	}
	m.snapshot.Observe(took.Seconds())
}

// connected counts a connection until left is called.
func (m *metrics) connected(transport string) (left func()) {
	g := m.connections[transport]
	g.Inc()
	return g.Dec
}

// refuse counts a refusal.
func (m *metrics) refuse(why refusal) { m.refused[why].Inc() }
