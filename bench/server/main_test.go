package main

import (
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// Quantiles are right to the width of a bucket.
func TestHistogram(t *testing.T) {
	const seed = 1
	random := rand.New(rand.NewPCG(seed, 0))
	var h, half histogram
	var all []time.Duration
	for i := range 10_000 {
		d := time.Duration(random.ExpFloat64() * float64(5*time.Millisecond)).Truncate(time.Microsecond)
		if all = append(all, d); i%2 == 0 {
			h.add(d)
		} else {
			half.add(d)
		}
	}
	h.merge(&half)
	h.merge(nil)
	slices.Sort(all)
	for _, q := range []float64{0.01, 0.5, 0.9, 0.99, 1} {
		want := all[max(int(q*float64(len(all)))-1, 0)]
		if got := h.quantile(q); got < want || float64(got) > float64(want)*1.016+2000 {
			t.Errorf("seed %d: quantile %v is %v, want %v", seed, q, got, want)
		}
	}
	for us := time.Duration(1); us < 1<<33; us = us*3 + 1 {
		if d := us * time.Microsecond; us < 1<<32 && (upper(bucket(d)) < d || bucket(upper(bucket(d))) != bucket(d)) {
			t.Errorf("%v is in bucket %d, which ends with %v", d, bucket(d), upper(bucket(d)))
		}
	}
	if (&histogram{}).quantile(0.99) != 0 {
		t.Error("nothing has a quantile")
	}
}

func TestCaret(t *testing.T) {
	c := caret(5)
	c.over(6, 3)
	c.over(5, 2)
	c.over(0, 1)
	if c != 8 {
		t.Errorf("the caret is at %d", c)
	}
}

// An author knows when each letter was typed, and where edits end.
func TestAuthor(t *testing.T) {
	var a author
	for i := range 3 * memory {
		a.key(time.Duration(i))
		if i%3 == 2 {
			a.edit()
		}
	}
	if a.pending() != 0 || a.until(a.sent) != 3*memory || a.until(a.sent-1) != 3*memory-3 || a.at(3*memory-7) != 3*memory-7 {
		t.Errorf("%d pending, edits end at %d and %d, %v", a.pending(), a.until(a.sent), a.until(a.sent-1), a.at(3*memory-7))
	}
}

// This program can be found in /proc, and its CPU time and memory.
func TestProc(t *testing.T) {
	me, err := readStat(os.Getpid())
	if err != nil || me.parent != os.Getppid() {
		t.Errorf("%+v, %v", me, err)
	}
	below, err := cpuBelow(os.Getppid())
	if err != nil || below < me.own {
		t.Errorf("the parent and all below have used %v, this process %v, %v", below, me.own, err)
	}
	if n, err := memoryOf(os.Getpid()); err != nil || n < 1<<20 {
		t.Errorf("%d bytes, %v", n, err)
	}
	if busy, err := machineCPU(); err != nil || busy < me.own {
		t.Errorf("the machine was busy for %v, this process for %v, %v", busy, me.own, err)
	}
}

// The report compares with the right ones.
func TestFigures(t *testing.T) {
	r := newReport()
	for name, rate := range map[string]float64{
		"collabd, SQLite": 9000, "collabd, Postgres": 2000, "ShareDB, Postgres": 100, "ShareDB, memory": 5000, "Hocuspocus": 8000, "relay": 50_000,
	} {
		r.hot.set(name, 200, hot{clients: 200, rate: rate, cpu: usage{server: time.Second}})
		r.many[name] = many{rate: rate}
	}
	r.stalled.set("collabd, SQLite", 0, hot{deliver: percentiles{p99: 10 * time.Millisecond}})
	r.stalled.set("collabd, SQLite", 1, hot{deliver: percentiles{p99: 11 * time.Millisecond}})
	r.stalled.set("collabd, SQLite", 10, hot{deliver: percentiles{p99: 12 * time.Millisecond}})
	r.idle["collabd, SQLite"] = 20_001
	r.opening["collabd, SQLite"] = opening{30 * time.Millisecond, 2 * time.Millisecond}
	r.loss["collabd, SQLite"] = loss{acked: 10, kills: 3}
	var got []string
	for _, row := range r.figureTable().rows {
		got = append(got, strings.Join(row[:3], "; ")+": "+row[3])
	}
	for _, want := range []string{
		"collabd, SQLite: hot document, 200 clients, beside who keeps edits; ≥ 30× ShareDB, Postgres; 90×: reached",
		"collabd, SQLite: hot document, 200 clients, beside who does not; ≥ 1× Hocuspocus; 1.1×: reached",
		"collabd, Postgres: hot document, 200 clients, beside who keeps edits; ≥ 30× ShareDB, Postgres; 20×: missed",
		"collabd, Postgres: many documents, beside who keeps edits; ≥ 8× ShareDB, Postgres; 20×: reached",
		"collabd, Postgres: many documents, beside who keeps nothing; ≥ 1× Hocuspocus; 0.25×: missed",
		"collabd, SQLite: open 1 MB with 100,000 edits, first; ≤ 20 ms; 30.0 ms: missed",
		"collabd, SQLite: open 1 MB with 100,000 edits, later; ≤ 20 ms; 2.00 ms: reached",
		"collabd, SQLite: server CPU for 1,000 delivered edits, 200 clients; < 625 µs, Hocuspocus; 556 µs: reached",
		"collabd, SQLite: an idle client; ≤ 20 KB; 20.0 KB: missed",
		"collabd, SQLite: 1 stalled readers, p99 of the others; + ≤ 5 % or 1 ms; 11.0 ms, without 10.0 ms: reached",
		"collabd, SQLite: 10 stalled readers, p99 of the others; + ≤ 5 % or 1 ms; 12.0 ms, without 10.0 ms: missed",
		"collabd, SQLite: acknowledged edits lost; 0; 0: reached",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no figure %q in\n%s", want, strings.Join(got, "\n"))
		}
	}
	page := r.page(&bench{others: []time.Duration{time.Second, 2 * quiet, 0}})
	if strings.Contains(r.page(&bench{others: []time.Duration{time.Second, quiet, 0}}), "not quiet") {
		t.Error("the page does not know a quiet machine")
	}
	for _, want := range []string{"not quiet", "| ShareDB, Postgres | 100 (90×) |", "## Figures to reach", "| collabd, SQLite | 9,000 |"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q:\n%s", want, page)
		}
	}
}

