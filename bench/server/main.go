package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	var b bench
	only := flag.String("only", "", "measure only the contenders whose name matches this regular expression")
	names := flag.String("scenario", "hot", "scenarios to run, with commas between")
	clients := flag.String("clients", "2,10,50,200", "hot: numbers of clients, with commas between")
	seconds := flag.Float64("seconds", 3, "how long a measurement lasts")
	warm := flag.Float64("warm", 1, "seconds before a measurement begins")
	flag.StringVar(&b.dir, "dir", "bench/server", "folder of this program, with peers and node_modules")
	flag.StringVar(&b.profile, "cpuprofile", "", "write a CPU profile of our server over the last measurement to this file")
	flag.StringVar(&b.debug, "debug", "", "address on which our server shows /debug/pprof and /debug/vars")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b.time, b.warm = time.Duration(*seconds*1e9), time.Duration(*warm*1e9)
	_ = names
	if err := b.run(ctx, *only, *clients); err != nil {
		fmt.Fprintln(os.Stderr, "bench/server:", err)
		os.Exit(1)
	}
}

// bench is a run of this program.
type bench struct {
	dir     string
	temp    string // folder for all that is made
	time    time.Duration
	warm    time.Duration
	profile string // file
	debug   string // address
}

func (b *bench) run(ctx context.Context, only, clients string) (err error) {
	match, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	if b.temp, err = os.MkdirTemp("", "collabd-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.temp)) }()
	if err := b.build(ctx); err != nil {
		return err
	}
	for _, text := range strings.Split(clients, ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		for _, c := range contenders() {
			if !match.MatchString(c.name) {
				continue
			}
			r, err := b.hot(ctx, c, n, 0)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			fmt.Printf("hot %3d %-18s %8.0f edits/s  ack %v/%v  deliver %v/%v  cpu server %.2f store %.2f driver %.2f  frames %.0f/s  %s\n", n, c.name, r.rate,
				r.ack.p50, r.ack.p99, r.deliver.p50, r.deliver.p99, r.cpu.server.Seconds(), r.cpu.store.Seconds(), r.cpu.driver.Seconds(), r.frames, r.problem)
		}
	}
	return nil
}
