package server

import (
	"errors"
	"fmt"
	"math"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// scrape is what /metrics says: each sample by its name and labels.
func (w *world) scrape() map[string]float64 {
	w.t.Helper()
	samples := map[string]float64{}
	for line := range strings.Lines(w.metricsPage()) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		at := strings.LastIndexByte(line, ' ')
		v, err := strconv.ParseFloat(strings.TrimSpace(line[at:]), 64)
		if err != nil {
			w.t.Fatalf("%q: %v", line, err)
		}
		samples[line[:at]] = v
	}
	return samples
}

func (w *world) metricsPage() string {
	w.t.Helper()
	a := httptest.NewRecorder()
	w.server.Admin().ServeHTTP(a, httptest.NewRequest("GET", "http://localhost/metrics", nil))
	if a.Code != 200 {
		w.t.Fatalf("the scrape is answered with %d: %s", a.Code, a.Body)
	}
	return a.Body.String()
}

// settled scrapes until a sample has a value: what is counted after an answer
// has gone out is counted soon.
func (w *world) settled(name string, want float64) map[string]float64 {
	w.t.Helper()
	for until := time.Now().Add(patience); ; runtime.Gosched() {
		samples := w.scrape()
		if samples[name] == want {
			return samples
		}
		if time.Now().After(until) {
			w.t.Fatalf("%s is %v, want %v", name, samples[name], want)
		}
	}
}

func (w *world) samples(got map[string]float64, want map[string]float64) {
	w.t.Helper()
	for name, v := range want {
		if have, ok := got[name]; !ok || have != v {
			w.t.Errorf("%s is %v, want %v", name, got[name], v)
		}
	}
}

