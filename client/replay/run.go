package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// Options says where and how a trace is typed. Only URL is needed.
type Options struct {
	// URL is the address of the server.
	URL string
	// HTTP makes the requests. Default: a client of its own.
	HTTP *http.Client
	// Doc is an empty text document to type into. Default: a new one.
	Doc wire.DocID
	// Clients is how many clients take turns with a sequential trace. A
	// concurrent one has as many as it has agents. Default: 1.
	Clients int
	// Rate is the most transactions a second. Default: 0, as fast as possible.
	Rate float64
	// Backoff bounds the wait before a new connection. Default: that of the
	// client.
	Backoff time.Duration
	// Progress gets reports on the way: a bar if Terminal, else a line every
	// few seconds. Default: none.
	Progress io.Writer
	Terminal bool
	// Logger gets what the clients have to say. The zero Logger is silent.
	Logger zerolog.Logger
}

// run is one replay under way.
type run struct {
	trace   *Trace
	opts    Options
	api     *client.API
	doc     wire.DocID
	clients []*client.Client
	acks    acks
	pace    pacer
	typed   atomic.Int64 // transactions
}

// Run types a trace into a server and returns what it saw. The error is a
// *DisagreementError if not all ended with the text of the trace. When ctx ends,
// it stops where it is.
func Run(ctx context.Context, trace *Trace, opts Options) (Report, error) {
	want, err := trace.Final()
	if err != nil {
		return Report{}, err
	}
	r := &run{trace: trace, opts: opts}
	if r.api, err = client.NewAPI(opts.URL, opts.HTTP); err != nil {
		return Report{}, err
	}
	defer r.close()
	if err := r.open(ctx); err != nil {
		return Report{}, err
	}
	begin := time.Now()
	r.pace = pacer{begin: begin, rate: opts.Rate}
	stop := r.showProgress(begin)
	head, err := r.play(ctx)
	took := time.Since(begin)
	stop()
	if err != nil {
		return Report{}, fmt.Errorf("after %d of %d transactions: %w", r.durable(), len(trace.Txns), err)
	}
	texts, err := r.texts(ctx, head)
	if err != nil {
		return Report{}, fmt.Errorf("all is typed, but the texts could not be compared: %w", err)
	}
	report := r.report(took, texts)
	return report, compare(want.Text(), texts)
}

// open connects the clients to an empty text document.
func (r *run) open(ctx context.Context) error {
	// The clients are one person: the login must be there before they come.
	if _, err := r.api.Me(ctx); err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	r.doc = r.opts.Doc
	if r.doc == "" {
		title := "Replay of " + r.trace.Name
		d, err := r.api.CreateDocument(ctx, title, ot.Text)
		if err != nil {
			return fmt.Errorf("create a document: %w", err)
		}
		r.doc = d.ID
	}
	n := max(r.opts.Clients, 1)
	if r.trace.Kind == Concurrent {
		n = r.trace.Agents
	}
	for range n {
		c, err := client.Dial(ctx, client.Config{
			URL: r.opts.URL, HTTP: r.api.HTTP(), Doc: r.doc, OnAck: r.acks.add,
			MinBackoff: min(250*time.Millisecond, r.backoff()), MaxBackoff: r.backoff(), Logger: r.opts.Logger,
		})
		if err != nil {
			return fmt.Errorf("connect: %w", err)
		}
		r.clients = append(r.clients, c)
		if s := c.State(); s.Kind() != ot.Text || s.Doc().Len() > 0 {
			return errors.New("the document is not empty, or is no text document: a trace begins with an empty one")
		}
	}
	return nil
}

func (r *run) backoff() time.Duration {
	if r.opts.Backoff > 0 {
		return r.opts.Backoff
	}
	return 30 * time.Second
}

func (r *run) close() {
	done := make(chan struct{})
	for _, c := range r.clients {
		go func() {
			_ = c.Close() // what is unsent is known: the texts are compared, or the run has failed
			done <- struct{}{}
		}()
	}
	for range r.clients {
		<-done
	}
}

// play types everything and returns the revision at which all is durable.
func (r *run) play(ctx context.Context) (wire.Revision, error) {
	switch {
	case r.trace.Kind == Concurrent:
		return r.playPlan(ctx)
	case len(r.clients) == 1:
		return r.playAlone(ctx)
	}
	return r.playInTurns(ctx)
}

// durable is the number of transactions that are typed and acknowledged.
func (r *run) durable() int {
	n := int(r.typed.Load())
	for _, c := range r.clients {
		n -= c.State().Unsent()
	}
	return max(n, 0)
}

func (r *run) reconnects() int {
	n := 0
	for _, c := range r.clients {
		n += c.Stats().Reconnects
	}
	return n
}

// texts waits until all clients are at head and returns their texts and the
// server's.
func (r *run) texts(ctx context.Context, head wire.Revision) ([]Text, error) {
	var texts []Text
	for i, c := range r.clients {
		if err := c.Release(ctx); err != nil {
			return nil, err
		}
		if err := c.Wait(ctx, func(s client.State) bool { return s.Synced() && s.Revision() >= head }); err != nil {
			return nil, err
		}
		s := c.State()
		texts = append(texts, newText(fmt.Sprintf("client %d", i+1), s.Revision(), s.Doc().Text()))
	}
	content, err := r.content(ctx)
	if err != nil {
		return nil, err
	}
	return append(texts, newText("server", head, string(content))), nil
}

// content reads the text from the server, which may be restarting just now.
func (r *run) content(ctx context.Context) ([]byte, error) {
	const attempts = 20
	var err error
	for range attempts {
		var content []byte
		if content, err = r.api.Content(ctx, r.doc, client.FormatText, client.Head); err == nil {
			return content, nil
		}
		if he, ok := errors.AsType[*client.HTTPError](err); ok && !he.Temporary() {
			break
		}
		if pause(ctx, 500*time.Millisecond) != nil {
			break
		}
	}
	return nil, fmt.Errorf("read the text from the server: %w", err)
}
