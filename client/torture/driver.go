package torture

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"time"
)

// driver carries out a plan. It is one goroutine, and the only one that starts
// and ends processes.
type driver struct {
	cfg     Config
	servers []*server
	proxies []*proxy
	storms  int // faults of the store so far
	// acked is told of acknowledgements: capacity 1, so that one is kept.
	acked chan struct{}

	killed        map[FaultKind]int
	pauses, cuts  int
	restarts      []time.Duration // of servers
	storeRestarts []time.Duration
}

func newDriver(cfg Config) (*driver, error) {
	d := &driver{cfg: cfg, acked: make(chan struct{}, 1), killed: map[FaultKind]int{}}
	for i := range cfg.Servers {
		store := cfg.StoreAddr
		if cfg.Cuts > 0 {
			p, err := newProxy(store)
			if err != nil {
				d.close()
				return nil, err
			}
			d.proxies = append(d.proxies, p)
			store = p.address()
		}
		command := cfg.Command
		d.servers = append(d.servers, &server{
			name: fmt.Sprintf("server %d", i), command: func() *exec.Cmd { return command(i, store) }, log: cfg.LogFile,
		})
	}
	return d, nil
}

// close ends all processes that it has started.
func (d *driver) close() {
	for _, s := range d.servers {
		s.kill()
	}
	for _, p := range d.proxies {
		p.close()
	}
}

// start starts all servers, and returns when they answer.
func (d *driver) start(ctx context.Context) error {
	for _, s := range d.servers {
		if err := d.spawn(s); err != nil {
			return err
		}
	}
	return d.ready(ctx)
}

func (d *driver) spawn(s *server) error {
	d.note(s)
	s.storm = d.storms
	return s.start()
}

// note keeps how long the start took of a life that is over.
func (d *driver) note(s *server) {
	if s.process != nil && s.answered() {
		d.restarts = append(d.restarts, s.took)
	}
}

// run carries out a plan, and returns when all servers answer again.
func (d *driver) run(ctx context.Context, plan []Fault) error {
	for _, f := range plan {
		if !f.Early {
			if err := d.busy(ctx); err != nil {
				return err
			}
		}
		if err := sleep(ctx, f.After); err != nil {
			return err
		}
		if err := d.apply(ctx, f); err != nil {
			return fmt.Errorf("%s: %w", f.Kind, err)
		}
	}
	return d.ready(ctx)
}

// busyLimit bounds the wait for an acknowledgement: if there is none for so
// long, the plan goes on, and the check will find out why.
const busyLimit = 10 * time.Second

// busy waits until all servers answer and something is acknowledged: what
// comes next is to meet them at work, however slow the machine is.
func (d *driver) busy(ctx context.Context) error {
	if err := d.ready(ctx); err != nil {
		return err
	}
	select {
	case <-d.acked: // of before
	default:
	}
	limit := time.NewTimer(busyLimit)
	defer limit.Stop()
	select {
	case <-d.acked:
	case <-limit.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// nudge tells of an acknowledgement. Any goroutine may call it.
func (d *driver) nudge() {
	select {
	case d.acked <- struct{}{}:
	default:
	}
}

// ready waits until all servers answer. A server that died while it started,
// and the store was tormented meanwhile, may try again.
func (d *driver) ready(ctx context.Context) error {
	for _, s := range d.servers {
		for {
			err := s.answers(ctx)
			if err == nil {
				break
			}
			if !errors.Is(err, errEnded) || s.answered() || s.storm == d.storms {
				return err
			}
			if err := d.spawn(s); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *driver) apply(ctx context.Context, f Fault) error {
	s := d.servers[f.Server]
	switch f.Kind {
	case KillServer, KillBoth:
		return d.kill(ctx, f, s)
	case KillStore:
		d.killed[f.Kind]++
		d.storms++
		if err := d.cfg.Store.Kill(); err != nil {
			return err
		}
		return d.restartStore(ctx)
	case PauseServer:
		d.pauses++
		return pauseFor(ctx, f.For, s.pause, s.resume)
	case PauseStore:
		d.pauses++
		d.storms++
		return pauseFor(ctx, f.For, d.cfg.Store.Pause, d.cfg.Store.Resume)
	case CutStore, HoldStore:
		d.cuts++
		d.storms++
		p := d.proxies[f.Server]
		p.hold()
		err := sleep(ctx, f.For) // nothing for CutStore
		p.cut()
		return err
	}
	return fmt.Errorf("no such fault: %s", f.Kind)
}

// kill kills a server, and perhaps the store with it.
func (d *driver) kill(ctx context.Context, f Fault, s *server) error {
	if s.answered() {
		if err := s.alive(); err != nil {
			return err // before we did it
		}
	}
	d.killed[f.Kind]++
	if f.Kind == KillServer {
		s.kill()
		return d.spawn(s)
	}
	d.storms++
	killed := make(chan error, 1)
	go func() { killed <- d.cfg.Store.Kill() }()
	s.kill()
	if err := errors.Join(<-killed, d.restartStore(ctx)); err != nil {
		return err
	}
	return d.spawn(s)
}

func (d *driver) restartStore(ctx context.Context) error {
	began := time.Now()
	err := d.cfg.Store.Restart(ctx)
	d.storeRestarts = append(d.storeRestarts, time.Since(began))
	return err
}

// end kills everything once more, the store too if it may be, so that what is
// read then is what was durable.
func (d *driver) end(ctx context.Context) error {
	for _, s := range d.servers {
		if err := s.alive(); err != nil {
			return err
		}
		s.kill()
		d.note(s)
	}
	if !d.cfg.KillStore {
		return nil
	}
	if err := d.cfg.Store.Kill(); err != nil {
		return err
	}
	return d.restartStore(ctx)
}

func pauseFor(ctx context.Context, d time.Duration, pause, resume func() error) error {
	if err := pause(); err != nil {
		return err
	}
	err := sleep(ctx, d)
	return errors.Join(err, resume())
}

// sleep waits, unless ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// median and longest of some times, 0 of none.
func medianAndLongest(times []time.Duration) (p50, most time.Duration) {
	if len(times) == 0 {
		return 0, 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return sorted[(len(sorted)-1)/2], sorted[len(sorted)-1]
}
