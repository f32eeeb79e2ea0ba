package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
	"sync/atomic"

	"github.com/collabd/collabd/bench/server/ws"
)

// The messages of y-protocols, and those that Hocuspocus has beside them.
const (
	messageSync       = 0
	messageAuth       = 2
	messageSyncReply  = 4
	messageSyncStatus = 8

	syncStep1  = 0 // what do you have that I have not: a state vector
	syncStep2  = 1 // this: an update
	syncUpdate = 2
)

// ySpeakers counts the clients of Yjs, for their ids are never used twice.
var ySpeakers atomic.Uint64

// yDialect is the protocol of y-websocket, or that of Hocuspocus, in which each
// message begins with the document's name and edits are acknowledged. From
// y-websocket every client hears its own updates, which is its acknowledgement.
type yDialect struct {
	docs  *atomic.Int64
	hocus bool
}

func (d yDialect) create(context.Context, string) (string, error) {
	return "d" + strconv.FormatInt(d.docs.Add(1), 10), nil
}

func (yDialect) target(_ context.Context, addr, doc string, _ int) (ws.Target, error) {
	return ws.Target{Addr: addr, Path: "/" + doc}, nil
}

func (yDialect) pipelines() bool { return true }

func (d yDialect) speaker(doc string, _ int) speaker {
	s := &ySpeaker{hocus: d.hocus, writer: writer{client: 1<<31 + ySpeakers.Add(1)}}
	s.name = string(binary.AppendUvarint(nil, s.client))
	if d.hocus {
		s.head = appendBytes(nil, doc)
	}
	return s
}

// ySpeaker is a client of Yjs.
type ySpeaker struct {
	writer
	hocus  bool
	name   string // its id, as updates have it
	head   []byte // what each message begins with
	state  int    // answers that are no acknowledgements of edits
	ends   []int  // clocks at the ends of edits that were not heard yet
	update []byte
	buf    []byte
}

func (s *ySpeaker) say(out *ws.Frames, message ...byte) {
	s.buf = append(append(s.buf[:0], s.head...), message...)
	out.Binary(s.buf)
}

func (s *ySpeaker) greet(out *ws.Frames) {
	if s.hocus {
		s.say(out, messageAuth, 0, 0) // an empty token
		return
	}
	s.say(out, messageSync, syncStep1, 1, 0) // nothing is here yet
}

func (s *ySpeaker) insert(text []byte, out *ws.Frames) {
	s.update = s.append(s.update[:0], text)
	s.send(out)
}

func (s *ySpeaker) insertAt(random int, text []byte, out *ws.Frames) {
	s.update = s.scatter(s.update[:0], text, random)
	s.send(out)
}

func (s *ySpeaker) send(out *ws.Frames) {
	if !s.hocus {
		s.ends = append(s.ends, s.clock)
	}
	b := append(append(s.buf[:0], s.head...), messageSync, syncUpdate)
	s.buf = appendBytes(b, s.update)
	out.Binary(s.buf)
}

func (s *ySpeaker) hear(m []byte, to *ear, out *ws.Frames) error {
	v := &varints{b: m}
	if s.hocus {
		v.take()
	}
	switch kind := v.next(); kind {
	case messageSync, messageSyncReply:
		return s.sync(v, to, out)
	case messageAuth:
		if v.next() == 1 {
			return fmt.Errorf("no access")
		}
		s.say(out, messageSync, syncStep1, 1, 0)
	case messageSyncStatus:
		if v.next() != 1 {
			return fmt.Errorf("an edit was refused")
		}
		if s.state > 0 {
			s.state--
		} else {
			to.acked++
		}
	}
	return v.err
}

func (s *ySpeaker) sync(v *varints, to *ear, out *ws.Frames) error {
	switch v.next() {
	case syncStep1:
		s.say(out, messageSync, syncStep2, 2, 0, 0) // nothing that the server has not
		s.state++
	case syncStep2:
		err := structs(v.take(), func(_ []byte, from, until int) { to.units += until - from })
		to.ready, to.name = true, s.name
		return err
	case syncUpdate:
		return structs(v.take(), func(client []byte, from, until int) {
			to.edits += until - from // one unit each
			if string(client) == s.name {
				for len(s.ends) > 0 && s.ends[0] <= until {
					s.ends = s.ends[1:]
					to.acked++
				}
			}
			if to.notice != nil {
				to.notice(client, until)
			}
		})
	}
	return v.err
}
