package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/alecthomas/kong"
	"github.com/rs/zerolog"

	"github.com/collabd/collabd/server"
)

// serveCmd holds the flags of the server; each has its environment variable.
type serveCmd struct {
	Addr           string        `default:"localhost:8080" env:"COLLABD_ADDR" help:"Address to listen on."`
	Data           string        `default:"data" env:"COLLABD_DATA" type:"path" help:"Folder of the database."`
	Store          string        `env:"COLLABD_STORE" placeholder:"postgres://…" help:"Where the data is: postgres://USER:PASSWORD@HOST/DATABASE, or sqlite:PATH. Default: collabd.db in the folder of --data."`
	PublicURL      string        `name:"public-url" env:"COLLABD_PUBLIC_URL" help:"The address that people open, if a proxy is in front: https://docs.example.org."`
	Guests         server.Guests `default:"auto" enum:"auto,none,view,edit" env:"COLLABD_GUESTS" help:"What people without an account may do: ${enum}. auto: edit on a loopback address, none elsewhere."`
	PlainHTTP      bool          `name:"plain-http" env:"COLLABD_PLAIN_HTTP" help:"Allow plain HTTP on an address that others can reach."`
	AdminAddr      string        `name:"admin-addr" env:"COLLABD_ADMIN_ADDR" help:"Address of /metrics, /healthz and /debug/pprof/ for operators, such as localhost:9090. Default: none."`
	AdminPublic    bool          `name:"admin-public" env:"COLLABD_ADMIN_PUBLIC" help:"Allow an admin address that others can reach. There is no login, and no /debug/pprof/."`
	TrustedProxies []string      `name:"trusted-proxies" env:"COLLABD_TRUSTED_PROXIES" placeholder:"10.0.0.7" help:"Addresses of the proxies in front, whose X-Forwarded-For tells where people are."`
	Memory         server.Bytes  `env:"COLLABD_MEMORY" placeholder:"512MB" help:"Memory that the program may take. Default: half of what the machine or its control group has."`
	PackAfter      time.Duration `name:"pack-after" default:"24h" env:"COLLABD_PACK_AFTER" help:"Age of edits from which on the history is packed in the background, to a hundredth of its size. 0: never."`
	Limits         limitFlags    `embed:"" prefix:"max-"`
	LogLevel       string        `default:"info" enum:"debug,info,warn,error" env:"COLLABD_LOG_LEVEL" help:"Least severity of what is logged: ${enum}."`
	LogFormat      string        `default:"auto" enum:"auto,console,json" env:"COLLABD_LOG_FORMAT" help:"${enum}. auto: console on a terminal, JSON otherwise."`
}

// limitFlags are the limits that operators change most; a default is that of
// server.DefaultAdmission.
type limitFlags struct {
	Connections        int `env:"COLLABD_MAX_CONNECTIONS" default:"${max_connections}" help:"Most open documents of all people together."`
	UserConnections    int `env:"COLLABD_MAX_USER_CONNECTIONS" default:"${max_user_connections}" help:"Most open documents of one person."`
	AddressConnections int `env:"COLLABD_MAX_ADDRESS_CONNECTIONS" default:"${max_address_connections}" help:"Most open documents of guests from one network address."`
	AddressGuests      int `env:"COLLABD_MAX_ADDRESS_GUESTS" default:"${max_address_guests}" help:"Most new guests a minute from one network address, after a burst."`

	FileBytes         server.Bytes `env:"COLLABD_MAX_FILE_BYTES" default:"10MB" help:"Largest image that a document takes."`
	DocumentFileBytes server.Bytes `env:"COLLABD_MAX_DOCUMENT_FILE_BYTES" default:"200MB" help:"All images of a document together."`
}

// limitDefaults are the variables in the tags of limitFlags.
func limitDefaults() kong.Vars {
	d := server.DefaultAdmission()
	return kong.Vars{
		"max_connections":         strconv.Itoa(d.Connections),
		"max_user_connections":    strconv.Itoa(d.UserConnections),
		"max_address_connections": strconv.Itoa(d.AddressConnections),
		"max_address_guests":      strconv.Itoa(d.AddressGuests),
	}
}

// Run serves until the program is told to stop.
func (c *serveCmd) Run(ctx context.Context) error {
	log, err := newLogger(c.LogLevel, c.LogFormat)
	if err != nil {
		return err
	}
	cfg, err := c.config()
	if err != nil {
		return err
	}
	return server.Run(ctx, cfg, log, func(url, data string) {
		fmt.Printf("collabd is ready: open %s (data in %s)\n", url, data)
	})
}

func (c *serveCmd) config() (server.Config, error) {
	proxies, err := server.ParseProxies(c.TrustedProxies)
	return server.Config{
		Addr: c.Addr, Data: c.Data, Store: c.Store, PublicURL: c.PublicURL, Guests: c.Guests, PlainHTTP: c.PlainHTTP,
		AdminAddr: c.AdminAddr, AdminPublic: c.AdminPublic, TrustedProxies: proxies, Memory: int64(c.Memory), PackAfter: c.PackAfter,
		MaxFileBytes: int64(c.Limits.FileBytes), MaxDocumentFileBytes: int64(c.Limits.DocumentFileBytes),
		Admission: server.Admission{
			Connections: c.Limits.Connections, UserConnections: c.Limits.UserConnections,
			AddressConnections: c.Limits.AddressConnections, AddressGuests: c.Limits.AddressGuests,
		},
	}, err
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
