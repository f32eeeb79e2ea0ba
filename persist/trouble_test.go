package persist_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/persist/pgcluster"
	"github.com/collabd/collabd/persist/pgcluster/pgclustertest"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// calls are one of each kind, on a document with one record.
func calls(s persist.Store) (reads, writes map[string]func(context.Context) error) {
	next := 0
	reads = map[string]func(context.Context) error{
		"Head":     func(ctx context.Context) error { _, err := s.Head(ctx, "doc"); return err },
		"Heads":    func(ctx context.Context) error { _, err := s.Heads(ctx, []wire.DocID{"doc"}); return err },
		"Records":  func(ctx context.Context) error { _, err := s.Records(ctx, "doc", 0, 1); return err },
		"LastOf":   func(ctx context.Context) error { _, _, _, err := s.LastOf(ctx, "doc", "a"); return err },
		"Snapshot": func(ctx context.Context) error { _, err := s.Snapshot(ctx, "doc", 1); return err },
		"Document": func(ctx context.Context) error { _, err := s.Document(ctx, "doc"); return err },
		"List":     func(ctx context.Context) error { _, _, err := s.ListDocuments(ctx, 1, ""); return err },
		"FindCtx":  func(ctx context.Context) error { _, _, err := s.Logins().FindCtx(ctx, "token"); return err },
	}
	writes = map[string]func(context.Context) error{
		"Append": func(ctx context.Context) error {
			head, err := s.Head(ctx, "doc")
			if err != nil {
				return err
			}
			return s.Append(ctx, "doc", batchOf(head+1, "a", wire.Seq(head+1)))
		},
		"Ping": s.Ping,
		"Rename": func(ctx context.Context) error {
			return s.ChangeDocument(ctx, "", "doc", persist.Change{Title: new("title")})
		},
		"Create": func(ctx context.Context) error {
			next++
			return s.CreateDocument(ctx, session.Document{ID: wireDoc(fmt.Sprint("new", next)), Kind: ot.Text, Lineage: "l"})
		},
		"PutSnapshot": func(ctx context.Context) error {
			return s.PutSnapshot(ctx, "doc", session.Snapshot{Revision: 1, Doc: ot.Text.Initial()})
		},
		"CommitCtx": func(ctx context.Context) error {
			next++
			return s.Logins().CommitCtx(ctx, fmt.Sprint("token", next), []byte("data"), time.Now().Add(time.Hour))
		},
	}
	return reads, writes
}

// fail checks that each call fails as it should, before its context says so if
// that is not what is awaited.
func fail(t *testing.T, calls map[string]func(context.Context) error, within time.Duration, want error) {
	t.Helper()
	for name, call := range calls {
		ctx, cancel := context.WithTimeout(t.Context(), within)
		if err := call(ctx); !errors.Is(err, want) || errors.Is(err, session.ErrConflict) || errors.Is(err, session.ErrNotFound) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		cancel()
	}
}

