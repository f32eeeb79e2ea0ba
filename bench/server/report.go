package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// report is all that was measured, by the contenders' names.
type report struct {
	hot      series
	many     map[string]many
	idle     map[string]float64 // bytes
	opening  map[string]opening
	stalled  series
	loss     map[string]loss
	failures []string // of all
	own      []string // those of ours
	versions []string
}

// series are results by contender and number of clients.
type series map[string]map[int]hot

func (s series) set(name string, n int, h hot) {
	if s[name] == nil {
		s[name] = map[int]hot{}
	}
	s[name][n] = h
}

// numbers are the numbers of clients that there are results for.
func (s series) numbers() (list []int) {
	for _, of := range s {
		for n := range of {
			if !slices.Contains(list, n) {
				list = append(list, n)
			}
		}
	}
	slices.Sort(list)
	return list
}

func newReport() *report {
	return &report{
		hot: series{}, stalled: series{}, many: map[string]many{}, idle: map[string]float64{},
		opening: map[string]opening{}, loss: map[string]loss{},
	}
}

func (r *report) fail(s scenario, c contender, err error) {
	line := fmt.Sprintf("%s, %s: %v", s.name, c.name, err)
	fmt.Println("FAILED ", line)
	r.failures = append(r.failures, line)
	if c.ours {
		r.own = append(r.own, line)
	}
}

// table is a table of the report; the first column names the rows.
type table struct {
	title string
	head  []string
	rows  [][]string
}

// add appends a row, unless it says nothing.
func (t *table) add(name string, cells ...string) {
	if slices.ContainsFunc(cells, func(c string) bool { return c != none }) {
		t.rows = append(t.rows, append([]string{name}, cells...))
	}
}

const none = "–"

// tables are those that there are results for.
func (r *report) tables() (list []table) {
	all := []table{
		r.hotTable("One hot document: edits a second", func(name string, n int, h hot) string { return count(h.rate) + r.times(name, n, h) }),
		r.hotTable("One hot document: to the acknowledgement, p50 / p99", func(_ string, _ int, h hot) string { return h.ack.String() }),
		r.hotTable("One hot document: to other clients, p50 / p99", func(_ string, _ int, h hot) string { return h.deliver.String() }),
		r.hotTable("One hot document: CPU time for 1,000 delivered edits, server + store", func(_ string, _ int, h hot) string { return h.cost() }),
		r.hotTable("One hot document: frames a second that reach clients", func(_ string, _ int, h hot) string { return count(h.frames) }),
		r.manyTable(), r.idleTable(), r.openTable(), r.stalledTable(), r.lossTable(), r.figureTable(),
	}
	for _, t := range all {
		if len(t.rows) > 0 {
			list = append(list, t)
		}
	}
	return list
}

func (r *report) hotTable(title string, cell func(name string, n int, h hot) string) table {
	t := table{title: title, head: []string{""}}
	numbers := r.hot.numbers()
	for _, n := range numbers {
		t.head = append(t.head, fmt.Sprintf("%d clients", n))
	}
	for _, c := range contenders() {
		var cells []string
		for _, n := range numbers {
			if h, ok := r.hot[c.name][n]; ok {
				cells = append(cells, cell(c.name, n, h))
			} else {
				cells = append(cells, none)
			}
		}
		t.add(c.name, cells...)
	}
	return t
}

// times says how many times as much the first of ours does.
func (r *report) times(name string, n int, h hot) string {
	own, ok := r.hot[oursName][n]
	if !ok || name == oursName {
		return ""
	}
	return " (" + ratio(own.rate/h.rate) + ")"
}

// oursName is the contender that others are compared with.
const oursName = "collabd, SQLite"

// cost is the CPU time for a thousand edits that came to a client, the authors'
// own among them.
func (h hot) cost() string {
	per := 1000 / (h.rate * float64(h.clients))
	text := cpu(h.cpu.server.Seconds() * per)
	if h.cpu.store > 0 {
		text += " + " + cpu(h.cpu.store.Seconds()*per)
	}
	return text
}

