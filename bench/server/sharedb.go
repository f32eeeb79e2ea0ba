package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"

	"github.com/collabd/collabd/bench/server/ws"
)

// sharedbDialect is what ShareDB's client says, with documents of rich-text.
type sharedbDialect struct{ docs *atomic.Int64 }

func (sharedbDialect) pipelines() bool { return false }

func (d sharedbDialect) create(ctx context.Context, addr string) (string, error) {
	doc := "d" + strconv.FormatInt(d.docs.Add(1), 10)
	conn, err := ws.Dial(ctx, ws.Target{Addr: addr, Path: "/"})
	if err != nil {
		return "", err
	}
	defer conn.Close()
	out := ws.ForServer()
	out.Text([]byte(shareHandshake))
	out.Text([]byte(`{"a":"op","c":"docs","d":"` + doc + `","v":null,"seq":1,"x":{},"create":{"type":"http://sharejs.org/types/rich-text/v1","data":[]}}`))
	if err := conn.Write(out.Bytes); err != nil {
		return "", err
	}
	for {
		m, err := conn.Next()
		if err != nil {
			return "", err
		}
		if bytes.Contains(m, []byte(`"error":`)) {
			return "", fmt.Errorf("%s", m)
		}
		if bytes.Contains(m, []byte(`"a":"op"`)) {
			return doc, nil
		}
	}
}

func (sharedbDialect) target(_ context.Context, addr, _ string, _ int) (ws.Target, error) {
	return ws.Target{Addr: addr, Path: "/"}, nil
}

func (sharedbDialect) speaker(doc string, _ int) speaker { return &sharedbSpeaker{doc: doc} }

const shareHandshake = `{"a":"hs","id":null,"protocol":1,"protocolMinor":2}`

// sharedbSpeaker knows the version, where its caret is, and its last edit.
type sharedbSpeaker struct {
	doc     string
	id      string
	version int
	seq     int
	caret   caret
	buf     []byte
}

func (*sharedbSpeaker) greet(out *ws.Frames) { out.Text([]byte(shareHandshake)) }

func (s *sharedbSpeaker) insert(text []byte, out *ws.Frames) {
	s.insertAt(int(s.caret), text, out)
	s.caret += caret(len(text))
}

func (s *sharedbSpeaker) insertAt(place int, text []byte, out *ws.Frames) {
	s.seq++
	b := append(s.buf[:0], `{"a":"op","c":"docs","d":"`...)
	b = append(b, s.doc...)
	b = append(b, `","v":`...)
	b = strconv.AppendInt(b, int64(s.version), 10)
	b = append(b, `,"seq":`...)
	b = strconv.AppendInt(b, int64(s.seq), 10)
	b = append(b, `,"x":{},"op":`...)
	b = appendDelta(b, place, text)
	s.buf = append(b, '}')
	out.Text(s.buf)
}

func (s *sharedbSpeaker) hear(m []byte, to *ear, out *ws.Frames) error {
	switch {
	case bytes.HasPrefix(m, []byte(`{"a":"op",`)) && !bytes.Contains(m, []byte(`"error":`)):
		return s.other(m, to)
	case bytes.HasPrefix(m, []byte(`{"src":"`)): // the answer to an own edit
		_, rest, ok := bytes.Cut(m, []byte(`"v":`))
		v, _ := number(rest)
		if !ok || v != s.version {
			return fmt.Errorf("acknowledged at another version than %d", s.version)
		}
		s.version++
		to.edits++
		to.acked++
	case bytes.HasPrefix(m, []byte(`{"data":`)): // the document
		_, rest, ok := bytes.Cut(m, []byte(`"v":`))
		if !ok {
			return errors.New("a document without version")
		}
		s.version, rest = number(rest)
		to.units, to.ready, to.name = contentUnits(rest), true, s.id
	case bytes.Contains(m, []byte(`"a":"hs"`)):
		_, rest, _ := bytes.Cut(m, []byte(`"id":"`))
		id, _, ok := bytes.Cut(rest, []byte(`"`))
		if !ok {
			return errors.New("a handshake without id")
		}
		s.id = string(id)
		out.Text([]byte(`{"a":"s","c":"docs","d":"` + s.doc + `","v":null}`))
	case bytes.Contains(m, []byte(`"a":"init"`)): // for clients of old
	default:
		return errors.New("unexpected message")
	}
	return nil
}

// other takes an edit of somebody else:
// {"a":"op","c":"docs","d":"d1","v":5,"src":"…","seq":3,"op":[…]}, or "op":{"ops":[…]}.
func (s *sharedbSpeaker) other(m []byte, to *ear) error {
	_, rest, ok := bytes.Cut(m, []byte(`,"v":`))
	if !ok {
		return errors.New("an op without version")
	}
	v, rest := number(rest)
	if v < s.version {
		return nil // it came before, as the client of ShareDB expects
	}
	if v > s.version {
		return fmt.Errorf("version %d, expected %d", v, s.version)
	}
	rest, ok = bytes.CutPrefix(rest, []byte(`,"src":"`))
	src, rest, ok2 := bytes.Cut(rest, []byte(`","seq":`))
	if !ok || !ok2 {
		return errors.New("an op without author")
	}
	seq, rest := number(rest)
	rest, ok = bytes.CutPrefix(rest, []byte(`,"op":`))
	if !ok {
		return errors.New("an op without content")
	}
	place, units, _, err := delta(bytes.TrimPrefix(rest, []byte(`{"ops":`)))
	if err != nil {
		return err
	}
	s.version++
	to.edits++
	s.caret.over(place, units)
	if to.notice != nil {
		to.notice(src, seq)
	}
	return nil
}
