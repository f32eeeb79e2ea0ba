package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/collabd/collabd/client/torture"
	"github.com/collabd/collabd/wire"
)

// tormented runs `collabd torture` with arguments, and reads its report.
func tormented(t *testing.T, args ...string) torture.Report {
	t.Helper()
	cmd := command(t, append([]string{"torture", "--json"}, args...)...)
	dir := openFolder(t)
	cmd.Env = append(cmd.Env, "TMPDIR="+dir)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	ended := make(chan error, 1)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Fatalf("collabd %s: %v\n%s%s", strings.Join(args, " "), err, &stderr, &stdout)
		}
	case <-t.Context().Done():
		_ = cmd.Process.Signal(os.Interrupt) // it ends its servers
		t.Fatalf("%v: %s", <-ended, &stderr)
	}
	var report torture.Report
	if err := json.Unmarshal(stdout.Bytes(), &report); err != nil {
		t.Fatalf("%v: %s", err, &stdout)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v behind, %v", left, err)
	}
	if !report.OK() || report.Acknowledged < report.Kills || report.Reads < 5 || report.Problems == nil {
		t.Errorf("%s: %+v", report.Summary(), report)
	}
	t.Logf("seed %d: %d kills, %d edits, %d acknowledged, restart p50 %s", report.Seed, report.Kills, report.Edits, report.Acknowledged, report.RestartP50)
	return report
}

