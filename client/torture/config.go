package torture

import (
	"context"
	"errors"
	"io"
	"os/exec"
	"time"

	"github.com/collabd/collabd/wire"
)

// Config says what to torment and how. Only Command and OpenLog are needed.
type Config struct {
	// Command makes the command that runs server i in the foreground. Its first
	// line on stdout must have its address, http://…, and come when it answers.
	// store is the address, host:port, where that server finds the database:
	// StoreAddr, or that of a proxy before it. Stdout and Stderr are set here.
	Command func(i int, store string) *exec.Cmd
	// OpenLog opens the log while no server runs.
	OpenLog func(ctx context.Context) (Log, error)
	// Store is the database, if it may be killed or paused.
	Store Store
	// StoreAddr is host:port of the database; needed for Cuts.
	StoreAddr string
	// LogFile gets what the servers have to say. Default: nothing is kept.
	LogFile io.Writer

	// Servers that run side by side. Default: 1.
	Servers int
	// Clients that type, and Documents that they share. Defaults: 8 and 3.
	Clients, Documents int
	// Rate is how many edits a second each client types. Default: 50.
	Rate float64
	// Kills is how often a process is killed. With KillStore that is at times
	// the store, or both at once.
	Kills     int
	KillStore bool
	// Pauses is how often a server or the store is stopped for up to Pause, and
	// Cuts how often the connections between them are. Default of Pause: 3 s.
	Pauses, Cuts int
	Pause        time.Duration
	// Every is the mean time from when all servers answer and something is
	// acknowledged to the next fault. Default: 400 ms.
	Every time.Duration
	// Round is how many faults there are until all is checked. Default: 50.
	Round int
	// Settle is how long clients may take to bring their edits home when all
	// is well again. Default: 60 s.
	Settle time.Duration
	// Seed of the plan.
	Seed uint64
	// Progress gets a line for each round. Default: none.
	Progress io.Writer
}

// Store is a database process that can be tormented.
type Store interface {
	// Kill ends it as a crash does.
	Kill() error
	// Restart starts it again, and returns when it answers.
	Restart(ctx context.Context) error
	// Pause stops it where it is, Resume lets it go on.
	Pause() error
	Resume() error
}

// Log reads the histories of documents.
type Log interface {
	// Records returns the whole history of a document. What is damaged is an
	// error, also a snapshot that does not fit.
	Records(ctx context.Context, doc wire.DocID) ([]Record, error)
	Close() error
}

func (cfg Config) withDefaults() (Config, error) {
	setDefault(&cfg.LogFile, io.Discard)
	setDefault(&cfg.Progress, io.Discard)
	setDefault(&cfg.Servers, 1)
	setDefault(&cfg.Clients, 8)
	setDefault(&cfg.Documents, 3)
	setDefault(&cfg.Rate, 50)
	setDefault(&cfg.Pause, 3*time.Second)
	setDefault(&cfg.Every, 400*time.Millisecond)
	setDefault(&cfg.Round, 50)
	setDefault(&cfg.Settle, time.Minute)
	return cfg, cfg.Validate()
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Validate reports what is missing or cannot be meant.
func (cfg Config) Validate() error {
	switch {
	case cfg.Command == nil || cfg.OpenLog == nil:
		return errors.New("torture: Command and OpenLog are needed")
	case cfg.Servers < 1 || cfg.Clients < 1 || cfg.Documents < 1 || cfg.Round < 1:
		return errors.New("torture: servers, clients, documents and faults in a round are at least 1")
	case cfg.Kills < 0 || cfg.Pauses < 0 || cfg.Cuts < 0:
		return errors.New("torture: a number of faults is negative")
	case cfg.Kills+cfg.Pauses+cfg.Cuts == 0:
		return errors.New("torture: no kills, pauses or cuts")
	case !(cfg.Rate > 0) || cfg.Every < 0 || cfg.Pause < 0 || cfg.Settle < 0:
		return errors.New("torture: a rate or time is not above 0")
	case cfg.KillStore && cfg.Store == nil:
		return errors.New("torture: the store cannot be killed: it is not ours")
	case cfg.Cuts > 0 && cfg.StoreAddr == "":
		return errors.New("torture: no connections to cut: the store has no address")
	}
	return nil
}
