package persist

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/rs/zerolog"

	"github.com/collabd/collabd/session"
)

const (
	// connectTimeout bounds the making of a connection, unless the URL has a
	// connect_timeout.
	connectTimeout = 5 * time.Second
	// closeTimeout bounds how long Close waits for a database that does not
	// answer.
	closeTimeout = 10 * time.Second
	// callAttempts is how often a call that only reads is made when its
	// connection turns out to be lost: a second time, on a new one.
	callAttempts = 2
)

// PostgresConfig says where a database is. Only URL is needed.
type PostgresConfig struct {
	// URL is postgres://user:password@host:port/database?option=value, with
	// libpq's options and environment variables. The database must exist; its
	// tables are made. A connection must be the store's own: not one of a pooler
	// that hands it to others between two transactions.
	URL string
	// Logger receives what goes wrong in the background. Default: nothing is
	// logged.
	Logger zerolog.Logger
	// Connections is the most connections at once for everything but appends.
	// Default: twice the number of processors, at least 8.
	Connections int
	// Lanes is the number of connections that append, each with one transaction
	// at a time. Default: 2, so that one fills while the other waits for the disk.
	Lanes int
	// Timeout bounds every call, if its context does not end before.
	// Default: 30 seconds.
	Timeout time.Duration
	// SweepEvery is the time between two removals of logins that are long over.
	// Default: an hour.
	SweepEvery time.Duration
}

// Validate reports what cannot be meant.
func (c PostgresConfig) Validate() error {
	switch {
	case c.URL == "":
		return errors.New("postgres: no URL")
	case c.Connections < 0 || c.Lanes < 0:
		return errors.New("postgres: the number of connections is negative")
	case c.Timeout < 0:
		return errors.New("postgres: the timeout is negative")
	case c.SweepEvery < 0:
		return errors.New("postgres: the time between sweeps is negative")
	}
	return nil
}

func (c PostgresConfig) withDefaults() PostgresConfig {
	if c.Connections == 0 {
		c.Connections = max(8, 2*runtime.GOMAXPROCS(0))
	}
	if c.Lanes == 0 {
		c.Lanes = 2
	}
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	if c.SweepEvery == 0 {
		c.SweepEvery = time.Hour
	}
	return c
}

// errClosing is what becomes of a call that Close gave up: it is unknown whether
// it has written something, so it is no ErrClosed.
var errClosing = fmt.Errorf("%w: the store is closing", ErrUnavailable)

// Postgres is a store in a Postgres database, which any number of processes may
// share: the log arbitrates between them. It is safe for concurrent use.
// Appends go through lanes (see pgWriter); everything else takes a connection
// of a pool for itself.
//
// A database that is gone, paused, read-only or full makes calls fail, with
// [ErrUnavailable], [ErrReadOnly] or [ErrFull] where that can be told, within
// their deadline. When it is back they succeed again: there is nothing to do.
type Postgres struct {
	cfg      PostgresConfig
	describe string
	pool     *pgxpool.Pool
	lanes    *pgxpool.Pool
	appends  *pgWriter
	logins   *Logins
	blocks   *blockCache

	closed   atomic.Bool
	close    func() error // once
	stopping context.Context
	stop     context.CancelFunc // ends what is under way
	stopBack context.CancelFunc
	back     sync.WaitGroup // background goroutines
}

var _ session.Shared = (*Postgres)(nil)

// OpenPostgres connects to the database, checks that what it commits is
// durable, and brings its tables up to date; of several servers that start at
// once one does that and the others wait. The caller closes the store. What can
// go wrong on an operator's machine is an [*OpenError].
func OpenPostgres(ctx context.Context, cfg PostgresConfig) (*Postgres, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := &Postgres{cfg: cfg.withDefaults(), blocks: newBlockCache(blockCacheBytes)}
	if err := s.open(ctx); err != nil {
		return nil, err
	}
	s.stopping, s.stop = context.WithCancel(context.Background())
	s.appends = startPgWriter(s.stopping, s.lanes, s.cfg.Lanes)
	s.logins = newLogins(postgresLogins{s})
	s.close = sync.OnceValue(s.shutdown)
	ctx, s.stopBack = context.WithCancel(context.Background())
	s.back.Go(func() { s.logins.sweepEvery(ctx, s.cfg.SweepEvery, s.cfg.Logger) })
	return s, nil
}

// Close waits for what was handed to it before, for as long as closeTimeout if
// the database does not answer, and gives the connections back. Calls that come
// later return [ErrClosed]. A second Close does nothing more.
func (s *Postgres) Close() error { return s.close() }

func (s *Postgres) shutdown() error {
	s.closed.Store(true)
	s.stopBack()
	s.back.Wait()
	giveUp := time.AfterFunc(closeTimeout, s.stop)
	s.appends.close()
	s.pool.Close() // waits for the calls that have begun
	s.lanes.Close()
	giveUp.Stop()
	s.stop()
	return nil
}

// Logins returns the store of logins.
func (s *Postgres) Logins() *Logins { return s.logins }

// Describe returns the URL without password and options.
func (s *Postgres) Describe() string { return s.describe }

// read makes a call that changes nothing. If its connection turns out to be
// lost, as all are after a restart of the database, it is made again on a new
// one.
func (s *Postgres) read(ctx context.Context, call func(context.Context, *pgxpool.Conn) error) (err error) {
	for range callAttempts {
		if err = s.call(ctx, call); !errors.Is(err, ErrUnavailable) || ctx.Err() != nil {
			break
		}
	}
	return err
}

// write makes a call that changes something. After an error that is not one of
// definite meaning it is unknown whether it did.
func (s *Postgres) write(ctx context.Context, call func(context.Context, *pgxpool.Conn) error) error {
	return s.call(ctx, call)
}

func (s *Postgres) call(ctx context.Context, call func(context.Context, *pgxpool.Conn) error) error {
	if s.closed.Load() {
		return ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	bounded, cancel := context.WithTimeoutCause(ctx, s.cfg.Timeout,
		fmt.Errorf("%w: no answer within %v", ErrUnavailable, s.cfg.Timeout))
	defer cancel()
	defer context.AfterFunc(s.stopping, cancel)()
	begun := false
	err := s.pool.AcquireFunc(bounded, func(c *pgxpool.Conn) error {
		begun = true
		return call(bounded, c)
	})
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err() // not "timeout: context already done" and the like
	case s.closed.Load() && !begun:
		return ErrClosed
	case s.stopping.Err() != nil:
		return errClosing
	case bounded.Err() != nil:
		return context.Cause(bounded)
	}
	err = explainPg(err)
	if errors.Is(err, ErrUnavailable) {
		s.pool.Reset() // the other idle connections will not be better
	}
	return err
}
