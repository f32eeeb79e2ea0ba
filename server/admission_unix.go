//go:build unix

package server

import "syscall"

// openFiles returns how many files, sockets among them, the program may have
// open; 0 if that is unknown. The runtime has raised it to what is allowed.
func openFiles() uint64 {
	var lim syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &lim); err != nil {
		return 0
	}
	return uint64(lim.Cur)
}
