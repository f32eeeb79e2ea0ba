package server

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// rfcCase is something that a client sends after the welcome, named by the
// section of RFC 6455 that is about it, and what the server answers: pongs with
// their payload, messages of the protocol by their names, and at the end the
// close frame, of which the start is compared. Presence is left out.
type rfcCase struct {
	section string
	name    string
	send    [][]byte
	want    []string
}

func frame(first byte, payload string) []byte { return bytesOf(first, payload) }

// masked is a frame with a key that is not zero.
func masked(first byte, key uint32, payload string) []byte {
	b := bytesOf(first, payload)
	at := len(b) - len(payload)
	binary.BigEndian.PutUint32(b[at-4:], key)
	for i := range len(payload) {
		b[at+i] ^= b[at-4+i%4]
	}
	return b
}

// header is one that says something else than what bytesOf makes of a payload.
func header(first, second byte, rest ...byte) []byte { return append([]byte{first, second}, rest...) }

// fragments cuts a text message into frames at the given places.
func fragments(text string, at ...int) (frames [][]byte) {
	from, first := 0, byte(opText)
	for _, to := range at {
		frames = append(frames, frame(first, text[from:to]))
		from, first = to, opContinuation
	}
	return append(frames, frame(bitFin|first, text[from:]))
}

// closing is a close frame.
func closing(code uint16, reason string) []byte {
	return frame(bitFin|opClose, string(binary.BigEndian.AppendUint16(nil, code))+reason)
}

// insert is a message that is accepted, and comes back as a record, if its text
// is UTF-8. The document is new.
func insert(text string) string {
	return `{"type":"edit","seq":1,"base":0,"op":[{"insert":"` + text + `"}]}`
}

const (
	pingText    = `{"type":"ping"}`
	broken      = "close 1002 protocol_error"
	badFrame    = "error protocol_error" // the message before it
	badMessage  = "error bad_message"
	badClose    = "close 4200 bad_message"
	tooLarge    = "error too_large"
	largeClose  = "close 4201 too_large"
	brokenClose = "close 1002" // by the library, without a message before it
)

// TestRFC6455 sends every case at once, and byte by byte.
func TestRFC6455(t *testing.T) {
	w := open(t)
	ana := w.person()
	for _, c := range slices.Concat(framingCases(), controlCases(), fragmentCases(), textCases(), closeCases(), limitCases()) {
		for _, way := range []string{"whole", "chopped"} {
			sent := slices.Concat(c.send...)
			if way == "chopped" && len(sent) > 1000 {
				continue // it would be the same as the whole, slowly
			}
			t.Run(c.section+" "+c.name+"/"+way, func(t *testing.T) {
				w.t = t
				r := w.rough(t, ana.create("x", ot.Text).ID)
				defer r.conn.Close()
				r.joined()
				if way == "whole" {
					r.raw(string(sent))
				} else {
					for _, b := range sent {
						r.raw(string([]byte{b}))
					}
				}
				r.answers(c.want)
			})
		}
	}
	w.t = t
}

// answers compares what comes with what is wanted. A connection that is wanted
// to live is asked for a sign of life, and closed in order.
func (c *rough) answers(want []string) {
	c.t.Helper()
	var got []string
	if len(want) == 0 || !strings.HasPrefix(want[len(want)-1], "close") {
		got = c.events(len(want))
		c.write(opText, pingText)
		got = append(got, c.events(1)...)
		c.raw(string(closing(1000, "done")))
		want = append(slices.Clone(want), "pong", "close 1000 done")
	}
	got = append(got, c.events(-1)...)
	if !alike(got, want) {
		c.t.Errorf("answered with %q, want %q", got, want)
	}
	// The close frame is answered, and comes once.
	c.write(opClose, "\x03\xe8")
	_ = c.conn.CloseWrite()
	if op, payload, err := c.frame(); err == nil {
		c.t.Errorf("behind the close frame comes one of opcode %d: %q", op, payload)
	}
}

// alike compares answers. Pongs are the reader's and messages the writer's:
// each come in their order.
func alike(got, want []string) bool {
	pongs := func(list []string, are bool) []string {
		return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return strings.HasPrefix(s, `pong "`) != are })
	}
	g, w := pongs(got, false), pongs(want, false)
	if n := len(w) - 1; len(g) == len(w) && n >= 0 && strings.HasPrefix(w[n], "close") && strings.HasPrefix(g[n], w[n]) {
		g, w = g[:n], w[:n]
	}
	slices.Sort(g)
	slices.Sort(w)
	return slices.Equal(g, w) && slices.Equal(pongs(got, true), pongs(want, true))
}

// events are the next things that the server sends, so many or, if n is
// negative, up to the close.
func (c *rough) events(n int) (got []string) {
	for len(got) != n {
		next, closed := c.event()
		got = append(got, next...)
		if closed {
			break
		}
	}
	return got
}

// event is the next frame that the server sends, as what it says to us.
func (c *rough) event() (says []string, closed bool) {
	op, payload, err := c.frame()
	switch {
	case err != nil:
		return []string{"end: " + err.Error()}, true
	case op == opClose:
		return []string{"close " + closeText(payload)}, true
	case op == opPong:
		return []string{fmt.Sprintf("pong %q", payload)}, false
	}
	for _, m := range c.messages(payload) {
		switch m := m.(type) {
		case wire.Pong:
			says = append(says, "pong")
		case wire.Records:
			says = append(says, "records")
		case wire.Welcome:
			says = append(says, "welcome")
		case wire.ErrorMessage:
			says = append(says, "error "+m.Code)
		case wire.Presences:
		default:
			says = append(says, fmt.Sprintf("%T", m))
		}
	}
	return says, false
}

// TestFaultIsHeard: the reason of a fault is not overtaken by a reset, which a
// system sends when a connection is closed that has bytes left to read.
func TestFaultIsHeard(t *testing.T) {
	w := open(t)
	doc := w.person().create("x", ot.Text).ID
	for name, bad := range map[string][]byte{"protocol_error": frame(0x83, ""), "invalid_data": closing(1000, "\xff")} {
		c := w.rough(t, doc)
		c.joined()
		c.raw(string(bad) + strings.Repeat("x", 100<<10))
		got := c.events(-1)
		if n := len(got); n < 2 || got[n-2] != "error "+name || !strings.HasSuffix(got[n-1], " "+name) {
			t.Errorf("%s: ended with %q", name, got)
		}
		// A reset fails whatever comes first.
		_, err1 := c.conn.Write(closing(1000, ""))
		err2 := c.conn.CloseWrite()
		if _, err := c.br.ReadByte(); err1 != nil || err2 != nil || err != io.EOF {
			t.Errorf("%s: behind the close come %v, %v and %v", name, err1, err2, err)
		}
		c.conn.Close()
	}
}