// What fails stands on the page, and it is known whether it was ours.
func TestFailures(t *testing.T) {
	r := newReport()
	all := contenders()
	r.fail(scenarios[0], all[2], errors.New("it collapsed"))
	if len(r.own) != 0 || !strings.Contains(r.page(&bench{others: []time.Duration{0}}), "- hot, ShareDB, Postgres: it collapsed") {
		t.Errorf("ours are %q; the page is\n%s", r.own, r.page(&bench{others: []time.Duration{0}}))
	}
	if r.fail(scenarios[0], all[0], errors.New("gone")); len(r.own) != 1 || len(r.failures) != 2 {
		t.Errorf("ours are %q of %q", r.own, r.failures)
	}
}

// What an edit costs is told for each client that got it.
func TestCost(t *testing.T) {
	h := hot{clients: 50, rate: 200, cpu: usage{server: 500 * time.Millisecond, store: 100 * time.Millisecond}}
	if got := h.cost(); got != "50.0 ms + 10.0 ms" {
		t.Errorf("10,000 deliveries for 0.5 + 0.1 s: %s for 1,000", got)
	}
}

// The command line chooses.
func TestChoose(t *testing.T) {
	var b bench
	if err := b.choose("collabd|relay", "hot,kill"); err != nil || len(b.contenders) != 3 || len(b.scenarios) != 2 || b.complete {
		t.Errorf("%d contenders, %d scenarios, complete %v, %v", len(b.contenders), len(b.scenarios), b.complete, err)
	}
	b = bench{}
	if err := b.choose("", ""); err != nil || !b.complete || len(b.scenarios) != len(scenarios) {
		t.Errorf("%d scenarios, complete %v, %v", len(b.scenarios), b.complete, err)
	}
	if b.choose("", "fast") == nil || b.choose("(", "") == nil || b.count("2,x") == nil || b.count("0") == nil {
		t.Error("nonsense is taken")
	}
}
