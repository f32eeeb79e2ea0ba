package session_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/session/sessiontest"
	"github.com/collabd/collabd/wire"
)

var update = flag.Bool("update", false, "write the golden scripts anew")

// TestGolden runs the scripts in testdata: each is a conversation with a real
// hub. A block is a command, a line of dashes, and what everybody received
// after it. The commands:
//
//	doc KIND                          begin: a new document and a server
//	limit NAME N                      (before doc) a limit of the server
//	join NAME [viewer]                connect as a new client
//	resume NAME [revision=N] [secret=S] [as=USER] [lineage=L]   connect again
//	edit NAME SEQ BASE OP             send an edit
//	send NAME MESSAGE                 send anything
//	type NAME FROM TO                 send and await so many one-letter edits at the end
//	cut NAME                          break the connection
//	store hold|release|fail N|lose N|conflict OP|noread|read
//	crash, stop, start                the server's life
//	sleep DURATION
//	log                               what the store has
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			script, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var got string
			synctest.Test(t, func(t *testing.T) { got = runScript(t, string(script)) })
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(script) {
				t.Errorf("%s: the conversation is another one (go test ./session -run Golden -update writes it anew):\n%s", file, firstDifference(string(script), got))
			}
		})
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		at := func(lines []string) string {
			if i < len(lines) {
				return lines[i]
			}
			return "(end)"
		}
		if at(w) != at(g) {
			return fmt.Sprintf("line %d\n  want %s\n  got  %s", i+1, at(w), at(g))
		}
	}
	return "none"
}

// world is what a script talks to.
type world struct {
	t       *testing.T
	lim     session.Limits
	store   *sessiontest.Store
	doc     wire.DocID
	hub     *session.Hub
	clients map[string]*scripted
	names   map[wire.ClientID]string
}

// scripted is a client of a script: what it must know to resume.
type scripted struct {
	name     string
	end      *sessiontest.ClientEnd
	id       wire.ClientID
	secret   string
	lineage  wire.Lineage
	revision wire.Revision
	told     bool // that the connection has ended
}

const scriptKey = "a key of 32 bytes for the scripts"

func runScript(t *testing.T, script string) string {
	w := &world{t: t, lim: session.DefaultLimits(), clients: map[string]*scripted{}, names: map[wire.ClientID]string{}}
	var out strings.Builder
	for i, block := range strings.Split(strings.TrimSpace(script), "\n\n") {
		if i > 0 {
			out.WriteString("\n")
		}
		command, _, _ := strings.Cut(block, "\n----")
		ran := false
		for _, line := range strings.Split(command, "\n") {
			out.WriteString(line + "\n")
			if !strings.HasPrefix(line, "#") {
				w.run(line)
				ran = true
			}
		}
		if !ran {
			continue
		}
		out.WriteString("----\n")
		synctest.Wait()
		w.report(&out)
	}
	if w.hub != nil {
		w.cutAll()
		w.stop()
	}
	return out.String()
}

func (w *world) run(line string) {
	word := strings.Fields(line)
	at := func(i int) string {
		if i < len(word) {
			return word[i]
		}
		return ""
	}
	rest := func(n int) string { return strings.SplitN(line, " ", n+1)[n] }
	switch word[0] {
	case "limit":
		w.limit(at(1), atoi(at(2)))
	case "doc":
		w.begin(ot.DocKind(at(1)))
	case "join":
		role := wire.Editor
		if at(2) != "" {
			role = wire.Role(at(2))
		}
		w.connect(at(1), wire.Hello{}, at(1), role)
	case "resume":
		w.resume(at(1), word[2:])
	case "edit":
		op, err := ot.Parse([]byte(rest(4)), ot.DefaultLimits())
		if err != nil {
			w.t.Fatalf("%s: %v", line, err)
		}
		w.send(at(1), string(wire.Edit{Seq: wire.Seq(atoi(at(2))), Base: wire.Revision(atoi(at(3))), Op: op}.Append(nil)))
	case "send":
		w.send(at(1), rest(2))
	case "type":
		w.typeMany(at(1), atoi(at(2)), atoi(at(3)))
	case "cut":
		w.clients[at(1)].end.Cut()
	case "store":
		w.fault(word[1:], line)
	case "crash":
		w.cutAll()
		synctest.Wait()
		w.stop()
	case "stop":
		w.stop()
	case "start":
		w.start()
	case "sleep":
		d, err := time.ParseDuration(at(1))
		if err != nil {
			w.t.Fatal(err)
		}
		time.Sleep(d) // the bubble's clock
	case "log":
	default:
		w.t.Fatalf("unknown command %q", line)
	}
	if word[0] == "log" {
		w.names["log"] = "log"
	}
}

