package session

import (
	"context"
	"errors"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// Store is what a session needs of a database. It is safe for concurrent use
// by any number of sessions, and, where the database allows it, processes.
//
// The log decides the order: Append is a compare-and-append, so that any
// number of sessions may write one document and none can fork its history.
type Store interface {
	// Document returns what is known of a document beside its content.
	// ErrNotFound if there is none.
	Document(ctx context.Context, doc wire.DocID) (Document, error)

	// Snapshot returns the latest stored snapshot at or before revision upTo.
	// Every document has one at revision 0, made from its kind if need be.
	Snapshot(ctx context.Context, doc wire.DocID, upTo wire.Revision) (Snapshot, error)

	// PutSnapshot stores a snapshot. One that is there already is left as it
	// is.
	PutSnapshot(ctx context.Context, doc wire.DocID, s Snapshot) error

	// Records returns the records of revisions after+1 to upTo, in order and
	// without gaps. The slice belongs to the caller. A history that does not
	// reach upTo, has a gap or fails its checksum is an error, never a short
	// answer.
	Records(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) ([]Record, error)

	// Head returns the latest revision in the log.
	Head(ctx context.Context, doc wire.DocID) (wire.Revision, error)

	// LastOf returns the last record of a client, and the head at the moment
	// of looking. found is false if the client has no record.
	LastOf(ctx context.Context, doc wire.DocID, client wire.ClientID) (r Record, head wire.Revision, found bool, err error)

	// Append adds records of consecutive revisions, the first of which must
	// follow the head of the log. When it returns nil all of them are synced
	// to disk; after ErrConflict, which says that the head is another one,
	// none of them is in the log. After any other error it is unknown
	// whether they are: the caller must look.
	Append(ctx context.Context, doc wire.DocID, records []Record) error
}

// ErrNotFound says that there is no such document, or no such revision of it.
var ErrNotFound = errors.New("not found")

// ErrConflict says that the log has another head than the append was made for.
var ErrConflict = errors.New("the log has another head")

// Document is what is known of a document beside its content.
type Document struct {
	ID      wire.DocID
	Kind    ot.DocKind
	Title   string
	Lineage wire.Lineage
	Owner   wire.UserID
	Created time.Time
	// Edited is the time of the last record or of the creation.
	Edited time.Time
	// Head is the latest revision.
	Head wire.Revision
}

// Record is an accepted edit: the op that made a revision, with who and when.
type Record struct {
	Revision wire.Revision
	Client   wire.ClientID
	Seq      wire.Seq
	User     wire.UserID
	At       time.Time
	// Digest identifies the edit as it was submitted, before it was
	// transformed (see Edit.Digest): a resend has the same. A store keeps it for
	// the last record of each client, which alone can be sent again; of records
	// of the past that are not, it may have become 0.
	Digest uint64
	// Op applies to the document at Revision-1.
	Op ot.Op
}

// Snapshot is the document at a revision.
type Snapshot struct {
	Revision wire.Revision
	Doc      ot.Doc
}
