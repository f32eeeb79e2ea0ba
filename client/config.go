package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// Config says what to connect to and whom to tell. Only URL and Doc are needed,
// or Dial in their place.
//
// The callbacks run in the goroutine that owns the state: they see every change
// in order, must be quick, and must not call a method of the Client other than
// State, Doc, Info and Stats.
type Config struct {
	// URL is the address of the server, "http://localhost:8080".
	URL string
	// Doc is the document.
	Doc wire.DocID

	// HTTP makes the requests and holds the login cookie. Default: one with a
	// cookie jar of its own. If it has no jar it is copied and given one,
	// because a client id belongs to the login that it was issued to.
	HTTP *http.Client
	// Transport is how messages travel; default Auto.
	Transport Transport
	// Dial opens a connection in another way than by a Transport to URL.
	Dial func(ctx context.Context) (Conn, error)

	// OnLoad is called with each document that was loaded whole: the first
	// one, and another one after a resync.
	OnLoad func(doc ot.Doc, revision wire.Revision)
	// OnRemote is called with each op of others, as it applies to the
	// client's document, and its author; the author is empty where the server
	// composed many records into one op.
	OnRemote func(op ot.Op, by wire.ClientID)
	// OnAck is called when an edit was acknowledged.
	OnAck func(Ack)
	// OnNotice is called when somebody restored the document, or a part of it.
	OnNotice func(wire.Notice)
	// OnUnsent is called with what was not acknowledged when the server could
	// not resume. Nobody will send it after that.
	OnUnsent func(Unsent)

	// Resync lets the client load the document anew and go on when the server
	// cannot resume. Otherwise it ends, with an EndError.
	Resync bool

	// MinBackoff and MaxBackoff bound the wait before a new connection, which
	// doubles with every failure and has jitter. Defaults: 0.25 s and 30 s.
	MinBackoff, MaxBackoff time.Duration
	// PingInterval is the time between pings. Default: 10 s. The server closes
	// a connection that is silent for 45 s.
	PingInterval time.Duration
	// ReadTimeout ends a connection on which nothing arrives, not even a pong.
	// Default: 30 s.
	ReadTimeout time.Duration
	// WriteTimeout ends a connection that does not take a message. Default: 10 s.
	WriteTimeout time.Duration
	// DialTimeout bounds one attempt to connect. Default: 15 s.
	DialTimeout time.Duration
	// ReadLimit is the most bytes of one message of the server. Default: 256 MiB.
	ReadLimit int64

	// Logger gets what a person who runs the client wants to know: lost
	// connections and resyncs. The zero Logger is silent.
	Logger zerolog.Logger
}

// Ack tells that an edit is durable.
type Ack struct {
	Seq wire.Seq
	// Revision is the one that the edit made.
	Revision wire.Revision
	// Latency is the time since the edit was first handed to a connection, or
	// went into flight while there was none.
	Latency time.Duration
	// Edits is the number of calls of Edit that are durable with it: 0 for a
	// part of a large one that is not the last.
	Edits int
}

// Unsent is what a client could not bring to the server.
type Unsent struct {
	// Op is what was not acknowledged, composed, on the server's document at
	// Revision.
	Op       ot.Op
	Revision wire.Revision
	// Doc is the document with it, as the user saw it.
	Doc ot.Doc
	// Reason is why: a *ClosedError or ErrDiverged.
	Reason error
}

func (cfg Config) withDefaults() (Config, error) {
	setDefault(&cfg.Transport, Auto)
	setDefault(&cfg.MinBackoff, 250*time.Millisecond)
	setDefault(&cfg.MaxBackoff, 30*time.Second)
	setDefault(&cfg.PingInterval, 10*time.Second)
	setDefault(&cfg.ReadTimeout, 30*time.Second)
	setDefault(&cfg.WriteTimeout, 10*time.Second)
	setDefault(&cfg.DialTimeout, 15*time.Second)
	setDefault(&cfg.ReadLimit, 256<<20)
	if err := cfg.Validate(); err != nil {
		return cfg, err
	}
	if cfg.Dial != nil {
		return cfg, nil
	}
	api, err := NewAPI(cfg.URL, cfg.HTTP)
	if err != nil {
		return cfg, err
	}
	doc := api.base.JoinPath("api", "docs", url.PathEscape(string(cfg.Doc))).String()
	cfg.Dial = newWays(cfg.Transport, api.http, doc, cfg.ReadLimit).dial
	return cfg, nil
}

// Validate reports what is missing or contradicts itself.
func (cfg Config) Validate() error {
	switch {
	case cfg.Dial == nil && cfg.URL == "":
		return errors.New("client: URL is missing")
	case cfg.Dial == nil && cfg.Doc == "":
		return errors.New("client: Doc is missing")
	case cfg.Transport != "" && cfg.Transport != Auto && cfg.Transport != WebSocket && cfg.Transport != Events:
		return fmt.Errorf("client: Transport is %q, but can be auto, websocket or events", cfg.Transport)
	case cfg.MinBackoff > cfg.MaxBackoff:
		return fmt.Errorf("client: MinBackoff %v is above MaxBackoff %v", cfg.MinBackoff, cfg.MaxBackoff)
	}
	return nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