func atoi(s string) int {
	n := 0
	fmt.Sscan(s, &n)
	return n
}

func (w *world) limit(name string, n int) {
	switch name {
	case "window":
		w.lim.WindowRecords = n
	case "catchup":
		w.lim.CatchupRecords = n
	case "peers":
		w.lim.Peers = n
	case "document":
		w.lim.Wire.DocumentUnits = n
	case "snapshot":
		w.lim.SnapshotRecords = n
	case "frames":
		w.lim.Frames = n
	default:
		w.t.Fatalf("unknown limit %q", name)
	}
}

func (w *world) begin(kind ot.DocKind) {
	m := persist.NewMemory()
	w.store = sessiontest.Wrap(m)
	w.doc = "doc"
	err := m.CreateDocument(context.Background(), session.Document{ID: w.doc, Kind: kind, Title: "Minutes", Lineage: "l1", Created: time.Now()})
	if err != nil {
		w.t.Fatal(err)
	}
	w.start()
}

func (w *world) start() {
	w.hub = session.NewHub(w.store, session.Config{Key: []byte(scriptKey), Limits: w.lim})
}

func (w *world) stop() {
	if err := w.hub.Close(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) cutAll() {
	for _, c := range w.clients {
		c.end.Cut()
	}
}

func (w *world) connect(name string, hello wire.Hello, user string, role wire.Role) {
	server, end := sessiontest.Pipe(64)
	c := w.clients[name]
	if c == nil {
		c = &scripted{name: name}
		w.clients[name] = c
	}
	c.end, c.told = end, false
	who := session.Visitor{User: wire.User{ID: wire.UserID(user), Name: strings.ToUpper(user), Color: "#112233"}, Role: func() wire.Role { return role }}
	go w.hub.Serve(context.Background(), w.doc, server, who)
	w.send(name, string(hello.Append(nil)))
}

func (w *world) resume(name string, changes []string) {
	c := w.clients[name]
	hello := wire.Hello{Client: c.id, Secret: c.secret, Lineage: c.lineage, Revision: c.revision}
	user := name
	for _, change := range changes {
		key, value, _ := strings.Cut(change, "=")
		switch key {
		case "revision":
			hello.Revision = wire.Revision(atoi(value))
		case "secret":
			hello.Secret = value
		case "lineage":
			hello.Lineage = wire.Lineage(value)
		case "as":
			user = value
		}
	}
	w.connect(name, hello, user, wire.Editor)
}

func (w *world) send(name, message string) {
	// A refused write is part of the story: the report says that it ended.
	_ = w.clients[name].end.Write(context.Background(), []byte(message))
}

// typeMany sends edits that append a letter each, every one on the revision
// that the one before made.
func (w *world) typeMany(name string, from, to int) {
	c := w.clients[name]
	for seq := from; seq <= to; seq++ {
		head, err := w.store.Head(context.Background(), w.doc)
		if err != nil {
			w.t.Fatal(err)
		}
		b := ot.Builder{}
		b.Retain(seq-1, ot.Attrs{}).Insert(string(rune('a'+(seq-1)%26)), ot.Attrs{})
		w.send(name, string(wire.Edit{Seq: wire.Seq(seq), Base: head, Op: b.Op()}.Append(nil)))
		synctest.Wait()
	}
	c.revision += wire.Revision(to - from + 1)
}

func (w *world) fault(word []string, line string) {
	times := func(f sessiontest.Fault) []sessiontest.Fault {
		n := 1
		if len(word) > 1 {
			n = atoi(word[1])
		}
		return slices.Repeat([]sessiontest.Fault{f}, n)
	}
	switch word[0] {
	case "hold":
		w.store.Hold()
	case "release":
		w.store.Release()
	case "fail":
		w.store.Next(times(sessiontest.Fail)...)
	case "lose":
		w.store.Next(times(sessiontest.LoseReply)...)
	case "noread":
		w.store.FailReads(true)
	case "read":
		w.store.FailReads(false)
	case "conflict": // somebody else's server appends a record
		op, err := ot.Parse([]byte(strings.SplitN(line, " ", 3)[2]), ot.DefaultLimits())
		if err != nil {
			w.t.Fatal(err)
		}
		head, _ := w.store.Store.Head(context.Background(), w.doc)
		err = w.store.Store.Append(context.Background(), w.doc, []session.Record{{
			Revision: head + 1, Client: "elsewhere", Seq: wire.Seq(head + 1), At: time.Now(), Op: op,
		}})
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

var (
	secretPattern = regexp.MustCompile(`"secret":"[^"]*"`)
	limitsPattern = regexp.MustCompile(`,"limits":\{[^}]*\}`)
)

// report writes what everybody received. Records that follow each other are
// shown as one message, and of the store's states the last one, at the end: how
// much a frame holds depends on when its writer woke.
func (w *world) report(out *strings.Builder) {
	received := map[string][]wire.ServerMessage{}
	states := map[string]*wire.StoreState{}
	names := slices.Sorted(maps.Keys(w.clients))
	for _, name := range names {
		c := w.clients[name]
		for m, ok := c.end.TryRead(); ok; m, ok = c.end.TryRead() {
			for _, msg := range w.learn(c, m) {
				list := received[name]
				if state, ok := msg.(wire.StoreState); ok {
					states[name] = &state
					continue
				}
				if more, ok := msg.(wire.Records); ok && len(list) > 0 {
					if last, ok := list[len(list)-1].(wire.Records); ok {
						last.Records = append(last.Records, more.Records...)
						list[len(list)-1] = last
						continue
					}
				}
				received[name] = append(list, msg)
			}
		}
	}
	for _, name := range names {
		if state := states[name]; state != nil {
			received[name] = append(received[name], *state)
		}
		for _, msg := range received[name] {
			fmt.Fprintf(out, "%s < %s\n", name, w.plain(msg.Append(nil)))
		}
		c := w.clients[name]
		if reason, ended := c.end.Ended(); ended && !c.told {
			c.told = true
			fmt.Fprintf(out, "%s : closed %d %s\n", name, reason.Code, reason.Name)
		}
	}
	if _, ok := w.names["log"]; ok {
		delete(w.names, "log")
		w.printLog(out)
	}
}

func (w *world) learn(c *scripted, m []byte) []wire.ServerMessage {
	messages, err := wire.DecodeServerFrame(m)
	if err != nil {
		w.t.Fatalf("%s received %s: %v", c.name, m, err)
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

func (w *world) printLog(out *strings.Builder) {
	ctx := context.Background()
	head, err := w.store.Store.Head(ctx, w.doc)
	if err != nil {
		w.t.Fatal(err)
	}
	records, err := w.store.Store.Records(ctx, w.doc, 0, head)
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
	doc, err := session.ReadAt(ctx, w.store.Store, w.doc, head)
	if err != nil {
		w.t.Fatal(err)
	}
	snap, err := w.store.Store.Snapshot(ctx, w.doc, head)
	if err != nil {
		w.t.Fatal(err)
	}
	fmt.Fprintf(out, "text %q, snapshot at %d\n", doc.Text(), snap.Revision)
}
