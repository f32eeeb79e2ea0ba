package persist

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/collabd/collabd/migrations"
)

const (
	// pgVersionsTable counts migrations. It has a name of its own, because a
	// database may be shared with other programs.
	pgVersionsTable = "collabd_migrations"
	// migrateLock is the advisory lock of who changes tables: "clbd".
	migrateLock = applicationID
	// migrateWaits bounds how many seconds a server waits for another one that
	// changes tables.
	migrateWaits = 600
	// oldestPostgres is server_version_num of the oldest version that has what
	// is used.
	oldestPostgres = 130000
)

// open connects, checks and migrates, in the order in which it can be said what
// is wrong.
func (s *Postgres) open(ctx context.Context) error {
	cfg, err := pgxpool.ParseConfig(s.cfg.URL)
	if err != nil {
		// What pgx says names the part; it may repeat the URL.
		return &OpenError{Path: "the store's URL", Reason: ErrMalformed, text: "the store's URL cannot be read: " +
			"use postgres://USER:PASSWORD@HOST:PORT/DATABASE, with % codes for special characters in the password"}
	}
	c := cfg.ConnConfig
	s.describe = describePg(c)
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectTimeout
	}
	if c.RuntimeParams["application_name"] == "" {
		c.RuntimeParams["application_name"] = "collabd"
	}
	if err := s.prepare(ctx, c); err != nil {
		return s.explain(c, err)
	}
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		// Settings may change while we run: no commit goes over a connection
		// where it would not be durable.
		is, err := pgSettingsOf(ctx, conn)
		if err != nil {
			return err
		}
		return is.durable()
	}
	if s.pool, err = newPgPool(cfg, s.cfg.Connections); err != nil {
		return s.explain(c, err)
	}
	if s.lanes, err = newPgPool(cfg, s.cfg.Lanes); err != nil {
		s.pool.Close()
		return s.explain(c, err)
	}
	return nil
}

// newPgPool returns a pool, which connects when it needs to.
func newPgPool(cfg *pgxpool.Config, connections int) (*pgxpool.Pool, error) {
	cfg = cfg.Copy()
	cfg.MaxConns, cfg.MinConns, cfg.MinIdleConns = int32(connections), 0, 0
	return pgxpool.NewWithConfig(context.Background(), cfg)
}

// describePg is the address of a database without what is secret.
func describePg(c *pgx.ConnConfig) string {
	u := url.URL{Scheme: "postgres", User: url.User(c.User), Path: "/" + c.Database}
	if strings.HasPrefix(c.Host, "/") {
		u.RawQuery = "host=" + c.Host + "&port=" + strconv.Itoa(int(c.Port))
	} else {
		u.Host = net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port)))
	}
	return u.String()
}

// prepare uses a connection of its own: what it sets and locks ends with it.
func (s *Postgres) prepare(ctx context.Context, c *pgx.ConnConfig) (err error) {
	conn, err := pgx.ConnectConfig(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	is, err := pgSettingsOf(ctx, conn)
	if err == nil {
		err = is.check()
	}
	if err != nil {
		return err
	}
	db := stdlib.OpenDB(*c)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := s.migrate(ctx, conn, db); err != nil {
		return err
	}
	return fillTitleKeys(ctx, db)
}

// migrate brings the tables up to date, if they are not.
func (s *Postgres) migrate(ctx context.Context, conn *pgx.Conn, db *sql.DB) error {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(migrateLock), lock.WithLockTimeout(1, migrateWaits))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.Postgres(), goose.WithTableName(pgVersionsTable),
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	sources := provider.ListSources()
	known := sources[len(sources)-1].Version
	is, err := pgVersion(ctx, conn)
	switch {
	case err != nil:
		return err
	case is == known: // the usual case needs no lock
		return nil
	case is > known:
		return &OpenError{Path: s.describe, Reason: ErrNewer, text: fmt.Sprintf(
			"%s was made by a newer collabd (its tables have version %d, this program knows %d): run that one, or restore a backup made by this one",
			s.describe, is, known)}
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}

// pgVersion is the version of the tables: 0 if there are none, [ErrNotDatabase]
// if there are others of these names. It asks for the tables first: who makes
// ours at this moment makes the table of versions before.
func pgVersion(ctx context.Context, conn *pgx.Conn) (version int64, err error) {
	var tables, versions bool
	if err := conn.QueryRow(ctx, `SELECT to_regclass('documents') IS NOT NULL OR to_regclass('records') IS NOT NULL
		OR to_regclass('users') IS NOT NULL`).Scan(&tables); err != nil {
		return 0, err
	}
	if err := conn.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, pgVersionsTable).Scan(&versions); err != nil {
		return 0, err
	}
	switch {
	case versions:
		err = conn.QueryRow(ctx, `SELECT coalesce(max(version_id), 0) FROM `+pgVersionsTable).Scan(&version)
	case tables:
		err = ErrNotDatabase
	}
	return version, err
}

// explain turns what an operator can mend into an OpenError. The password is in
// no error of pgx.
func (s *Postgres) explain(c *pgx.ConnConfig, err error) error {
	fail := func(reason error, sentence string, args ...any) error {
		return &OpenError{Path: s.describe, Reason: reason, Cause: err, text: fmt.Sprintf(sentence, args...)}
	}
	code := pgCode(err)
	var setting *settingError
	var connect *pgconn.ConnectError
	var open *OpenError
	switch {
	case errors.As(err, &open):
		return err
	case errors.As(err, &setting):
		return fail(setting.reason, "%s %s", s.describe, setting.text)
	case errors.Is(err, ErrNotDatabase), code == pgTableExists:
		return fail(ErrNotDatabase, "%s has tables of another program: choose an empty database, or another search_path", s.describe)
	case code == pgNoDatabase:
		return fail(ErrUnavailable, "the server of %s has no database %q: make it (createdb %s), or choose another one", s.describe, c.Database, c.Database)
	case strings.HasPrefix(code, pgAuthClass):
		return fail(ErrUnavailable, "%s does not let user %q in: check the user and the password in the store's URL", s.describe, c.User)
	case code == pgNoPrivilege:
		return fail(ErrNotWritable, "user %q may not make tables in %s: make that user the owner of the database", c.User, s.describe)
	case code == pgReadOnly:
		return fail(ErrNotWritable, "%s takes no writes: choose the primary server, and a database that is not read-only", s.describe)
	case errors.As(err, &connect), isConnectionLost(err):
		return fail(ErrUnavailable, "%s does not answer: start Postgres, or check the address in the store's URL (%v)", s.describe, oneLine(connect, err))
	}
	return fmt.Errorf("open %s: %w", s.describe, err)
}

// oneLine is the last thing that was tried when connecting.
func oneLine(connect *pgconn.ConnectError, err error) string {
	if connect != nil {
		err = connect.Unwrap()
	}
	lines := strings.Split(strings.TrimSpace(err.Error()), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
