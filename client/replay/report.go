package replay

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/wire"
)

// Report is what a replay saw.
type Report struct {
	Trace        string
	Doc          wire.DocID
	Clients      int
	Transactions int
	// Edits is the number of records that the transactions became.
	Edits      int
	Took       time.Duration
	Reconnects int
	// P50 and P99 are of the time from sending an edit to its record.
	P50, P99 time.Duration
	// Want is the SHA-256 in the header of the trace.
	Want  string
	Texts []Text
}

// Text is what somebody has at the end.
type Text struct {
	Who      string
	Revision wire.Revision
	SHA256   string
	text     string
}

func newText(who string, revision wire.Revision, text string) Text {
	return Text{Who: who, Revision: revision, SHA256: sum(text), text: text}
}

func (r *run) report(took time.Duration, texts []Text) Report {
	report := Report{
		Trace: r.trace.Name, Doc: r.doc, Clients: len(r.clients), Transactions: len(r.trace.Txns),
		Took: took, Reconnects: r.reconnects(), Want: r.trace.SHA256, Texts: texts,
	}
	for _, c := range r.clients {
		report.Edits += c.Stats().Acked
	}
	report.P50, report.P99 = r.acks.percentiles()
	return report
}

// WriteTo writes the report for people to read.
func (r Report) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-13s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("trace", "%s, into document %s", r.Trace, r.Doc)
	line("clients", "%d", r.Clients)
	line("transactions", "%s in %s, %s a second", grouped(r.Transactions), r.Took.Round(time.Millisecond), rate(r.Transactions, r.Took))
	line("edits", "%s, %s a second", grouped(r.Edits), rate(r.Edits, r.Took))
	line("ack latency", "p50 %s, p99 %s", round(r.P50), round(r.P99))
	line("reconnects", "%d", r.Reconnects)
	line("SHA-256", "%s expected", r.Want)
	for _, t := range r.Texts {
		verdict := "agrees"
		if t.SHA256 != r.Want {
			verdict = "DIFFERS"
		}
		line("", "%s %s, revision %d: %s", t.SHA256, t.Who, t.Revision, verdict)
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

func rate(n int, took time.Duration) string {
	return grouped(int(float64(n) / max(took.Seconds(), 1e-9)))
}

func round(d time.Duration) time.Duration {
	if d > 10*time.Millisecond {
		return d.Round(100 * time.Microsecond)
	}
	return d.Round(10 * time.Microsecond)
}

// grouped writes 1234567 as 1,234,567.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// acks collects latencies from all clients.
type acks struct {
	mu        sync.Mutex
	latencies []time.Duration
}

func (a *acks) add(ack client.Ack) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.latencies = append(a.latencies, ack.Latency)
}

// percentiles returns the 50th and 99th, by nearest rank.
func (a *acks) percentiles() (p50, p99 time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.latencies) == 0 {
		return 0, 0
	}
	slices.Sort(a.latencies)
	at := func(percent int) time.Duration {
		return a.latencies[(len(a.latencies)*percent+99)/100-1]
	}
	return at(50), at(99)
}