// openFolder is a temporary folder that other users may pass: Postgres does not
// run as root.
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "collabd-test")
	if err == nil {
		err = os.Chmod(dir, 0o711)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// TestTortureSQLite: 20 kills lose and double nothing.
func TestTortureSQLite(t *testing.T) {
	r := tormented(t, "--kills", "20", "--round", "10", "--every", "200ms")
	if r.Kills != 20 || r.KilledAlone != 20 || r.Rounds != 2 || r.RestartP50 <= 0 {
		t.Errorf("%+v", r)
	}
}

// TestTorturePostgres: nor do 20 kills of the server, of Postgres, and of both.
func TestTorturePostgres(t *testing.T) {
	r := tormented(t, "--store", "postgres", "--kill-store", "--kills", "20", "--every", "200ms")
	if r.Kills != 20 || r.KilledStore+r.KilledBoth == 0 || r.StoreRestartP50 <= 0 {
		t.Errorf("%+v", r)
	}
}

// TestTortureTwoServers: two servers on one Postgres, and clients that move
// between them, keep one history, whose order agrees with the clock, through
// pauses that are longer than the clients' patience, connections that are held
// up and cut, and kills.
func TestTortureTwoServers(t *testing.T) {
	r := tormented(t, "--store", "postgres", "--kill-store", "--servers", "2", "--kills", "4", "--pauses", "3", "--cuts", "5", "--every", "200ms")
	if r.Kills != 4 || r.Pauses != 3 || r.Cuts != 5 || r.Servers != 2 {
		t.Errorf("%+v", r)
	}
}

// A database of the operator's own is used as it is, and stays.
func TestTortureOfAPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "collabd.db")
	r := tormented(t, "--kills", "1", "--store", "sqlite:"+path, "--seed", "7", "--clients", "2", "--documents", "1")
	if r.Seed != 7 || r.Store != "sqlite:"+path || r.Clients != 2 || r.Documents != 1 {
		t.Errorf("%+v", r)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestTortureCannotStart(t *testing.T) {
	for want, args := range map[string][]string{
		"none of sqlite": {"--store", "mysql:x"},
		"--kill-store":   {"--kill-store"},
		"--cuts":         {"--cuts", "1"},
		"--servers":      {"--servers", "2"},
		"no kills":       {"--kills", "0"},
		"--seed":         {"--seed", "x"},
	} {
		t.Run(want, func(t *testing.T) { fails(t, command(t, append([]string{"torture"}, args...)...), want) })
	}
}

// TestTortureNotices: what the store has lost, doubled or moved is found, and
// so is a server that ends by itself.
func TestTortureNotices(t *testing.T) {
	cases := map[string]struct {
		spoil func([]torture.Record) []torture.Record
		found func(torture.Report) int
	}{
		"a lost record": {
			func(log []torture.Record) []torture.Record { return log[:len(log)-1] },
			func(r torture.Report) int { return r.Lost }},
		"a doubled record": {
			func(log []torture.Record) []torture.Record {
				again := log[0]
				again.Revision = wire.Revision(len(log) + 1)
				return append(log, again)
			},
			func(r torture.Report) int { return r.Doubled }},
		"two records that changed places": {
			func(log []torture.Record) []torture.Record {
				log[0], log[1] = log[1], log[0]
				log[0].Revision, log[1].Revision = 1, 2
				return log
			},
			func(r torture.Report) int { return r.Reordered }},
		"nothing": {
			func(log []torture.Record) []torture.Record { return log },
			func(r torture.Report) int {
				if r.OK() {
					return 1
				}
				return 0
			}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			report, err := torture.Run(t.Context(), tortureConfig(t, func(l torture.Log) torture.Log { return spoiled{l, c.spoil} }))
			if err != nil || c.found(report) == 0 {
				t.Errorf("%v: %+v", err, report)
			}
		})
	}
	diverged := func(t *testing.T, restarted func(*exec.Cmd) *exec.Cmd) {
		t.Helper()
		cfg := tortureConfig(t, func(l torture.Log) torture.Log { return l })
		run, starts := cfg.Command, 0
		cfg.Command = func(i int, store string) *exec.Cmd {
			starts++
			if cmd := run(i, store); starts == 1 {
				return cmd
			} else {
				return restarted(cmd)
			}
		}
		cfg.Settle, cfg.Kills, cfg.Every = 3*time.Second, 1, time.Second
		report, err := torture.Run(t.Context(), cfg)
		if err != nil || report.Diverged == 0 { // a client with nothing unsent may agree
			t.Errorf("%v: %+v", err, report)
		}
	}
	t.Run("another history", func(t *testing.T) {
		diverged(t, func(cmd *exec.Cmd) *exec.Cmd {
			cmd.Env = append(cmd.Env, "COLLABD_STORE=sqlite:"+filepath.Join(t.TempDir(), "collabd.db"))
			return cmd
		})
	})
	t.Run("a server that takes nothing", func(t *testing.T) {
		diverged(t, func(*exec.Cmd) *exec.Cmd {
			return exec.Command("sh", "-c", "echo ready: http://localhost:1; exec sleep 1000")
		})
	})
	t.Run("a server that does not start", func(t *testing.T) {
		cfg := tortureConfig(t, func(l torture.Log) torture.Log { return l })
		cfg.Command = func(int, string) *exec.Cmd { return exec.Command("sh", "-c", "exit 3") }
		if _, err := torture.Run(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "server 0 ended by itself: exit status 3") {
			t.Errorf("%v", err)
		}
	})
}

// tortureConfig is a short torture of a throw-away SQLite, whose log is seen
// through see.
func tortureConfig(t *testing.T, see func(torture.Log) torture.Log) torture.Config {
	t.Helper()
	v := sqliteVictim(filepath.Join(t.TempDir(), "collabd.db"))
	return torture.Config{
		Command: func(_ int, store string) *exec.Cmd {
			cmd := command(t, "serve", "--addr", "127.0.0.1:0")
			cmd.Env = append(cmd.Env, "COLLABD_STORE="+v.setting(store))
			return cmd
		},
		OpenLog: func(ctx context.Context) (torture.Log, error) {
			l, err := v.openLog(ctx)
			if err != nil {
				return nil, err
			}
			return see(l), nil
		},
		Clients: 2, Documents: 1, Kills: 2,
	}
}

type spoiled struct {
	torture.Log
	spoil func([]torture.Record) []torture.Record
}

func (s spoiled) Records(ctx context.Context, doc wire.DocID) ([]torture.Record, error) {
	records, err := s.Log.Records(ctx, doc)
	if err != nil {
		return nil, err
	}
	return s.spoil(records), nil
}
