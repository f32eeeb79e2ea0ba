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

// history is SQL that puts a document of so many edits, which there is with no
// content yet, into the tables of sharedb-postgres.
func (sharedbDialect) history(doc string) string {
	return fmt.Sprintf(`
INSERT INTO ops (collection, doc_id, version, operation)
SELECT 'docs', '%[1]s', v, jsonb_build_object('v', v - 1, 'src', 'bench', 'seq', v, 'm', jsonb_build_object('ts', 1767225600000 + v),
  'op', jsonb_build_array(jsonb_build_object('retain', 1 + (v * 7919) %% (v * %[3]d)), jsonb_build_object('insert', '%[4]s')))
FROM generate_series(2, %[2]d + 1) AS v;
UPDATE snapshots SET version = %[2]d + 1, data = jsonb_build_object('ops', jsonb_build_array(jsonb_build_object('insert', repeat('%[4]s', %[2]d))))
WHERE collection = 'docs' AND doc_id = '%[1]s';`, doc, historyEdits, historyUnits, text[:historyUnits])
}

const shareHandshake = `{"a":"hs","id":null,"protocol":1,"protocolMinor":2}`

// sharedbSpeaker knows the version, where its caret is, and its last edit.
type sharedbSpeaker struct {
	doc     string
	id      string
	version int
	seq     int
	units   int // that others and insertAt put into the document, at least
	caret   caret
	buf     []byte

	fetching bool // what is missing was asked for
	behind   bool // and more was missing since
}

func (*sharedbSpeaker) greet(out *ws.Frames) { out.Text([]byte(shareHandshake)) }

func (s *sharedbSpeaker) insert(text []byte, out *ws.Frames) {
	s.edit(int(s.caret), text, out)
	s.caret += caret(len(text))
}

func (s *sharedbSpeaker) insertAt(random int, text []byte, out *ws.Frames) {
	s.edit(random%(s.units+1), text, out)
	s.units += len(text)
}

func (s *sharedbSpeaker) edit(place int, text []byte, out *ws.Frames) {
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
		return s.op(m, to, out)
	case bytes.HasPrefix(m, []byte(`{"src":"`)): // the answer to an own edit
		_, rest, ok := bytes.Cut(m, []byte(`"v":`))
		if !ok {
			return errors.New("an answer without version")
		}
		switch v, _ := number(rest); {
		case v == s.version:
			s.acknowledged(to)
		case v > s.version:
			s.fetch(out)
		}
	case bytes.HasPrefix(m, []byte(`{"data":`)): // the document
		_, rest, ok := bytes.Cut(m, []byte(`"v":`))
		if !ok {
			return errors.New("a document without version")
		}
		s.version, rest = number(rest)
		to.units, to.ready, to.name = contentUnits(rest), true, s.id
	case bytes.HasPrefix(m, []byte(`{"a":"f",`)): // all that was fetched has come
		s.fetching = false
		if s.behind {
			s.fetch(out)
		}
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

// fetch asks for what is missing: on Postgres, versions come in another order
// than they were made now and then. ShareDB's own client does the same.
func (s *sharedbSpeaker) fetch(out *ws.Frames) {
	if s.behind = s.fetching; s.behind {
		return
	}
	s.fetching = true
	b := append(s.buf[:0], `{"a":"f","c":"docs","d":"`...)
	b = append(b, s.doc...)
	b = append(b, `","v":`...)
	b = strconv.AppendInt(b, int64(s.version), 10)
	s.buf = append(b, '}')
	out.Text(s.buf)
}

func (s *sharedbSpeaker) acknowledged(to *ear) {
	s.version++
	to.edits++
	to.acked++
}

// op takes an edit:
// {"a":"op","c":"docs","d":"d1","v":5,"src":"…","seq":3,"op":[…]}, or "op":{"ops":[…]}.
func (s *sharedbSpeaker) op(m []byte, to *ear, out *ws.Frames) error {
	_, rest, ok := bytes.Cut(m, []byte(`,"v":`))
	if !ok {
		return errors.New("an op without version")
	}
	v, rest := number(rest)
	if v < s.version {
		return nil // it came before
	}
	if v > s.version {
		s.fetch(out)
		return nil
	}
	rest, ok = bytes.CutPrefix(rest, []byte(`,"src":"`))
	src, rest, ok2 := bytes.Cut(rest, []byte(`","seq":`))
	if !ok || !ok2 {
		return errors.New("an op without author")
	}
	if string(src) == s.id { // fetched
		s.acknowledged(to)
		return nil
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
	s.units += units
	to.edits++
	s.caret.over(place, units)
	if to.notice != nil {
		to.notice(src, seq)
	}
	return nil
}
