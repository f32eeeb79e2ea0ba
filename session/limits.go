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
	// Callers is the most calls of [Hub.Submit] that wait for one document.
	Callers int
	// Behind is how many revisions the base of such a write may be behind the
	// head.
	Behind int
	// Mailbox is how many messages to an actor may wait before the readers
	// do.
	Mailbox int
	// Frames is how many frames a second a document sends to peers that do not
	// wait for an acknowledgement; beyond that what is new goes to them
	// together, not later than after FrameWait. 0 is no limit.
	Frames int
	// FrameWait is the longest that a peer waits for the sake of Frames.
	FrameWait time.Duration
	// Edits is how many edits a second one connection may send over a longer
	// time, and EditBurst how many at once. One that sends more is slowed down,
	// and told. 0 is no limit.
	Edits, EditBurst int
	// Notes is how many other messages a second one connection may send, and
	// NoteBurst how many at once: presences and pings. 0 is no limit.
	Notes, NoteBurst int
	// Check is how often a connection is told the hash of the document, at most;
	// it may ask more often, and is not answered then.
	Check time.Duration
	// Repaired is how many repairs one message of a client counts for, at most.
	Repaired int
	// SlowNotice is how often a connection that is slowed down is told, at most.
	SlowNotice time.Duration
	// Memory is how many bytes, estimated, the open documents may take: beyond
	// that those that nobody has open are let go of, and if that does not help
	// no more are opened. 0 is no limit.
	Memory int64
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
	// Late is how long an append may take until the peers are told that the
	// store is in trouble.
	Late time.Duration
	// Follow is how often a hub asks a Shared store what others have appended.
	Follow time.Duration
	// ComeBack is when peers are told to come back that there is no room for.
	ComeBack time.Duration
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
		CatchupRecords:  1024,
		CatchupStep:     20_000,
		MessageBytes:    64 << 10,
		Peers:           1000,
		Callers:         1000,
		Behind:          100_000,
		Mailbox:         256,
		Frames:          12_000,
		FrameWait:       25 * time.Millisecond,
		Edits:           5000,
		EditBurst:       5000,
		Notes:           200,
		NoteBurst:       400,
		Check:           time.Second,
		Repaired:        100,
		SlowNotice:      time.Second,
		Hello:           10 * time.Second,
		Silence:         45 * time.Second,
		Write:           10 * time.Second,
		Goodbye:         3 * time.Second,
		Store:           10 * time.Second,
		Late:            2 * time.Second,
		Follow:          200 * time.Millisecond,
		ComeBack:        5 * time.Second,
		SnapshotRecords: 1000,
		Idle:            30 * time.Second,
		RetryMin:        100 * time.Millisecond,
		RetryMax:        5 * time.Second,
	}
}

// shortestPace is a pace that is not worth a timer.
const shortestPace = 500 * time.Microsecond

// pace is the time between two frames to a peer that does not wait for an
// acknowledgement, when there are so many peers.
func (l Limits) pace(peers int) time.Duration {
	if l.Frames <= 0 {
		return 0
	}
	pace := time.Duration(peers) * time.Second / time.Duration(l.Frames)
	if pace < shortestPace {
		return 0
	}
	return min(pace, l.FrameWait)
}
