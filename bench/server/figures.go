package main

import (
	"fmt"
	"time"
)

// figureTable compares what was measured with what is to be reached.
func (r *report) figureTable() table {
	t := table{title: "Figures to reach", head: []string{"what", "wanted", "measured", ""}}
	for _, c := range contenders() {
		if c.ours {
			r.figuresOf(c.name, func(what, want, got string, reached bool) {
				verdict := "missed"
				if reached {
					verdict = "reached"
				}
				t.add(c.name+": "+what, want, got, verdict)
			})
		}
	}
	return t
}

// figuresOf tells the figures of one of ours that there are results for.
func (r *report) figuresOf(name string, tell func(what, want, got string, reached bool)) {
	atLeast := func(what string, times, own, other float64, whose string) {
		if own > 0 && other > 0 {
			tell(what, fmt.Sprintf("≥ %g× %s", times, whose), ratio(own/other), own >= times*other)
		}
	}
	for _, n := range []int{10, 50, 200} {
		rate := r.hot[name][n].rate
		other, whose := r.best(func(c contender) bool { return c.durable }, func(name string) float64 { return r.hot[name][n].rate })
		atLeast(fmt.Sprintf("hot document, %d clients, beside who keeps edits", n), 30, rate, other, whose)
		if times := map[int]float64{50: 0.5, 200: 1}[n]; times > 0 {
			other, whose = r.best(func(c contender) bool { return !c.durable }, func(name string) float64 { return r.hot[name][n].rate })
			atLeast(fmt.Sprintf("hot document, %d clients, beside who does not", n), times, rate, other, whose)
		}
	}
	rate := func(name string) float64 { return r.many[name].rate }
	other, whose := r.best(func(c contender) bool { return !c.durable }, rate)
	atLeast("many documents, beside who keeps nothing", 1, rate(name), other, whose)
	other, whose = r.best(func(c contender) bool { return c.durable }, rate)
	atLeast("many documents, beside who keeps edits", 8, rate(name), other, whose)
	if o, ok := r.opening[name]; ok {
		tell("open 1 MB with 100,000 edits, first", "≤ 20 ms", duration(o.first), o.first <= 20*time.Millisecond)
		tell("open 1 MB with 100,000 edits, later", "≤ 20 ms", duration(o.later), o.later <= 20*time.Millisecond)
	}
	r.costs(name, tell)
	if each, ok := r.idle[name]; ok {
		tell("an idle client", "≤ 20 KB", fmt.Sprintf("%.1f KB", each/1000), each <= 20_000)
	}
	for _, n := range stalledReaders[1:] {
		none, some := r.stalled[name][0].deliver.p99, r.stalled[name][n].deliver.p99
		if none > 0 && some > 0 {
			tell(fmt.Sprintf("%d stalled readers, p99 of the others", n), "+ ≤ 5 % or 1 ms", fmt.Sprintf("%s, without %s", duration(some), duration(none)),
				some <= none+max(none/20, time.Millisecond))
		}
	}
	if l, ok := r.loss[name]; ok {
		tell("acknowledged edits lost", "0", thousands(l.lost), l.lost == 0)
	}
}

// costs compares the server's CPU time for an edit with the least of all others.
func (r *report) costs(name string, tell func(what, want, got string, reached bool)) {
	for _, n := range r.hot.numbers() {
		perSecond := func(name string) float64 { // edits delivered for a second of CPU time
			h := r.hot[name][n]
			if h.cpu.server == 0 {
				return 0
			}
			return h.rate * float64(n) / h.cpu.server.Seconds()
		}
		own := perSecond(name)
		other, whose := r.best(func(contender) bool { return true }, perSecond)
		if own > 0 && other > 0 {
			tell(fmt.Sprintf("server CPU for 1,000 delivered edits, %d clients", n), "< "+cpu(1000/other)+", "+whose, cpu(1000/own), own > other)
		}
	}
}

// best is who does most, of those of the others that fit.
func (r *report) best(fits func(contender) bool, does func(name string) float64) (most float64, name string) {
	for _, c := range contenders() {
		if x := does(c.name); !c.ours && !c.limit && fits(c) && x > most {
			most, name = x, c.name
		}
	}
	return most, name
}
