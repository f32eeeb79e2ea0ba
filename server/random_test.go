package server

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// randomFrames is how many frames TestRandomFrames sends. The race detector
// makes a connection ten times as expensive.
var randomFrames = flag.Int("frames", cmp.Or(raceFrames, 10_000), "how many frames TestRandomFrames sends")

// What may be left after TestRandomFrames that was not there before, when all
// connections and documents are closed again: bytes in use, and files, because
// the store opens more readers when they are needed, and keeps them.
const (
	heapMargin  = 4 << 20
	filesMargin = 8
)

// roundFrames is how many frames a document lives for: what is accepted makes
// it larger, and everything slower.
const roundFrames = 5000

// TestRandomFrames: whatever arrives, the connection that sent it is answered
// or ended by a reason of the table, and nobody else notices. Afterwards
// everything is as it was: goroutines, memory, open files.
func TestRandomFrames(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	w := openOn(t, openSQLite(t), small(func(l *session.Limits) { l.Idle, l.WindowRecords = 10*time.Millisecond, 512 }))
	quiet := runtime.NumGoroutine()
	newSiege(t, w).round(seed, 500) // whatever is made once
	w.settle(t, quiet)
	before, files := heap(), filesOpen(t)

	siege := newSiege(t, w)
	for left := *randomFrames; left > 0 && !t.Failed(); left -= roundFrames {
		seed++
		siege.round(seed, min(left, roundFrames))
	}
	w.settle(t, quiet)
	after, filesAfter := heap(), filesOpen(t)
	t.Logf("heap %d KiB before, %d KiB after; open files %d and %d; goroutines %d and %d",
		before>>10, after>>10, files, filesAfter, quiet, runtime.NumGoroutine())
	if after > before+heapMargin {
		t.Errorf("heap in use: %d KiB before, %d KiB after", before>>10, after>>10)
	}
	if filesAfter > files+filesMargin {
		t.Errorf("open files: %d before, %d after", files, filesAfter)
	}
	t.Logf("%d frames over %d connections, which ended: %v; typed meanwhile: %d edits", siege.frames, siege.connections, siege.ends, siege.typed)
	for _, end := range []string{"bad_message", "edit_refused", "seq_gap", "bad_base", "bad_hello", "unknown_client", "protocol_error", "too_large", "lost"} {
		if siege.ends[end] == 0 && *randomFrames >= 10_000 {
			t.Errorf("no connection ended with %s: the frames are too tame", end)
		}
	}
}

// siege is hostile connections beside honest pairs of typists, one pair on a
// document of each kind.
type siege struct {
	t       *testing.T
	w       *world
	docs    []wire.DocID
	cookies []string

	mu          sync.Mutex
	other       wire.Welcome // the latest of all
	ends        map[string]int
	frames      int
	connections int
	typed       int64
}

func newSiege(t *testing.T, w *world) *siege {
	return &siege{t: t, w: w, ends: map[string]int{}, cookies: []string{w.cookie(t), w.cookie(t)}}
}

// round sends so many frames to two new documents. Their typists type an edit
// for every connection that comes, if they keep up.
func (s *siege) round(seed uint64, frames int) {
	const workers = 4
	pace := make(chan struct{}, 4)
	s.docs = nil
	var typists []*typist
	for _, kind := range []ot.DocKind{ot.Rich, ot.Text} {
		doc := s.w.person().create("x", kind).ID
		s.docs = append(s.docs, doc)
		typists = append(typists, s.w.pacedTypist(doc, kind, pace), s.w.pacedTypist(doc, kind, pace))
	}
	var all sync.WaitGroup
	for n := range workers {
		all.Go(func() {
			random := mutator{rand.New(rand.NewPCG(seed, uint64(n)))}
			for sent := 0; sent < frames/workers && !s.t.Failed(); {
				more, end := s.pester(random, frames/workers-sent)
				sent += more
				s.mu.Lock()
				s.ends[end]++
				s.connections++
				s.frames += more
				s.mu.Unlock()
				select {
				case pace <- struct{}{}:
				default:
				}
			}
		})
	}
	all.Wait()
	close(pace)
	for _, y := range typists {
		y.types(3)
	}
	for _, y := range typists {
		y.leave()
		if n := y.typed.Load(); n < int64(frames/100) {
			s.t.Errorf("meanwhile a typist typed %d edits", n)
		}
		s.typed += y.typed.Load()
	}
	s.w.log.forget(s.t)
}

