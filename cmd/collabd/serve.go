package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/server"
)

// serveCmd holds the flags of the server; each has its environment variable.
type serveCmd struct {
	Addr      string        `default:"localhost:8080" env:"COLLABD_ADDR" help:"Address to listen on."`
	Data      string        `default:"data" env:"COLLABD_DATA" type:"path" help:"Folder of the database."`
	PublicURL string        `name:"public-url" env:"COLLABD_PUBLIC_URL" help:"The address that people open, if a proxy is in front: https://docs.example.org."`
	Guests    server.Guests `default:"auto" enum:"auto,none,view,edit" env:"COLLABD_GUESTS" help:"What people without an account may do: ${enum}. auto: edit on a loopback address, none elsewhere."`
	PlainHTTP bool          `name:"plain-http" env:"COLLABD_PLAIN_HTTP" help:"Allow plain HTTP on an address that others can reach."`
	LogLevel  string        `default:"info" enum:"debug,info,warn,error" env:"COLLABD_LOG_LEVEL" help:"Least severity of what is logged: ${enum}."`
	LogFormat string        `default:"auto" enum:"auto,console,json" env:"COLLABD_LOG_FORMAT" help:"${enum}. auto: console on a terminal, JSON otherwise."`
}

// Run serves until the program is told to stop.
func (c *serveCmd) Run(ctx context.Context) error {
	log, err := newLogger(c.LogLevel, c.LogFormat)
	if err != nil {
		return err
	}
	cfg := server.Config{Addr: c.Addr, Data: c.Data, PublicURL: c.PublicURL, Guests: c.Guests, PlainHTTP: c.PlainHTTP}
	return server.Run(ctx, cfg, log, func(url, data string) {
		fmt.Printf("collabd is ready: open %s (data in %s)\n", url, data)
	})
}

func newLogger(level, format string) (zerolog.Logger, error) {
	lv, err := zerolog.ParseLevel(level)
	if err != nil {
		return zerolog.Logger{}, fmt.Errorf("log level: %w", err)
	}
	var log zerolog.Logger
	if format == "console" || (format == "auto" && isTerminal(os.Stderr)) {
		log = zerolog.New(zerolog.ConsoleWriter{Out: os.Stderr, TimeFormat: time.TimeOnly})
	} else {
		log = zerolog.New(os.Stderr)
	}
	return log.Level(lv).With().Timestamp().Logger(), nil
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
