package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/collabd/collabd/bench/server/ws"
)

// collabdDialect is docs/protocol.md. Each person has a login, and a few clients.
type collabdDialect struct {
	mu      sync.Mutex
	cookies []string // by person
}

// clientsEach is how many clients a person has.
const clientsEach = 8

func (d *collabdDialect) pipelines() bool { return false }

func (d *collabdDialect) create(ctx context.Context, addr string) (string, error) {
	cookie, err := d.cookie(ctx, addr, 0)
	if err != nil {
		return "", err
	}
	body, _, err := d.request(ctx, "POST", addr, "/api/docs", cookie, `{"title":"bench","kind":"rich"}`)
	if err != nil {
		return "", err
	}
	var doc struct{ ID string }
	if err := json.Unmarshal(body, &doc); err != nil || doc.ID == "" {
		return "", fmt.Errorf("no document in %.100q", body)
	}
	return doc.ID, nil
}

func (d *collabdDialect) target(ctx context.Context, addr, doc string, i int) (ws.Target, error) {
	cookie, err := d.cookie(ctx, addr, i/clientsEach)
	return ws.Target{
		Addr: addr, Path: "/api/docs/" + doc + "/socket", Subprotocol: "collabd.v1",
		Header: http.Header{"Cookie": {cookie}},
	}, err
}

func (d *collabdDialect) speaker(string, int) speaker { return &collabdSpeaker{} }

// cookie is the login of a person, who gets one when there is none yet.
func (d *collabdDialect) cookie(ctx context.Context, addr string, person int) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.cookies) <= person {
		_, cookie, err := d.request(ctx, "GET", addr, "/api/me", "", "")
		if err != nil {
			return "", err
		}
		d.cookies = append(d.cookies, cookie)
	}
	return d.cookies[person], nil
}

func (d *collabdDialect) request(ctx context.Context, method, addr, path, cookie, body string) (answer []byte, login string, err error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+addr+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return nil, "", err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if cookie != "" {
		req.Header.Set("Cookie", cookie)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	if answer, err = io.ReadAll(resp.Body); err != nil {
		return nil, "", err
	}
	if resp.StatusCode/100 != 2 {
		return nil, "", fmt.Errorf("%s %s: %s %.200s", method, path, resp.Status, answer)
	}
	for _, c := range resp.Cookies() {
		login = c.Name + "=" + c.Value
	}
	return answer, login, nil
}

// collabdSpeaker knows the revision, where its caret is, and its last edit.
type collabdSpeaker struct {
	id       string
	own      []byte // how a record of this client begins
	revision int
	seq      int
	units    int // of the document
	caret    caret
	parts    int // of the document that are still to come
	buf      []byte
}

func (*collabdSpeaker) greet(out *ws.Frames) { out.Text([]byte(`{"type":"hello"}`)) }

func (s *collabdSpeaker) insert(text []byte, out *ws.Frames) {
	s.edit(int(s.caret), text, out)
	s.caret += caret(len(text))
}

func (s *collabdSpeaker) insertAt(random int, text []byte, out *ws.Frames) {
	s.edit(random%max(s.units, 1), text, out) // never behind the line break at the end
}

func (s *collabdSpeaker) edit(place int, text []byte, out *ws.Frames) {
	s.seq++
	b := append(s.buf[:0], `{"type":"edit","seq":`...)
	b = strconv.AppendInt(b, int64(s.seq), 10)
	b = append(b, `,"base":`...)
	b = strconv.AppendInt(b, int64(s.revision), 10)
	b = append(b, `,"op":`...)
	b = appendDelta(b, place, text)
	s.buf = append(b, '}')
	out.Text(s.buf)
}

// appendDelta appends an op that inserts ASCII at a place.
func appendDelta(b []byte, place int, text []byte) []byte {
	b = append(b, '[')
	if place > 0 {
		b = append(b, `{"retain":`...)
		b = strconv.AppendInt(b, int64(place), 10)
		b = append(b, `},`...)
	}
	b = append(b, `{"insert":"`...)
	b = append(b, text...)
	return append(b, `"}]`...)
}

func (s *collabdSpeaker) hear(m []byte, to *ear, _ *ws.Frames) error {
	if len(m) > 0 && m[0] == '[' { // several messages in a frame
		for i := 1; i < len(m); {
			n, err := valueEnd(m[i:])
			if err != nil {
				return err
			}
			if n > 0 {
				if err := s.one(m[i:i+n], to); err != nil {
					return err
				}
			}
			i += n + 1 // a comma, or the end
		}
		return nil
	}
	return s.one(m, to)
}

var recordsHead = []byte(`{"type":"records","after":`)

func (s *collabdSpeaker) one(m []byte, to *ear) error {
	if bytes.HasPrefix(m, recordsHead) {
		return s.records(m[len(recordsHead):], to)
	}
	if bytes.HasPrefix(m, []byte(`{"type":"doc",`)) {
		s.parts--
		to.ready = s.parts == 0
		to.units += contentUnits(m)
		s.units = to.units
		return nil
	}
	var kind struct {
		Type, Client, Code, Message string
		Revision, Parts, To, Part   int
	}
	if err := json.Unmarshal(m, &kind); err != nil {
		return err
	}
	switch kind.Type {
	case "welcome":
		s.id, s.revision, s.parts = kind.Client, kind.Revision, kind.Parts
		s.own = []byte(`{"client":"` + kind.Client + `",`)
		to.name = kind.Client
		to.ready = s.parts == 0
	case "catchup":
		if kind.Part == kind.Parts {
			to.edits += kind.To - s.revision
			s.revision = kind.To
		}
	case "error", "goaway":
		return fmt.Errorf("%s: %s", kind.Code, kind.Message)
	}
	return nil
}

// records takes what is behind "after" in a message of records. It reads the
// form in which the server writes them, and no other; another one is an error,
// never a wrong count.
func (s *collabdSpeaker) records(m []byte, to *ear) error {
	after, rest := number(m)
	rest, ok := bytes.CutPrefix(rest, []byte(`,"records":[`))
	if !ok || after != s.revision {
		return fmt.Errorf("records after %d at revision %d", after, s.revision)
	}
	if to.notice == nil && s.seq == 0 { // only how many they are
		n := bytes.Count(rest, []byte(`{"client":"`))
		to.edits += n
		s.revision += n
		return nil
	}
	for {
		rest, ok = bytes.CutPrefix(rest, []byte(`{"client":"`))
		quote := bytes.IndexByte(rest, '"')
		if !ok || quote < 0 {
			return fmt.Errorf("a record does not begin as it should")
		}
		client := rest[:quote]
		if rest, ok = bytes.CutPrefix(rest[quote:], []byte(`","seq":`)); !ok {
			return fmt.Errorf("a record without a seq")
		}
		var seq, place, units int
		seq, rest = number(rest)
		if rest, ok = bytes.CutPrefix(rest, []byte(`,"op":`)); !ok {
			return fmt.Errorf("a record without an op")
		}
		var err error
		if place, units, rest, err = delta(rest); err != nil {
			return err
		}
		s.revision++
		s.units += units
		to.edits++
		if string(client) == s.id {
			if seq != s.seq {
				return fmt.Errorf("the record of edit %d, after %d was sent", seq, s.seq)
			}
			to.acked++
		} else {
			s.caret.over(place, units)
		}
		if to.notice != nil {
			to.notice(client, seq)
		}
		switch {
		case bytes.HasPrefix(rest, []byte(`},`)):
			rest = rest[2:]
		case bytes.HasPrefix(rest, []byte(`}]`)):
			return nil
		default:
			return fmt.Errorf("a record does not end as it should")
		}
	}
}
