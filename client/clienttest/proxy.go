package clienttest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Upgrades is what a Proxy makes of a WebSocket handshake.
type Upgrades string

// What becomes of upgrades.
const (
	// PassUpgrades: nothing, they go through.
	PassUpgrades Upgrades = ""
	// RefuseUpgrades: they are answered with Proxy.Refusal.
	RefuseUpgrades Upgrades = "refuse"
	// StripUpgrades: they go on as plain requests, as old proxies do.
	StripUpgrades Upgrades = "strip"
	// HangUpgrades: they are never answered.
	HangUpgrades Upgrades = "hang"
	// MuteUpgrades: they go through, and what the client sends does, too, but
	// nothing comes back.
	MuteUpgrades Upgrades = "mute"
	// CutUpgrades: they go through, and the connection is closed at once.
	CutUpgrades Upgrades = "cut"
)

// Proxy is a reverse proxy with the manners of those in offices and hotels.
// A new one is a good one. Its fields must not change while it serves.
type Proxy struct {
	// Upgrades is what it makes of sockets, Refusal with which status.
	Upgrades Upgrades
	Refusal  int
	// Buffer passes answers on only when so many bytes have come, or the end.
	Buffer int
	// Delay is how late each piece of an answer is.
	Delay time.Duration
	// Old speaks HTTP/1.0 to the client: an answer ends with its connection.
	Old bool
	// Repeat makes each POST of messages twice.
	Repeat bool
	// Lose answers each n-th POST of messages with 502 after the server has
	// taken it; 0 means none.
	Lose int

	// Upgraded and Streams count the handshakes and the streams of events that
	// were asked for, Lost the answers that were lost.
	Upgraded, Streams, Lost atomic.Int64

	posts     atomic.Int64
	target    *url.URL
	transport http.RoundTripper
}

// NewProxy returns a proxy to the server at an address like
// http://localhost:8080.
func NewProxy(target string) (*Proxy, error) {
	to, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	return &Proxy{target: to, transport: &http.Transport{DisableKeepAlives: true}}, nil
}

// ServeHTTP passes one request on.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") != "" {
		p.Upgraded.Add(1)
		switch p.Upgrades {
		case RefuseUpgrades:
			http.Error(w, "<html>This is not allowed here.</html>", p.Refusal)
			return
		case HangUpgrades:
			<-r.Context().Done()
			return
		case MuteUpgrades, CutUpgrades:
			p.tunnel(w, r)
			return
		case StripUpgrades:
			r.Header.Del("Upgrade")
			r.Header.Del("Connection")
		}
	}
	if strings.HasSuffix(r.URL.Path, "/events") {
		p.Streams.Add(1)
		// The answer begins while the body may still be on its way, and
		// net/http closes a body that is not read by then: the stream would
		// break by chance.
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	if p.Repeat && isPost(r) {
		p.first(r)
	}
	if p.Buffer > 0 || p.Delay > 0 || p.Old {
		slow := &slowAnswer{ResponseWriter: w, proxy: p}
		defer slow.end()
		w = slow
	}
	forward := httputil.ReverseProxy{
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.SetURL(p.target)
			pr.Out.Host = pr.In.Host // the page's origin has it
		},
		Transport:     p.transport,
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0),
		ModifyResponse: func(resp *http.Response) error {
			if p.Lose > 0 && isPost(resp.Request) && p.posts.Add(1)%int64(p.Lose) == 0 {
				p.Lost.Add(1)
				return errors.New("the answer was lost")
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	defer func() {
		// The server broke off a stream: so does the proxy.
		if e := recover(); e != nil && e != http.ErrAbortHandler {
			panic(e)
		}
	}()
	forward.ServeHTTP(w, r)
}

func isPost(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/events/messages") }

// first makes a request once, whose body can be read again after it.
func (p *Proxy) first(r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	once := r.Clone(r.Context())
	once.RequestURI = ""
	once.URL = p.target.ResolveReference(r.URL)
	once.Body = io.NopCloser(bytes.NewReader(body))
	if resp, err := p.transport.RoundTrip(once); err == nil {
		resp.Body.Close()
	}
}

// tunnel lets an upgrade through, and what the client sends after it.
func (p *Proxy) tunnel(w http.ResponseWriter, r *http.Request) {
	near, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer near.Close()
	far, err := net.Dial("tcp", p.target.Host)
	if err != nil {
		return
	}
	defer far.Close()
	if err := r.Write(far); err != nil {
		return
	}
	answer := make([]byte, 4096)
	n, err := far.Read(answer)
	if err != nil {
		return
	}
	head, _, _ := bytes.Cut(answer[:n], []byte("\r\n\r\n"))
	_, _ = near.Write(append(head, "\r\n\r\n"...))
	if p.Upgrades == CutUpgrades {
		return
	}
	go func() { _, _ = io.Copy(io.Discard, far) }()
	_, _ = io.Copy(far, buffered)
}

// slowAnswer keeps an answer back, as its proxy does.
type slowAnswer struct {
	http.ResponseWriter
	proxy *Proxy
	kept  []byte
	raw   net.Conn // of an HTTP/1.0 answer
}

// WriteHeader begins the answer.
func (a *slowAnswer) WriteHeader(status int) {
	if !a.proxy.Old {
		a.ResponseWriter.WriteHeader(status)
		return
	}
	if a.raw != nil {
		return
	}
	raw, _, err := http.NewResponseController(a.ResponseWriter).Hijack()
	if err != nil {
		a.ResponseWriter.WriteHeader(status)
		return
	}
	a.raw = raw
	head := bytes.NewBufferString(fmt.Sprintf("HTTP/1.0 %d %s\r\n", status, http.StatusText(status)))
	header := a.Header().Clone()
	header.Del("Transfer-Encoding")
	header.Set("Connection", "close")
	_ = header.Write(head) // into memory
	head.WriteString("\r\n")
	_, _ = raw.Write(head.Bytes())
}

// Write keeps what comes until there is enough of it.
func (a *slowAnswer) Write(b []byte) (int, error) {
	if a.proxy.Delay > 0 {
		time.Sleep(a.proxy.Delay)
	}
	a.kept = append(a.kept, b...)
	if len(a.kept) < a.proxy.Buffer {
		return len(b), nil
	}
	return len(b), a.pass()
}

// Flush is what such a proxy does not do.
func (a *slowAnswer) Flush() {}

func (a *slowAnswer) pass() error {
	kept := a.kept
	a.kept = nil
	if a.raw != nil {
		_, err := a.raw.Write(kept)
		return err
	}
	if _, err := a.ResponseWriter.Write(kept); err != nil {
		return err
	}
	return http.NewResponseController(a.ResponseWriter).Flush()
}

func (a *slowAnswer) end() {
	_ = a.pass() // a client that has gone knows
	if a.raw != nil {
		_ = a.raw.Close()
	}
}
