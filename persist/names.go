package persist

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// RevisionName is the name that somebody gave a revision.
type RevisionName struct {
	Revision wire.Revision
	Name     string
	User     wire.UserID // who gave it
	At       time.Time   // when; kept to the microsecond
}

// ErrManyNames says that a document has as many names as it may have. Nothing
// was written.
var ErrManyNames = errors.New("the document has too many names")

func checkName(n RevisionName) error {
	if n.Name == "" || n.Revision > math.MaxInt64 {
		return fmt.Errorf("%w: a revision needs a name", ErrMalformed)
	}
	return checkText("name", n.Name, string(n.User))
}

// nameAnswer is what became of a name: put counts the rows that were written.
func nameAnswer(revision wire.Revision, head, put int64) error {
	switch {
	case int64(revision) > head:
		return fmt.Errorf("revision %d of %d: %w", revision, head, session.ErrNotFound)
	case put == 0:
		return ErrManyNames
	}
	return nil
}

func scanName(scan func(...any) error) (RevisionName, error) {
	var n RevisionName
	var revision, at int64
	err := scan(&revision, &n.Name, (*string)(&n.User), &at)
	n.Revision, n.At = wire.Revision(revision), timeOf(at)
	return n, err
}
