package persist_test

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/persist/pgcluster"
	"github.com/collabd/collabd/persist/pgcluster/pgclustertest"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const (
	killDocs    = 3
	killClients = 2 // of each process and document
)

// appendChild appends to a store for ever, and says what was acknowledged: a
// line of document, revision, client and seq each. Clients, whose names begin
// with that of the process, go on where the log says that they were.
func appendChild(args []string) int {
	ctx := context.Background()
	s, err := persist.Open(ctx, args[0], zerolog.Nop())
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
			go func() { failed <- appendFor(ctx, s, doc, wire.ClientID(fmt.Sprintf("client%s-%d", args[1], c))) }()
		}
		go func() { failed <- packFor(ctx, s, doc) }()
	}
	if err := <-failed; !errors.Is(err, persist.ErrUnavailable) { // whose database was killed
		fmt.Fprintln(os.Stderr, err)
	}
	return 1
}

// packFor packs whatever there is to pack, so that processes are killed in the
// middle of it too.
func packFor(ctx context.Context, s persist.Store, doc wire.DocID) error {
	for {
		if _, err := s.Pack(ctx, doc, time.Now().Add(time.Hour)); err != nil {
			return err
		}
	}
}

func appendFor(ctx context.Context, s persist.Store, doc wire.DocID, client wire.ClientID) error {
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

var kills = flag.Int("kills", 10, "how often the appending processes of each kill test are killed")

// A kill at any moment loses no acknowledged record and doubles none.
func TestKilledProcessLosesNothing(t *testing.T) {
	store := "sqlite:" + filepath.Join(t.TempDir(), "collabd.db")
	killAgainAndAgain(t, store, 1, 150, func(_ *rand.Rand, killProcesses func()) { killProcesses() })
}

// Nor does one while a long history is packed, of one process or of two of them.
func TestKilledWhilePacking(t *testing.T) {
	for name, store := range map[string]string{
		"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "collabd.db"), "postgres": pgclustertest.Database(t),
	} {
		t.Run(name, func(t *testing.T) {
			packed := func(prepare bool) (n int64) {
				s, err := persist.Open(t.Context(), store, zerolog.Nop())
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = s.Close() }()
				for d := range killDocs {
					if prepare {
						longHistory(t, s, wire.DocID(fmt.Sprintf("doc%d", d)), 6_000)
					}
				}
				sizes, err := s.Sizes(t.Context(), "", killDocs)
				if err != nil {
					t.Fatal(err)
				}
				for _, size := range sizes {
					n += size.Packed
				}
				return n
			}
			packed(true)
			processes := map[string]int{"sqlite": 1, "postgres": 2}[name]
			// Longer lives where a block takes long to make: there must be kills
			// before, within and after it.
			for acks := 450; packed(false) < killDocs*blockRecords; acks *= 3 {
				if acks > 450*81 {
					t.Fatalf("only %d records are packed: nothing was killed while it packed", packed(false))
				}
				killAgainAndAgain(t, store, processes, acks, func(_ *rand.Rand, killProcesses func()) { killProcesses() })
			}
		})
	}
}

// blockRecords is what a block of small records has.
const blockRecords = 4096

func longHistory(t *testing.T, s persist.Store, doc wire.DocID, n int) {
	t.Helper()
	err := s.CreateDocument(t.Context(), session.Document{ID: doc, Kind: ot.Text, Lineage: "l"})
	for at := 0; at < n && err == nil; at += 1000 {
		var batch []session.Record
		for i := at + 1; i <= at+1000; i++ {
			batch = append(batch, edit(wire.Revision(i), "old", wire.Seq(i)))
		}
		err = s.Append(t.Context(), doc, batch)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Nor does one of the database, with or without who writes to it, nor are two
// processes that write to it a reason.
func TestKilledPostgresLosesNothing(t *testing.T) {
	c := pgclustertest.Own(t, pgcluster.Options{})
	store := pgclustertest.In(t, c)
	killAgainAndAgain(t, store, 2, 150, func(rnd *rand.Rand, killProcesses func()) {
		who := rnd.IntN(3)
		if who > 0 {
			killProcesses()
		}
		if who == 1 {
			return
		}
		// The processes that live on end by themselves when it does not answer.
		if err := c.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := c.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// killAgainAndAgain lets processes append to a store, has them killed, or the
// store, after at most so many acknowledgements, and looks whether all is there.
func killAgainAndAgain(t *testing.T, store string, processes, acks int, kill func(rnd *rand.Rand, killProcesses func())) {
	n := *kills
	if testing.Short() {
		n = min(n, 3)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	journal := make(map[acknowledged]string) // client and seq

	for range n {
		before := len(journal)
		appendUntilKilled(t, store, processes, 1+rnd.IntN(acks), journal, func(killProcesses func()) { kill(rnd, killProcesses) })
		if len(journal) == before {
			t.Fatal("the processes acknowledged nothing")
		}
		s, err := persist.Open(t.Context(), store, zerolog.Nop())
		if err != nil {
			t.Fatal(err)
		}
		checkJournal(t, s, journal)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills, %d acknowledged records, all there once", n, len(journal))
}

// appendUntilKilled has processes append, calls kill after a number of
// acknowledgements, and journals those that came out before they died too.
func appendUntilKilled(t *testing.T, store string, processes, after int, journal map[acknowledged]string, kill func(killProcesses func())) {
	t.Helper()
	lines := make(chan string)
	var running []*exec.Cmd
	var reading sync.WaitGroup
	for i := range processes {
		cmd := child(t, "append", store, fmt.Sprint(i))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, cmd)
		reading.Go(func() {
			for in := bufio.NewScanner(out); in.Scan(); {
				lines <- in.Text()
			}
		})
	}
	go func() {
		reading.Wait()
		close(lines)
	}()
	var killing sync.WaitGroup
	n := 0
	for line := range lines {
		var a acknowledged
		var client string
		var seq int
		if _, err := fmt.Sscanf(line, "%s %d %s %d", &a.doc, &a.revision, &client, &seq); err != nil {
			t.Errorf("line %q: %v", line, err)
		}
		if was, ok := journal[a]; ok {
			t.Errorf("%v was acknowledged twice: %s, then %s %d", a, was, client, seq)
		}
		journal[a] = fmt.Sprintf("%s %d ", client, seq)
		if n++; n == after {
			killing.Go(func() {
				kill(func() {
					for _, cmd := range running {
						_ = cmd.Process.Kill()
					}
				})
			})
		}
	}
	killing.Wait()
	for _, cmd := range running {
		_ = cmd.Wait() // killed
	}
}

func checkJournal(t *testing.T, s persist.Store, journal map[acknowledged]string) {
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
