package persist

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/collabd/collabd/session"
)

// Codes and classes of errors of Postgres that mean something here.
const (
	pgUniqueViolation     = "23505"
	pgForeignKeyViolation = "23503"
	pgNoSuchCharacter     = "22021" // NUL, or what is not UTF-8
	pgReadOnly            = "25006"
	pgDiskFull            = "53100"
	pgNoDatabase          = "3D000"
	pgNoPrivilege         = "42501"
	pgTableExists         = "42P07"
	pgShutdownClass       = "57P0" // the server stops, starts, or has crashed
	pgConnectionClass     = "08"
	pgResourcesClass      = "53" // connections, memory, disk
	pgAuthClass           = "28"
	pgDataClass           = "22"
	pgConstraintClass     = "23"
	pgTooComplexClass     = "54" // too large for a row, an index, …
	pgRecordsKey          = "records_pkey"
	pgRecordsOnce         = "records_once"
)

func pgCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// explainPg names the trouble that a store can be in. It leaves other errors as
// they are.
func explainPg(err error) error {
	code := pgCode(err)
	switch {
	case err == nil, errors.Is(err, ErrUnavailable):
		return err
	case errors.Is(err, pgx.ErrNoRows), code == pgNoSuchCharacter:
		// A text that Postgres cannot hold is nowhere in it.
		return session.ErrNotFound
	case code == pgReadOnly:
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	case code == pgDiskFull:
		return fmt.Errorf("%w: %w", ErrFull, err)
	case strings.HasPrefix(code, pgShutdownClass), strings.HasPrefix(code, pgConnectionClass),
		strings.HasPrefix(code, pgResourcesClass), isConnectionLost(err):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

// isConnectionLost reports whether there was no connection, or there is none
// any more.
func isConnectionLost(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, context.DeadlineExceeded)
}

// isRefusal reports whether Postgres refused what was to be stored, and not the
// storing: its neighbours in a transaction may be stored without it. The
// transaction is rolled back.
func isRefusal(err error) bool {
	switch code := pgCode(err); {
	case strings.HasPrefix(code, pgDataClass), strings.HasPrefix(code, pgConstraintClass), strings.HasPrefix(code, pgTooComplexClass):
		return true
	}
	return false
}

// pgConstraint names a violated key: the one called primary, or another one.
func pgConstraint(err error, primary string, isPrimary, isOther error) error {
	e, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case !ok || e.Code != pgUniqueViolation:
		return err
	case e.ConstraintName == primary:
		return isPrimary
	}
	return isOther
}
