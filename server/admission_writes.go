package server

import (
	"math"
	"net/netip"
	"time"

	"golang.org/x/time/rate"

	"github.com/collabd/collabd/wire"
)

// Who writes by REST counts for nothing else: there is no connection whose
// edits could be slowed down. So what a person, and guests of one address, may
// write is bounded here, and who has written too much is told when to go on.

const (
	// writeBytes is how much of a body counts as one write, bytes.
	writeBytes = 64 << 10
	// writeBehind is how many revisions of history that must be read for an old
	// base count as one write.
	writeBehind = 1000
)

// writeCost is as how many writes one counts.
func writeCost(bytes int, behind wire.Revision) int {
	return 1 + bytes/writeBytes + int(behind/writeBehind)
}

// writes is asked before a write that counts as so many. from is the zero Addr
// if the address counts as none.
func (a *admission) writes(who Principal, from netip.Addr, cost int) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	wait := a.userWrites.wait(who.User.ID, cost, now)
	guest := who.Guest && from.IsValid()
	if guest {
		wait = max(wait, a.addressWrites.wait(from, cost, now))
	}
	if wait > 0 {
		a.metrics.refuse(refusedWrites)
		e := *refusals[refusedWrites]
		e.Retry = int(math.Ceil(wait.Seconds()))
		return &e
	}
	a.userWrites.take(who.User.ID, cost, now)
	if guest {
		a.addressWrites.take(from, cost, now)
	}
	return nil
}

// rates is how much each of many has done lately.
type rates[K comparable] struct {
	perSecond, burst int
	most             int // of how many something is remembered
	of               map[K]*rate.Limiter
	others           *rate.Limiter // of all that find no room
	swept            time.Time
}

func newRates[K comparable](perSecond, burst, most int) rates[K] {
	r := rates[K]{perSecond: perSecond, burst: burst, most: most, of: map[K]*rate.Limiter{}}
	r.others = r.limiter()
	return r
}

func (r *rates[K]) limiter() *rate.Limiter { return rate.NewLimiter(rate.Limit(r.perSecond), r.burst) }

// wait is how long one must wait until so much may be done; 0 if it may be now.
// What is more than the burst may be done after a rest.
func (r *rates[K]) wait(of K, cost int, now time.Time) time.Duration {
	short := float64(min(cost, r.burst)) - r.at(of, now).TokensAt(now)
	if short <= 0 {
		return 0
	}
	return max(1, time.Duration(short/float64(r.perSecond)*float64(time.Second)))
}

func (r *rates[K]) take(of K, cost int, now time.Time) {
	r.at(of, now).AllowN(now, min(cost, r.burst))
}

func (r *rates[K]) at(of K, now time.Time) *rate.Limiter {
	lim := r.of[of]
	if lim == nil {
		if len(r.of) >= r.most && !r.sweep(now) {
			return r.others
		}
		lim = r.limiter()
		r.of[of] = lim
	}
	return lim
}

// sweep forgets who is as good as new, and reports whether there is room now.
func (r *rates[K]) sweep(now time.Time) bool {
	if now.Sub(r.swept) < sweepPause {
		return false
	}
	r.swept = now
	for of, lim := range r.of {
		if lim.TokensAt(now) >= float64(r.burst) {
			delete(r.of, of)
		}
	}
	return len(r.of) < r.most
}
