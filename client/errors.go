package client

import (
	"errors"
	"fmt"

	"github.com/collabd/collabd/ot"
)

var (
	// ErrClosed says that Close was called.
	ErrClosed = errors.New("the client is closed")
	// ErrUnsent says that a client ended with edits that were not acknowledged.
	ErrUnsent = errors.New("some edits were not acknowledged")
	// ErrReadOnly says that this client's role does not allow edits.
	ErrReadOnly = errors.New("the document is read-only for this client")
	// ErrReloading says that the server could not resume and the document is
	// being loaded anew. Try again when Wait has seen the new one.
	ErrReloading = errors.New("the document is being loaded anew")
	// ErrProtocol says that the server sent what this version of the protocol
	// does not allow.
	ErrProtocol = errors.New("not the collabd protocol")
)

// EndError is why a client ended by itself: the server told it to stop, or could
// not resume and Config.Resync is not set.
type EndError struct {
	// Cause is a *ClosedError, an *HTTPError or ErrDiverged.
	Cause error
	// Unsent is what was not acknowledged; Unsent.Op changes nothing if all
	// was.
	Unsent Unsent
}

// Error tells the cause, and whether text is unsent.
func (e *EndError) Error() string {
	if e.Unsent.Op.IsNoop() {
		return e.Cause.Error()
	}
	return fmt.Sprintf("%v (%v)", e.Cause, ErrUnsent)
}

// Unwrap returns the cause, and ErrUnsent if something is unsent.
func (e *EndError) Unwrap() []error {
	if e.Unsent.Op.IsNoop() {
		return []error{e.Cause}
	}
	return []error{e.Cause, ErrUnsent}
}

func unsentOf(s State, reason error) Unsent {
	op, err := s.UnsentOp()
	if err != nil {
		// Both halves come from this state; that they do not compose is as
		// bad as a divergence. Doc still has the text.
		op = ot.Op{}
	}
	return Unsent{Op: op, Revision: s.Revision(), Doc: s.Doc(), Reason: reason}
}
