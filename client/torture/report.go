package torture

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Report is what a run found. Its JSON form has times in nanoseconds.
type Report struct {
	Store     string `json:"store"` // as the caller names it
	Seed      uint64 `json:"seed"`
	Servers   int    `json:"servers"`
	Clients   int    `json:"clients"`
	Documents int    `json:"documents"` // of a round
	Rounds    int    `json:"rounds"`

	Kills       int `json:"kills"` // of the three kinds below
	KilledAlone int `json:"killed_server"`
	KilledStore int `json:"killed_store"`
	KilledBoth  int `json:"killed_both"`
	Pauses      int `json:"pauses"`
	Cuts        int `json:"cuts"`

	// Typed is the number of ops that were typed: several become one edit
	// where an edit was in flight.
	Typed      int64 `json:"typed"`
	Reconnects int   `json:"reconnects"`
	// Reads that were compared with the history.
	Reads int `json:"reads"`
	Verdict

	// RestartP50 and RestartMax are from starting a killed server to its first
	// answer, StoreRestartP50 and StoreRestartMax the same of the store.
	RestartP50      time.Duration `json:"restart_p50"`
	RestartMax      time.Duration `json:"restart_max"`
	StoreRestartP50 time.Duration `json:"store_restart_p50"`
	StoreRestartMax time.Duration `json:"store_restart_max"`
	Took            time.Duration `json:"took"`
}

// take adds what a round found.
func (r *Report) take(v Verdict, round *round) {
	r.Verdict.add(v)
	for _, t := range round.typists {
		r.Reconnects += t.stats.Reconnects
		r.Reads += len(t.sights)
	}
	for _, sights := range round.reader.sights {
		r.Reads += len(sights)
	}
}

func (r *Report) finish(d *driver, typed int64, took time.Duration) {
	r.KilledAlone, r.KilledStore, r.KilledBoth = d.killed[KillServer], d.killed[KillStore], d.killed[KillBoth]
	r.Kills = r.KilledAlone + r.KilledStore + r.KilledBoth
	r.Pauses, r.Cuts, r.Typed, r.Took = d.pauses, d.cuts, typed, took
	r.RestartP50, r.RestartMax = medianAndLongest(d.restarts)
	r.StoreRestartP50, r.StoreRestartMax = medianAndLongest(d.storeRestarts)
	if r.Problems == nil {
		r.Problems = []string{}
	}
}

// WriteTo writes the report for people to read.
func (r Report) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-13s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("store", "%s", r.Store)
	line("seed", "%d", r.Seed)
	line("kills", "%d: %d of a server, %d of the store, %d of both at once", r.Kills, r.KilledAlone, r.KilledStore, r.KilledBoth)
	if r.Pauses+r.Cuts > 0 {
		line("besides", "%d pauses, %d cuts between server and store", r.Pauses, r.Cuts)
	}
	line("people", "%d clients in %d documents on %d servers, %d reconnects", r.Clients, r.Documents, r.Servers, r.Reconnects)
	line("typed", "%d ops in %s", r.Typed, r.Took.Round(time.Millisecond))
	line("edits", "%d", r.Edits)
	line("acknowledged", "%d", r.Acknowledged)
	line("read", "%d times", r.Reads)
	line("restart", "p50 %s, longest %s", millis(r.RestartP50), millis(r.RestartMax))
	if r.StoreRestartMax > 0 {
		line("of the store", "p50 %s, longest %s", millis(r.StoreRestartP50), millis(r.StoreRestartMax))
	}
	line("lost", "%d", r.Lost)
	line("doubled", "%d", r.Doubled)
	line("reordered", "%d", r.Reordered)
	line("diverged", "%d", r.Diverged)
	line("damaged", "%d", r.Damaged)
	for _, p := range r.Problems {
		line("LOOK AT", "%s", p)
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

func millis(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }
