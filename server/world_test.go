package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	stdlog "log"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// patience is how long a test waits for what must happen. It is no bound on
// how long things take: only a failure takes so long.
const patience = 30 * time.Second

// world is a server with a store, reached over loopback.
type world struct {
	t      *testing.T
	store  Store
	server *Server
	http   *httptest.Server
	log    *logBuffer
	// contract is what every answer is compared with.
	contract *watched
	// failing: the test makes things fail, so that the log has errors.
	failing bool
	// narrow: connections that come now have small windows.
	narrow atomic.Bool
}

// logBuffer is what the server and net/http have logged.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// open starts a server on a new store in memory. Each change is one to its
// configuration.
func open(t *testing.T, changes ...func(*Config)) *world {
	t.Helper()
	return openOn(t, persist.NewMemory(), changes...)
}

// openOn starts a server on a store. Both end with the test, which fails if
// something panicked or an error was logged.
func openOn(t *testing.T, store Store, changes ...func(*Config)) *world {
	t.Helper()
	cfg := Config{Addr: "localhost:8080", Limits: session.DefaultLimits()}
	for _, change := range changes {
		change(&cfg)
	}
	w := &world{t: t, store: store, log: &logBuffer{}}
	s, err := New(t.Context(), cfg, store, zerolog.New(w.log).Level(zerolog.DebugLevel))
	if err != nil {
		t.Fatal(err)
	}
	w.server = s
	w.contract = heldTo(s, s.handler)
	s.handler = w.contract
	w.http = httptest.NewUnstartedServer(s)
	w.http.Config.ErrorLog = w.netLog()
	w.http.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if tcp, ok := c.(*net.TCPConn); ok && w.narrow.Load() {
			_ = tcp.SetWriteBuffer(64 << 10)
		}
		return ctx
	}
	w.http.Start()
	t.Cleanup(w.close)
	return w
}

func (w *world) netLog() *stdlog.Logger { return stdlog.New(w.log, "net/http: ", 0) }

func (w *world) close() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := w.server.Close(ctx); err != nil {
		w.t.Errorf("close the server: %v", err)
	}
	w.http.CloseClientConnections()
	w.http.Close()
	if c, ok := w.store.(io.Closer); ok {
		if err := c.Close(); err != nil {
			w.t.Errorf("close the store: %v", err)
		}
	}
	w.contract.report(w.t)
	for line := range strings.Lines(w.log.String()) {
		if strings.HasPrefix(line, "net/http") || !w.failing && strings.Contains(line, `"level":"error"`) {
			w.t.Errorf("in the log: %s", line)
		}
	}
}

func openSQLite(t *testing.T) *persist.SQLite {
	t.Helper()
	s, err := persist.OpenSQLite(t.Context(), persist.SQLiteConfig{Path: filepath.Join(t.TempDir(), "collabd.db")})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// onEachStore runs a test on every store that there is.
func onEachStore(t *testing.T, test func(*testing.T, *world)) {
	t.Run("memory", func(t *testing.T) { test(t, open(t)) })
	t.Run("sqlite", func(t *testing.T) { test(t, openOn(t, openSQLite(t))) })
}

// person is a browser: it keeps its cookies.
type person struct {
	w  *world
	hc *http.Client
}

func (w *world) person() *person {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	hc := *w.http.Client()
	hc.Jar = jar
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &person{w, &hc}
}

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	body   string
}

// do makes a request. A body is sent as JSON unless a header says otherwise. Headers are "Name: value"; Host
// sets the host.
func (p *person) do(method, path, body string, headers ...string) answer {
	p.w.t.Helper()
	r, err := http.NewRequestWithContext(p.w.t.Context(), method, p.w.http.URL+path, strings.NewReader(body))
	if err != nil {
		p.w.t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			r.Host = value
		} else {
			r.Header[http.CanonicalHeaderKey(name)] = append(r.Header.Values(name), value)
		}
	}
	if body != "" && r.Header["Content-Type"] == nil {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := p.hc.Do(r)
	if err != nil {
		p.w.t.Fatal(err)
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			p.w.t.Fatal(err)
		}
		a.body = string(b)
	}
	return a
}

// is checks the status, and that an error looks as all errors do: a code, and
// a sentence for people. It returns the answer.
func (a answer) is(t *testing.T, status int, code string) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	if status < 400 {
		return a
	}
	var e struct {
		Error struct{ Code, Message string }
	}
	dec := json.NewDecoder(strings.NewReader(a.body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil {
		t.Fatalf("the error %q is not JSON of the usual form: %v", a.body, err)
	}
	if e.Error.Code != code {
		t.Errorf("code %q, want %q: %s", e.Error.Code, code, a.body)
	}
	if m := e.Error.Message; !strings.HasSuffix(m, ".") || !strings.Contains(m, " ") {
		t.Errorf("%q is no sentence", m)
	}
	if kind := a.header.Get("Content-Type"); kind != "application/json; charset=utf-8" {
		t.Errorf("content type %q", kind)
	}
	return a
}

// into decodes a JSON answer.
func (a answer) into(t *testing.T, v any) {
	t.Helper()
	if kind := a.header.Get("Content-Type"); kind != "application/json; charset=utf-8" {
		t.Errorf("content type %q", kind)
	}
	dec := json.NewDecoder(strings.NewReader(a.body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		t.Fatalf("%q: %v", a.body, err)
	}
}

// create makes a document through the API.
func (p *person) create(title string, kind ot.DocKind) documentJSON {
	p.w.t.Helper()
	var d documentJSON
	body, _ := json.Marshal(map[string]any{"title": title, "kind": kind})
	p.do("POST", "/api/docs", string(body)).is(p.w.t, 201, "").into(p.w.t, &d)
	return d
}

// write appends edits to a document's history, each an op in JSON, as a
// session does.
func (w *world) write(doc wire.DocID, ops ...string) {
	w.t.Helper()
	head, err := w.store.Head(w.t.Context(), doc)
	if err != nil {
		w.t.Fatal(err)
	}
	var records []session.Record
	for i, text := range ops {
		o, err := ot.Parse([]byte(text), ot.Limits{})
		if err != nil {
			w.t.Fatal(err)
		}
		rev := head + wire.Revision(i) + 1
		records = append(records, session.Record{Revision: rev, Client: "author", Seq: wire.Seq(rev), User: "u", At: time.Now(), Op: o})
	}
	if err := w.store.Append(w.t.Context(), doc, records); err != nil {
		w.t.Fatal(err)
	}
}

// text is the document's text at its head, by the API.
func (p *person) text(doc wire.DocID) string {
	p.w.t.Helper()
	return p.do("GET", fmt.Sprintf("/api/docs/%s/content?format=text", doc), "").is(p.w.t, 200, "").body
}
