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
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const usualClients = "2,10,50,200"

func main() {
	var b bench
	only := flag.String("only", "", "measure only the contenders whose name matches this regular expression")
	names := flag.String("scenario", "", "run only these scenarios, with commas between: "+strings.Join(scenarioNames(), ","))
	clients := flag.String("clients", "", "numbers of clients of a hot document, with commas between (default "+usualClients+"); without -scenario, that one alone")
	seconds := flag.Float64("seconds", 3, "how long a measurement lasts")
	warm := flag.Float64("warm", 1, "seconds of load before a measurement begins")
	flag.StringVar(&b.dir, "dir", "bench/server", "folder of this program, with peers and node_modules")
	flag.StringVar(&b.page, "o", "", "write the report to this file too, if nothing was left out")
	flag.StringVar(&b.profile, "cpuprofile", "", "write a CPU profile of our server over the last measurement to this file")
	flag.StringVar(&b.debug, "debug", "", "address on which our server shows /debug/pprof and /debug/vars")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b.time, b.warm = time.Duration(*seconds*1e9), time.Duration(*warm*1e9)
	if *clients == "" {
		*clients = usualClients
	} else if *names == "" {
		*names = "hot"
	}
	if err := errors.Join(b.choose(*only, *names), b.count(*clients)); err != nil {
		exit(err)
	}
	exit(b.run(ctx))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/server:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// bench is a run of this program.
type bench struct {
	dir        string
	page       string
	temp       string // folder for all that is made
	time       time.Duration
	warm       time.Duration
	profile    string // file
	debug      string // address
	contenders []contender
	scenarios  []scenario
	clients    []int
	complete   bool            // nothing is left out
	others     []time.Duration // CPU time a second of who is not measured, in each measurement
	pg         postgres
}

// choose takes the contenders and scenarios that are wanted.
func (b *bench) choose(only, names string) error {
	match, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	b.complete = only == "" && names == ""
	for _, c := range contenders() {
		if match.MatchString(c.name) {
			b.contenders = append(b.contenders, c)
		}
	}
	if names == "" {
		b.scenarios = scenarios
		return nil
	}
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(scenarios, func(s scenario) bool { return s.name == name })
		if i < 0 {
			return fmt.Errorf("no scenario %q, there are %s", name, strings.Join(scenarioNames(), ", "))
		}
		b.scenarios = append(b.scenarios, scenarios[i])
	}
	return nil
}

func (b *bench) count(clients string) error {
	for text := range strings.SplitSeq(clients, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is no number of clients", text)
		}
		b.clients = append(b.clients, n)
	}
	return nil
}

func (b *bench) run(ctx context.Context) (err error) {
	if b.page != "" {
		if err := os.MkdirAll(filepath.Dir(b.page), 0o755); err != nil {
			return err // now, not when all is measured
		}
	}
	if b.temp, err = os.MkdirTemp("", "collabd-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.pg.stop(), os.RemoveAll(b.temp)) }()
	if err := b.build(ctx); err != nil {
		return err
	}
	r := newReport()
	for _, s := range b.scenarios {
		for _, step := range s.steps(b) {
			if err := b.turns(ctx, s, step, r); err != nil {
				return err
			}
		}
	}
	fmt.Print(r.text())
	// A contender that fails is a result, and stands on the page; one of ours is
	// a fault, and there is none.
	if len(r.own) > 0 {
		return errors.New(strings.Join(r.own, "\n"))
	}
	r.versions = b.versions()
	if b.page == "" || !b.complete {
		return nil
	}
	return os.WriteFile(b.page, []byte(r.page(b)), 0o644)
}

// turns lets each contender do a step of a scenario. What fails is told in the
// end.
func (b *bench) turns(ctx context.Context, s scenario, step int, r *report) error {
	for _, c := range b.contenders {
		if !s.fits(c) {
			continue
		}
		if err := s.run(b, ctx, c, step, r); err != nil {
			if ctx.Err() != nil {
				return err
			}
			r.fail(s, c, err)
		}
	}
	return nil
}
