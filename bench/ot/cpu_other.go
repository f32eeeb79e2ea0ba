//go:build !unix

package main

import "time"

var started = time.Now()

// cpuTime is the time on the clock, where no better is to be had.
func cpuTime() time.Duration { return time.Since(started) }
