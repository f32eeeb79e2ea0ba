package torture

import (
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// Moment is a time since the beginning of a round, by one clock that does not
// go back.
type Moment time.Duration

// never is the return of an edit that was not acknowledged.
const never = Moment(1<<63 - 1)

// Intent is one thing that a typist did: it inserted a mark, and perhaps
// removed others with the same op.
type Intent struct {
	Mark    Mark
	Deleted []Mark
	// At is when it was typed, which is before it was sent.
	At Moment
}

// Ack is an acknowledgement: the next Intents of the client that were not
// acknowledged before are durable as one record.
type Ack struct {
	Seq      wire.Seq
	Revision wire.Revision
	Intents  int
	At       Moment
}

// Life is all that one client did, in one document, from its first hello.
type Life struct {
	Client wire.ClientID
	Person int
	// Intents in the order of typing. Acks cover them from the beginning; what
	// they do not cover may or may not be in the log, as one record at most.
	Intents []Intent
	Acks    []Ack
	// Ended is why the client ended by itself, nil if it did not.
	Ended error
}

// Sight is what was seen of a document: revision and hash.
type Sight struct {
	Who      string
	Revision wire.Revision
	// Hash of the content, if Hashed.
	Hash   ot.Hash
	Hashed bool
	// From and To is when it was asked for and when the answer was there.
	From, To Moment
	// Covers is what it must hold.
	Covers Covers
}

// Covers is how new a document must be that somebody gets to see.
type Covers uint8

// What a sight must hold.
const (
	// Nothing: a client that follows the document may be behind.
	Nothing Covers = iota
	// Acknowledged: everything that was acknowledged to anybody, or opened by
	// anybody, before it was asked for: a new client opened it, through the
	// only server.
	Acknowledged
	// Stored: everything that was acknowledged to anybody, or read from the
	// store, before it was asked for: it was read from the store. That may be
	// more than the live document has, for as long as the answer to a commit is
	// on its way.
	Stored
)

// Journal is what was seen of one document from outside.
type Journal struct {
	Doc  wire.DocID
	Kind ot.DocKind
	// Lives of all clients.
	Lives []*Life
	// Sights of everybody.
	Sights []Sight
	// Seen is what each got to see, acknowledgements among it, in the order in
	// which it came: each person, or, where there are several servers, each
	// client.
	Seen [][]wire.Revision
}

// Record is a record of the log.
type Record struct {
	Revision wire.Revision
	Client   wire.ClientID
	Seq      wire.Seq
	Op       ot.Op
}
