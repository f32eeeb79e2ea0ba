package persist

import (
	"errors"
	"fmt"

	"github.com/collabd/collabd/wire"
)

// ErrClosed says that the store was closed before the call, or while the call
// waited. Nothing was written.
var ErrClosed = errors.New("the store is closed")

// ErrExists says that there is already something with that id.
var ErrExists = errors.New("the id is taken")

// ErrDuplicate says that the log of the document has a record of that client
// and seq already. Nothing of the batch is in the log.
var ErrDuplicate = errors.New("the client's seq is in the log already")

// ErrMalformed says that a value cannot be stored as it is: a batch whose
// revisions do not follow one another, an empty id, an unknown kind, a text
// that is not UTF-8 or has a NUL, a cursor that this store did not issue.
// Nothing was written.
var ErrMalformed = errors.New("cannot be stored")

// What can be the matter with a database that was open. After each of them it
// is unknown whether something was written, and a later call may succeed.
var (
	// ErrUnavailable says that there is no connection, or that no answer came.
	ErrUnavailable = errors.New("the database does not answer")
	// ErrReadOnly says that the database takes no writes.
	ErrReadOnly = errors.New("the database takes no writes")
	// ErrFull says that there is no room left where the data is.
	ErrFull = errors.New("the disk of the database is full")
)

// Why a database could not be opened: what an [OpenError] wraps.
var (
	// ErrLocked says that another process has the database open.
	ErrLocked = errors.New("in use by another process")
	// ErrNotWritable says that the folder or the file cannot be made or written.
	ErrNotWritable = errors.New("not writable")
	// ErrNotDatabase says that the file is something else than a database of
	// collabd.
	ErrNotDatabase = errors.New("not a collabd database")
	// ErrNewer says that a newer program made the tables.
	ErrNewer = errors.New("made by a newer collabd")
	// ErrUnsuitable says that the server's version or settings do not do: that
	// what it commits is not durable, for instance.
	ErrUnsuitable = errors.New("not suitable")
)

// OpenError says why a database could not be opened. Its message is one
// sentence for the person who runs the program.
type OpenError struct {
	Path   string // of the database file, or its address without a password
	Reason error  // one of those above, ErrUnavailable or ErrMalformed
	Cause  error  // what the system said, or nil
	text   string
}

// Error returns the sentence.
func (e *OpenError) Error() string { return e.text }

// Unwrap makes errors.Is see both the reason and the cause.
func (e *OpenError) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Reason}
	}
	return []error{e.Reason, e.Cause}
}

// What a [DamagedError] is about.
const (
	PartRecord   = "record"
	PartSnapshot = "snapshot"
	PartBlock    = "block" // of packed records: from its revision to its last
	PartFile     = "file"  // its revision is 0
)

// DamagedError says that what is stored is not what was written, or not what
// the history makes. It never holds the document's text.
type DamagedError struct {
	Doc      wire.DocID
	Revision wire.Revision
	Last     wire.Revision // of a PartBlock: its last revision. 0 otherwise
	Part     string        // one of those above
	Reason   string
	Cause    error // nil if the reason says all
}

// Error names the document, the revision and the reason.
func (e *DamagedError) Error() string {
	s := fmt.Sprintf("document %s is damaged: %s of revision %d: %s", e.Doc, e.Part, e.Revision, e.Reason)
	switch e.Part {
	case PartBlock:
		s = fmt.Sprintf("document %s is damaged: the block of revisions %d to %d: %s", e.Doc, e.Revision, e.Last, e.Reason)
	case PartFile:
		s = fmt.Sprintf("document %s is damaged: %s", e.Doc, e.Reason)
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *DamagedError) Unwrap() error { return e.Cause }