// The numbers are what happened.
func TestMetricsOfSessions(t *testing.T) {
	w := open(t)
	ana, ben := w.person(), w.person()
	const secretTitle, secretText, secretName = "Quarterlyfigures", "Verysecrettext", "Anastasia"
	doc := ana.create(secretTitle, ot.Text).ID
	ana.do("PATCH", "/api/me", `{"name":"`+secretName+`"}`).is(t, 200, "")
	const edits = 7
	p := ana.join(doc)
	for i := range edits {
		p.send(fmt.Sprintf(`{"type":"edit","seq":%d,"base":%d,"op":[{"insert":"%s"}]}`, i+1, i, secretText))
		p.acked(wire.Seq(i + 1))
	}
	second := ben.join(doc)
	w.samples(w.scrape(), map[string]float64{
		`collabd_connections{transport="websocket"}`: 2,
		`collabd_peers`:          2,
		`collabd_documents_open`: 1,
	})
	if bytes := w.scrape()["collabd_documents_bytes"]; bytes < 2*edits*float64(len(secretText)) {
		t.Errorf("an open document of %d bytes takes %v", edits*len(secretText), bytes)
	}
	second.bye()

	// The same client comes back and sends its last edit again.
	p.ws.CloseNow()
	w.settled(`collabd_connections{transport="websocket"}`, 0) // else it is superseded, not gone
	ws, _ := ana.dial(doc)
	again := w.hello(ws, wire.Hello{Client: p.welcome.Client, Secret: p.welcome.Secret, Lineage: p.welcome.Lineage, Revision: edits})
	again.send(fmt.Sprintf(`{"type":"edit","seq":%d,"base":%d,"op":[{"insert":"%s"}]}`, edits, edits-1, secretText))
	await(again, func(a wire.Ack) bool { return a.Seq == edits })
	again.send(fmt.Sprintf(`{"type":"edit","seq":%d,"base":1000,"op":[{"insert":"x"}]}`, edits+1))
	again.refused(wire.CloseBadBase)
	gap := ben.join(doc)
	gap.send(fmt.Sprintf(`{"type":"edit","seq":9,"base":%d,"op":[{"insert":"x"}]}`, edits))
	gap.refused(wire.CloseSeqGap)
	nonsense := ben.join(doc)
	nonsense.send(`{"type":"nonsense"}`)
	nonsense.refused(wire.CloseBadMessage)

	w.settled("collabd_peers", 0)
	got := w.settled(`collabd_connections{transport="websocket"}`, 0)
	w.samples(got, map[string]float64{
		`collabd_edits_total{result="accepted"}`:                                      edits,
		`collabd_edits_total{result="duplicate"}`:                                     1,
		`collabd_edits_total{result="bad_base"}`:                                      1,
		`collabd_edits_total{result="seq_gap"}`:                                       1,
		`collabd_edits_total{result="edit_refused"}`:                                  0,
		`collabd_edits_total{result="other"}`:                                         0,
		`collabd_edit_ack_seconds_count`:                                              edits,
		`collabd_append_records_sum`:                                                  edits,
		`collabd_append_seconds_count{result="done"}`:                                 got["collabd_append_records_count"],
		`collabd_resyncs_total{reason="bad_base"}`:                                    1,
		`collabd_resyncs_total{reason="seq_gap"}`:                                     1,
		`collabd_resyncs_total{reason="other"}`:                                       0,
		`collabd_disconnects_total{reason="bad_base"}`:                                1,
		`collabd_disconnects_total{reason="seq_gap"}`:                                 1,
		`collabd_disconnects_total{reason="gone"}`:                                    2,
		`collabd_disconnects_total{reason="other"}`:                                   0,
		`collabd_joins_total{kind="new"}`:                                             4,
		`collabd_joins_total{kind="resumed"}`:                                         1,
		`collabd_document_open_seconds_count`:                                         1,
		`collabd_document_open_failures_total`:                                        0,
		`collabd_guest_logins_total`:                                                  2,
		`collabd_connections{transport="events"}`:                                     0,
		`collabd_edits_queued`:                                                        0,
		`collabd_appends_running`:                                                     0,
		`collabd_disconnects_total{reason="forbidden"}`:                               0,
		`collabd_disconnects_total{reason="bad_message"}`:                             1,
		`collabd_http_requests_total{route="GET /api/docs/{id}/socket",status="101"}`: 5,
		`collabd_http_requests_total{route="POST /api/docs",status="201"}`:            1,
		`collabd_http_requests_total{route="PATCH /api/me",status="200"}`:             1,
		`collabd_append_seconds_count{result="conflict"}`:                             0,
		`collabd_append_seconds_count{result="unknown"}`:                              0,
		`collabd_refused_total{reason="connections"}`:                                 0,
		`collabd_connections_limit`:                                                   float64(DefaultAdmission().Connections),
		`collabd_frame_bytes_count`:                                                   got["collabd_broadcast_seconds_count"],
	})
	if got["collabd_frame_bytes_count"] < edits || got["collabd_frame_bytes_sum"] < edits*float64(len(secretText)) {
		t.Errorf("%v frames of %v bytes", got["collabd_frame_bytes_count"], got["collabd_frame_bytes_sum"])
	}
	if sum := got["collabd_edit_ack_seconds_sum"]; sum <= 0 || sum > 60*edits {
		t.Errorf("the acknowledgements took %v seconds", sum)
	}
	// Nothing of whom and what it was about.
	page := w.metricsPage()
	for _, secret := range []string{
		secretTitle, secretText, secretName, string(doc), string(p.welcome.Client), p.welcome.Secret, string(p.welcome.User.ID), string(p.welcome.Lineage),
	} {
		if strings.Contains(page, secret) {
			t.Errorf("the metrics tell %q", secret)
		}
	}
	if err := w.server.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.samples(w.scrape(), map[string]float64{`collabd_documents_open`: 0, `collabd_document_closes_total`: 1, `collabd_documents_bytes`: 0})
}

