package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// attackers is how many connections flood at once, and floodMargin how much
// more memory the whole process may have in use meanwhile: their buffers, ours
// and the server's, and what the typist's edits leave behind.
const (
	attackers   = 4
	floodMargin = 24 << 20
)

// flood is one attack: it does its worst on a new connection until that is
// closed, by the server or at the end of the test. It is begun again and again.
type flood func(c *rough)

// sendForever writes the same bytes until the connection ends, and reads
// nothing.
func (c *rough) sendForever(bytes string) error {
	for {
		if _, err := io.WriteString(c.conn, bytes); err != nil {
			return err
		}
	}
}

// join says hello. What was closed meanwhile fails at the next write.
func (c *rough) join() wire.Welcome {
	welcome, _ := c.hello(wire.Hello{})
	return welcome
}

// drain reads and forgets until the connection ends.
func (c *rough) drain() (ended chan struct{}) {
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		buf := make([]byte, 4<<10)
		for {
			if _, err := c.conn.Read(buf); err != nil {
				return
			}
		}
	}()
	return ended
}

func floods() map[string]flood {
	control := strings.Repeat(string(frame(bitFin|opPing, strings.Repeat("p", 125))), 100)
	pongs := strings.Repeat(string(frame(bitFin|opPong, "p")), 1000)
	pings := strings.Repeat(string(frame(bitFin|opText, pingText)), 500)
	carets := strings.Repeat("[0,0],", session.DefaultLimits().Wire.Selections-1) + "[0,0]"
	presence := func(w wire.Welcome) string {
		return strings.Repeat(string(frame(bitFin|opText, fmt.Sprintf(`{"type":"presence","revision":%d,"selections":[%s]}`, w.Revision, carets))), 100)
	}
	return map[string]flood{
		"control frames": func(c *rough) { c.join(); c.sendForever(control) },
		"pongs":          func(c *rough) { c.join(); c.sendForever(pongs) },
		"pings, and the answers are read": func(c *rough) {
			c.join()
			ended := c.drain()
			c.sendForever(pings)
			c.conn.Close()
			<-ended
		},
		"pings, and nothing is read": func(c *rough) { c.join(); c.sendForever(pings) },
		"presence, and nothing is read": func(c *rough) {
			c.sendForever(presence(c.join()))
		},
		"empty fragments": func(c *rough) {
			c.join()
			c.raw(string(frame(opText, "")))
			c.sendForever(strings.Repeat(string(frame(opContinuation, "")), 1000))
		},
		"fragments of a byte": func(c *rough) {
			c.join()
			c.raw(string(frame(opText, "{")))
			c.sendForever(strings.Repeat(string(frame(opContinuation, " ")), 1000))
		},
		"messages that are too large": func(c *rough) {
			c.join()
			c.raw(string(header(bitFin|opText, 0xff, 0, 0, 0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 0)))
			c.sendForever(strings.Repeat("x", 64<<10))
		},
		"messages as large as they may be": func(c *rough) {
			c.join()
			c.sendForever(string(frame(bitFin|opText, padded(256<<10))))
		},
		"edits": func(c *rough) {
			at := c.join()
			for seq := 1; ; seq++ {
				c.write(opText, fmt.Sprintf(`{"type":"edit","seq":%d,"base":%d,"op":[{"insert":"x"}]}`, seq, at.Revision))
				for acked := false; !acked; {
					m, _ := c.read()
					switch m := m.(type) {
					case nil:
						return
					case wire.Records:
						at.Revision = m.After + wire.Revision(len(m.Records))
						for _, r := range m.Records {
							acked = acked || r.Client == at.Client && r.Seq == wire.Seq(seq)
						}
					}
				}
			}
		},
		"edits that are wrong": func(c *rough) {
			at := c.join()
			c.sendForever(strings.Repeat(string(frame(bitFin|opText, fmt.Sprintf(`{"type":"edit","seq":1,"base":%d,"op":[{"retain":9007199254740991}]}`, at.Revision))), 50))
		},
		"hellos": func(c *rough) { c.join() },
		"bytes": func(c *rough) {
			c.sendForever(strings.Repeat("\x81\x8f\x00\x00\x00\x00????", 1000))
		},
		"closes": func(c *rough) {
			c.join()
			c.sendForever(strings.Repeat(string(closing(1000, "bye")), 1000))
		},
	}
}

