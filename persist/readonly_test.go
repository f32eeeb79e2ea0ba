//go:build unix

package persist_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/collabd/collabd/persist"
)

// The superuser may write everywhere, so that the test is done by a process of
// an ordinary user.
func TestAFolderThatCannotBeWritten(t *testing.T) {
	root := t.TempDir()
	full, empty := filepath.Join(root, "full"), filepath.Join(root, "empty")
	s := openSQLite(t, filepath.Join(full, "collabd.db"))
	fill(t, s, "doc", 1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(empty, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{full, empty} {
		for dir, mode := range map[string]os.FileMode{filepath.Dir(root): 0o755, root: 0o755, dir: 0o555} {
			if err := os.Chmod(dir, mode); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join(dir, "collabd.db")
		cmd := child(t, "open", path)
		if os.Geteuid() == 0 {
			cmd.Path = copied(t, cmd.Path, filepath.Join(root, filepath.Base(dir)+".test"))
			cmd.Dir = root
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		out, err := cmd.Output()
		if err != nil || !strings.HasPrefix(string(out), "not writable: ") || !strings.Contains(string(out), dir) {
			t.Errorf("an ordinary user reads %q, %v", out, err)
		}
		if err := os.Chmod(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	openSQLite(t, filepath.Join(full, "collabd.db"))
}

// A file of the database that cannot be written is found at the start, not at
// the first edit.
func TestAFileThatCannotBeWritten(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "collabd.db")
	if err := os.Mkdir(path, 0o700); err != nil { // not even the superuser writes a folder
		t.Fatal(err)
	}
	_, err := persist.OpenSQLite(t.Context(), persist.SQLiteConfig{Path: path})
	sentence(t, err, persist.ErrNotWritable, path)
}

// copied puts the program where another user may run it.
func copied(t *testing.T, from, to string) string {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return to
}
