//go:build !unix

package ot_test

import "time"

var started = time.Now()

// cpuTime is the time since the start, where no better one is at hand.
func cpuTime() time.Duration { return time.Since(started) }
