// Package session keeps one live session for each open document: an actor
// goroutine that accepts edits, appends them to the log and publishes them to
// the peers.
//
//	socket ─▶ reader ─▶ mailbox ─▶ actor: accept ─▶ Store.Append ─▶ publish ─▶ writers ─▶ sockets
//
// # The law of order
//
// Accept, append, publish. An edit is first accepted: checked and transformed
// by [State.Accept], which is pure and yields the next state as a value. Then
// its record is appended to the log. Only when the log has it does the actor
// keep the next state, and only then does anybody, its author included, hear
// of it. Edits that arrive while an append is under way form the next batch;
// joins and presence go on meanwhile.
//
// After an append that conflicted or whose outcome is unknown the actor reads
// the tail of the log and accepts the same edits again: those that did get
// into the log are recognised by (client, seq).
//
// # Writes without a connection
//
// [Hub.Submit] hands in one edit as a peer would, and waits for what becomes of
// it. Its client id is made of document, user and key, so that it is the log
// that knows a write which is submitted again.
//
// # Several servers
//
// The log decides, so any number of hubs may run a document. A client that
// comes from another hub may know more than the session: its join waits until
// the log was read so far. A store that is [Shared] is asked now and then what
// others have appended.
//
// # Failure
//
// While the store takes nothing, edits wait, and peers are told. A log that
// does not follow the document, or ends before what was acknowledged, ends the
// session: nobody goes on from a state that the log does not have. A panic ends
// what it happened in: an edit is refused, a connection closed, a session ended,
// which stores nothing any more. The next join loads what the log has.
//
// # Fan-out by cursor
//
// There is no queue per peer. The actor publishes an immutable [view]: the
// head and a window of recent records, each encoded once. A peer's writer
// holds the position up to which it has sent; when nudged it sends all that
// came since, in frames that all peers at one position share. A slow peer costs
// nothing and loses nothing; one that fell far behind gets what it missed
// composed into one op. Authors are told at once, all others at a pace that
// [Limits.Frames] sets.
//
// # Goroutines
//
// The actor (started by the [Hub], stopped by it when the session is idle, makes
// room or the hub closes), a reader (the goroutine that calls [Hub.Serve]) and,
// while there is something to send, a writer for each peer (started by a nudge,
// awaited by Serve), at most one append or recovery and one snapshot for each
// session, which the actor starts and awaits, and one that follows a Shared
// store. No mutex is held over I/O anywhere. What bounds each queue, buffer and
// map is in docs/bounds.md.
//
// The package knows neither HTTP nor SQL: it defines the [Store] and the
// [Conn] that it needs.
package session
