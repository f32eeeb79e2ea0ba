package persist_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// children are what this binary does as another process.
var children = map[string]func(args []string) int{
	"hold":   holdChild,
	"open":   openChild,
	"append": appendChild,
}

// child prepares this binary as another process.
func child(t *testing.T, what string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, args...)
	cmd.Env = append(os.Environ(), childEnv+"="+what)
	cmd.Stderr = os.Stderr
	return cmd
}

// holdChild opens the database and keeps it until its input ends.
func holdChild(args []string) int {
	s, err := persist.OpenSQLite(context.Background(), persist.SQLiteConfig{Path: args[0]})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("open")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	_ = s.Close()
	return 0
}

// openChild says what opening the database says.
func openChild(args []string) int {
	s, err := persist.OpenSQLite(context.Background(), persist.SQLiteConfig{Path: args[0]})
	if err == nil {
		_ = s.Close()
		fmt.Println("opened")
		return 0
	}
	for name, reason := range map[string]error{"locked": persist.ErrLocked, "not writable": persist.ErrNotWritable} {
		if errors.Is(err, reason) {
			fmt.Printf("%s: %v\n", name, err)
			return 0
		}
	}
	fmt.Printf("other: %v\n", err)
	return 0
}

func TestTwoProcessesCannotShareTheFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "collabd.db")
	holder := child(t, "hold", path)
	in, _ := holder.StdinPipe()
	out, _ := holder.StdoutPipe()
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "open\n" {
		t.Fatalf("the other process says %q", line)
	}
	link := filepath.Join(dir, "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, link} {
		_, err := persist.OpenSQLite(t.Context(), persist.SQLiteConfig{Path: name})
		sentence(t, err, persist.ErrLocked, name)
	}
	_ = in.Close()
	if err := holder.Wait(); err != nil {
		t.Fatal(err)
	}
	s := openSQLite(t, path)
	if out, err := child(t, "open", path).Output(); err != nil || !strings.HasPrefix(string(out), "locked: ") {
		t.Errorf("the other process says %q, %v", out, err)
	}
	_, err := persist.OpenSQLite(t.Context(), persist.SQLiteConfig{Path: path})
	sentence(t, err, persist.ErrLocked, path) // not even this process itself
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestALockEndsWithItsProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "collabd.db")
	holder := child(t, "hold", path)
	in, _ := holder.StdinPipe()
	defer func() { _ = in.Close() }()
	out, _ := holder.StdoutPipe()
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "open\n" {
		t.Fatalf("the other process says %q", line)
	}
	_ = holder.Process.Kill()
	_ = holder.Wait()
	openSQLite(t, path)
}

func TestFolderAndFilesAreForThisUserAlone(t *testing.T) {
	root := t.TempDir()
	s := openSQLite(t, filepath.Join(root, "a b", "ü?#%41", "collabd.db"))
	fill(t, s, "doc", 1)
	modes := map[string]fs.FileMode{
		"a b": 0o700 | fs.ModeDir, "a b/ü?#%41": 0o700 | fs.ModeDir,
		"a b/ü?#%41/collabd.db": 0o600, "a b/ü?#%41/collabd.db-wal": 0o600, "a b/ü?#%41/collabd.db.lock": 0o600,
	}
	for name, want := range modes {
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil {
			t.Error(err)
		} else if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", name, info.Mode(), want)
		}
	}
}

func TestCommitsAreSynced(t *testing.T) {
	s := newSQLite(t)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000"} {
		if got := s.Pragma(t, true, pragma); got != want {
			t.Errorf("writer: %s is %s, want %s", pragma, got, want)
		}
	}
	for pragma, want := range map[string]string{"journal_mode": "wal", "query_only": "1", "busy_timeout": "10000"} {
		if got := s.Pragma(t, false, pragma); got != want {
			t.Errorf("reader: %s is %s, want %s", pragma, got, want)
		}
	}
}

