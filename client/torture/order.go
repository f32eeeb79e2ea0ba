package torture

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/collabd/collabd/wire"
)

// operation is an edit or a read at the head of a document, as its caller saw
// it: what it did is known by its place in the order.
type operation struct {
	what string
	// revision is the one that an edit made, or that a read saw.
	revision wire.Revision
	read     bool
	// called and returned bound the moment at which it took effect.
	called, returned Moment
}

// before tells whether a stands before b in the order. Reads that saw one
// revision stand at one place.
func (a operation) before(b operation) bool { return compareOperations(a, b) < 0 }

func compareOperations(a, b operation) int {
	return cmp.Or(cmp.Compare(a.revision, b.revision), compareBool(a.read, b.read))
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// contradiction is two operations of which the second stands behind the first,
// though it had returned before the first was called.
type contradiction struct{ first, second operation }

func (c contradiction) String() string {
	return fmt.Sprintf("%s at revision %d was called %s after %s had come back with revision %d",
		c.first.what, c.first.revision, duration(c.first.called-c.second.returned), c.second.what, c.second.revision)
}

// contradictions finds the operations that were called after one had returned
// that stands behind them, each with one such. There are none exactly if the
// operations are linearizable: see the package's documentation.
func contradictions(operations []operation) []contradiction {
	slices.SortStableFunc(operations, compareOperations)
	var found []contradiction
	latest := -1 // of those before i, the one that was called last
	told := -1   // the latest that was found
	for i, group := 0, 0; i < len(operations); i++ {
		if operations[group].before(operations[i]) {
			for ; group < i; group++ {
				if latest < 0 || operations[group].called > operations[latest].called {
					latest = group
				}
			}
		}
		if latest != told && operations[latest].called > operations[i].returned {
			told = latest
			found = append(found, contradiction{operations[latest], operations[i]})
		}
	}
	return found
}
