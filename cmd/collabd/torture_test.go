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
	cmd.Env = append(cmd.Env, "TMPDIR="+t.TempDir())
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
	if left, err := os.ReadDir(strings.TrimPrefix(cmd.Env[len(cmd.Env)-1], "TMPDIR=")); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v behind, %v", left, err)
	}
	t.Logf("seed %d: %d kills, %d edits, %d acknowledged, restart p50 %s", report.Seed, report.Kills, report.Edits, report.Acknowledged, report.RestartP50)
	return report
}

// TestTortureSQLite: 20 kills lose and double nothing.
func TestTortureSQLite(t *testing.T) {
	r := tormented(t, "--kills", "20", "--round", "10")
	if r.Kills != 20 || r.Rounds != 2 || !r.OK() || r.Acknowledged < 100 || r.Reads < 20 || r.Reconnects < 20 || r.RestartP50 <= 0 {
		t.Errorf("%+v", r)
	}
}

// A database of the operator's own is used as it is, and stays.
func TestTortureOfAPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "collabd.db")
	r := tormented(t, "--kills", "1", "--store", "sqlite:"+path, "--seed", "7", "--clients", "2", "--documents", "1")
	if r.Seed != 7 || r.Store != "sqlite:"+path || r.Clients != 2 || r.Documents != 1 || !r.OK() {
		t.Errorf("%+v", r)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestTortureCannotStart(t *testing.T) {
	for want, args := range map[string][]string{
		"neither sqlite": {"--store", "mysql:x"},
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
	t.Run("a server that ends by itself", func(t *testing.T) {
		cfg := tortureConfig(t, func(l torture.Log) torture.Log { return l })
		run := cfg.Command
		cfg.Command = func(i int, store string) *exec.Cmd {
			serve := run(i, store)
			cmd := exec.Command("timeout", append([]string{"--signal=TERM", "0.5"}, serve.Args...)...)
			cmd.Env = serve.Env
			return cmd
		}
		cfg.Every, cfg.Kills = 5*time.Second, 3
		if _, err := torture.Run(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "ended by itself") {
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
			return command(t, append([]string{"serve", "--addr", "127.0.0.1:0"}, v.flags(store)...)...)
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
