package main

import (
	"sync/atomic"
	"time"
)

// memory is how many units back an author knows when they were typed. Who is
// further behind than that is overloaded.
const memory = 1 << 12

// author is a client that types, as those see it who read: when each unit was
// typed, and where each edit ended. One goroutine at a time writes; any reads.
type author struct {
	index int
	typed int // units
	ended int // units that are in edits
	sent  int // edits

	due  [memory]atomic.Int64 // when unit i was typed, at i%memory
	ends [memory]atomic.Int64 // units typed at the end of edit i, at i%memory
}

// key remembers a unit typed at a time.
func (a *author) key(at time.Duration) {
	a.due[a.typed%memory].Store(int64(at))
	a.typed++
}

// pending is how many units are typed and in no edit.
func (a *author) pending() int { return a.typed - a.ended }

// edit remembers that the next edit holds all that is pending.
func (a *author) edit() {
	a.sent++
	a.ended = a.typed
	a.ends[a.sent%memory].Store(int64(a.ended))
}

// until is how many units there are at the end of an edit.
func (a *author) until(edit int) int { return int(a.ends[edit%memory].Load()) }

// at is when a unit was typed.
func (a *author) at(unit int) time.Duration { return time.Duration(a.due[unit%memory].Load()) }
