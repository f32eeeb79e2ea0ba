package persist_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/collabd/collabd/persist/pgcluster/pgclustertest"
)

// childEnv names what the test binary does when a test starts it as another
// process.
const childEnv = "COLLABD_TEST_CHILD"

func TestMain(m *testing.M) {
	if what := os.Getenv(childEnv); what != "" {
		os.Exit(children[what](os.Args[1:]))
	}
	// scs.New starts it for a store that is replaced at once, and to stop it is a
	// data race with its start.
	goleak.VerifyTestMain(pgclustertest.Main(m), goleak.IgnoreTopFunction("github.com/alexedwards/scs/v2/memstore.(*MemStore).startCleanup"))
}
