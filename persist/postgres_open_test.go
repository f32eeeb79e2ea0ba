package persist_test

import (
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/persist/pgcluster"
	"github.com/collabd/collabd/persist/pgcluster/pgclustertest"
)

// refusedOpening opens a store, which must fail with a sentence that holds no
// password.
func refusedOpening(t *testing.T, address string, reason error, says string) {
	t.Helper()
	s, err := persist.OpenPostgres(t.Context(), persist.PostgresConfig{URL: address})
	if err == nil {
		_ = s.Close()
		t.Errorf("it was opened, want %v", reason)
		return
	}
	sentence(t, err, reason, says)
	if u, err2 := url.Parse(address); err2 == nil {
		if secret, ok := u.User.Password(); ok && strings.Contains(err.Error(), secret) {
			t.Errorf("the operator reads the password: %v", err)
		}
	}
}

// with changes a part of a URL.
func with(t *testing.T, address string, change func(*url.URL)) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	change(u)
	return u.String()
}

func TestAnAddressThatDoesNotLeadToADatabase(t *testing.T) {
	c := pgclustertest.For(t)
	db := pgclustertest.Database(t)
	refusedOpening(t, with(t, db, func(u *url.URL) { u.Host = "127.0.0.1:1" }), persist.ErrUnavailable, "127.0.0.1:1")
	refusedOpening(t, with(t, db, func(u *url.URL) { u.User = url.UserPassword("collabd", "s3cret") }), persist.ErrUnavailable, "password")
	refusedOpening(t, with(t, db, func(u *url.URL) { u.User = url.UserPassword("nobody", "s3cret") }), persist.ErrUnavailable, `"nobody"`)
	refusedOpening(t, c.URL("none"), persist.ErrUnavailable, `"none"`)
	refusedOpening(t, "postgres://ana:s3cret@localhost:port/db", persist.ErrMalformed, "URL")
	refusedOpening(t, "postgres://ana:s3%cret@localhost/db", persist.ErrMalformed, "URL")
	refusedOpening(t, "postgres://ana:s3cret@localhost/db?sslmode=perhaps", persist.ErrMalformed, "URL")
	if _, err := persist.OpenPostgres(t.Context(), persist.PostgresConfig{}); err == nil {
		t.Error("a store without a URL was opened")
	}
}