func (r *report) manyTable() table {
	t := table{
		title: fmt.Sprintf("%d documents with %d people each: the highest rate of typing with a p99 below %v", manyDocs, manyEach, manyBound),
		head:  []string{"", "edits a second", "to the other, p50 / p99", "CPU, cores: server + store", "and then"},
	}
	own := r.many[oursName]
	for _, c := range contenders() {
		m, ok := r.many[c.name]
		if !ok {
			continue
		}
		rate := count(m.rate)
		if own.rate > 0 && m.rate > 0 && c.name != oursName {
			rate += " (" + ratio(own.rate/m.rate) + ")"
		}
		t.add(c.name, rate, m.deliver.String(), fmt.Sprintf("%.2f + %.2f", m.cpu.server.Seconds(), m.cpu.store.Seconds()), m.why)
	}
	return t
}

func (r *report) idleTable() table {
	t := table{title: fmt.Sprintf("%s idle clients in %d documents: memory of the server for each", thousands(idleClients), idleDocs), head: []string{"", "a client"}}
	for _, c := range contenders() {
		if each, ok := r.idle[c.name]; ok {
			t.add(c.name, fmt.Sprintf("%.1f KiB", each/1024))
		}
	}
	return t
}

func (r *report) openTable() table {
	t := table{title: "Opening a document of 1 MB with a history of 100,000 edits", head: []string{"", "first, after a restart", "later"}}
	for _, c := range contenders() {
		if o, ok := r.opening[c.name]; ok {
			t.add(c.name, duration(o.first), duration(o.later))
		}
	}
	return t
}

func (r *report) stalledTable() table {
	t := table{
		title: fmt.Sprintf("Readers that stop reading, among %d clients of which %d type: p99 of delivery to the others", stalledClients, typistsMost),
		head:  []string{""},
	}
	numbers := r.stalled.numbers()
	for _, n := range numbers {
		t.head = append(t.head, fmt.Sprintf("%d stalled", n))
	}
	for _, c := range contenders() {
		var cells []string
		for _, n := range numbers {
			if h, ok := r.stalled[c.name][n]; ok {
				cells = append(cells, fmt.Sprintf("%s (%s/s)", duration(h.deliver.p99), count(h.rate)))
			} else {
				cells = append(cells, none)
			}
		}
		t.add(c.name, cells...)
	}
	return t
}

func (r *report) lossTable() table {
	t := table{title: "Acknowledged edits that are gone after kill -9 of the server", head: []string{"", "it promises", "kills", "acknowledged", "lost"}}
	for _, c := range contenders() {
		if l, ok := r.loss[c.name]; ok {
			t.add(c.name, c.promise, fmt.Sprint(l.kills), thousands(l.acked), thousands(l.lost))
		}
	}
	return t
}

func (h hot) String() string {
	return fmt.Sprintf("%8.0f edits/s  ack %v  deliver %v  %v  %.0f frames/s %s", h.rate, h.ack, h.deliver, h.cpu, h.frames, h.problem)
}

func (m many) String() string {
	return fmt.Sprintf("%8.0f edits/s  deliver %v  %v  (%s)", m.rate, m.deliver, m.cpu, m.why)
}

func (p percentiles) String() string { return duration(p.p50) + " / " + duration(p.p99) }

func (u usage) String() string {
	return fmt.Sprintf("CPU server %.2f store %.2f driver %.2f others %.2f", u.server.Seconds(), u.store.Seconds(), u.driver.Seconds(), u.others.Seconds())
}

// duration writes d with three digits that count.
func duration(d time.Duration) string {
	for _, u := range []struct {
		name string
		size time.Duration
	}{{"s", time.Second}, {"ms", time.Millisecond}} {
		if d >= u.size {
			return digits(float64(d)/float64(u.size)) + " " + u.name
		}
	}
	return digits(float64(d)/float64(time.Microsecond)) + " µs"
}

func cpu(seconds float64) string { return duration(time.Duration(seconds * float64(time.Second))) }

func ratio(x float64) string {
	if x >= 100 {
		return thousands(int(x+0.5)) + "×"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.2g", x), ".") + "×"
}

// digits writes x with three digits that count.
func digits(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

// count writes a number of things.
func count(x float64) string { return thousands(int(x + 0.5)) }

func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
