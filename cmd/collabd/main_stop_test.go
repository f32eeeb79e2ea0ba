package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

var (
	kills    = flag.Int("kills", 10, "how often TestKilled kills the program")
	killSeed = flag.Uint64("killseed", 0, "seed of TestKilled; 0 is a new one")
)

// socket is a connection in the hands of a test.
type socket struct {
	t       *testing.T
	ws      *websocket.Conn
	welcome wire.Welcome
	said    []wire.ServerMessage
	unread  []wire.ServerMessage // of the last frame
}

func dial(t *testing.T, p *program, hc *http.Client, doc wire.DocID) *socket {
	t.Helper()
	ws, _, err := websocket.Dial(t.Context(), fmt.Sprintf("%s/api/docs/%s/socket", p.url, doc), &websocket.DialOptions{
		HTTPClient: hc, Subprotocols: []string{wire.Subprotocol},
	})
	if err != nil {
		t.Fatal(err)
	}
	ws.SetReadLimit(-1)
	t.Cleanup(func() { ws.CloseNow() })
	return &socket{t: t, ws: ws}
}

func (s *socket) send(frame string) {
	s.t.Helper()
	if err := s.ws.Write(s.t.Context(), websocket.MessageText, []byte(frame)); err != nil {
		s.t.Logf("write: %v", err) // what is read next says why
	}
}

func (s *socket) read() (wire.ServerMessage, error) {
	if len(s.unread) > 0 {
		m := s.unread[0]
		s.unread = s.unread[1:]
		if w, ok := m.(wire.Welcome); ok {
			s.welcome = w
		}
		s.said = append(s.said, m)
		return m, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, frame, err := s.ws.Read(ctx)
	if err != nil {
		return nil, err
	}
	s.unread, err = wire.DecodeServerFrame(frame)
	if err != nil || len(s.unread) == 0 {
		s.t.Fatalf("%.300q: %v", frame, err)
	}
	return s.read()
}

// await reads up to a message of a type, as the protocol calls it.
func (s *socket) await(kind string) {
	s.t.Helper()
	for {
		m, err := s.read()
		if err != nil {
			s.t.Fatal(err)
		}
		if strings.HasPrefix(string(m.Append(nil)), `{"type":"`+kind+`"`) {
			return
		}
	}
}

// ended reads to the end of the connection; code 0 is any of the protocol.
func (s *socket) ended(code websocket.StatusCode) {
	s.t.Helper()
	for {
		if _, err := s.read(); err != nil {
			got := websocket.CloseStatus(err)
			if got != code && (code != 0 || got < 4000 || got > 4299) {
				s.t.Errorf("the connection ended with %v, want %d", err, code)
			}
			return
		}
	}
}

// TestTerminated: while somebody types, somebody has not said hello and
// somebody does not answer, the program is told to stop. All are told to come
// back, and what was acknowledged is there when it runs again.
func TestTerminated(t *testing.T) {
	p := serve(t, "--addr", "127.0.0.1:0")
	ana := p.newcomer()
	doc := p.create(ana, "x")
	silent := dial(t, p, ana, doc)
	deaf := dial(t, p, ana, doc)
	deaf.send(`{"type":"hello"}`)
	typing := dial(t, p, ana, doc)
	typing.send(`{"type":"hello"}`)
	typing.await("welcome")

	token := func(seq wire.Seq) string { return fmt.Sprintf("<%d>", seq) }
	var acked wire.Seq
	edit := func(base wire.Revision) {
		o := (&ot.Builder{}).Insert(token(acked+1), ot.Attrs{}).Op()
		typing.send(string(wire.Edit{Seq: acked + 1, Base: base, Op: o}.Append(nil)))
	}
	var away wire.GoAway
	var end error
	for edit(0); end == nil; {
		var m wire.ServerMessage
		m, end = typing.read()
		switch m := m.(type) {
		case wire.GoAway:
			away = m
		case wire.Records:
			for i, r := range m.Records {
				if r.Client != typing.welcome.Client {
					continue
				}
				if acked = r.Seq; acked == 100 {
					if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
						t.Fatal(err)
					}
				}
				edit(m.After + wire.Revision(i) + 1)
			}
		}
	}
	if websocket.CloseStatus(end) != 4000 || away.Reason != "restarting" || away.RetryMillis <= 0 {
		t.Errorf("who types is told %+v, then %v; want a goaway and 4000", away, end)
	}
	silent.ended(4000)
	p.ended = true
	p.endsWell()
	for _, line := range jsonLines(t, p.stderr.String()) {
		if line["level"] == "error" {
			t.Errorf("in the log: %v", line)
		}
	}

	p = serve(t, "--addr", "127.0.0.1:0", "--data", strings.TrimSuffix(p.data, "/collabd.db"))
	text := p.text(doc)
	for seq := wire.Seq(1); seq <= acked; seq++ {
		if n := strings.Count(text, token(seq)); n != 1 {
			t.Errorf("edit %d of %d was acknowledged, and is there %d times", seq, acked, n)
		}
	}
	p.stop(syscall.SIGTERM)
}

