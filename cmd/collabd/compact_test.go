package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/collabd/collabd/persist/pgcluster/pgclustertest"
	"github.com/collabd/collabd/wire"
)

// TestCompact: a history that is packed by the tool is all there, takes less, and
// whoever was typing goes on: an edit that is sent again counts once.
func TestCompact(t *testing.T) {
	for name, store := range map[string]string{
		"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "x.db"), "postgres": pgclustertest.Database(t),
	} {
		t.Run(name, func(t *testing.T) {
			p := serve(t, "--addr", "127.0.0.1:0", "--store", store)
			ana := p.newcomer()
			doc := p.create(ana, "x")
			s := dial(t, p, ana, doc)
			s.send(`{"type":"hello"}`)
			s.await("welcome")
			const edits = 200
			last := ""
			for i := range edits {
				last = fmt.Sprintf(`{"type":"edit","seq":%d,"base":%d,"op":[{"insert":"%d "}]}`, i+1, i, i)
				s.send(last)
				s.await("records")
			}
			want := p.text(doc)
			out := runs(t, "storage", "--store", store) // beside the server
			if !shows(out, string(doc), "200", "0") {
				t.Errorf("storage says\n%s", out)
			}
			if name == "sqlite" {
				fails(t, command(t, "compact", "--store", store), "in use by another collabd")
			}
			p.stop(os.Interrupt)

			if out := runs(t, "compact", "--store", store, "--dry-run"); !shows(out, string(doc), "200", "0") {
				t.Errorf("compact --dry-run says\n%s", out)
			}
			if out := runs(t, "compact", "--store", store); !strings.Contains(out, "0 edits packed") {
				t.Errorf("compact of what is recent says\n%s", out)
			}
			if out := runs(t, "compact", "--store", store, "--older-than", "0"); !strings.Contains(out, "200 edits packed into 1 blocks") {
				t.Errorf("compact says\n%s", out)
			}
			if out := runs(t, "storage", "--store", store); !shows(out, string(doc), "200", "200") {
				t.Errorf("storage says\n%s", out)
			}
			if out := runs(t, "storage", "--store", store, "--top", "0"); !shows(out, "1", "others", "200", "200") {
				t.Errorf("storage says\n%s", out)
			}
			if out := runs(t, "verify", "--store", store); !strings.Contains(out, "200 records replayed and 0 files read, 0 damaged") {
				t.Errorf("verify says %s", out)
			}

			p = serve(t, "--addr", "127.0.0.1:0", "--store", store)
			if got := p.text(doc); got != want {
				t.Errorf("the text is %q, was %q", got, want)
			}
			again := dial(t, p, ana, doc)
			w := s.welcome
			again.send(string(wire.Hello{Client: w.Client, Secret: w.Secret, Lineage: w.Lineage, Revision: edits}.Append(nil)))
			again.await("welcome")
			again.send(last)
			again.send(fmt.Sprintf(`{"type":"edit","seq":%d,"base":%d,"op":[{"insert":"new "}]}`, edits+1, edits))
			again.await("records")
			if got := p.text(doc); got != "new "+want {
				t.Errorf("the text is %q, was %q", got, want)
			}
			p.stop(os.Interrupt)
			fails(t, command(t, "compact", "--store", store, "--older-than=-1h"), "negative")
		})
	}
}

// shows reports whether a table has a line that begins with these words.
func shows(table string, words ...string) bool {
	for line := range strings.Lines(table) {
		if f := strings.Fields(line); len(f) >= len(words) && slices.Equal(f[:len(words)], words) {
			return true
		}
	}
	return false
}

// TestPackAfter: a running server packs what is old enough by itself.
func TestPackAfter(t *testing.T) {
	store := "sqlite:" + filepath.Join(t.TempDir(), "x.db")
	p := serve(t, "--addr", "127.0.0.1:0", "--store", store, "--pack-after", "1ms", "--admin-addr", "127.0.0.1:0")
	ana := p.newcomer()
	doc := p.create(ana, "x")
	s := dial(t, p, ana, doc)
	s.send(`{"type":"hello"}`)
	s.await("welcome")
	for i := range 100 {
		s.send(fmt.Sprintf(`{"type":"edit","seq":%d,"base":%d,"op":[{"insert":"x"}]}`, i+1, i))
		s.await("records")
	}
	for p.metric("collabd_packed_records_total") < 64 { // the test times out if it never is
	}
	if got := p.text(doc); got != strings.Repeat("x", 100) {
		t.Errorf("the text is %q", got)
	}
	p.stop(os.Interrupt)
	fails(t, command(t, "--addr", "127.0.0.1:0", "--store", store, "--pack-after=-1s"), "negative")
}
