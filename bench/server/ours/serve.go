package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/bench/server/child"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/server"
)

// drainTime is how long the end may take.
const drainTime = 8 * time.Second

// serve does what server.Run does, on a store that Run cannot be told.
func serve(ctx context.Context, cfg server.Config, at string, log zerolog.Logger, stop func()) error {
	store, err := persist.Open(ctx, at, log)
	if err != nil {
		return err
	}
	s, err := server.New(ctx, cfg, store, log)
	if err != nil {
		return errors.Join(err, store.Close())
	}
	l, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return errors.Join(err, store.Close())
	}
	lim := server.DefaultAdmission()
	hs := &http.Server{Handler: s, ReadHeaderTimeout: lim.Header, IdleTimeout: lim.KeepAlive}
	served := make(chan error, 1)
	go func() { served <- hs.Serve(l) }()
	go child.Obey("http://"+l.Addr().String(), stop)
	select {
	case err = <-served:
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	return errors.Join(err, s.Close(drain), hs.Shutdown(drain), store.Close())
}
