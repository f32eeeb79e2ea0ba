package torture

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// Run torments servers as cfg says and returns what it found. The error says
// why it could not go on; faults of collabd are in the report. After a round
// with faults it stops, so that the evidence stays as it is.
func Run(ctx context.Context, cfg Config) (report Report, err error) {
	cfg, err = cfg.withDefaults()
	if err != nil {
		return Report{}, err
	}
	d, err := newDriver(cfg)
	if err != nil {
		return Report{}, err
	}
	defer d.close()
	began := time.Now()
	report = Report{Seed: cfg.Seed, Servers: cfg.Servers, Clients: cfg.Clients, Documents: cfg.Documents}
	var marks marks
	var typed atomic.Int64
	defer func() { report.finish(d, typed.Load(), time.Since(began)) }()
	for plan := NewPlan(cfg); len(plan) > 0 && report.OK(); {
		n := min(cfg.Round, len(plan))
		report.Rounds++
		r := &round{cfg: cfg, n: report.Rounds, driver: d, marks: &marks, typed: &typed, began: time.Now()}
		if err := d.start(ctx); err != nil {
			return report, err
		}
		if err := r.play(ctx, plan[:n]); err != nil {
			return report, err
		}
		if err := d.end(ctx); err != nil {
			return report, err
		}
		v, err := r.check(ctx)
		if err != nil {
			return report, err
		}
		report.take(v, r)
		plan = plan[n:]
		fmt.Fprintf(cfg.Progress, "round %d: %d faults to go, %d edits, %d acknowledged: %s\n",
			report.Rounds, len(plan), report.Edits, report.Acknowledged, report.Summary())
	}
	return report, nil
}