// TestFloods: whatever comes from some connections, an honest typist's edits go
// on being acknowledged, and the memory in use stays within bounds.
func TestFloods(t *testing.T) {
	for name, attack := range floods() {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			ana := w.person()
			doc := ana.create("x", ot.Text).ID
			cookie := w.cookie(t)
			y := w.typist(doc, ot.Text)
			y.types(20)
			before := heap()
			ctx, stop := context.WithCancel(t.Context())
			var all sync.WaitGroup
			for range attackers {
				all.Go(func() {
					for ctx.Err() == nil {
						w.attack(ctx, t, doc, cookie, attack)
					}
				})
			}
			y.types(50)
			during := heap()
			stop()
			all.Wait()
			t.Logf("heap %d KiB before, %d KiB during", before>>10, during>>10)
			if during > before+floodMargin {
				t.Errorf("heap in use: %d KiB before, %d KiB during the flood", before>>10, during>>10)
			}
			y.types(3)
			y.leave()
		})
	}
}

// attack is one connection of a flood.
func (w *world) attack(ctx context.Context, t *testing.T, doc wire.DocID, cookie string, attack flood) {
	c := w.connect(t)
	defer c.conn.Close()
	defer context.AfterFunc(ctx, func() { c.conn.Close() })()
	// Who does not read gets little: what is for them must wait at the server.
	_ = c.conn.SetReadBuffer(4 << 10)
	_ = c.conn.SetLinger(0)
	c.raw(handshake(doc, cookie))
	if resp, err := http.ReadResponse(c.br, nil); err == nil && resp.StatusCode == http.StatusSwitchingProtocols {
		attack(c)
	} else if ctx.Err() == nil {
		t.Errorf("the upgrade: %v, %v", resp, err)
	}
}

// cookie is the header of a guest's login.
func (w *world) cookie(t *testing.T) string {
	c := w.person().do("GET", "/api/me", "").cookie(t)
	return "Cookie: " + c.Name + "=" + c.Value
}

// heap is the memory in use, in bytes.
func heap() int64 {
	runtime.GC()
	runtime.GC() // the first one leaves what pools hold
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestControlFloodIsEnded: a flood of control frames ends by name, and is not
// answered to its end.
func TestControlFloodIsEnded(t *testing.T) {
	w := open(t)
	doc := w.person().create("x", ot.Text).ID
	const frames = 20_000
	for _, op := range []byte{opPing, opPong} {
		c := w.rough(t, doc)
		c.joined()
		go c.raw(strings.Repeat(string(frame(bitFin|op, "x")), frames))
		events := c.events(-1)
		c.conn.Close()
		n := len(events)
		if n < 2 || events[n-2] != "error overloaded" || events[n-1] != "close 4001 overloaded" {
			t.Errorf("ended with %q", events[max(0, n-3):])
		}
		if pongs := n - 2; op == opPing && (pongs < controlBurst || pongs > frames/2) {
			t.Errorf("%d of %d pings are answered", pongs, frames)
		}
	}
}

// TestDeafFlooder: who floods and never reads is ended by the write that makes
// no progress.
func TestDeafFlooder(t *testing.T) {
	t.Parallel()
	w := open(t, small(func(l *session.Limits) { l.Write, l.Silence = 500*time.Millisecond, 2*time.Second }))
	doc := w.person().create("x", ot.Text).ID
	y := w.typist(doc, ot.Text)
	cookie := w.cookie(t)
	for name, bytes := range map[string]string{
		"control frames": string(frame(bitFin|opPing, strings.Repeat("p", 125))),
		"pings":          string(frame(bitFin|opText, pingText)),
	} {
		w.narrow.Store(true)
		c := w.rough(t, doc, cookie)
		w.narrow.Store(false)
		_ = c.conn.SetReadBuffer(4 << 10)
		c.joined()
		if err := c.sendForever(strings.Repeat(bytes, 100)); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: the server does not end it", name)
		}
		c.conn.Close()
	}
	y.types(3)
	y.leave()
}

