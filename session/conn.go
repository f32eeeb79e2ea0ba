package session

import (
	"context"

	"github.com/collabd/collabd/wire"
)

// Conn carries messages between a session and one peer. One goroutine reads
// and one writes at a time; Close may be called by any.
type Conn interface {
	// Read returns the next message. It is valid until the next Read. A
	// message that is no UTF-8 text, or larger than the limit, is an error
	// that wraps a wire.Close. Mostly it is called with the same ctx again.
	Read(ctx context.Context) ([]byte, error)
	// Write sends one message. The bytes are shared with other peers and
	// must not be changed. When ctx ends the connection is broken. Mostly it
	// is called with the same ctx again.
	Write(ctx context.Context, message []byte) error
	// Close ends the connection and makes a pending Read return. It does not
	// wait for the peer for long.
	Close(reason wire.Close) error
}

// Visitor is who a connection belongs to, as the server found out before.
type Visitor struct {
	User wire.User
	// Role is asked for every message, so that a change takes effect at
	// once. An empty role has no access.
	Role func() wire.Role
}
