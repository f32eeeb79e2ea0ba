package torture

import (
	"math/rand/v2"
	"time"
)

// FaultKind is something that goes wrong.
type FaultKind string

// The faults.
const (
	// KillServer is kill -9 of a server, which is started again.
	KillServer FaultKind = "kill server"
	// KillStore is kill -9 of the database, which is started again.
	KillStore FaultKind = "kill store"
	// KillBoth is both at once.
	KillBoth FaultKind = "kill both"
	// PauseServer stops a server for a while, as SIGSTOP does: it misses
	// everything meanwhile, and then goes on as if nothing had been.
	PauseServer FaultKind = "pause server"
	// PauseStore does so with the database.
	PauseStore FaultKind = "pause store"
	// CutStore breaks the connections of a server to the database.
	CutStore FaultKind = "cut store"
	// HoldStore lets nothing pass from the database to a server for a while,
	// then breaks the connections: what was committed then remains unknown.
	HoldStore FaultKind = "hold store"
)

// Fault is one step of a plan.
type Fault struct {
	Kind FaultKind
	// Server it is about, counted from 0.
	Server int
	// After is the time before it: from when all servers answered and something
	// was acknowledged, or, if Early, from when the fault before was over, so
	// that a server is met while it starts.
	After time.Duration
	Early bool
	// For is how long it lasts, for those that do.
	For time.Duration
}

// kills reports whether it is a kill.
func (f Fault) kills() bool {
	return f.Kind == KillServer || f.Kind == KillStore || f.Kind == KillBoth
}

// earlyOf is how many kills for one that meets a server while it starts.
const earlyOf = 8

// NewPlan makes the faults of a run, the same for the same configuration.
func NewPlan(cfg Config) []Fault {
	rnd := rand.New(rand.NewPCG(cfg.Seed, 1))
	var plan []Fault
	add := func(n int, kinds ...FaultKind) {
		for range n {
			plan = append(plan, Fault{Kind: kinds[rnd.IntN(len(kinds))]})
		}
	}
	if cfg.KillStore {
		add(cfg.Kills, KillServer, KillStore, KillBoth)
	} else {
		add(cfg.Kills, KillServer)
	}
	if cfg.Store != nil {
		add(cfg.Pauses, PauseServer, PauseStore)
	} else {
		add(cfg.Pauses, PauseServer)
	}
	add(cfg.Cuts, CutStore, HoldStore)
	rnd.Shuffle(len(plan), func(i, j int) { plan[i], plan[j] = plan[j], plan[i] })
	for i := range plan {
		f := &plan[i]
		f.Server = rnd.IntN(cfg.Servers)
		// Exponential: short ones are the commonest, and long ones happen.
		f.After = min(time.Duration(rnd.ExpFloat64()*float64(cfg.Every)), 5*cfg.Every)
		if f.kills() && rnd.IntN(earlyOf) == 0 {
			f.Early = true
			f.After = time.Duration(rnd.Int64N(int64(startTime)))
		}
		switch f.Kind {
		case PauseServer, PauseStore, HoldStore:
			f.For = time.Duration(rnd.Float64() * float64(cfg.Pause))
		}
	}
	return plan
}

// startTime is about how long a server takes to start.
const startTime = 60 * time.Millisecond
