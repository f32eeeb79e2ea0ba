package persist

import (
	"context"
	"fmt"
	"strings"

	"github.com/rs/zerolog"
)

// Open opens the store that a setting names: "sqlite:PATH", or a path alone,
// for a SQLite file; "postgres://…" or "postgresql://…" for a Postgres
// database. The caller closes it. log receives what goes wrong in the
// background. What can go wrong on an operator's machine is an [*OpenError].
func Open(ctx context.Context, store string, log zerolog.Logger) (Store, error) {
	if path, ok := SQLitePath(store); ok {
		if path == "" {
			return nil, fmt.Errorf("the store has no path: use sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE")
		}
		return opened(OpenSQLite(ctx, SQLiteConfig{Path: path, Logger: log}))
	}
	if scheme, _, _ := strings.Cut(store, ":"); scheme != "postgres" && scheme != "postgresql" {
		return nil, fmt.Errorf("there is no store of the kind %q: use sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE", scheme)
	}
	return opened(OpenPostgres(ctx, PostgresConfig{URL: store, Logger: log}))
}

// SQLitePath returns the path of the SQLite file that a setting names, as [Open]
// takes it; ok is false if it names something else.
func SQLitePath(store string) (path string, ok bool) {
	scheme, rest, found := strings.Cut(store, ":")
	switch {
	case !found || len(scheme) <= 1: // a path; one letter is a drive
		return store, true
	case scheme == "sqlite":
		return strings.TrimPrefix(rest, "//"), true // as others write it
	case scheme == "postgres", scheme == "postgresql", strings.HasPrefix(rest, "//"):
		return "", false
	}
	return store, true // a path with a colon
}

// opened keeps a nil pointer from becoming a store that is not nil.
func opened[S Store](s S, err error) (Store, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}
