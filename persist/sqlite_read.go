package persist

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/migrations"
)

// ReadSQLite opens a database to read, also while a server has it open: it takes
// no lock, changes nothing and returns [ErrReadOnly] from whatever would write.
// A file that is not there, or whose tables are not those of this program, is
// an error.
func ReadSQLite(ctx context.Context, path string) (*SQLite, error) {
	s := &SQLite{cfg: SQLiteConfig{Path: path}.withDefaults(), blocks: newBlockCache(blockCacheBytes)}
	s.logins = newLogins(sqliteLogins{s})
	_, s.stopBack = context.WithCancel(context.Background())
	if _, err := os.Stat(path); err != nil {
		return nil, &OpenError{Path: path, Reason: ErrNotDatabase, Cause: err, text: fmt.Sprintf("there is no database %s", path)}
	}
	if err := s.openToRead(ctx); err != nil {
		_ = s.release() // err says why
		return nil, s.explain(err)
	}
	s.close = s.shutdown
	return s, nil
}

func (s *SQLite) openToRead(ctx context.Context) (err error) {
	path, err := filepath.Abs(s.cfg.Path)
	if err != nil {
		return err
	}
	s.readDB, err = sql.Open("sqlite", dataSource(path, "_pragma=query_only(1)"))
	if err != nil {
		return err
	}
	s.readDB.SetMaxOpenConns(s.cfg.Readers)
	var id, version int64
	if err := s.readDB.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return err
	}
	if id != applicationID {
		return ErrNotDatabase
	}
	if err := s.readDB.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version").Scan(&version); err != nil {
		return err
	}
	if known := migrations.Latest(migrations.SQLite()); version != known {
		return fmt.Errorf("its tables have version %d and this program knows %d: run the server once, or take the program that made it", version, known)
	}
	return nil
}

// OpenToRead is [Open] for those that only read, [ReadSQLite] for a file.
func OpenToRead(ctx context.Context, store string) (Store, error) {
	if path, ok := SQLitePath(store); ok {
		return opened(ReadSQLite(ctx, path))
	}
	return Open(ctx, store, zerolog.Nop())
}