func TestCloseLeavesOneFile(t *testing.T) {
	s := newSQLite(t)
	fill(t, s, "doc", 50)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.Describe() + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the write-ahead log is still there: %v", err)
	}
}

func TestAFileThatIsNotADatabase(t *testing.T) {
	for name, content := range map[string]string{
		"short":         "hello",
		"text":          strings.Repeat("this is my diary\n", 1000),
		"almost SQLite": "SQLite format 3\x00" + strings.Repeat("\xff", 8176),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "collabd.db")
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := persist.OpenSQLite(t.Context(), persist.SQLiteConfig{Path: path})
			sentence(t, err, persist.ErrNotDatabase, path)
			if now, _ := os.ReadFile(path); string(now) != content {
				t.Error("the file was changed")
			}
		})
	}
}

func TestADatabaseOfAnotherProgram(t *testing.T) {
	s := newSQLite(t)
	s.Tamper(t, `INSERT INTO settings (key, value) VALUES ('x', x'00')`)
	s.Pragma(t, true, "user_version")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"\x00\x00\x00\x00", "\x01\x02\x03\x04"} { // none, another
		overwrite(t, s.Describe(), 68, id)
		_, err := persist.OpenSQLite(t.Context(), persist.SQLiteConfig{Path: s.Describe()})
		sentence(t, err, persist.ErrNotDatabase, s.Describe())
	}
	overwrite(t, s.Describe(), 68, "clbd")
	openSQLite(t, s.Describe())
}

func TestADatabaseOfANewerProgram(t *testing.T) {
	s := newSQLite(t)
	s.Tamper(t, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, 1)`)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := persist.OpenSQLite(t.Context(), persist.SQLiteConfig{Path: s.Describe()})
	sentence(t, err, persist.ErrNewer, s.Describe())
}

func TestAFolderThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := persist.OpenSQLite(t.Context(), persist.SQLiteConfig{Path: filepath.Join(file, "data", "collabd.db")})
	sentence(t, err, persist.ErrNotWritable, file)
	if _, err := persist.OpenSQLite(t.Context(), persist.SQLiteConfig{}); err == nil {
		t.Error("a database without a path was opened")
	}
}

func overwrite(t *testing.T, path string, at int64, bytes string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err == nil {
		_, err = f.WriteAt([]byte(bytes), at)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// sentence checks that an operator is told what is wrong, and where, in a line.
func sentence(t *testing.T, err, reason error, where string) {
	t.Helper()
	open, ok := errors.AsType[*persist.OpenError](err)
	if !ok || !errors.Is(err, reason) || open.Reason != reason {
		t.Errorf("error is %v, want %v", err, reason)
		return
	}
	if text := err.Error(); !strings.Contains(text, where) || strings.Contains(text, "\n") || strings.Contains(text, "SQLITE") {
		t.Errorf("the operator reads %q", text)
	}
}

// fill creates a document and appends n records to it.
func fill(t testing.TB, s persistStore, doc wire.DocID, n int) {
	t.Helper()
	if err := s.CreateDocument(t.Context(), session.Document{ID: doc, Kind: ot.Text, Lineage: "l"}); err != nil {
		t.Fatal(err)
	}
	var records []session.Record
	for i := range n {
		records = append(records, edit(wire.Revision(i+1), "a", wire.Seq(i+1)))
	}
	if err := s.Append(t.Context(), doc, records); err != nil {
		t.Fatal(err)
	}
}

type persistStore interface {
	session.Store
	CreateDocument(ctx context.Context, d session.Document) error
}

// edit is the record of an edit that is known by its client and seq.
func edit(revision wire.Revision, client wire.ClientID, seq wire.Seq) session.Record {
	var b ot.Builder
	return session.Record{Revision: revision, Client: client, Seq: seq, User: "ana",
		Op: b.Insert(fmt.Sprintf("%s %d ", client, seq), ot.Attrs{}).Op()}
}

func isDamaged(err error, revision wire.Revision) bool {
	d, ok := errors.AsType[*persist.DamagedError](err)
	return ok && d.Revision == revision
}
