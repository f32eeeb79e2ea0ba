package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/collabd/collabd/persist/pgcluster/pgclustertest"
	"github.com/collabd/collabd/wire"
)

// TestMove: a server moves from SQLite to Postgres and back, and whoever was
// typing goes on. Verify says that all is well, on a running server too.
func TestMove(t *testing.T) {
	sqlite := "sqlite:" + filepath.Join(t.TempDir(), "x.db")
	postgres := pgclustertest.Database(t)
	back := "sqlite:" + filepath.Join(t.TempDir(), "y.db")

	p := serve(t, "--addr", "127.0.0.1:0", "--store", sqlite)
	ana := p.newcomer()
	doc := p.create(ana, "x")
	s := dial(t, p, ana, doc)
	s.send(`{"type":"hello"}`)
	s.await("welcome")
	s.send(`{"type":"edit","seq":1,"base":0,"op":[{"insert":"one "}]}`)
	s.await("records")
	if out := runs(t, "verify", "--store", sqlite); !strings.Contains(out, "1 documents with 1 records replayed and 0 files read, 0 damaged") {
		t.Errorf("verify beside a server said %q", out)
	}
	p.stop(os.Interrupt)

	if out := runs(t, "copy", "--from", sqlite, "--to", postgres); !strings.Contains(out, "copied and compared: 1 documents, 1 records") {
		t.Errorf("copy said %q", out)
	}
	p = serve(t, "--addr", "127.0.0.1:0", "--store", postgres)
	if got := p.text(doc); got != "one " {
		t.Errorf("on Postgres the document is %q", got)
	}
	// The same person, by the same cookie; the same client, by its secret.
	again := dial(t, p, ana, doc)
	w := s.welcome
	again.send(string(wire.Hello{Client: w.Client, Secret: w.Secret, Lineage: w.Lineage, Revision: 1}.Append(nil)))
	again.await("welcome")
	again.send(`{"type":"edit","seq":2,"base":1,"op":[{"retain":4},{"insert":"two"}]}`)
	again.await("records")
	p.stop(os.Interrupt)

	runs(t, "copy", "--from", postgres, "--to", back)
	p = serve(t, "--addr", "127.0.0.1:0", "--store", back)
	if got := p.text(doc); got != "one two" {
		t.Errorf("back on SQLite the document is %q", got)
	}
	if out, err := command(t, "copy", "--from", sqlite, "--to", postgres).CombinedOutput(); err == nil || !strings.Contains(string(out), "not empty") {
		t.Errorf("copying over something: %v, %q", err, out)
	}
	missing := filepath.Join(t.TempDir(), "none.db")
	for _, args := range [][]string{{"copy", "--from", missing, "--to", postgres}, {"verify", "--store", missing}} {
		if out, err := command(t, args...).CombinedOutput(); err == nil || !strings.Contains(string(out), "there is no database") {
			t.Errorf("%v: %v, %q", args, err, out)
		}
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("a database was made of a path that is mistyped")
	}
}

// runs runs a sub-command that must succeed.
func runs(t *testing.T, args ...string) string {
	t.Helper()
	out, err := command(t, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v, %s", args, err, out)
	}
	return string(out)
}
