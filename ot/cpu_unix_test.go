//go:build unix

package ot_test

import (
	"syscall"
	"time"
)

// cpuTime is the processor time that the process has used in its own code: what
// others do on a shared machine hardly counts.
func cpuTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err)
	}
	return time.Duration(r.Utime.Nano())
}
