package server

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/collabd/collabd/persist/pgcluster/pgclustertest"
)

var listUnanswered = flag.Bool("unanswered", false, "after all tests, with -v, list the answers of docs/openapi.yaml that none of them has had")

func TestMain(m *testing.M) {
	// scs.New starts it for a store that is replaced at once, and to stop it is
	// a data race with its start.
	goleak.VerifyTestMain(pgclustertest.Main(unanswered{m}), goleak.IgnoreTopFunction("github.com/alexedwards/scs/v2/memstore.(*MemStore).startCleanup"))
}

// unanswered runs tests, and lists what they have not had if that is asked for.
type unanswered struct{ *testing.M }

// Run implements goleak.TestingM.
func (u unanswered) Run() int {
	code := u.M.Run()
	if *listUnanswered {
		for _, line := range answered.missing() {
			fmt.Fprintln(os.Stdout, "no test has had:", line)
		}
	}
	return code
}