// writer is a client that types tokens, and knows which are acknowledged.
type writer struct {
	name  string
	c     *client.Client
	mu    sync.Mutex
	typed int
	acked int
	more  chan<- struct{}
}

func (w *writer) token(i int) string { return fmt.Sprintf("<%s:%d>", w.name, i) }

func (w *writer) counts() (typed, acked int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.typed, w.acked
}

// run types until stop is closed: a few tokens, then it waits until they are
// acknowledged.
func (w *writer) run(ctx context.Context, random *rand.Rand, stop <-chan struct{}) error {
	for {
		for range 1 + random.IntN(5) {
			select {
			case <-stop:
				return w.c.Synced(ctx)
			default:
			}
			front := random.IntN(2) == 0
			err := w.c.EditFunc(ctx, func(doc ot.Doc, _ wire.Revision) (ot.Op, error) {
				var b ot.Builder
				if !front {
					b.Retain(doc.Len(), ot.Attrs{})
				}
				w.mu.Lock()
				defer w.mu.Unlock()
				w.typed++
				return b.Insert(w.token(w.typed), ot.Attrs{}).Op(), nil
			})
			if err != nil {
				return err
			}
		}
		if err := w.c.Synced(ctx); err != nil {
			return err
		}
	}
}

// TestKilled: a kill at any moment loses nothing that was acknowledged, and
// doubles nothing. The clients come back by themselves and go on.
func TestKilled(t *testing.T) {
	seed := *killSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d kills, -killseed %d", *kills, seed)
	random := rand.New(rand.NewPCG(seed, 0))
	data := t.TempDir()
	p := serve(t, "--addr", "127.0.0.1:0", "--data", data)
	doc := p.create(p.newcomer(), "x")
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(*kills+3)*patience)
	defer cancel()
	more := make(chan struct{}, 1)
	stop := make(chan struct{})
	ends := make(chan error)
	var writers []*writer
	for i := range 3 {
		w := &writer{name: string(rune('a' + i)), more: more}
		c, err := client.Dial(ctx, client.Config{
			URL: p.url, Doc: doc, HTTP: p.newcomer(), MinBackoff: 5 * time.Millisecond, MaxBackoff: 50 * time.Millisecond,
			OnAck: func(a client.Ack) {
				w.mu.Lock()
				w.acked += a.Edits
				w.mu.Unlock()
				select {
				case w.more <- struct{}{}:
				default:
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		w.c = c
		writers = append(writers, w)
		own := rand.New(rand.NewPCG(seed, uint64(i+1)))
		go func() { ends <- w.run(ctx, own, stop) }()
	}
	total := func() (n int) {
		for _, w := range writers {
			_, acked := w.counts()
			n += acked
		}
		return n
	}
	check := func(p *program, acked []int) {
		t.Helper()
		there := map[string]int{}
		for _, token := range regexp.MustCompile(`<\w:\d+>`).FindAllString(p.text(doc), -1) {
			there[token]++
		}
		for i, w := range writers {
			typed, _ := w.counts()
			for n := 1; n <= typed; n++ {
				count := there[w.token(n)]
				if count > 1 || count == 0 && n <= acked[i] {
					t.Errorf("%s is there %d times, %d of %d are acknowledged", w.token(n), count, acked[i], typed)
				}
			}
		}
	}
	port := p.port
	for range *kills {
		for until := total() + 1 + random.IntN(120); total() < until; {
			select {
			case <-more:
			case err := <-ends:
				t.Fatalf("a client has ended: %v", err)
			case <-ctx.Done():
				t.Fatal("the clients do not get on")
			}
		}
		p.kill()
		var acked []int
		for _, w := range writers {
			_, n := w.counts()
			acked = append(acked, n)
		}
		if log := p.stderr.String(); strings.Contains(log, "panic") || strings.Contains(log, `"error"`) {
			t.Errorf("in the log: %s", log)
		}
		p = serve(t, "--addr", "127.0.0.1:"+port, "--data", data)
		check(p, acked)
	}
	close(stop)
	for range writers {
		if err := <-ends; err != nil {
			t.Error(err)
		}
	}
	var all []int
	for _, w := range writers {
		typed, acked := w.counts()
		if typed != acked {
			t.Errorf("%s: %d typed, %d acknowledged", w.name, typed, acked)
		}
		all = append(all, typed)
	}
	check(p, all)
	text := p.text(doc)
	for _, w := range writers {
		err := w.c.Wait(ctx, func(s client.State) bool { return s.Doc().Text() == text })
		if err != nil {
			t.Errorf("%s sees another text than the server has: %v", w.name, err)
		}
		if s := w.c.Stats(); s.Resyncs != 0 || s.Reconnects < *kills/2 {
			t.Errorf("%s: %+v, want reconnects after %d kills and no resync", w.name, s, *kills)
		}
	}
	t.Logf("%d edits, all acknowledged, all there once", total())
	p.stop(os.Interrupt)
}
