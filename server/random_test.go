package server

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// randomFrames is how many frames TestRandomFrames sends. The race detector
// makes a connection ten times as expensive.
var randomFrames = flag.Int("frames", cmp.Or(raceFrames, 10_000), "how many frames TestRandomFrames sends")

// mutator makes frames that are nearly messages, and some that are far from it.
type mutator struct{ *rand.Rand }

func pick[T any](m mutator, list ...T) T { return list[m.IntN(len(list))] }

// message is a message as a client might send it.
func (m mutator) message(at wire.Welcome) string {
	rev := at.Revision
	switch m.IntN(6) {
	case 0:
		return `{"type":"ping"}`
	case 1:
		return string(wire.Presence{Revision: rev, Selections: []wire.Selection{{Anchor: m.IntN(9), Head: m.IntN(9)}}}.Append(nil))
	case 2:
		return string(wire.Hello{Client: at.Client, Secret: at.Secret, Lineage: at.Lineage, Revision: rev}.Append(nil))
	}
	op := pick(m,
		`[{"insert":"x"}]`, `[{"retain":1},{"insert":"y"}]`, `[{"delete":1}]`, `[{"insert":"😀"},{"delete":1}]`, `[{"retain":3},{"delete":2}]`,
		`[{"insert":"b","attributes":{"bold":true}}]`, `[{"retain":2,"attributes":{"link":"https://example.org/"}}]`,
		`[{"insert":{"divider":true}}]`, `[{"insert":{"image":"/x.png"}}]`, `[{"insert":"\n","attributes":{"list":"bullet","indent":2}}]`, `[]`)
	return fmt.Sprintf(`{"type":"edit","seq":%d,"base":%d,"op":%s}`, 1+m.IntN(2), rev, op)
}

