//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package persist

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes the file for this process. The system lets go of it when the
// process ends, however it ends. [ErrLocked] if another one has it.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, ErrLocked
		}
		return nil, os.NewSyscallError("flock", err)
	}
	return f, nil
}

// unlockFile gives the file back. It stays in its folder: removing it would let
// a third process lock a new file of the same name beside a second one that
// waits for this.
func unlockFile(f *os.File) error { return f.Close() }
