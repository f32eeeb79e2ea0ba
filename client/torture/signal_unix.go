//go:build unix

package torture

import "syscall"

// pause stops the process where it is.
func (s *server) pause() error { return s.cmd.Process.Signal(syscall.SIGSTOP) }

// resume lets it go on.
func (s *server) resume() error { return s.cmd.Process.Signal(syscall.SIGCONT) }
