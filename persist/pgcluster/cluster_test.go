package pgcluster_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"github.com/collabd/collabd/persist/pgcluster"
	"github.com/collabd/collabd/persist/pgcluster/pgclustertest"
)

// childEnv names the folder in which this binary, started as another process,
// runs a cluster until it is killed.
const childEnv = "COLLABD_TEST_CLUSTER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		os.Exit(clusterChild(dir))
	}
	goleak.VerifyTestMain(pgclustertest.Main(m))
}

func clusterChild(dir string) int {
	c, err := pgcluster.Start(context.Background(), pgcluster.Options{Dir: dir})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(c.URL("postgres"))
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	return 1
}

// asked runs a query of one text and returns it.
func asked(t *testing.T, url, query string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	var answer string
	if err := conn.QueryRow(t.Context(), query).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestAClusterIsAsDurableAsPostgresIs(t *testing.T) {
	db := pgclustertest.Database(t)
	for setting, want := range map[string]string{
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "server_encoding": "UTF8", "listen_addresses": "127.0.0.1",
	} {
		if got := asked(t, db, "SHOW "+setting); got != want {
			t.Errorf("%s is %s, want %s", setting, got, want)
		}
	}
}

func TestNobodyComesInWithoutThePassword(t *testing.T) {
	c := pgclustertest.For(t)
	for _, address := range []string{c.URL("postgres"), c.SocketURL("postgres")} {
		if got := asked(t, address, "SELECT 'yes'"); got != "yes" {
			t.Errorf("the answer is %q", got)
		}
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		u.User = url.UserPassword(u.User.Username(), "wrong")
		if _, err := pgx.Connect(t.Context(), u.String()); err == nil {
			t.Error("a wrong password was taken")
		}
	}
}

func TestAKilledClusterComesBackWithWhatWasCommitted(t *testing.T) {
	c := pgclustertest.Own(t, pgcluster.Options{Settings: map[string]string{"max_connections": "7"}})
	db := pgclustertest.In(t, c)
	if got := asked(t, db, "SHOW max_connections"); got != "7" {
		t.Errorf("max_connections is %s", got)
	}
	conn, err := pgx.Connect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "CREATE TABLE kept AS SELECT 'here'::text AS it"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		busy, err := pgx.Connect(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		// A backend that does not notice that its parent is dead; the limit is for
		// the case that the test fails.
		if _, err := busy.Exec(t.Context(), "SET statement_timeout = '30s'"); err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() {
			_, err := busy.Exec(t.Context(), "SELECT count(*) FROM generate_series(1, 1000000000000)")
			done <- err
		}()
		for asked(t, db, "SELECT count(*)::text FROM pg_stat_activity WHERE query LIKE '%generate_series(1%' AND pid <> pg_backend_pid()") == "0" {
			continue
		}
		defer func() {
			if err := <-done; err == nil || strings.Contains(err.Error(), "57014") { // its own limit
				t.Errorf("a query outlived its cluster: %v", err)
			}
			_ = busy.Close(context.Background())
		}()
		if err := c.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := c.Kill(); err != nil { // which is dead
			t.Fatal(err)
		}
		if err := conn.Ping(t.Context()); err == nil {
			t.Error("a killed cluster answers")
		}
		if err := c.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := asked(t, db, "SELECT it FROM kept"); got != "here" {
			t.Errorf("what was committed is %q", got)
		}
	}
	if err := c.Restart(t.Context()); err != nil { // while it runs
		t.Fatal(err)
	}
	if got := asked(t, db, "SELECT it FROM kept"); got != "here" {
		t.Errorf("what was committed is %q", got)
	}
}

func TestAPausedClusterGoesOnWhereItWas(t *testing.T) {
	c := pgclustertest.Own(t, pgcluster.Options{})
	conn, err := pgx.Connect(t.Context(), c.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if err := c.Pause(); err != nil {
		t.Fatal(err)
	}
	answered := make(chan error, 1)
	go func() { answered <- conn.Ping(t.Context()) }()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if other, err := pgx.Connect(ctx, c.URL("postgres")); err == nil {
		_ = other.Close(ctx)
		t.Error("a paused cluster takes connections")
	}
	select {
	case err := <-answered:
		t.Errorf("a paused cluster answers: %v", err)
	default:
	}
	if err := c.Resume(); err != nil {
		t.Fatal(err)
	}
	if err := <-answered; err != nil {
		t.Errorf("after the pause: %v", err)
	}
}

func TestStopLeavesNothing(t *testing.T) {
	t.Setenv("TMPDIR", reachable(t))
	c, err := pgcluster.Start(t.Context(), pgcluster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Pause(); err != nil { // which does not keep it
		t.Fatal(err)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(); err != nil {
		t.Errorf("a second stop: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestAFolderOfOnesOwnStays(t *testing.T) {
	dir := filepath.Join(reachable(t), "own")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	c := pgclustertest.Own(t, pgcluster.Options{Dir: dir})
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "PG_VERSION")); err != nil {
		t.Error(err)
	}
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	t.Setenv(pgcluster.BinariesEnv, t.TempDir())
	_, err := pgcluster.Start(t.Context(), pgcluster.Options{})
	if !errors.Is(err, pgcluster.ErrNoBinaries) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error is %v", err)
	}
}

func TestAClusterThatCannotStartSaysWhy(t *testing.T) {
	_, err := pgcluster.Start(t.Context(), pgcluster.Options{Settings: map[string]string{"no_such_setting": "1"}})
	if err == nil || !strings.Contains(err.Error(), "no_such_setting") {
		t.Errorf("error is %v", err)
	}
}

// reachable returns a new folder that every user can reach.
func reachable(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "pgcluster-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}