func TestADatabaseThatDoesNotDo(t *testing.T) {
	c := pgclustertest.For(t)
	exec := func(t *testing.T, database, statement string) {
		t.Helper()
		if err := c.Exec(t.Context(), database, statement); err != nil {
			t.Fatal(err)
		}
	}
	name := func(t *testing.T, address string) string {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		return u.Path[1:]
	}
	t.Run("commits are not durable", func(t *testing.T) {
		db := pgclustertest.Database(t)
		for _, value := range []string{"off", "local"} {
			exec(t, "postgres", "ALTER DATABASE "+name(t, db)+" SET synchronous_commit = "+value)
			refusedOpening(t, db, persist.ErrUnsuitable, "synchronous_commit = "+value)
		}
		exec(t, "postgres", "ALTER DATABASE "+name(t, db)+" SET synchronous_commit = remote_apply")
		openPostgres(t, db)
	})
	t.Run("commits cease to be durable", func(t *testing.T) {
		s := newPostgres(t)
		fill(t, s, "doc", 1)
		exec(t, "postgres", "ALTER DATABASE "+name(t, s.URL())+" SET synchronous_commit = off")
		// The connections that are there are as they were; new ones are not.
		exec(t, "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"+name(t, s.URL())+"'")
		for range 2 { // the first one finds its connection lost
			if err := s.Append(t.Context(), "doc", batchOf(2, "a", 2)); err == nil {
				t.Error("a commit that is not durable is acknowledged")
			}
		}
		err := s.Append(t.Context(), "doc", batchOf(2, "a", 2))
		if !errors.Is(err, persist.ErrUnsuitable) || !strings.Contains(err.Error(), "synchronous_commit = off") {
			t.Errorf("append: %v", err)
		}
		exec(t, "postgres", "ALTER DATABASE "+name(t, s.URL())+" RESET synchronous_commit")
		if err := s.Append(t.Context(), "doc", batchOf(2, "a", 2)); err != nil {
			t.Error(err)
		}
	})
	t.Run("it is not in UTF-8", func(t *testing.T) {
		exec(t, "postgres", `CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0`)
		refusedOpening(t, c.URL("latin"), persist.ErrUnsuitable, "LATIN1")
	})
	t.Run("it takes no writes", func(t *testing.T) {
		db := pgclustertest.Database(t)
		exec(t, "postgres", "ALTER DATABASE "+name(t, db)+" SET default_transaction_read_only = on")
		refusedOpening(t, db, persist.ErrNotWritable, "takes no writes")
	})
	t.Run("it is another program's", func(t *testing.T) {
		for _, table := range []string{"users", "documents", "records"} {
			db := pgclustertest.Database(t)
			exec(t, name(t, db), "CREATE TABLE "+table+" (id int)")
			refusedOpening(t, db, persist.ErrNotDatabase, "another program")
		}
		db := pgclustertest.Database(t)
		exec(t, name(t, db), "CREATE TABLE settings (id int)") // of which collabd has one, too
		refusedOpening(t, db, persist.ErrNotDatabase, "another program")
	})
	t.Run("it shares the database with another program", func(t *testing.T) {
		db := pgclustertest.Database(t)
		exec(t, name(t, db), "CREATE TABLE users (id int)")
		exec(t, name(t, db), "CREATE TABLE goose_db_version (version_id int)")
		exec(t, name(t, db), "CREATE SCHEMA collabd")
		fill(t, openPostgres(t, db+"&search_path=collabd"), "doc", 2)
	})
	t.Run("a newer collabd made it", func(t *testing.T) {
		s := newPostgres(t)
		s.Tamper(t, `INSERT INTO collabd_migrations (version_id, is_applied) VALUES (9000, true)`)
		refusedOpening(t, s.URL(), persist.ErrNewer, "9000")
	})
	t.Run("the user may not make tables", func(t *testing.T) {
		db := pgclustertest.Database(t)
		exec(t, name(t, db), `CREATE ROLE stranger LOGIN PASSWORD 's3cret'`)
		exec(t, name(t, db), `REVOKE CREATE ON SCHEMA public FROM PUBLIC`)
		refusedOpening(t, with(t, db, func(u *url.URL) { u.User = url.UserPassword("stranger", "s3cret") }), persist.ErrNotWritable, `"stranger"`)
	})
}

// What the tests cannot set for one database alone.
func TestAServerThatIsNotDurable(t *testing.T) {
	for _, setting := range []string{"fsync", "full_page_writes"} {
		t.Run(setting, func(t *testing.T) {
			c := pgclustertest.Own(t, pgcluster.Options{Settings: map[string]string{setting: "off"}})
			refusedOpening(t, pgclustertest.In(t, c), persist.ErrUnsuitable, setting+" = off")
		})
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	db, other := pgclustertest.Database(t), pgclustertest.Database(t)
	for store, want := range map[string]string{
		"sqlite:" + filepath.Join(dir, "a.db"): filepath.Join(dir, "a.db"),
		"sqlite://" + filepath.Join(dir, "b"):  filepath.Join(dir, "b"),
		filepath.Join(dir, "c:d.db"):           filepath.Join(dir, "c:d.db"),
		db:                                     with(t, db, func(u *url.URL) { u.User = url.User("collabd"); u.RawQuery = "" }),
		"postgresql" + strings.TrimPrefix(other, "postgres"): with(t, other, func(u *url.URL) { u.User = url.User("collabd"); u.RawQuery = "" }),
	} {
		s := open(t, store)
		fill(t, s, wireDoc(want), 1)
		if got := s.Describe(); got != want {
			t.Errorf("%s describes itself as %s, want %s", store, got, want)
		}
	}
	for _, store := range []string{"", "sqlite:", "mysql://ana:s3cret@localhost/db"} {
		s, err := persist.Open(t.Context(), store, zerolog.Nop())
		if err == nil || s != nil || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "\n") {
			t.Errorf("open %q: %v", store, err)
		}
	}
	if s, err := persist.Open(t.Context(), "postgres://localhost:1/x", zerolog.Nop()); err == nil || s != nil {
		t.Errorf("what cannot be opened is %v, %v", s, err)
	}
}
