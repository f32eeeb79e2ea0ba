package history

import (
	"context"
	"time"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Source is what the history is read from. The first three are as in
// session.Store. It is safe for concurrent use.
type Source interface {
	Head(ctx context.Context, doc wire.DocID) (wire.Revision, error)
	Snapshot(ctx context.Context, doc wire.DocID, upTo wire.Revision) (session.Snapshot, error)
	Records(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) ([]session.Record, error)

	// Facts returns who made the revisions after+1 to upTo and when, in order
	// and without gaps. The slice belongs to the caller.
	Facts(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) ([]Fact, error)
}

// Fact is what is known of a record beside its op.
type Fact struct {
	Revision wire.Revision
	User     wire.UserID
	At       time.Time
}
