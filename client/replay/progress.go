package replay

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

const (
	barEvery  = 100 * time.Millisecond
	lineEvery = 5 * time.Second
	barWidth  = 30
)

// showProgress reports until the returned function is called.
func (r *run) showProgress(begin time.Time) (stop func()) {
	if r.opts.Progress == nil {
		return func() {}
	}
	every := lineEvery
	if r.opts.Terminal {
		every = barEvery
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				r.writeProgress(r.opts.Progress, time.Since(begin))
			case <-done:
				if r.opts.Terminal {
					r.writeProgress(r.opts.Progress, time.Since(begin))
					fmt.Fprintln(r.opts.Progress)
				}
				return
			}
		}
	})
	return func() { close(done); wg.Wait() }
}

func (r *run) writeProgress(w io.Writer, took time.Duration) {
	n, all := r.durable(), len(r.trace.Txns)
	text := fmt.Sprintf("%3d %%  %s of %s  %s/s  %d reconnects",
		100*n/max(all, 1), grouped(n), grouped(all), rate(n, took), r.reconnects())
	if !r.opts.Terminal {
		fmt.Fprintln(w, strings.TrimSpace(text))
		return
	}
	full := barWidth * n / max(all, 1)
	// \x1b[K clears what a longer line left behind.
	fmt.Fprintf(w, "\r%s%s %s\x1b[K", strings.Repeat("█", full), strings.Repeat("░", barWidth-full), text)
}
