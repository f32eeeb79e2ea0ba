package session

import (
	"time"

	"github.com/collabd/collabd/wire"
)

// Limits bounds what a session keeps and waits for. Use [DefaultLimits].
type Limits struct {
	// Wire bounds the messages of clients.
	Wire wire.Limits
	// WindowRecords and WindowBytes bound the records that a session keeps in
	// memory; older ones are read from the store when somebody needs them.
	WindowRecords int
	WindowBytes   int
	// CatchupRecords: a peer that is further behind gets one composed op
	// instead of the records.
	CatchupRecords int
	// CatchupStep is the most records that are read and composed at once.
	CatchupStep int
	// MessageBytes is where a message of records is cut, and the size of the
	// parts of documents and catch-ups. One record may exceed it.
	MessageBytes int
	// Peers is the most peers of one document.
	Peers int
	// Mailbox is how many messages to an actor may wait before the readers
	// do.
	Mailbox int
	// Hello is how long a new connection may take to send its hello.
	Hello time.Duration
	// Silence closes a connection on which nothing came for so long.
	Silence time.Duration
	// Write closes a connection on which one write took so long.
	Write time.Duration
	// Goodbye is how long peers have to take what is still for them when their
	// session has ended.
	Goodbye time.Duration
	// Store is how long one call of the store may take.
	Store time.Duration
	// SnapshotRecords is how many records may follow the last snapshot until
	// the next one is made.
	SnapshotRecords int
	// Idle is how long a session without peers stays open.
	Idle time.Duration
	// RetryMin and RetryMax bound the wait between attempts to reach a store
	// that fails.
	RetryMin, RetryMax time.Duration
}

// DefaultLimits are the limits of a server that is not configured otherwise.
func DefaultLimits() Limits {
	return Limits{
		Wire:            wire.DefaultLimits(),
		WindowRecords:   4096,
		WindowBytes:     4 << 20,
		CatchupRecords:  256,
		CatchupStep:     20_000,
		MessageBytes:    64 << 10,
		Peers:           1000,
		Mailbox:         256,
		Hello:           10 * time.Second,
		Silence:         45 * time.Second,
		Write:           10 * time.Second,
		Goodbye:         3 * time.Second,
		Store:           10 * time.Second,
		SnapshotRecords: 1000,
		Idle:            30 * time.Second,
		RetryMin:        100 * time.Millisecond,
		RetryMax:        5 * time.Second,
	}
}
