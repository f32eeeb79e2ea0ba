package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == "child" {
		exit(child(way(os.Args[2]), os.Args[3]))
	}
	var c config
	only := flag.String("only", "", "run only the scenarios whose name matches this regular expression")
	flag.StringVar(&c.traces, "traces", os.Getenv("COLLABD_TRACES"), "folder of recorded sessions (default $COLLABD_TRACES)")
	flag.StringVar(&c.dir, "dir", "bench/ot", "folder with peers and node_modules")
	flag.StringVar(&c.page, "o", "", "write the report to this file too, if no scenario was left out")
	flag.IntVar(&c.rounds, "rounds", 5, "rounds of each scenario")
	flag.DurationVar(&c.limit, "time", 8*time.Minute, "about how long all may take: when half of it is over, each scenario gets two rounds, later one")
	flag.DurationVar(&c.budget, "budget", 3*time.Second, "time on the clock after which a contender gets no further round of a scenario")
	flag.Parse()
	c.started = time.Now()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if c.only, err = regexp.Compile(*only); err == nil {
		err = run(ctx, c)
	}
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/ot:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func child(w way, file string) error {
	in, err := readInput(file)
	if err != nil {
		return err
	}
	t, err := newTask(w, in)
	if err != nil {
		return err
	}
	return serveChild(t, os.Stdin, os.Stdout)
}

type config struct {
	traces, dir, page string
	only              *regexp.Regexp
	rounds            int
	budget, limit     time.Duration
	started           time.Time
}

func run(ctx context.Context, c config) error {
	all, err := contenders(c.dir)
	if err != nil {
		return err
	}
	var traces []trace
	if c.traces == "" {
		fmt.Fprintln(os.Stderr, "COLLABD_TRACES is not set: without recorded sessions there is no replay, no session to compose and no page to write. docs/traces.md describes their files.")
	} else if traces, err = readTraces(c.traces); err != nil {
		return err
	}
	if c.page != "" {
		if err := os.MkdirAll(filepath.Dir(c.page), 0o755); err != nil {
			return err // now, not when all is measured
		}
	}
	dir, err := os.MkdirTemp("", "collabd-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r := report{versions: map[string]string{}}
	for _, w := range all {
		r.columns = append(r.columns, w.name)
	}
	complete := len(traces) > 0
	var wrong error
	for _, s := range scenarios(traces) {
		if !c.only.MatchString(s.name) {
			complete = false
			continue
		}
		line, err := c.measure(ctx, all, s, dir, r.versions)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		r.lines = append(r.lines, line)
		wrong = errors.Join(wrong, line.check())
		fmt.Fprintln(os.Stderr, line)
	}
	fmt.Print(r.text())
	if wrong != nil {
		return wrong
	}
	if c.page == "" || !complete {
		return nil
	}
	return os.WriteFile(c.page, []byte(r.page()), 0o644)
}

// roundsNow is how many rounds there still is time for.
func (c config) roundsNow() int {
	switch spent := time.Since(c.started); {
	case spent > c.limit*3/4:
		return 1
	case spent > c.limit/2:
		return min(2, c.rounds)
	}
	return c.rounds
}

// measure lets all contenders do s, round after round in turn.
func (c config) measure(ctx context.Context, all []contender, s scenario, dir string, versions map[string]string) (line, error) {
	l := line{scenario: s, results: map[string]answer{}}
	file, err := s.write(dir)
	if err != nil {
		return l, err
	}
	// They get ready side by side, and are measured one by one.
	var wg sync.WaitGroup
	processes, errs := make([]*process, len(all)), make([]error, len(all))
	for i, who := range all {
		wg.Go(func() { processes[i], errs[i] = who.start(ctx, file) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return l, err
	}
	var ready []*process
	for i, who := range all {
		p := processes[i]
		if p.unable != "" {
			l.results[who.name] = answer{Unable: p.unable}
			if err := p.end(); err != nil {
				return l, err
			}
			continue
		}
		for name, version := range p.versions {
			versions[name] = version
		}
		ready = append(ready, p)
	}
	spent := map[string]time.Duration{}
	for round := range c.roundsNow() {
		for _, p := range ready {
			if round > 0 && spent[p.who] > c.budget {
				continue
			}
			from := time.Now()
			a, err := p.round()
			if err != nil {
				return l, err
			}
			spent[p.who] += time.Since(from)
			if best, ok := l.results[p.who]; !ok || a.Seconds < best.Seconds {
				l.results[p.who] = a
			}
		}
	}
	for _, p := range ready {
		if err := p.end(); err != nil {
			return l, err
		}
	}
	return l, nil
}
