package main

import (
	"fmt"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"
)

// text is the report for a terminal.
func (r *report) text() string {
	var b strings.Builder
	for _, t := range r.tables() {
		fmt.Fprintf(&b, "\n%s\n", t.title)
		rows := append([][]string{t.head}, t.rows...)
		widths := make([]int, len(t.head))
		for _, row := range rows {
			for i, cell := range row {
				widths[i] = max(widths[i], utf8.RuneCountInString(cell))
			}
		}
		for _, row := range rows {
			for i, cell := range row {
				pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
				if i == 0 {
					b.WriteString(cell + pad)
				} else {
					b.WriteString("  " + pad + cell)
				}
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// page is the report as docs/benchmarks/server.md.
func (r *report) page(b *bench) string {
	var p strings.Builder
	p.WriteString(pageHead)
	fmt.Fprintf(&p, "\nMeasured on a machine with %d cores (%s/%s), which server, store and driver share; each\nmeasurement lasted %g s, after %g s of the same load. Other programs, and the system for\nall of them, used %.2f cores meanwhile, %.2f at most. Versions: %s.\n\n%s\n",
		runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, b.time.Seconds(), b.warm.Seconds(), middle(b.others).Seconds(), last(b.others).Seconds(),
		strings.Join(r.versions, ", "), legend)
	if middle(b.others) > quiet {
		p.WriteString("\n**The machine was not quiet: what follows cannot be relied upon.**\n")
	}
	if len(r.failures) > 0 {
		fmt.Fprintf(&p, "\nWhat failed, and is not in the tables or not to be trusted there:\n\n- %s\n", strings.Join(r.failures, "\n- "))
	}
	for _, t := range r.tables() {
		fmt.Fprintf(&p, "\n## %s\n\n| %s |\n|---|%s\n", t.title, strings.Join(t.head, " | "), strings.Repeat("---:|", len(t.head)-1))
		for _, row := range t.rows {
			fmt.Fprintf(&p, "| %s |\n", strings.Join(row, " | "))
		}
	}
	return p.String()
}

// last is the greatest of what middle has sorted.
func last(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	return d[len(d)-1]
}

// quiet is how much CPU time others may use in a second, the system's own work
// for the sockets among it, for figures that can be relied upon.
const quiet = 300 * time.Millisecond

const legend = "In brackets: how many times as much collabd on SQLite does. –: not measured."

const pageHead = `# Benchmarks of the server

` + "`make bench-server`" + ` writes this page: do not edit it. It needs Linux, Node.js and Postgres's
programs, and takes about a quarter of an hour.

    make bench-server
    go run ./bench/server -only 'collabd|relay' -scenario hot -clients 10,200 -seconds 5
    go run ./bench/server -only 'collabd, SQLite' -scenario hot -clients 200 -cpuprofile cpu.pprof

## Method

One driver, in Go, types into all of them over raw sockets; it speaks their protocols itself,
with as little work as that takes, and what it costs is counted apart. Each contender gets a
process and an empty store of its own for each measurement. The contenders take turns within
a scenario, so that a noisy minute meets neighbours in the table.

- *collabd* is the server as ` + "`collabd serve`" + ` runs it, with its own limits. An edit counts when it is
  acknowledged, which is after fsync. *ShareDB* has documents of rich-text, in memory or in
  Postgres (the newest ShareDB that sharedb-postgres allows). *Hocuspocus* stores documents in
  files, debounced as it is by default; it acknowledges what it has in memory. *y-websocket* is
  the server that version 2 of the package brings, and has no acknowledgement: there a client waits
  until its own update comes back. Postgres has its default settings.
- *relay* is no server of documents: it passes messages on, all that came in while it was sending
  in one frame. It shows what driver and machine can do at most.
- **One hot document.** Of N clients, 10 type (both, where there are two): each the next letter when
  the last one is acknowledged, where it typed before. At the end every client must have got every
  edit, and the document, opened anew, must have all letters; else the run fails. Times are from
  typing; up to ten readers and all typists tell when what came.
- **Many documents.** Letters are typed at a fixed rate all over, each by a random person, whatever the
  server does. Where a protocol has one edit in flight, what is typed meanwhile goes with the
  next, as in a real client; Yjs sends each letter. Time runs from when the letter was due to its arrival at
  the other person. The rate doubles until the p99 is over the bound or something is missing, twice
  running, and the last interval is halved three times.
- **Idle clients**: proportional set size after collecting garbage, less that with one client a
  document, for each client more.
- **Opening**: from before the connection to the last byte. The history is 100,000 inserts of 10
  letters at random places (into sharedb-postgres's tables they are written directly). The
  middle of 3 first and of 9 later openings.
- **Readers that stop**: they have small socket buffers and read nothing any more, while 10 type in
  a closed loop.
- **kill -9**: ten people type for 2 s, the server is killed and started again. Up to ten edits may have been
  stored and not acknowledged, so a loss may be greater by so many.
`