// Each thing that a session tells is counted as what it is.
func TestMetricsObserve(t *testing.T) {
	for name, c := range map[string]struct {
		tell func(session.Observer)
		want map[string]float64
	}{
		"opened": {func(o session.Observer) { o.Opened(20*time.Millisecond, nil) }, map[string]float64{
			`document_open_seconds_count`: 1, `document_open_seconds_sum`: 0.02, `document_open_failures_total`: 0}},
		"not opened": {func(o session.Observer) { o.Opened(time.Second, errors.New("x")) }, map[string]float64{
			`document_open_seconds_count`: 0, `document_open_failures_total`: 1}},
		"ended":   {func(o session.Observer) { o.Ended() }, map[string]float64{`document_closes_total`: 1}},
		"new":     {func(o session.Observer) { o.Joined(false) }, map[string]float64{`joins_total{kind="new"}`: 1, `joins_total{kind="resumed"}`: 0}},
		"resumed": {func(o session.Observer) { o.Joined(true) }, map[string]float64{`joins_total{kind="new"}`: 0, `joins_total{kind="resumed"}`: 1}},
		"broken":  {func(o session.Observer) { o.Left(wire.Close{}) }, map[string]float64{`disconnects_total{reason="gone"}`: 1, `resyncs_total{reason="other"}`: 0}},
		"resync": {func(o session.Observer) { o.Left(wire.CloseSeqConflict.Because("Because.")) }, map[string]float64{
			`disconnects_total{reason="seq_conflict"}`: 1, `resyncs_total{reason="seq_conflict"}`: 1}},
		"retry": {func(o session.Observer) { o.Left(wire.CloseStalled) }, map[string]float64{
			`disconnects_total{reason="stalled"}`: 1, `resyncs_total{reason="other"}`: 0}},
		"unheard of": {func(o session.Observer) { o.Left(wire.Close{Code: 4199, Name: "new_one"}) }, map[string]float64{
			`disconnects_total{reason="other"}`: 1, `resyncs_total{reason="other"}`: 1}},
		"accepted": {func(o session.Observer) { o.Edit(session.EditAccepted, 3*time.Millisecond) }, map[string]float64{
			`edits_total{result="accepted"}`: 1, `edit_ack_seconds_bucket{le="0.0025"}`: 0, `edit_ack_seconds_bucket{le="0.005"}`: 1}},
		"duplicate": {func(o session.Observer) { o.Edit(session.EditDuplicate, time.Second) }, map[string]float64{
			`edits_total{result="duplicate"}`: 1, `edit_ack_seconds_count`: 0}},
		"refused": {func(o session.Observer) { o.Edit("edit_refused", time.Second) }, map[string]float64{
			`edits_total{result="edit_refused"}`: 1, `edit_ack_seconds_count`: 0}},
		"of a later version": {func(o session.Observer) { o.Edit("what is this", time.Second) }, map[string]float64{`edits_total{result="other"}`: 1}},
		"appended": {func(o session.Observer) { o.Appended(session.AppendDone, 12, 100*time.Microsecond) }, map[string]float64{
			`append_seconds_bucket{result="done",le="5e-05"}`: 0, `append_seconds_bucket{result="done",le="0.0001"}`: 1, `append_records_sum`: 12}},
		"conflict": {func(o session.Observer) { o.Appended(session.AppendConflict, 12, time.Second) }, map[string]float64{
			`append_seconds_count{result="conflict"}`: 1, `append_records_count`: 0}},
		"unknown": {func(o session.Observer) { o.Appended(session.AppendUnknown, 12, time.Second) }, map[string]float64{
			`append_seconds_count{result="unknown"}`: 1, `append_records_count`: 0}},
		"sent": {func(o session.Observer) { o.Sent(300, 20*time.Second) }, map[string]float64{
			`frame_bytes_sum`: 300, `frame_bytes_bucket{le="256"}`: 0, `frame_bytes_bucket{le="1024"}`: 1, `broadcast_seconds_bucket{le="10"}`: 0, `broadcast_seconds_bucket{le="+Inf"}`: 1}},
		"caught up": {func(o session.Observer) { o.CaughtUp(500) }, map[string]float64{`catchup_records_sum`: 500, `catchup_records_count`: 1}},
		"slowed": {func(o session.Observer) { o.Slowed(1500 * time.Millisecond); o.Slowed(-1) }, map[string]float64{
			`slowed_total`: 2, `slowed_seconds_total`: 1.5}},
		"repaired":   {func(o session.Observer) { o.Repaired(2) }, map[string]float64{`client_repairs_total`: 2}},
		"stored":     {func(o session.Observer) { o.Stored(time.Second, nil) }, map[string]float64{`snapshot_seconds_sum`: 1, `snapshot_failures_total`: 0}},
		"not stored": {func(o session.Observer) { o.Stored(time.Second, errors.New("x")) }, map[string]float64{`snapshot_seconds_count`: 0, `snapshot_failures_total`: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			c.tell(w.server.metrics)
			got := w.scrape()
			for name, v := range c.want {
				if have, ok := got["collabd_"+name]; !ok || math.Abs(have-v) > 1e-9 {
					t.Errorf("%s is %v (is there: %v), want %v", name, have, ok, v)
				}
			}
		})
	}
}