// slowly sends a byte from time to time until the connection ends, and returns
// what came before the end.
func (c *rough) slowly(every time.Duration, next func(i int) string) string {
	ended := make(chan string)
	go func() {
		var all strings.Builder
		buf := make([]byte, 4<<10)
		for {
			n, err := c.conn.Read(buf)
			all.Write(buf[:n])
			if errors.Is(err, os.ErrDeadlineExceeded) {
				c.t.Error("the server does not end it")
			}
			if err != nil {
				ended <- all.String()
				return
			}
		}
	}()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case came := <-ended:
			return came
		case <-tick.C:
			c.raw(next(i))
		}
	}
}

// TestSlowFrames: a hello and a message that come a byte at a time end with the
// time that they have as a whole, whatever comes between.
func TestSlowFrames(t *testing.T) {
	t.Parallel()
	w := open(t, small(func(l *session.Limits) { l.Hello, l.Silence = time.Second, time.Second }))
	doc := w.person().create("x", ot.Text).ID
	y := w.typist(doc, ot.Text)
	long := frame(bitFin|opText, padded(200<<10))
	bytewise := func(bytes []byte) func(int) string {
		return func(i int) string { return string(bytes[i : i+1]) }
	}
	var all sync.WaitGroup
	for name, next := range map[string]func(int) string{
		"a hello":   nil,
		"a payload": bytewise(long),
		"a message in fragments": func(i int) string {
			if i == 0 {
				return string(frame(opText, ""))
			}
			return string(frame(opContinuation, " "))
		},
		"a message with pings between": func(i int) string {
			if i == 0 {
				return string(frame(opText, "{"))
			}
			return string(frame(bitFin|opPing, "x"))
		},
		"pings alone": func(i int) string { return string(frame(bitFin|opPing, "x")) },
	} {
		all.Go(func() {
			c := w.rough(t, doc)
			defer c.conn.Close()
			if next == nil {
				next = bytewise(long)
			} else {
				c.joined()
			}
			if came := c.slowly(200*time.Millisecond, next); !strings.Contains(came, "\x0f\xa3silent") {
				t.Errorf("%s: ended with %q", name, came)
			}
		})
	}
	all.Wait()
	y.types(3)
	y.leave()
}

// TestSlowRequests: headers and bodies that come a byte at a time, or not at
// all, end too, whoever answers.
func TestSlowRequests(t *testing.T) {
	t.Parallel()
	w := open(t, func(c *Config) { c.Admission.Header, c.Admission.Body = time.Second, time.Second })
	doc := w.person().create("x", ot.Text).ID
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	hs := w.server.httpServer(w.server)
	served := make(chan error)
	go func() { served <- hs.Serve(listener) }()
	const (
		post   = "POST /api/docs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
		absent = "Content-Length: 10000\r\n\r\n"
	)
	var all sync.WaitGroup
	for name, c := range map[string]struct{ first, then, status string }{
		"headers":                        {"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: ", "a", ""},
		"a line":                         {"", "G", ""},
		"nothing":                        {"", "", ""},
		"a body":                         {post + absent, " ", "408"},
		"a body in chunks":               {post + "Transfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n", "408"},
		"a body that never comes":        {post + absent, "", "408"},
		"a body that nobody asks for":    {"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + absent, "", "200"},
		"a body for no route":            {"POST /x HTTP/1.1\r\nHost: localhost\r\n" + absent, "", "404"},
		"a body to another name":         {"POST /api/docs HTTP/1.1\r\nHost: evil.example\r\n" + absent, "", "421"},
		"a body from another site":       {post + "Origin: https://evil.example\r\n" + absent, "", "403"},
		"a body of an upgrade":           {handshake(doc, "Content-Length: 10000"), "", "426"},
		"a body of an upgrade, trickled": {handshake(doc, "Content-Length: 10000"), "x", "426"},
	} {
		all.Go(func() {
			r := dial(t, listener.Addr())
			defer r.conn.Close()
			r.raw(c.first)
			came := r.slowly(100*time.Millisecond, func(int) string { return c.then })
			if !strings.HasPrefix(came, "HTTP/1.1 "+c.status) && c.status != "" {
				t.Errorf("%s: ended with %q, want status %s", name, came, c.status)
			}
		})
	}
	all.Wait()
	if err := hs.Close(); err != nil {
		t.Error(err)
	}
	<-served
}
