package persist_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const (
	killDocs    = 3
	killClients = 2 // of each document
)

// appendChild appends for ever, and says what was acknowledged: a line of
// document, revision, client and seq each. Clients go on where the log says
// that they were.
func appendChild(args []string) int {
	ctx := context.Background()
	s, err := persist.OpenSQLite(ctx, persist.SQLiteConfig{Path: args[0]})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	failed := make(chan error)
	for d := range killDocs {
		doc := wire.DocID(fmt.Sprintf("doc%d", d))
		err := s.CreateDocument(ctx, session.Document{ID: doc, Kind: ot.Text, Lineage: "l"})
		if err != nil && !errors.Is(err, persist.ErrExists) {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		for c := range killClients {
			go func() { failed <- appendFor(ctx, s, doc, wire.ClientID(fmt.Sprintf("client%d", c))) }()
		}
	}
	fmt.Fprintln(os.Stderr, <-failed)
	return 1
}

func appendFor(ctx context.Context, s *persist.SQLite, doc wire.DocID, client wire.ClientID) error {
	last, _, _, err := s.LastOf(ctx, doc, client)
	if err != nil {
		return err
	}
	seq := last.Seq
	for {
		head, err := s.Head(ctx, doc)
		if err != nil {
			return err
		}
		batch := []session.Record{edit(head+1, client, seq+1), edit(head+2, client, seq+2)}
		switch err := s.Append(ctx, doc, batch); {
		case errors.Is(err, session.ErrConflict):
			continue
		case err != nil:
			return err
		}
		seq += 2
		// One write, so that a kill does not cut a line.
		fmt.Printf("%s %d %s %d\n%s %d %s %d\n", doc, head+1, client, seq-1, doc, head+2, client, seq)
	}
}

type acknowledged struct {
	doc      wire.DocID
	revision wire.Revision
}

// A kill at any moment loses no acknowledged record and doubles none.
func TestKilledProcessLosesNothing(t *testing.T) {
	kills := 10
	if testing.Short() {
		kills = 3
	}
	path := filepath.Join(t.TempDir(), "collabd.db")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	journal := make(map[acknowledged]string) // client and seq

	for range kills {
		before := len(journal)
		appendUntilKilled(t, path, 1+rnd.IntN(150), journal)
		if len(journal) == before {
			t.Fatal("the process acknowledged nothing")
		}
		s, err := persist.OpenSQLite(t.Context(), persist.SQLiteConfig{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		checkJournal(t, s, journal)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills, %d acknowledged records, all there once", kills, len(journal))
}

// appendUntilKilled kills the process after a number of acknowledgements, and
// journals those that came out before it died too.
func appendUntilKilled(t *testing.T, path string, after int, journal map[acknowledged]string) {
	t.Helper()
	cmd := child(t, "append", path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 1; lines.Scan(); n++ {
		var a acknowledged
		var client string
		var seq int
		if _, err := fmt.Sscanf(lines.Text(), "%s %d %s %d", &a.doc, &a.revision, &client, &seq); err != nil {
			t.Fatalf("line %q: %v", lines.Text(), err)
		}
		if was, ok := journal[a]; ok {
			t.Errorf("%v was acknowledged twice: %s, then %s %d", a, was, client, seq)
		}
		journal[a] = fmt.Sprintf("%s %d ", client, seq)
		if n == after {
			_ = cmd.Process.Kill()
		}
	}
	_ = cmd.Wait() // killed
}

func checkJournal(t *testing.T, s *persist.SQLite, journal map[acknowledged]string) {
	t.Helper()
	found := 0
	for d := range killDocs {
		doc := wire.DocID(fmt.Sprintf("doc%d", d))
		head, err := s.Head(t.Context(), doc)
		if err != nil {
			t.Fatal(err)
		}
		records, err := s.Records(t.Context(), doc, 0, head) // a gap is an error
		if err != nil {
			t.Fatal(err)
		}
		seqs := make(map[wire.ClientID]wire.Seq)
		for _, r := range records {
			if want := edit(r.Revision, r.Client, r.Seq); !r.Op.Equal(want.Op) || r.Seq != seqs[r.Client]+1 {
				t.Errorf("%s %d: %s has seq %d after %d, or another op", doc, r.Revision, r.Client, r.Seq, seqs[r.Client])
			}
			seqs[r.Client] = r.Seq
			if text, ok := journal[acknowledged{doc, r.Revision}]; ok {
				found++
				if got := fmt.Sprintf("%s %d ", r.Client, r.Seq); got != text {
					t.Errorf("%s %d is %q, acknowledged was %q", doc, r.Revision, got, text)
				}
			}
		}
		if head%2 != 0 {
			t.Errorf("%s ends in the middle of a batch, at %d", doc, head)
		}
	}
	if found != len(journal) {
		t.Errorf("%d of %d acknowledged records are there", found, len(journal))
	}
}
