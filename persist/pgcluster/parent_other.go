//go:build unix && !linux

package pgcluster

import "syscall"

// endWithParent does nothing: only Linux has a means.
func endWithParent(*syscall.SysProcAttr) {}