func TestMetricsStats(t *testing.T) {
	w := open(t)
	now := session.Stats{Documents: 2, Peers: 3, Queued: 4, Appending: 5, Lag: 6, Bytes: 7}
	m := newMetrics()
	m.registry.MustRegister(newStats(func() session.Stats { return now }, 8, 9))
	w.server.metrics = m
	want := map[string]float64{
		"documents_open": 2, "peers": 3, "edits_queued": 4, "appends_running": 5, "peer_lag_records": 6, "documents_bytes": 7,
		"connections_limit": 8, "documents_limit_bytes": 9,
	}
	got := w.scrape()
	for name, v := range want {
		if got["collabd_"+name] != v {
			t.Errorf("%s is %v, want %v", name, got["collabd_"+name], v)
		}
	}
}

// The names follow the conventions, and each is described in docs/metrics.md.
func TestMetricsAreWellNamed(t *testing.T) {
	w := open(t)
	page := w.metricsPage()
	problems, err := promlint.New(strings.NewReader(page)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	var told []string
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (collabd_\w+) `).FindAllStringSubmatch(page, -1) {
		told = append(told, m[1])
	}
	// Vectors that nothing has happened to are not told yet.
	told = append(told, "collabd_http_requests_total")
	documented := documentedNames(t, "../docs/metrics.md", "(?m)^\\| `(collabd_\\w+)")
	slices.Sort(told)
	if told = slices.Compact(told); !slices.Equal(told, documented) {
		t.Errorf("docs/metrics.md lists\n%q\nthe program has\n%q", documented, told)
	}
	for _, name := range []string{"go_goroutines", "process_open_fds", "go_build_info"} {
		if !strings.Contains(page, "\n"+name) {
			t.Errorf("there is no %s", name)
		}
	}
}

// documentedNames are the first groups of what a pattern finds in a file.
func documentedNames(t *testing.T, file, pattern string) (names []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return names
}

// What people send makes no label.
func TestMetricsHaveNoLabelFromOutside(t *testing.T) {
	w := open(t)
	p := w.person()
	known := map[string]bool{otherName: true}
	for _, rt := range routes {
		known[rt.pattern] = true
	}
	for _, path := range []string{"/evil", "/api", "/api/evil", "/d/evil", "/assets/evil", "//evil", "/api/docs/evil/", "/a/../evil", "/evil%00", "/api/docs/evil/content"} {
		for _, method := range []string{"GET", "POST", "EVIL", "HEAD", "OPTIONS"} {
			p.do(method, path, "")
		}
	}
	p.do("GET", "/", "", "Host: evil.example")
	p.do("POST", "/api/docs", `{}`, "Origin: http://evil.example")
	page := w.metricsPage()
	if strings.Contains(strings.ToLower(page), "evil") {
		t.Error("the metrics tell what was sent")
	}
	found := regexp.MustCompile(`collabd_http_requests_total\{route="([^"]*)",status="(\d{3})"\}`).FindAllStringSubmatch(page, -1)
	if len(found) < 5 {
		t.Fatalf("only %q", found)
	}
	for _, m := range found {
		if !known[m[1]] {
			t.Errorf("the route %q", m[1])
		}
	}
	w.samples(w.scrape(), map[string]float64{
		`collabd_http_requests_total{route="other",status="421"}`: 1, `collabd_http_requests_total{route="other",status="403"}`: 1,
	})
}

// The hot path allocates nothing.
func TestMetricsDoNotAllocate(t *testing.T) {
	m := newMetrics()
	result := strings.Clone(session.EditAccepted)
	if n := testing.AllocsPerRun(1000, func() { observeFrame(m, result) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func observeFrame(o session.Observer, result string) {
	o.Edit(result, 300*time.Microsecond)
	o.Appended(session.AppendDone, 10, 200*time.Microsecond)
	o.Sent(500, 100*time.Microsecond)
	o.Left(wire.CloseStalled)
}

func BenchmarkMetricsSent(b *testing.B) {
	var m session.Observer = newMetrics()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			m.Sent(100+i&1023, time.Duration(i&0xfffff))
		}
	})
}

func BenchmarkMetricsEdit(b *testing.B) {
	var m session.Observer = newMetrics()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Edit(session.EditAccepted, time.Duration(i&0xfffff))
	}
}