// tokens are what numbers, strings and punctuation are replaced with.
var tokens = []string{
	"-1", "0", "1.5", "1e9", "9007199254740991", "9007199254740992", "18446744073709551616", "1e999", "null", "true", "[]", "{}", `""`,
	`"\ud83d"`, `"\ude00"`, `"\u0000"`, `"` + "\xff" + `"`, "\xed\xa0\xbd", `"type"`, `"hello"`, `"edit"`, `"op"`, `"insert"`, `"retain"`, `"attributes"`, `"__proto__"`,
	"{", "}", "[", "]", ",", ":", `"`, `\`, "\n", "\x00", "\ufeff", "😀",
}

func (m mutator) mutate(s string) string {
	b := []byte(s)
	for range 1 + m.IntN(3) {
		if len(b) == 0 {
			break
		}
		at := m.IntN(len(b))
		to := min(len(b), at+m.IntN(12))
		switch m.IntN(7) {
		case 0:
			b[at] ^= 1 << m.IntN(8)
		case 1:
			b = slices.Delete(b, at, to)
		case 2:
			b = slices.Insert(b, at, slices.Clone(b[at:to])...)
		case 3:
			b = slices.Insert(b, at, []byte(pick(m, tokens...))...)
		case 4:
			b = slices.Replace(b, at, to, []byte(pick(m, tokens...))...)
		case 5:
			b = b[:at]
		case 6: // another number where one is
			if i := slices.IndexFunc(b[at:], func(c byte) bool { return c >= '0' && c <= '9' }); i >= 0 {
				b = slices.Replace(b, at+i, at+i+1, []byte(pick(m, tokens...))...)
			}
		}
	}
	return string(b)
}

func (m mutator) noise(most int) string {
	b := make([]byte, m.IntN(most))
	for i := range b {
		b[i] = byte(m.Uint32())
	}
	return string(b)
}

func (m mutator) frame(at wire.Welcome) (op byte, frame string) {
	op = opText
	if m.IntN(50) == 0 {
		op = opBinary
	}
	switch m.IntN(10) {
	case 0:
		return op, m.noise(300)
	case 1:
		return op, strings.Repeat(pick(m, tokens...), m.IntN(3000))
	case 2:
		return op, m.message(at)
	}
	return op, m.mutate(m.message(at))
}

// TestRandomFrames: whatever arrives, the connection that sent it is answered
// or ended by a reason of the table, and nobody else notices.
func TestRandomFrames(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	w := open(t)
	doc := w.person().create("x", ot.Rich).ID
	pace := make(chan struct{}, 1)
	y := w.pacedTypist(doc, ot.Rich, pace)
	cookie := w.person().do("GET", "/api/me", "").cookie(t)
	const workers = 4
	var mu sync.Mutex
	ends := map[string]int{}
	var all sync.WaitGroup
	for n := range workers {
		all.Go(func() {
			random := mutator{rand.New(rand.NewPCG(seed, uint64(n)))}
			for sent := 0; sent < *randomFrames/workers && !t.Failed(); {
				frames, end := w.pester(t, doc, cookie, random, *randomFrames/workers-sent)
				sent += frames
				mu.Lock()
				ends[end]++
				mu.Unlock()
				select {
				case pace <- struct{}{}: // an edit for each connection, if she keeps up
				default:
				}
			}
		})
	}
	all.Wait()
	t.Logf("ends of connections: %v", ends)
	for _, end := range []string{"bad_message", "edit_refused", "seq_gap", "bad_hello"} {
		if ends[end] == 0 {
			t.Errorf("no connection ended with %s: the frames are too tame", end)
		}
	}
	close(pace)
	y.types(3)
	if n := y.typed.Load(); n < 20 {
		t.Errorf("meanwhile the typist typed %d edits", n)
	}
	y.leave()
}

// pester opens a connection and sends frames until the server has had enough,
// at most so many. It returns how many, and the name of the close.
func (w *world) pester(t *testing.T, doc wire.DocID, cookie *http.Cookie, random mutator, most int) (sent int, end string) {
	c := w.rough(t, doc, "Cookie: "+cookie.Name+"="+cookie.Value)
	defer c.conn.Close()
	var welcome wire.Welcome
	if random.IntN(5) > 0 {
		c.write(opText, `{"type":"hello"}`)
		for welcome.Parts == 0 {
			if m, _ := c.read(); m != nil {
				welcome, _ = m.(wire.Welcome)
			} else {
				return most, "nothing"
			}
		}
	}
	for sent < most {
		op, frame := random.frame(welcome)
		c.write(op, frame)
		sent++
		c.write(opText, `{"type":"ping"}`) // what is alive answers
		for answered := false; !answered; {
			m, closed := c.read()
			switch m := m.(type) {
			case wire.Pong:
				answered = true
			case wire.Welcome: // the frame was a hello
				welcome = m
			case wire.ErrorMessage:
				end = m.Code
			case nil:
				i := slices.IndexFunc(wire.Closes(), func(k wire.Close) bool { return k.Name == end })
				if i < 0 || closed != fmt.Sprint(wire.Closes()[i].Code, " ", end) || end == "internal" || end == "store_failed" {
					t.Errorf("after %q (%d bytes) the error %q, then the close %q", frame[:min(len(frame), 500)], len(frame), end, closed)
				}
				return sent, end
			}
		}
	}
	return sent, "none"
}

// TestRandomBytes: below the messages are frames, and they can be wrong too.
func TestRandomBytes(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := mutator{rand.New(rand.NewPCG(seed, 0))}
	w := open(t)
	doc := w.person().create("x", ot.Text).ID
	y := w.typist(doc, ot.Text)
	for i := range 500 {
		c := w.rough(t, doc)
		header := []byte{
			pick[byte](random, 0x81, 0x82, 0x80, 0x88, 0x89, 0x8a, 0x01, 0xc1, 0xf1, 0x83, 0x8f, byte(random.Uint32())),
			pick[byte](random, 0x80, 0x85, 0xfd, 0xfe, 0xff, 0x05, 0x7f, byte(random.Uint32())),
		}
		if i%3 == 0 {
			header = nil
		}
		if _, err := c.conn.Write(append(header, random.noise(64)...)); err != nil {
			t.Error(err)
		}
		// It has nothing more to say: the server ends the connection.
		if err := c.conn.CloseWrite(); err != nil {
			t.Error(err)
		}
		if _, err := io.Copy(io.Discard, c.br); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("connection %d: the server does not end it", i)
		}
		c.conn.Close()
	}
	y.types(3)
	y.leave()
}
