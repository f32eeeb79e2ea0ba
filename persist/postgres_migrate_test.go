package persist

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/collabd/collabd/persist/pgcluster/pgclustertest"
)

// While one server makes the tables, another one waits.
func TestOneServerAtATimeChangesTables(t *testing.T) {
	url := pgclustertest.Database(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	ask := func(question string, args ...any) (yes bool) {
		t.Helper()
		if err := conn.QueryRow(t.Context(), question, args...).Scan(&yes); err != nil {
			t.Fatal(err)
		}
		return yes
	}
	if !ask(`SELECT pg_try_advisory_lock($1)`, migrateLock) {
		t.Fatal("the lock is taken")
	}
	opened := make(chan error)
	go func() {
		s, err := OpenPostgres(t.Context(), PostgresConfig{URL: url})
		if err == nil {
			err = s.Close()
		}
		opened <- err
	}()
	for !ask(`SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
		AND query LIKE '%pg_try_advisory_lock%')`) {
		select {
		case err := <-opened:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
	}
	if ask(`SELECT to_regclass('records') IS NOT NULL`) {
		t.Error("there are tables already")
	}
	if !ask(`SELECT pg_advisory_unlock($1)`, migrateLock) {
		t.Error("the lock was lost")
	}
	if err := <-opened; err != nil {
		t.Error(err)
	}
}
