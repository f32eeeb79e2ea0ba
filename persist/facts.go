package persist

import (
	"time"

	"github.com/collabd/collabd/wire"
)

// Fact is a record without its op: who made a revision, and when. It is what
// time lines and lists of authors are made from.
type Fact struct {
	Revision wire.Revision
	User     wire.UserID
	Client   wire.ClientID
	At       time.Time // to the microsecond, UTC
}

// fact is what a row says of who and when.
func (row *recordRow) fact() Fact {
	return Fact{
		Revision: wire.Revision(row.revision), User: wire.UserID(row.user), Client: wire.ClientID(row.client), At: timeOf(row.at),
	}
}