// pester opens a connection and sends frames until the server has had enough,
// at most so many. It returns how many, and the name of the close.
func (s *siege) pester(random mutator, most int) (sent int, end string) {
	c := s.w.connect(s.t)
	defer c.conn.Close()
	_ = c.conn.SetLinger(0) // thousands of ports would wait otherwise
	if random.one(50) {
		c.raw(random.noise(300)) // no HTTP
		return 1, c.lost()
	}
	c.raw(handshake(pick(random, s.docs...), pick(random, s.cookies...)))
	c.upgraded()
	t := talk{other: s.latest(wire.Welcome{})}
	if random.one(5) {
		message := string(random.hello(&t).Append(nil))
		if random.one(4) {
			message = random.hostile(&t)
		}
		c.write(opText, message)
		sent++
		if end = c.reacts(&t, message, random.one(2)); end != "" {
			return sent, end
		}
	} else {
		t.Welcome = c.joined()
		s.latest(t.Welcome)
	}
	for train := random.one(8); sent < most; sent++ {
		message := random.hostile(&t)
		bytes, lost := string(bytesOf(bitFin|opText, message)), false
		if random.one(5) {
			bytes, lost = random.trick(message)
		}
		for more := random.IntN(40); train && more > 0 && !lost && sent+1 < most; more-- {
			bytes += string(bytesOf(bitFin|opText, random.hostile(&t)))
			sent++
		}
		c.raw(bytes)
		if lost {
			return sent + 1, c.lost()
		}
		if end = c.reacts(&t, message, true); end != "" {
			return sent + 1, end
		}
	}
	return sent, "none"
}

// latest returns the welcome that another client got, and keeps this one.
func (s *siege) latest(own wire.Welcome) wire.Welcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	other := s.other
	if own.Secret != "" {
		s.other = own
	}
	return other
}

// reacts reads what the server says to a message: up to the answer to a ping
// or to a hello, or to the end of the connection, of which it returns the name.
func (c *rough) reacts(t *talk, message string, ping bool) (end string) {
	if ping {
		c.write(opText, pingText) // what is alive answers
	}
	for {
		m, closed := c.read()
		switch m := m.(type) {
		case wire.Pong:
			return ""
		case wire.Welcome:
			t.Welcome = m
			if !ping {
				return ""
			}
		case wire.Catchup:
			t.Revision = m.To
		case wire.Records:
			t.Revision = m.After + wire.Revision(len(m.Records))
			for _, r := range m.Records {
				if r.Client == t.Client {
					t.acked = r.Seq
				}
			}
		case wire.ErrorMessage:
			end = m.Code
		case wire.GoAway:
			end = m.Reason
		case nil:
			if !known(end, closed) {
				c.t.Errorf("after %.500q (%d bytes) the error %q, then the close %q", message, len(message), end, closed)
			}
			return end
		}
	}
}

// known reports whether a connection ended by the table, with the error that
// belongs to the close, and not because of a fault of ours.
func known(end, closed string) bool {
	table := append(wire.Closes(), closeProtocolError, closeInvalidData)
	i := slices.IndexFunc(table, func(k wire.Close) bool { return k.Name == end })
	return i >= 0 && closed == strconv.Itoa(int(table[i].Code))+" "+end &&
		!slices.Contains([]string{"internal", "store_failed", "restarting", "silent", "stalled"}, end)
}

// lost says nothing more, and reads to the end of the connection: the server
// ends it. It returns the name of the close, or "lost" if there was none.
func (c *rough) lost() string {
	_ = c.conn.CloseWrite()
	rest, err := io.ReadAll(c.br)
	if err != nil && os.IsTimeout(err) {
		c.t.Error("the server does not end a connection that has nothing more to say")
	}
	for _, k := range append(wire.Closes(), closeProtocolError, closeInvalidData) {
		if bytes.HasSuffix(rest, append(binary.BigEndian.AppendUint16(nil, k.Code), k.Name...)) {
			if k.Name == "internal" || k.Name == "store_failed" {
				c.t.Errorf("ended with %q", rest)
			}
			return k.Name
		}
	}
	return "lost"
}

// forget drops what was logged, unless something failed.
func (l *logBuffer) forget(t *testing.T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.b.String()) {
		if strings.Contains(line, `"level":"error"`) || strings.Contains(line, "panic") {
			t.Errorf("in the log: %s", line)
		}
	}
	l.b = bytes.Buffer{}
}

// settle waits until no more goroutines are left than there were: all
// connections have ended, and the sessions that nobody uses.
func (w *world) settle(t *testing.T, goroutines int) {
	t.Helper()
	w.http.Client().CloseIdleConnections()
	for until := time.Now().Add(patience); runtime.NumGoroutine() > goroutines; runtime.Gosched() {
		if time.Now().After(until) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, there were %d:\n%s", runtime.NumGoroutine(), goroutines, stacks[:runtime.Stack(stacks, true)])
		}
	}
	w.log.forget(t)
}

// filesOpen counts the descriptors of this process.
func filesOpen(t *testing.T) int {
	t.Helper()
	for _, dir := range []string{"/proc/self/fd", "/dev/fd"} {
		if list, err := os.ReadDir(dir); err == nil {
			return len(list)
		}
	}
	t.Fatal("this system does not tell which files are open")
	return 0
}
