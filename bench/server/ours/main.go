package main

import (
	"context"
	"expvar"
	"flag"
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof" // on the default mux, which the server does not use
	"os"
	"os/signal"
	"runtime/metrics"
	"syscall"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/bench/server/child"
	"github.com/collabd/collabd/server"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "address to listen on")
	store := flag.String("store", "", "sqlite:FILE or postgres://…")
	debug := flag.String("debug", "", "address for /debug/pprof and /debug/vars")
	flag.Parse()
	if err := run(*addr, *store, *debug); err != nil {
		fmt.Fprintln(os.Stderr, "ours:", err)
		os.Exit(1)
	}
}

func run(addr, store, debug string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if debug != "" {
		l, err := net.Listen("tcp", debug)
		if err != nil {
			return err
		}
		defer l.Close()
		expvar.Publish("runtime", expvar.Func(readings))
		go func() { _ = http.Serve(l, nil) }() // ends with the program
	}
	cfg := server.Config{Addr: addr, Store: store, Guests: server.GuestsAuto}
	log := zerolog.New(os.Stderr).Level(zerolog.WarnLevel).With().Timestamp().Logger()
	return server.Run(ctx, cfg, log, func(open, _ string) {
		go child.Obey(open, stop)
	})
}

// readings are the numbers that the runtime keeps.
func readings() any {
	all := metrics.All()
	samples := make([]metrics.Sample, len(all))
	for i, d := range all {
		samples[i].Name = d.Name
	}
	metrics.Read(samples)
	values := map[string]any{}
	for _, s := range samples {
		switch s.Value.Kind() {
		case metrics.KindUint64:
			values[s.Name] = s.Value.Uint64()
		case metrics.KindFloat64:
			values[s.Name] = s.Value.Float64()
		}
	}
	return values
}
