package persist

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/collabd/collabd/session"
)

// SQLiteConfig says where a database is. Only Path is needed.
type SQLiteConfig struct {
	// Path of the database file. The folder and the file are made if they are
	// not there, for this user alone. Beside it are Path-wal, Path-shm and
	// Path.lock.
	Path string
	// Logger receives what goes wrong in the background. Default: nothing is
	// logged.
	Logger zerolog.Logger
	// Readers is the number of connections that read. Default: the number of
	// processors, at least 4.
	Readers int
	// SweepEvery is the time between two removals of logins that are long over.
	// Default: an hour.
	SweepEvery time.Duration
}

// Validate reports what cannot be meant.
func (c SQLiteConfig) Validate() error {
	switch {
	case c.Path == "":
		return errors.New("sqlite: no path")
	case c.Readers < 0:
		return errors.New("sqlite: the number of readers is negative")
	case c.SweepEvery < 0:
		return errors.New("sqlite: the time between sweeps is negative")
	}
	return nil
}

func (c SQLiteConfig) withDefaults() SQLiteConfig {
	if c.Readers == 0 {
		c.Readers = max(4, runtime.GOMAXPROCS(0))
	}
	if c.SweepEvery == 0 {
		c.SweepEvery = time.Hour
	}
	return c
}

// SQLite is a store in one SQLite file, which this process has for itself. It
// is safe for concurrent use. Every write goes through one goroutine and one
// connection (see writer); reads have connections of their own and neither wait
// for writes nor hold them up.
type SQLite struct {
	cfg     SQLiteConfig
	path    string // the real one, of the file that is locked
	lock    *os.File
	writeDB *sql.DB // one connection, held by writer
	readDB  *sql.DB
	writer  *writer
	logins  *Logins
	blocks  *blockCache

	closed   atomic.Bool
	close    func() error // once
	stopBack context.CancelFunc
	back     sync.WaitGroup // background goroutines
}

var _ session.Store = (*SQLite)(nil)

// OpenSQLite opens the database, makes it if there is none, and brings its
// tables up to date. The caller closes it. What can go wrong on an operator's
// machine is an [*OpenError].
func OpenSQLite(ctx context.Context, cfg SQLiteConfig) (*SQLite, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := &SQLite{cfg: cfg.withDefaults(), blocks: newBlockCache(blockCacheBytes)}
	if err := s.open(ctx); err != nil {
		_ = s.release() // err says why; what fails now is its consequence
		return nil, err
	}
	s.logins = newLogins(sqliteLogins{s})
	s.close = sync.OnceValue(s.shutdown)
	ctx, s.stopBack = context.WithCancel(context.Background())
	s.back.Go(func() { s.logins.sweepEvery(ctx, s.cfg.SweepEvery, s.cfg.Logger) })
	return s, nil
}

// Close writes what was handed to it before, copies the write-ahead log into
// the database file and lets another process have it. Calls that come later
// return [ErrClosed]. A second Close does nothing more.
func (s *SQLite) Close() error { return s.close() }

// Logins returns the store of logins.
func (s *SQLite) Logins() *Logins { return s.logins }

// Describe returns the path of the file.
func (s *SQLite) Describe() string { return s.cfg.Path }

func (s *SQLite) shutdown() error {
	s.closed.Store(true)
	s.stopBack()
	s.back.Wait()
	return s.release()
}

// release gives back what open took, in the reverse order. Readers go first: a
// reader would keep the write-ahead log from being emptied.
func (s *SQLite) release() error {
	var errs []error
	if s.readDB != nil {
		errs = append(errs, s.readDB.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.close())
		_, err := s.writeDB.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
		errs = append(errs, err)
	}
	if s.writeDB != nil {
		errs = append(errs, s.writeDB.Close())
	}
	if s.lock != nil {
		errs = append(errs, unlockFile(s.lock))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close %s: %w", s.cfg.Path, err)
	}
	return nil
}

// write runs a job on the writer and waits until it is durable.
func (s *SQLite) write(ctx context.Context, run func(*writeTx) error) error {
	switch {
	case s.closed.Load():
		return ErrClosed
	case s.writer == nil: // see ReadSQLite
		return ErrReadOnly
	}
	return explainSQLite(s.writer.submit(ctx, run))
}

// read runs queries on one moment of the database.
func (s *SQLite) read(ctx context.Context, run func(*sql.Tx) error) error {
	if s.closed.Load() {
		return ErrClosed
	}
	err := s.readTx(ctx, run)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err() // not "interrupted" and the like
	case s.closed.Load():
		return ErrClosed
	}
	return explainSQLite(err)
}

func (s *SQLite) readTx(ctx context.Context, run func(*sql.Tx) error) error {
	tx, err := s.readDB.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing to keep
	return run(tx)
}

// explainSQLite names the trouble that a store can be in. It leaves other errors
// as they are.
func explainSQLite(err error) error {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: %w", ErrFull, err)
	case sqlite3.SQLITE_READONLY:
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}
