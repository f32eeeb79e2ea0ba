//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package persist

import (
	"errors"
	"io/fs"
	"os"
)

// lockFile takes the file for this process. Where there is no flock, an open
// file cannot be removed by another process (Windows), so that a file which is
// there and can be removed is one that nobody holds. [ErrLocked] if another
// process has it.
func lockFile(path string) (*os.File, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, ErrLocked
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, ErrLocked
	}
	return f, err
}

// unlockFile gives the file back.
func unlockFile(f *os.File) error {
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
