package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
	"sync/atomic"

	"github.com/collabd/collabd/bench/server/ws"
)

// relayDialect is what the relay beside this program speaks: messages as the
// clients make them, their author's number, the edit's, and text.
type relayDialect struct{ docs *atomic.Int64 }

func (d relayDialect) create(context.Context, string) (string, error) {
	return "d" + strconv.FormatInt(d.docs.Add(1), 10), nil
}

func (relayDialect) target(_ context.Context, addr, doc string, _ int) (ws.Target, error) {
	return ws.Target{Addr: addr, Path: "/" + doc}, nil
}

func (relayDialect) speaker(string, int) speaker { return &relaySpeaker{} }

func (relayDialect) pipelines() bool { return true }

// relaySpeaker writes messages of 2 bytes of author, 4 of edit, 2 of length, and
// text.
type relaySpeaker struct {
	me   [2]byte
	edit int
	buf  []byte
}

const relayHead = 8

func (*relaySpeaker) greet(*ws.Frames) {}

func (s *relaySpeaker) hear(m []byte, to *ear, _ *ws.Frames) error {
	if !to.ready {
		if len(m) != 2 {
			return fmt.Errorf("a number has two bytes")
		}
		s.me = [2]byte(m)
		to.ready, to.name = true, string(m)
		return nil
	}
	for len(m) > 0 {
		if len(m) < relayHead {
			return fmt.Errorf("a message is cut")
		}
		end := relayHead + int(binary.BigEndian.Uint16(m[6:]))
		if len(m) < end {
			return fmt.Errorf("a message is cut")
		}
		to.edits++
		if [2]byte(m) == s.me {
			to.acked++
		}
		if to.notice != nil {
			to.notice(m[:2], int(binary.BigEndian.Uint32(m[2:])))
		}
		m = m[end:]
	}
	return nil
}

func (s *relaySpeaker) insert(text []byte, out *ws.Frames) {
	s.edit++
	s.buf = append(s.buf[:0], s.me[:]...)
	s.buf = binary.BigEndian.AppendUint32(s.buf, uint32(s.edit))
	s.buf = binary.BigEndian.AppendUint16(s.buf, uint16(len(text)))
	out.Binary(append(s.buf, text...))
}

func (s *relaySpeaker) insertAt(_ int, text []byte, out *ws.Frames) { s.insert(text, out) }
