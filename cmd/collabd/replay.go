package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/collabd/collabd/client/replay"
	"github.com/collabd/collabd/wire"
)

// ReplayCmd types a recorded editing session into a running server and checks
// that everybody ends with the recorded text. docs/traces.md has the format.
type ReplayCmd struct {
	File    string `arg:"" help:"Trace to type: gzip'd JSON lines, see docs/traces.md."`
	URL     string `name:"url" default:"http://localhost:8080" env:"COLLABD_URL" help:"Address of the server."`
	Clients int    `default:"1" help:"Clients that take turns with a sequential trace. A concurrent one has one for each agent."`
	Rate    string `default:"max" help:"Transactions a second, or max."`
	Doc     string `help:"Empty text document to type into. Default: a new one."`
}

// Run replays the file; the error is nil only if all texts agree.
func (c *ReplayCmd) Run(ctx context.Context) error {
	rate, err := parseRate(c.Rate)
	if err != nil {
		return err
	}
	if c.Clients < 1 {
		return fmt.Errorf("--clients: %d is not above 0", c.Clients)
	}
	trace, err := replay.ReadFile(c.File)
	if err != nil {
		return err // names the file
	}
	report, err := replay.Run(ctx, trace, replay.Options{
		URL: c.URL, Doc: wire.DocID(c.Doc), Clients: c.Clients, Rate: rate,
		Progress: os.Stderr, Terminal: isTerminal(os.Stderr),
	})
	if len(report.Texts) > 0 { // also if they disagree
		if _, werr := report.WriteTo(os.Stdout); werr != nil {
			return errors.Join(err, werr)
		}
	}
	if err != nil {
		return fmt.Errorf("replay %s: %w", c.File, err)
	}
	return nil
}

// parseRate returns 0 for no limit.
func parseRate(s string) (float64, error) {
	if s == "max" {
		return 0, nil
	}
	rate, err := strconv.ParseFloat(s, 64)
	if err != nil || !(rate > 0 && rate < 1e9) {
		return 0, fmt.Errorf("--rate: %q is neither max nor a number above 0", s)
	}
	return rate, nil
}
