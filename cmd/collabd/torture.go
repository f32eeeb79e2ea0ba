package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/collabd/collabd/client/torture"
)

// TortureCmd types into a server of its own that is killed again and again,
// and shows that nothing acknowledged was lost, doubled or moved.
// docs/torture.md says what it does.
type TortureCmd struct {
	Store     string        `default:"sqlite" help:"What keeps the documents: sqlite or postgres for a throw-away one, sqlite:PATH, or postgres://… (new documents are made in it)."`
	Kills     int           `default:"20" help:"How often a process is killed."`
	KillStore bool          `name:"kill-store" help:"Kill the throw-away Postgres, too: alone, and at once with the server."`
	Clients   int           `default:"8" help:"Clients that type."`
	Documents int           `default:"3" help:"Documents that they share."`
	Rate      float64       `default:"50" help:"Edits a second of each client."`
	Every     time.Duration `default:"400ms" help:"Mean time from when all is well again to the next fault."`
	Servers   int           `default:"1" help:"Servers side by side on one Postgres; the clients move between them."`
	Pauses    int           `help:"How often a server, or the throw-away Postgres, is stopped for a while."`
	Cuts      int           `help:"How often the connections of a server to the throw-away Postgres are held up and broken."`
	Pause     time.Duration `default:"3s" help:"The longest pause."`
	Round     int           `default:"50" help:"Faults until all is checked."`
	Seed      uint64        `help:"Seed of the faults: the same one makes the same plan. Default: a random one, which is printed."`
	JSON      bool          `name:"json" help:"Print the report as JSON, with times in nanoseconds."`
}

// Run torments a store; the error is nil only if nothing was found.
func (c *TortureCmd) Run(ctx context.Context) (err error) {
	if c.Seed == 0 {
		c.Seed = rand.Uint64()>>11 + 1 // one that JSON readers keep exactly
	}
	dir, err := os.MkdirTemp("", "collabd-torture-")
	if err != nil {
		return fmt.Errorf("torture: %w", err)
	}
	keep := false
	defer func() {
		if !keep {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	victim, err := openVictim(ctx, c.Store, dir)
	if err != nil {
		return fmt.Errorf("torture: %w", err)
	}
	defer func() { err = errors.Join(err, victim.close()) }()
	log, err := os.Create(filepath.Join(dir, "servers.log"))
	if err != nil {
		return fmt.Errorf("torture: %w", err)
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	cfg, err := c.config(victim)
	if err != nil {
		return err
	}
	cfg.LogFile = log
	fmt.Fprintf(os.Stderr, "torture of %s, seed %d\n", victim.name, c.Seed)
	report, err := torture.Run(ctx, cfg)
	report.Store = victim.name
	if ctx.Err() != nil {
		return fmt.Errorf("torture, seed %d: stopped after %d kills, and what was typed since the last check is not checked", c.Seed, report.Kills)
	}
	if err != nil {
		keep = true
		return fmt.Errorf("torture, seed %d: %w (the log of the servers is in %s)", c.Seed, err, log.Name())
	}
	if err := c.print(report); err != nil {
		return err
	}
	if !report.OK() {
		keep = true
		return fmt.Errorf("torture, seed %d: %s (the log of the servers, and the store if it is a throw-away one, are in %s)", c.Seed, report.Summary(), dir)
	}
	return nil
}

// config makes of the flags what package torture takes.
func (c *TortureCmd) config(v *victim) (torture.Config, error) {
	self, err := os.Executable()
	if err != nil {
		return torture.Config{}, fmt.Errorf("torture: %w", err)
	}
	switch {
	case c.KillStore && v.store == nil:
		return torture.Config{}, errors.New("--kill-store: only a throw-away Postgres can be killed: say --store postgres")
	case c.Cuts > 0 && v.addr == "":
		return torture.Config{}, errors.New("--cuts: only a throw-away Postgres has connections to cut: say --store postgres")
	case c.Servers > 1 && !v.shared:
		return torture.Config{}, errors.New("--servers: several servers need a Postgres: say --store postgres")
	}
	cfg := torture.Config{
		Command: func(_ int, store string) *exec.Cmd {
			cmd := exec.Command(self, "serve", "--addr", "127.0.0.1:0", "--guests", "edit", "--log-format", "json")
			// Not a flag: everybody on this machine sees those, and the store's may
			// hold a password.
			cmd.Env = append(withoutSettings(os.Environ()), "COLLABD_STORE="+v.setting(store))
			return cmd
		},
		OpenLog: v.openLog, Store: v.store, StoreAddr: v.addr,
		Servers: c.Servers, Clients: c.Clients, Documents: c.Documents, Rate: c.Rate, Kills: c.Kills, KillStore: c.KillStore,
		Pauses: c.Pauses, Cuts: c.Cuts, Pause: c.Pause, Every: c.Every, Round: c.Round, Seed: c.Seed, Progress: os.Stderr,
	}
	return cfg, cfg.Validate()
}

func (c *TortureCmd) print(report torture.Report) error {
	if !c.JSON {
		_, err := report.WriteTo(os.Stdout)
		return err
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	return out.Encode(report)
}
