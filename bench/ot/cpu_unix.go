//go:build unix

package main

import (
	"syscall"
	"time"
)

// cpuTime is that of the whole process, with the garbage collector's.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // the arguments are right, so it cannot fail
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