func succeed(t *testing.T, calls ...map[string]func(context.Context) error) {
	t.Helper()
	for _, some := range calls {
		for name, call := range some {
			if err := call(t.Context()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// recovers waits until an append succeeds. Until then each fails with want.
func recovers(t *testing.T, s persist.Store, want error) {
	t.Helper()
	_, writes := calls(s)
	for {
		err := writes["Append"](t.Context())
		if err == nil {
			return
		}
		if !errors.Is(err, want) {
			t.Fatalf("append: %v, want %v", err, want)
		}
	}
}

// long is longer than any call that fails by itself takes.
const long = 20 * time.Second

func TestPostgresThatIsInTrouble(t *testing.T) {
	c := pgclustertest.Own(t, pgcluster.Options{Settings: map[string]string{"max_connections": "20"}})
	exec := func(t *testing.T, database, statement string) {
		t.Helper()
		if err := c.Exec(t.Context(), database, statement); err != nil {
			t.Fatal(err)
		}
	}
	start := func(t *testing.T) (s *persist.Postgres, name string, reads, writes map[string]func(context.Context) error) {
		s = openPostgres(t, pgclustertest.In(t, c))
		fill(t, s, "doc", 1)
		u, err := url.Parse(s.URL())
		if err != nil {
			t.Fatal(err)
		}
		reads, writes = calls(s)
		return s, u.Path[1:], reads, writes
	}

	t.Run("killed, and started again", func(t *testing.T) {
		s, _, reads, writes := start(t)
		for range 2 {
			if err := c.Kill(); err != nil {
				t.Fatal(err)
			}
			fail(t, reads, long, persist.ErrUnavailable)
			fail(t, writes, long, persist.ErrUnavailable)
			if err := c.Restart(t.Context()); err != nil {
				t.Fatal(err)
			}
			recovers(t, s, persist.ErrUnavailable)
			succeed(t, reads, writes)
		}
	})
	t.Run("started again between two calls", func(t *testing.T) {
		s, _, reads, writes := start(t)
		succeed(t, reads, writes)
		if err := c.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		succeed(t, reads) // none of them finds a dead connection
		recovers(t, s, persist.ErrUnavailable)
		succeed(t, writes)
	})
	t.Run("paused", func(t *testing.T) {
		s, _, reads, writes := start(t)
		if err := c.Pause(); err != nil {
			t.Fatal(err)
		}
		const soon = 50 * time.Millisecond
		fail(t, reads, soon, context.DeadlineExceeded)
		fail(t, writes, soon, context.DeadlineExceeded)
		fail(t, map[string]func(context.Context) error{"Append alone": func(ctx context.Context) error {
			return s.Append(ctx, "doc", batchOf(2, "alone", 1))
		}}, soon, context.DeadlineExceeded)
		waits := make(chan error)
		go func() { waits <- s.Ping(t.Context()) }()
		if err := c.Resume(); err != nil {
			t.Fatal(err)
		}
		if err := <-waits; err != nil {
			t.Errorf("who has waited: %v", err)
		}
		recovers(t, s, session.ErrConflict) // those that had begun go on, too
		succeed(t, reads, writes)
	})
	t.Run("paused, for callers without a deadline", func(t *testing.T) {
		s, err := persist.OpenPostgres(t.Context(), persist.PostgresConfig{URL: pgclustertest.In(t, c), Timeout: 50 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		reads, writes := calls(s)
		if err := c.Pause(); err != nil {
			t.Fatal(err)
		}
		fail(t, reads, long, persist.ErrUnavailable)
		fail(t, writes, long, persist.ErrUnavailable)
		if err := s.Append(t.Context(), "doc", batchOf(2, "a", 2)); !errors.Is(err, persist.ErrUnavailable) {
			t.Errorf("append: %v", err)
		}
		if err := c.Resume(); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("connections cut", func(t *testing.T) {
		s, name, reads, writes := start(t)
		for range 3 {
			s.Connect(t, 6)
			exec(t, "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"+name+"'")
			succeed(t, reads)
			recovers(t, s, persist.ErrUnavailable)
			exec(t, "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"+name+"'")
			recovers(t, s, persist.ErrUnavailable)
			succeed(t, writes)
		}
	})
	t.Run("read-only", func(t *testing.T) {
		s, name, reads, writes := start(t)
		cut := func() {
			exec(t, "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"+name+"'")
			_ = s.Append(t.Context(), "doc", batchOf(99, "a", 99)) // finds the lane's connection lost
			_ = s.Append(t.Context(), "doc", batchOf(99, "a", 99)) // the other lane's
		}
		exec(t, "postgres", "ALTER DATABASE "+name+" SET default_transaction_read_only = on")
		cut()
		succeed(t, reads)
		fail(t, writes, long, persist.ErrReadOnly)
		exec(t, "postgres", "ALTER DATABASE "+name+" RESET default_transaction_read_only")
		cut()
		succeed(t, reads)
		recovers(t, s, persist.ErrUnavailable)
		succeed(t, writes)
	})
	t.Run("too many connections", func(t *testing.T) {
		s, name, reads, writes := start(t)
		// The superuser is not limited: another user.
		exec(t, "postgres", "CREATE ROLE "+name+" LOGIN PASSWORD 'p'")
		exec(t, "postgres", "ALTER DATABASE "+name+" OWNER TO "+name)
		exec(t, name, "GRANT ALL ON ALL TABLES IN SCHEMA public TO "+name)
		other := openPostgres(t, with(t, s.URL(), func(u *url.URL) { u.User = url.UserPassword(name, "p") }))
		exec(t, "postgres", "ALTER ROLE "+name+" CONNECTION LIMIT 0")
		otherReads, otherWrites := calls(other)
		fail(t, otherReads, long, persist.ErrUnavailable)
		fail(t, otherWrites, long, persist.ErrUnavailable)
		succeed(t, reads, writes)
		exec(t, "postgres", "ALTER ROLE "+name+" CONNECTION LIMIT -1")
		succeed(t, otherReads)
		recovers(t, other, persist.ErrUnavailable)
		if err := other.Close(); err != nil {
			t.Fatal(err)
		}
		succeed(t, reads, writes)
		exec(t, name, "REASSIGN OWNED BY "+name+" TO collabd")
	})
	t.Run("a full disk", func(t *testing.T) {
		_, name, reads, writes := start(t)
		exec(t, name, `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
			$$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`)
		for _, table := range []string{"records", "documents", "snapshots", "logins", "settings"} {
			exec(t, name, "CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON "+table+" FOR EACH ROW EXECUTE FUNCTION full_disk()")
		}
		fail(t, writes, long, persist.ErrFull)
		succeed(t, reads)
		for _, table := range []string{"records", "documents", "snapshots", "logins", "settings"} {
			exec(t, name, "DROP TRIGGER full_disk ON "+table)
		}
		succeed(t, reads, writes)
	})
}

func TestSQLiteThatIsInTrouble(t *testing.T) {
	start := func(t *testing.T) (s *persist.SQLite, reads, writes map[string]func(context.Context) error) {
		s = openSQLite(t, filepath.Join(t.TempDir(), "collabd.db"))
		fill(t, s, "doc", 1)
		reads, writes = calls(s)
		return s, reads, writes
	}
	t.Run("read-only", func(t *testing.T) {
		s, reads, writes := start(t)
		for name, call := range writes {
			s.SetPragma(t, "query_only", 1) // of the connection, which a failed BEGIN replaces
			fail(t, map[string]func(context.Context) error{name: call}, long, persist.ErrReadOnly)
		}
		succeed(t, reads)
		s.SetPragma(t, "query_only", 0)
		succeed(t, reads, writes)
	})
	t.Run("a full disk", func(t *testing.T) {
		s, reads, _ := start(t)
		s.SetPragma(t, "max_page_count", 1) // which SQLite reads as: as it is now
		full := batchOf(2, "a", 2)
		var b ot.Builder
		full[0].Op = b.Insert(string(make([]byte, 1<<20)), ot.Attrs{}).Op()
		if err := s.Append(t.Context(), "doc", full); !errors.Is(err, persist.ErrFull) {
			t.Errorf("append to a full disk: %v", err)
		}
		succeed(t, reads)
		s.SetPragma(t, "max_page_count", 1<<30)
		if err := s.Append(t.Context(), "doc", full); err != nil {
			t.Errorf("append when there is room again: %v", err)
		}
	})
}

// batchOf is a batch of one record.
func batchOf(revision wire.Revision, client wire.ClientID, seq wire.Seq) []session.Record {
	return []session.Record{edit(revision, client, seq)}
}

func wireDoc(s string) wire.DocID { return wire.DocID(s) }
