package session_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing/synctest"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

var (
	secretPattern = regexp.MustCompile(`"secret":"[^"]*"`)
	limitsPattern = regexp.MustCompile(`,"limits":\{[^}]*\}`)
)

// report writes what everybody received, and what was asked for.
func (w *world) report(out *strings.Builder) {
	names := slices.Sorted(maps.Keys(w.clients))
	ended := w.ended()
	received := map[string][]string{}
	for _, name := range names { // before anything is shown: ids become names
		if w.clients[name].end != nil {
			received[name] = w.received(w.clients[name])
		}
	}
	for _, name := range names {
		for _, line := range received[name] {
			fmt.Fprintf(out, "%s < %s\n", name, w.plain([]byte(line)))
		}
		c := w.clients[name]
		if c.end == nil {
			continue
		}
		if reason, ended := c.end.Ended(); ended && !c.told {
			c.told = true
			fmt.Fprintf(out, "%s : closed %d %s\n", name, reason.Code, reason.Name)
		}
	}
	for _, line := range ended {
		fmt.Fprintln(out, line)
	}
	if w.stats > 0 {
		s := w.nodes[w.stats].hub.Stats()
		fmt.Fprintf(out, "%d documents, %d peers, %d queued, %d appending, lag %d\n", s.Documents, s.Peers, s.Queued, s.Appending, s.Lag)
		w.stats = 0
	}
	if w.log != "" {
		w.printLog(out, w.log)
		w.log = ""
	}
}

// received takes what a client was sent. Unless frames are to be shown as they
// came, records that follow each other are one message, and of the store's
// states there is the last one, at the end: how much a frame holds depends on
// when its writer woke.
func (w *world) received(c *scripted) (lines []string) {
	var list []wire.ServerMessage
	var state *wire.StoreState
	for frame, ok := c.end.TryRead(); ok; frame, ok = c.end.TryRead() {
		messages := w.learn(c, frame)
		if w.whole {
			lines = append(lines, string(frame))
			continue
		}
		for _, msg := range messages {
			if s, ok := msg.(wire.StoreState); ok {
				state = &s
				continue
			}
			if more, ok := msg.(wire.Records); ok && len(list) > 0 {
				if last, ok := list[len(list)-1].(wire.Records); ok {
					last.Records = append(last.Records, more.Records...)
					list[len(list)-1] = last
					continue
				}
			}
			list = append(list, msg)
		}
	}
	if state != nil {
		list = append(list, *state)
	}
	for _, msg := range list {
		lines = append(lines, string(msg.Append(nil)))
	}
	return lines
}

// expect runs commands and compares what was received, in short: the type of
// each message, or why the connection ended.
func (w *world) expect(want string, commands ...string) {
	w.t.Helper()
	for _, c := range commands {
		w.run(c)
	}
	synctest.Wait()
	if got := w.brief(); got != want {
		w.t.Errorf("after %q\n got %s\nwant %s", commands, got, want)
	}
}

// brief is what everybody received in short: the types of the messages, what an
// error or the store's state says, and why the connection ended.
func (w *world) brief() string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(w.clients)) {
		c := w.clients[name]
		var list []string
		for _, line := range w.received(c) {
			msg, err := wire.DecodeServer([]byte(line))
			if err != nil {
				w.t.Fatal(err)
			}
			kind := strings.Split(line, `"`)[3]
			switch msg := msg.(type) {
			case wire.ErrorMessage:
				kind += " " + msg.Code
			case wire.StoreState:
				kind += fmt.Sprintf(" %t", msg.OK)
			}
			list = append(list, kind)
		}
		if reason, ended := c.end.Ended(); ended && !c.told {
			c.told = true
			list = append(list, "closed "+reason.Name)
		}
		if len(list) > 0 {
			all = append(all, name+":"+strings.Join(list, ","))
		}
	}
	return strings.Join(all, " ")
}

// learn lets a client remember what it needs to resume.
func (w *world) learn(c *scripted, frame []byte) []wire.ServerMessage {
	messages, err := wire.DecodeServerFrame(frame)
	if err != nil {
		w.t.Fatalf("%s received %s: %v", c.name, frame, err)
	}
	for _, msg := range messages {
		switch msg := msg.(type) {
		case wire.Welcome:
			if !msg.Resumed {
				c.revision = msg.Revision
			}
			c.id, c.secret, c.lineage = msg.Client, msg.Secret, msg.Lineage
			w.names[msg.Client] = c.name
		case wire.Records:
			c.revision = msg.After + wire.Revision(len(msg.Records))
		case wire.Catchup:
			c.revision = msg.To
		}
	}
	return messages
}

// plain replaces what is random or long.
func (w *world) plain(m []byte) string {
	m = secretPattern.ReplaceAll(m, []byte(`"secret":"…"`))
	m = limitsPattern.ReplaceAll(m, nil)
	for id, name := range w.names {
		m = bytes.ReplaceAll(m, []byte(`"`+id+`"`), []byte(`"`+name+`"`))
	}
	return string(m)
}

func (w *world) printLog(out *strings.Builder, id wire.DocID) {
	ctx := context.Background()
	head, err := w.memory.Head(ctx, id)
	if err != nil {
		w.t.Fatal(err)
	}
	records, err := w.memory.Records(ctx, id, 0, head)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range records {
		client := string(r.Client)
		if name, ok := w.names[r.Client]; ok {
			client = name
		}
		fmt.Fprintf(out, "%d %s/%d %s\n", r.Revision, client, r.Seq, r.Op.AppendJSON(nil))
	}
	doc, err := session.ReadAt(ctx, w.memory, id, head)
	if err != nil {
		w.t.Fatal(err)
	}
	snap, err := w.memory.Snapshot(ctx, id, head)
	if err != nil {
		w.t.Fatal(err)
	}
	fmt.Fprintf(out, "text %q, snapshot at %d\n", doc.Text(), snap.Revision)
}
