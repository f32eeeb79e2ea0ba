// Package torture types through real clients into documents of a server that
// is killed again and again, and shows from outside that nothing acknowledged
// was lost, doubled or moved. It is the engine of `collabd torture`;
// docs/torture.md says how to use it.
//
//	Plan (by seed) ──▶ driver ──▶ kill -9, stop, cut ──▶ servers, store
//	                                                        ▲
//	typists ── client.Client ── road (cut at times) ────────┘
//	   │ typed, acknowledged, seen                     │
//	   ▼                                               ▼
//	Journal ────────────────▶ Check ◀──────────────── Log
//
// A run is a sequence of rounds. A round makes new documents, types and
// torments, lets everybody settle, kills everything once more, and only then
// reads the log and compares it with the [Journal]. So the evidence of a fault
// is small, and is still there when it is found.
//
// # What is checked
//
// Every insert is a [Mark], which is typed once in the whole run, and all marks
// have the same length, so that a document is a list of marks.
//
//   - Lost: an acknowledged (client, seq) that has no record, or whose record
//     lacks a mark that was acknowledged with it.
//   - Doubled: a (client, seq) with two records, a mark in two places, a record
//     that nobody typed.
//   - Reordered: a record at another revision than was acknowledged, or an
//     order that contradicts time (see below).
//   - Diverged: a client whose document at its revision is not what the log
//     makes, that ended by itself, or that cannot bring its edits home when all
//     is well again; and an answer to a reader that is not in the history.
//   - Damaged: a history with a gap, a wrong checksum, or a snapshot that is not
//     what the records make.
//
// # The order in time
//
// A document is an append-only log, and an edit is an append that returns its
// revision. With any number of servers on one store it must be linearizable:
// each operation takes effect at one moment between its call and its return.
// Because the answers tell the position of each operation (an edit that became
// revision r stands at r, a read that saw r stands behind r), no search for an
// order is needed: the order is given, and there are moments for it exactly if
// of no two operations x before y, y had returned when x was called. The one
// direction is plain. For the other, take for each operation the latest call
// among those that stand not behind it: these moments do not go back along the
// order, are not before the operation's own call, and not after its return. An
// edit that was never acknowledged but is in the log has no return; one that is
// not in the log has not happened. A test compares this with porcupine.
//
// That holds for edits and for reads from the store (REST). A client that
// follows the document may be behind, so what it shows is bound by less: what
// one client sees and is acknowledged, in this order, through whatever server,
// never goes back. With one server, what one person sees never does, and edits
// and new clients' documents are one linearizable history, too: but one beside
// that of the store, which is ahead of the live document from a commit until
// its answer has come, and while that is lost.
//
// # What it does not do
//
// A process that is killed leaves the operating system alive: whether the disk
// keeps what was synced to it is not tested. The package knows neither servers
// nor databases: how a server is started, a store tormented and a log read is
// given by [Config].
package torture
