package torture

import (
	"context"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

type someStore struct{}

func (someStore) Kill() error                   { return nil }
func (someStore) Restart(context.Context) error { return nil }
func (someStore) Pause() error                  { return nil }
func (someStore) Resume() error                 { return nil }

func config(t *testing.T, change func(*Config)) Config {
	t.Helper()
	cfg := Config{
		Command: func(int, string) *exec.Cmd { return nil },
		OpenLog: func(context.Context) (Log, error) { return nil, nil },
		Kills:   300, Seed: 5,
	}
	change(&cfg)
	cfg, err := cfg.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestPlan(t *testing.T) {
	all := config(t, func(c *Config) {
		c.Store, c.StoreAddr, c.KillStore, c.Servers, c.Pauses, c.Cuts = someStore{}, "127.0.0.1:1", true, 2, 50, 50
	})
	plan := NewPlan(all)
	if !slices.Equal(plan, NewPlan(all)) {
		t.Error("the same seed makes another plan")
	}
	other := all
	other.Seed++
	if slices.Equal(plan, NewPlan(other)) {
		t.Error("another seed makes the same plan")
	}
	kills, kinds, servers, early := 0, map[FaultKind]int{}, map[int]int{}, 0
	for _, f := range plan {
		kinds[f.Kind]++
		servers[f.Server]++
		if f.kills() {
			kills++
		}
		if f.Early {
			early++
		}
		if f.After < 0 || f.After > 5*all.Every || f.For < 0 || f.For > all.Pause || f.For > 0 && f.kills() {
			t.Errorf("%+v", f)
		}
	}
	if kills != 300 || len(plan) != 400 || len(kinds) != 7 || len(servers) != 2 || early == 0 {
		t.Errorf("%d kills of %d faults, %d early: %v of %v", kills, len(plan), early, kinds, servers)
	}
	for _, f := range NewPlan(config(t, func(c *Config) { c.Pauses = 9 })) {
		if f.Kind != KillServer && f.Kind != PauseServer {
			t.Errorf("%s, though the store is not ours", f.Kind)
		}
	}
}

func TestConfigSaysWhatIsWrong(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"are needed":       func(c *Config) { c.Command = nil },
		"at least 1":       func(c *Config) { c.Clients = -1 },
		"is negative":      func(c *Config) { c.Pauses = -1 },
		"no kills":         func(c *Config) { c.Kills = 0 },
		"not above 0":      func(c *Config) { c.Every = -time.Second },
		"cannot be killed": func(c *Config) { c.KillStore = true },
		"no connections":   func(c *Config) { c.Cuts = 1 },
	} {
		cfg := config(t, func(*Config) {})
		change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
