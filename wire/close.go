package wire

import "fmt"

// Close is one reason why a connection ends: the code and the name that go
// into the WebSocket close frame, and a sentence for people.
type Close struct {
	Code   uint16
	Name   string
	Reason string
}

// Error makes a Close usable as the error that ends a connection.
func (c Close) Error() string { return c.Name + ": " + c.Reason }

// Action is what a client does when a connection ended.
type Action uint8

// The three ways to go on after a close.
const (
	// Retry: connect again and resume.
	Retry Action = iota
	// Resync: keep a copy of what is unsent, connect again with a new hello.
	Resync
	// Stop: do not connect again by yourself.
	Stop
)

// ActionFor tells what a client does after a close code. Codes outside
// collabd's ranges, such as 1006 for a broken connection, mean Retry.
func ActionFor(code uint16) Action {
	switch {
	case code >= 4100 && code < 4200:
		return Resync
	case code >= 4200 && code < 4300:
		return Stop
	}
	return Retry
}

// Every way to end a connection. The ranges of the codes carry the action.
var (
	CloseRestarting  = Close{4000, "restarting", "The server is restarting; come back in a moment."}
	CloseOverloaded  = Close{4001, "overloaded", "The server is overloaded; come back in a moment."}
	CloseStalled     = Close{4002, "stalled", "The connection took no data for too long."}
	CloseSilent      = Close{4003, "silent", "Nothing came from the client for too long."}
	CloseStoreFailed = Close{4004, "store_failed", "The document cannot be read from the store now; nothing is lost."}
	CloseInternal    = Close{4005, "internal", "The server made a mistake; connect again."}

	CloseUnknownClient  = Close{4100, "unknown_client", "Client id and secret do not belong together, to this person and this document; start with an empty hello."}
	CloseLineageChanged = Close{4101, "lineage_changed", "The history of this document was replaced; load it again."}
	CloseRevisionAhead  = Close{4102, "revision_ahead", "The client knows revisions that this history does not have; load the document again."}
	CloseSeqConflict    = Close{4103, "seq_conflict", "This sequence number was used for another edit."}
	CloseSeqGap         = Close{4104, "seq_gap", "A sequence number was left out."}
	ClosePipelined      = Close{4105, "pipelined", "An edit was sent while another one was in flight."}
	CloseBadBase        = Close{4106, "bad_base", "The edit's base is beyond the head, or below the client's last accepted edit."}
	CloseEditRefused    = Close{4107, "edit_refused", "The edit does not fit the document."}

	CloseBadMessage = Close{4200, "bad_message", "Not a message of this protocol."}
	CloseTooLarge   = Close{4201, "too_large", "The message is larger than limits.frame."}
	CloseForbidden  = Close{4202, "forbidden", "This connection may not do that."}
	CloseSuperseded = Close{4203, "superseded", "The same client connected again elsewhere."}
	CloseNotFound   = Close{4204, "not_found", "The document is gone."}
	CloseBadHello   = Close{4205, "bad_hello", "The first message, and only the first, is hello."}
)

// Closes lists every Close in the order of the codes.
func Closes() []Close {
	return []Close{
		CloseRestarting, CloseOverloaded, CloseStalled, CloseSilent, CloseStoreFailed, CloseInternal,
		CloseUnknownClient, CloseLineageChanged, CloseRevisionAhead, CloseSeqConflict, CloseSeqGap,
		ClosePipelined, CloseBadBase, CloseEditRefused,
		CloseBadMessage, CloseTooLarge, CloseForbidden, CloseSuperseded, CloseNotFound, CloseBadHello,
	}
}

// Because returns the same Close with a more exact sentence. The sentence
// reaches the client: no document text, no secrets.
func (c Close) Because(format string, args ...any) Close {
	c.Reason = fmt.Sprintf(format, args...)
	return c
}

// Is makes errors.Is compare by code, so that a Close with a more exact
// sentence still is that Close.
func (c Close) Is(target error) bool {
	t, ok := target.(Close)
	return ok && t.Code == c.Code
}
