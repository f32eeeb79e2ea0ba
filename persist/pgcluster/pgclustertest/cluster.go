package pgclustertest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/collabd/collabd/persist/pgcluster"
)

// shared is the cluster of the tests of this process.
var shared struct {
	mayStart atomic.Bool // there is a Main that stops it
	once     sync.Once
	cluster  *pgcluster.Cluster
	err      error
	count    atomic.Uint64 // databases
}

// Runner runs tests, as *testing.M does.
type Runner interface{ Run() int }

// Main returns a Runner of the tests that stops the cluster when they have
// run. TestMain must use it; it may itself be given to goleak.
func Main(m Runner) Runner {
	shared.mayStart.Store(true)
	return stopping{m}
}

type stopping struct{ Runner }

func (s stopping) Run() int {
	code := s.Runner.Run()
	if shared.cluster != nil {
		if err := shared.cluster.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return max(code, 1)
		}
	}
	return code
}

// For returns the cluster that the tests of this process share. Who kills,
// pauses or reconfigures it does so to all: see [Own].
func For(t testing.TB) *pgcluster.Cluster {
	t.Helper()
	if !shared.mayStart.Load() {
		t.Fatal("TestMain must run the tests by pgclustertest.Main, which stops the cluster")
	}
	shared.once.Do(func() {
		shared.cluster, shared.err = pgcluster.Start(context.Background(), pgcluster.Options{})
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.cluster
}

// Own returns a cluster that the test has for itself, to do with it what it
// likes.
func Own(t testing.TB, o pgcluster.Options) *pgcluster.Cluster {
	t.Helper()
	c, err := pgcluster.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// Database makes an empty database in the shared cluster, which is removed when
// the test ends, and returns its URL.
func Database(t testing.TB) (url string) {
	t.Helper()
	return In(t, For(t))
}

// In is Database in a cluster of the caller's choice.
func In(t testing.TB, c *pgcluster.Cluster) (url string) {
	t.Helper()
	name := fmt.Sprintf("test_%d", shared.count.Add(1))
	if err := c.CreateDatabase(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.DropDatabase(context.Background(), name); err != nil {
			t.Error(err)
		}
	})
	return c.URL(name)
}
