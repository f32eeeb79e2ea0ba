package persist_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// childEnv names what the test binary does when a test starts it as another
// process.
const childEnv = "COLLABD_TEST_CHILD"

func TestMain(m *testing.M) {
	if what := os.Getenv(childEnv); what != "" {
		os.Exit(children[what](os.Args[1:]))
	}
	goleak.VerifyTestMain(m)
}
