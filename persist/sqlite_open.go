package persist

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/collabd/collabd/migrations"
)

// applicationID is what the first migration writes into the file.
const applicationID = 0x636c6264

// open takes the file, in the order in which it can be said what is wrong.
func (s *SQLite) open(ctx context.Context) error {
	path, err := s.takeFile()
	if err != nil {
		return err
	}
	s.path = path
	s.writeDB, err = sql.Open("sqlite", dataSource(path, "_txlock=immediate", "_pragma=synchronous(FULL)",
		"_pragma=foreign_keys(1)", "_pragma=fullfsync(1)", "_pragma=checkpoint_fullfsync(1)",
		"_pragma=journal_size_limit(67108864)"))
	if err != nil {
		return fmt.Errorf("open %s: %w", s.cfg.Path, err)
	}
	s.writeDB.SetMaxOpenConns(1)
	if err := s.recognise(ctx); err != nil {
		return s.explain(err)
	}
	if err := s.secure(ctx); err != nil {
		return s.explain(err)
	}
	if err := s.migrate(ctx); err != nil {
		return s.explain(err)
	}
	if err := fillTitleKeys(ctx, s.writeDB); err != nil {
		return s.explain(err)
	}
	if err := s.dropLostParts(ctx); err != nil {
		return s.explain(err)
	}
	s.readDB, err = sql.Open("sqlite", dataSource(path, "_pragma=query_only(1)", "_pragma=foreign_keys(1)"))
	if err != nil {
		return fmt.Errorf("open %s: %w", s.cfg.Path, err)
	}
	s.readDB.SetMaxOpenConns(s.cfg.Readers)
	s.readDB.SetMaxIdleConns(s.cfg.Readers)
	s.writer, err = startWriter(ctx, s.writeDB)
	return err
}

// takeFile makes folder and file, takes the lock, and returns the file's real
// path: two names of one file must lead to one lock.
func (s *SQLite) takeFile() (path string, err error) {
	dir := filepath.Dir(s.cfg.Path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", s.explain(err)
	}
	if path, err = filepath.EvalSymlinks(s.cfg.Path); errors.Is(err, fs.ErrNotExist) {
		if dir, err = filepath.EvalSymlinks(dir); err == nil {
			path = filepath.Join(dir, filepath.Base(s.cfg.Path))
		}
	}
	if err != nil {
		return "", s.explain(err)
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", fmt.Errorf("open %s: %w", s.cfg.Path, err)
	}
	if s.lock, err = lockFile(path + ".lock"); err != nil {
		return "", s.explain(err)
	}
	// Only with the lock: closing a file makes the system forget all locks of
	// this process on it, SQLite's too.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", s.explain(err)
	}
	return path, errors.Join(f.Close(), syncDir(filepath.Dir(path)))
}

// recognise refuses a file that is not ours, before anything is written to it.
func (s *SQLite) recognise(ctx context.Context) error {
	var id, foreign int64
	if err := s.writeDB.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return err
	}
	// The one table that there may be before the first migration is the one
	// that counts migrations.
	if err := s.writeDB.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema
		WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name <> ?`, goose.DefaultTablename).Scan(&foreign); err != nil {
		return err
	}
	if id != applicationID && (id != 0 || foreign > 0) {
		return ErrNotDatabase
	}
	return nil
}

// secure makes the write-ahead log and checks that what makes a commit durable
// is really on: SQLite ignores a pragma that it cannot follow.
func (s *SQLite) secure(ctx context.Context) error {
	for _, p := range []struct{ pragma, want string }{
		{"journal_mode=WAL", "wal"}, {"synchronous", "2"}, {"foreign_keys", "1"},
	} {
		var got string
		if err := s.writeDB.QueryRowContext(ctx, "PRAGMA "+p.pragma).Scan(&got); err != nil {
			return err
		}
		if got != p.want {
			return fmt.Errorf("open %s: PRAGMA %s is %q, want %q", s.cfg.Path, p.pragma, got, p.want)
		}
	}
	return nil
}

func (s *SQLite) migrate(ctx context.Context) error {
	provider, err := goose.NewProvider(goose.DialectSQLite3, s.writeDB, migrations.SQLite(),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	is, known, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if is > known {
		return &OpenError{Path: s.cfg.Path, Reason: ErrNewer, text: fmt.Sprintf(
			"%s was made by a newer collabd (its tables have version %d, this program knows %d): run that one, or restore a backup made by this one",
			s.cfg.Path, is, known)}
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}

// explain turns what an operator can mend into an OpenError.
func (s *SQLite) explain(err error) error {
	fail := func(reason error, sentence string, args ...any) error {
		e := &OpenError{Path: s.cfg.Path, Reason: reason, text: fmt.Sprintf(sentence, args...)}
		if err != reason {
			e.Cause = err
		}
		return e
	}
	code := 0
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		code = e.Code() & 0xff
	}
	var open *OpenError
	var path *fs.PathError
	switch {
	case errors.As(err, &open):
		return err
	case errors.Is(err, ErrLocked), code == sqlite3.SQLITE_BUSY:
		return fail(ErrLocked, "%s is in use by another collabd: stop that one, or choose another path for the data", s.cfg.Path)
	case errors.Is(err, ErrNotDatabase), code == sqlite3.SQLITE_NOTADB:
		return fail(ErrNotDatabase, "%s is not a collabd database: choose another path for the data, or move that file away", s.cfg.Path)
	case errors.As(err, &path):
		return fail(ErrNotWritable, "cannot write %s: %v: give this user write access to the folder, or choose another path for the data", path.Path, path.Err)
	case code == sqlite3.SQLITE_READONLY, code == sqlite3.SQLITE_CANTOPEN, code == sqlite3.SQLITE_PERM:
		return fail(ErrNotWritable, "cannot write %s or the files beside it: give this user write access to the folder, or choose another path for the data", s.cfg.Path)
	}
	return fmt.Errorf("open %s: %w", s.cfg.Path, err)
}

// dataSource names a file to the driver. The busy timeout comes first: the
// pragmas after it may have to wait.
func dataSource(path string, params ...string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive's letter
	}
	u := url.URL{Path: path}
	return "file://" + u.EscapedPath() + "?" + strings.Join(append([]string{"_pragma=busy_timeout(10000)"}, params...), "&")
}

// syncDir makes the name of a new file durable. Where folders cannot be synced
// there is nothing to do.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	_ = d.Sync()
	return d.Close()
}
