package server

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// noon is any moment.
var noon = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Control frames are paid for: so many at once, and then as many as time has
// gone by for.
func TestControlPace(t *testing.T) {
	for _, op := range []byte{opPing, opPong} {
		f := frames{limit: 1000}
		ping := frame(bitFin|op, "x")
		send := func(now time.Time) error {
			_, err := f.pass(ping, now)
			return err
		}
		for i := range controlBurst {
			if err := send(noon); err != nil {
				t.Fatalf("control frame %d of the burst: %v", i+1, err)
			}
		}
		now := noon
		for i := range 1000 {
			now = now.Add(controlEvery)
			if err := send(now); err != nil {
				t.Fatalf("control frame %d after the burst, in time: %v", i+1, err)
			}
		}
		if err := send(now); !errors.Is(err, wire.CloseOverloaded) {
			t.Errorf("one too early: %v", err)
		}
	}
	// A rest is worth a burst and no more.
	f := frames{limit: 1000}
	if _, err := f.pass(frame(bitFin|opPing, ""), noon); err != nil {
		t.Fatal(err)
	}
	pings := bytes.Repeat(frame(bitFin|opPing, ""), controlBurst+1)
	if n, err := f.pass(pings, noon.Add(time.Hour)); !errors.Is(err, wire.CloseOverloaded) || n != len(pings)-5 {
		t.Errorf("%d of %d bytes pass, %v", n, len(pings), err)
	}
	// Messages cost nothing.
	f = frames{limit: 1000}
	if n, err := f.pass(bytes.Repeat(frame(bitFin|opText, "x"), 10*controlBurst), noon); err != nil {
		t.Errorf("after %d bytes of messages: %v", n, err)
	}
}

// Nothing of a frame that is refused gets past its header, and of a refused
// close frame not all.
func TestRefusedFramesDoNotPass(t *testing.T) {
	good := frame(bitFin|opText, "0123456789")
	for name, c := range map[string]struct {
		bad  []byte
		most int // bytes of it that pass
	}{
		"no mask":            {[]byte{0x81, 0x05, 'h', 'e', 'l', 'l', 'o'}, 1},
		"a reserved bit":     {frame(0xc1, "hello"), 1},
		"a long form":        {[]byte{0x81, 0xfe, 0, 5, 0, 0, 0, 0, 'h', 'e', 'l', 'l', 'o'}, 3},
		"a negative length":  {[]byte{0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 9},
		"a byte too many":    {frame(0x81, strings.Repeat("x", 101)), 1},
		"a reason":           {closing(1000, "\xff"), 6},
		"a continuation":     {frame(0x80, "x"), 1},
		"too many, in parts": {append(frame(0x01, strings.Repeat("x", 100)), frame(0x80, "x")...), 107},
	} {
		f := frames{limit: 100}
		n, err := f.pass(append(bytes.Clone(good), c.bad...), noon)
		if err == nil || n-len(good) > c.most {
			t.Errorf("%s: %d bytes pass, at most %d are to, %v", name, n-len(good), c.most, err)
		}
	}
}

// Each close frame is looked at by itself, even where none should follow.
func TestSecondClose(t *testing.T) {
	f := frames{limit: 100}
	if _, err := f.pass(append(closing(1000, "bye"), closing(1000, "adiós")...), noon); err != nil {
		t.Errorf("two that are right: %v", err)
	}
	if _, err := f.pass(closing(1000, "\xff"), noon); err != closeInvalidData {
		t.Errorf("one that is not, behind them: %v", err)
	}
}

// A connection that has sent one large message does not keep room for another.
func TestBufferIsLetGo(t *testing.T) {
	w := open(t)
	doc := w.person().create("x", ot.Text).ID
	const peers = 64
	var all []*rough
	for range peers {
		c := w.rough(t, doc)
		defer c.conn.Close()
		c.joined()
		all = append(all, c)
	}
	before := heap()
	for _, c := range all {
		c.write(opText, padded(256<<10))
		for pong := false; !pong; {
			m, closed := c.read()
			if m == nil {
				t.Fatal(closed)
			}
			_, pong = m.(wire.Pong)
		}
		c.raw(string(frame(opText, ""))) // it waits for the rest
		c.raw(string(frame(bitFin|opPing, "")))
		if op, _, err := c.frame(); err != nil || op != opPong {
			t.Fatalf("opcode %d, %v", op, err)
		}
	}
	// Each would hold a quarter of a MiB and more.
	if after := heap(); after > before+peers*(64<<10) {
		t.Errorf("heap in use: %d KiB before, %d KiB after %d large messages", before>>10, after>>10, peers)
	}
}

// TestFramesChunks: it makes no difference how the bytes are cut.
func TestFramesChunks(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	random := mutator{rand.New(rand.NewPCG(seed, 0))}
	for range 3000 {
		var all []byte
		for range 1 + random.IntN(5) {
			message := strings.Repeat("x", random.IntN(300))
			if random.one(2) {
				bytes, _ := random.trick(message)
				all = append(all, bytes...)
			} else {
				all = append(all, frame(bitFin|opText, message)...)
			}
		}
		if err := cutAnyhow(all, random); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

// cutAnyhow passes bytes at once and in pieces, and compares.
func cutAnyhow(all []byte, random mutator) error {
	whole := frames{limit: 250}
	n, err := whole.pass(bytes.Clone(all), noon)
	pieces := frames{limit: 250}
	done := 0
	for done < len(all) {
		piece := all[done:min(len(all), done+1+random.IntN(9))]
		passed, fault := pieces.pass(bytes.Clone(piece), noon)
		done += passed
		if fault != nil {
			// Of a close frame, the pieces before the last one have passed.
			if fault != err || done < n {
				return fmt.Errorf("%x: at once %d bytes and %v, in pieces %d and %v", all, n, err, done, fault)
			}
			return nil
		}
	}
	if err != nil || n != len(all) {
		return fmt.Errorf("%x: at once %d bytes and %v, in pieces all", all, n, err)
	}
	return nil
}

func FuzzFrames(f *testing.F) {
	for i, c := range append(framingCases(), closeCases()...) {
		if i%10 == 0 { // more would take all the time that a short run has
			f.Add(bytes.Join(c.send, nil), uint64(i))
		}
	}
	f.Fuzz(func(t *testing.T, all []byte, seed uint64) {
		if err := cutAnyhow(all, mutator{rand.New(rand.NewPCG(seed, 0))}); err != nil {
			t.Error(err)
		}
	})
}
