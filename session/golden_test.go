package session_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

var update = flag.Bool("update", false, "write the golden scripts anew")

// TestGolden runs the scripts in testdata: each is a conversation with real
// hubs. A block is a command, a line of dashes, and what everybody received
// after it. The commands:
//
//	limit NAME N                      (before doc) a limit of the servers, see limits
//	shared                            (before doc) the store tells what other servers appended
//	doc KIND [LINEAGE]                begin: a new document and server 1
//	more DOC                          another document of the same kind
//	hub N                             another server on the same store
//	at NAME N [DOC]                   the client's next connections are to that server and document
//	join NAME [viewer]                connect as a new client
//	resume NAME [revision=N] [secret=S] [as=USER] [lineage=L]   connect again
//	edit NAME SEQ BASE OP             send an edit
//	write NAME KEY BASE OP            submit a write, at NAME's server, with a key unless that is -
//	leave NAME                        NAME waits for its writes no longer
//	carets NAME REVISION SELECTIONS   send a presence
//	send NAME MESSAGE                 send anything
//	type NAME FROM TO                 send and await so many one-letter edits at the end
//	cut NAME                          break the connection
//	rename TITLE                      server 1 tells a new title
//	restored USER REVISION OF         server 1 tells that somebody restored a revision
//	store [N] hold|release|fail N|lose N|noread|read   faults of server N's store, default 1
//	store conflict OP                 somebody else appends a record
//	crash, stop [N], start [N]        the servers' lives
//	sleep DURATION
//	frames                            from here on frames are shown as they came
//	stats [N]                         what server N holds
//	log [DOC]                         what the store has
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

func runScript(t *testing.T, script string) string {
	w := newWorld(t)
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
	w.end()
	return out.String()
}

// run executes one command.
func (w *world) run(line string) {
	word := strings.Fields(line)
	at := func(i int) string {
		if i < len(word) {
			return word[i]
		}
		return ""
	}
	number := func(i int) int { // of a server
		if n := atoi(at(i)); n > 0 {
			return n
		}
		return 1
	}
	rest := func(n int) string { return strings.SplitN(line, " ", n+1)[n] }
	switch word[0] {
	case "limit":
		set, ok := limits[at(1)]
		if !ok {
			w.t.Fatalf("unknown limit %q", at(1))
		}
		set(&w.lim, atoi(at(2)))
	case "shared":
		w.shared = true
	case "doc":
		w.begin(ot.DocKind(at(1)), wire.Lineage(at(2)))
	case "more":
		w.create(wire.DocID(at(1)))
	case "hub":
		w.start(number(1))
	case "at":
		c := w.client(at(1))
		c.node = number(2)
		if at(3) != "" {
			c.doc = wire.DocID(at(3))
		}
	case "join":
		role := wire.Editor
		if at(2) != "" {
			role = wire.Role(at(2))
		}
		w.connect(at(1), wire.Hello{}, at(1), role)
	case "resume":
		w.resume(at(1), word[2:])
	case "edit":
		op := w.op(rest(4))
		w.send(at(1), string(wire.Edit{Seq: wire.Seq(atoi(at(2))), Base: wire.Revision(atoi(at(3))), Op: op}.Append(nil)))
	case "write":
		w.write(at(1), strings.TrimPrefix(at(2), "-"), wire.Revision(atoi(at(3))), w.op(rest(4)))
	case "leave":
		w.client(at(1)).leave()
	case "carets":
		w.send(at(1), `{"type":"presence","revision":`+at(2)+`,"selections":`+rest(3)+`}`)
	case "send":
		w.send(at(1), rest(2))
	case "type":
		w.typeMany(at(1), atoi(at(2)), atoi(at(3)))
	case "cut":
		w.clients[at(1)].end.Cut()
	case "rename":
		w.nodes[1].hub.Retitle(w.t.Context(), w.doc, rest(1))
	case "restored":
		n := wire.Notice{Kind: wire.Restored, User: wire.User{ID: wire.UserID(at(1))}, Revision: wire.Revision(atoi(at(2))), Of: wire.Revision(atoi(at(3)))}
		w.nodes[1].hub.Notify(w.t.Context(), w.doc, n)
	case "store":
		w.fault(word[1:], line)
	case "crash":
		w.crash()
	case "stop":
		w.stop(number(1))
	case "start":
		w.start(number(1))
	case "sleep":
		d, err := time.ParseDuration(at(1))
		if err != nil {
			w.t.Fatal(err)
		}
		time.Sleep(d) // the bubble's clock
	case "frames":
		w.whole = true
	case "stats":
		w.stats = number(1)
	case "log":
		w.log = w.doc
		if at(1) != "" {
			w.log = wire.DocID(at(1))
		}
	default:
		w.t.Fatalf("unknown command %q", line)
	}
}

func atoi(s string) int {
	n := 0
	fmt.Sscan(s, &n)
	return n
}

// limits are those that a script may set; times are milliseconds.
var limits = map[string]func(*session.Limits, int){
	"window":     func(l *session.Limits, n int) { l.WindowRecords = n },
	"catchup":    func(l *session.Limits, n int) { l.CatchupRecords = n },
	"step":       func(l *session.Limits, n int) { l.CatchupStep = n },
	"message":    func(l *session.Limits, n int) { l.MessageBytes = n },
	"peers":      func(l *session.Limits, n int) { l.Peers = n },
	"document":   func(l *session.Limits, n int) { l.Wire.DocumentUnits = n },
	"snapshot":   func(l *session.Limits, n int) { l.SnapshotRecords = n },
	"frames":     func(l *session.Limits, n int) { l.Frames = n },
	"frame-wait": func(l *session.Limits, n int) { l.FrameWait = millis(n) },
	"edits":      func(l *session.Limits, n int) { l.Edits = n },
	"edit-burst": func(l *session.Limits, n int) { l.EditBurst = n },
	"notes":      func(l *session.Limits, n int) { l.Notes = n },
	"note-burst": func(l *session.Limits, n int) { l.NoteBurst = n },
	"callers":    func(l *session.Limits, n int) { l.Callers = n },
	"behind":     func(l *session.Limits, n int) { l.Behind = n },
	"memory":     func(l *session.Limits, n int) { l.Memory = int64(n) },
	"follow":     func(l *session.Limits, n int) { l.Follow = millis(n) },
	"idle":       func(l *session.Limits, n int) { l.Idle = millis(n) },
}

func millis(n int) time.Duration { return time.Duration(n) * time.Millisecond }
