package replay

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// playOffline carries out a plan with the states of real clients, and a server
// that is a few lines: no socket, no goroutine. It returns all texts, the
// server's last, and how many entries were made on an older revision than the
// head.
func playOffline(t *testing.T, trace *Trace) (texts []string, behind int) {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	plan, err := NewPlan(trace)
	check(err)
	states := make([]client.State, trace.Agents)
	for a := range states {
		states[a] = client.NewState(ot.Text, ot.NewDoc(), 0, wire.DefaultLimits())
	}
	server := ot.NewDoc()
	var log []ot.Op
	deliver := func(agent int, to int) {
		for at := int(states[agent].Revision()); at < to; at++ {
			states[agent], _, err = states[agent].Remote(log[at], wire.Revision(at+1))
			check(err)
		}
	}
	after := []int{0} // revisions, as not every entry makes one
	for i, step := range plan {
		agent := step.Txn.Agent
		if step.Seen < step.Txn.Base || step.Seen > i {
			t.Fatalf("entry %d with base %d is typed at %d", i, step.Txn.Base, step.Seen)
		}
		deliver(agent, after[step.Seen])
		if int(states[agent].Revision()) != after[step.Seen] {
			t.Fatalf("entry %d: the replica is at %d, the plan says %d", i, states[agent].Revision(), after[step.Seen])
		}
		next, m, err := states[agent].Local(step.Op)
		check(err)
		states[agent] = next
		if m == nil {
			after = append(after, len(log))
			continue
		}
		record := m.Edit.Op
		if int(m.Edit.Base) < len(log) {
			behind++
		}
		for _, h := range log[m.Edit.Base:] {
			record, err = ot.Transform(record, h, ot.Incoming)
			check(err)
		}
		if !record.Equal(step.Record) {
			t.Fatalf("entry %d: the server makes %s of it, the plan %s", i, record, step.Record)
		}
		server, err = server.Apply(record)
		check(err)
		log = append(log, record)
		deliver(agent, len(log)-1)
		states[agent], _, err = states[agent].Acknowledge(m.Edit.Seq, record)
		check(err)
		after = append(after, len(log))
	}
	for a := range states {
		deliver(a, len(log))
		texts = append(texts, states[a].Doc().Text())
	}
	if behind == 0 && trace.Agents > 1 {
		t.Error("nothing was concurrent")
	}
	return append(texts, server.Text()), behind
}

func TestPlanKeepsTheRecordedText(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			lines, want := makeConcurrent(seed, 2+int(seed%3), 150)
			texts, _ := playOffline(t, readTrace(t, lines))
			for i, got := range texts {
				if got != want {
					t.Errorf("replica %d has %q, want %q", i, got, want)
				}
			}
		})
	}
}

// TestRecordedTraces checks the traces in the folder COLLABD_TRACES, without a
// server: the plan must lead to the text that the header promises.
func TestRecordedTraces(t *testing.T) {
	dir := os.Getenv("COLLABD_TRACES")
	if dir == "" {
		t.Log("COLLABD_TRACES is not set: only the traces made by the tests are checked")
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no traces in %s (%v)", dir, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			trace, err := ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := trace.Final(); err != nil {
				t.Error(err)
			}
			if trace.Kind != Concurrent {
				return
			}
			texts, behind := playOffline(t, trace)
			t.Logf("%d of %d entries are based on an older revision than the head", behind, len(trace.Txns))
			for i, text := range texts {
				if got := sum(text); got != trace.SHA256 {
					t.Errorf("replica %d ends with %s, want %s", i, got, trace.SHA256)
				}
			}
		})
	}
}
