package session

import (
	"time"

	"github.com/collabd/collabd/wire"
)

// Observer is told what happens in the sessions, for metrics. Its methods are
// called by many goroutines at once and must not wait.
type Observer interface {
	// Opened tells that a document was loaded, or why not, and how long that
	// took.
	Opened(took time.Duration, err error)
	// Ended tells that the session of a document has ended.
	Ended()
	// Joined tells that a peer came; resumed if its client was here before.
	Joined(resumed bool)
	// Left tells why a peer's connection ended; the zero Close if it broke.
	Left(why wire.Close)
	// Edit tells what became of an edit: [EditAccepted], [EditDuplicate] or
	// the name of the wire.Close that refused it. waited is the time from its
	// arrival until it was durable, or refused.
	Edit(result string, waited time.Duration)
	// Appended tells of a call of Store.Append with so many records, which
	// ended as [AppendDone], [AppendConflict] or [AppendUnknown].
	Appended(result string, records int, took time.Duration)
	// Sent tells that a peer's connection took a frame of so many bytes, and
	// how long after its news had been published.
	Sent(bytes int, after time.Duration)
	// CaughtUp tells that a peer was sent so many records composed.
	CaughtUp(records int)
	// Slowed tells that a connection had to wait because it sent too much.
	Slowed(wait time.Duration)
	// Repaired tells that a client found so many times that its document
	// differed from the session's, and put it right.
	Repaired(times int)
	// Stored tells of a snapshot.
	Stored(took time.Duration, err error)
}

// What became of an edit, unless it was refused.
const (
	EditAccepted  = "accepted"
	EditDuplicate = "duplicate"
)

// What became of an append.
const (
	AppendDone     = "done"
	AppendConflict = "conflict"
	AppendUnknown  = "unknown"
)

// Unobserved is an Observer that does nothing; embed it to implement a part.
type Unobserved struct{}

var _ Observer = Unobserved{}

// Opened implements Observer.
func (Unobserved) Opened(time.Duration, error) {}

// Ended implements Observer.
func (Unobserved) Ended() {}

// Joined implements Observer.
func (Unobserved) Joined(bool) {}

// Left implements Observer.
func (Unobserved) Left(wire.Close) {}

// Edit implements Observer.
func (Unobserved) Edit(string, time.Duration) {}

// Appended implements Observer.
func (Unobserved) Appended(string, int, time.Duration) {}

// Sent implements Observer.
func (Unobserved) Sent(int, time.Duration) {}

// CaughtUp implements Observer.
func (Unobserved) CaughtUp(int) {}

// Slowed implements Observer.
func (Unobserved) Slowed(time.Duration) {}

// Repaired implements Observer.
func (Unobserved) Repaired(int) {}

// Stored implements Observer.
func (Unobserved) Stored(time.Duration, error) {}
