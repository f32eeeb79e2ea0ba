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
// # Fan-out by cursor
//
// There is no queue per peer. The actor publishes an immutable [view]: the
// head and a window of recent records, each encoded once. A peer's writer
// holds the revision that it has sent; when woken it sends all that came
// since. A slow peer costs nothing and loses nothing; one that fell far behind
// gets what it missed composed into one op.
//
// # Goroutines
//
// The actor (started by the [Hub], stopped by it when the session is idle or
// the hub closes), a reader (the goroutine that calls [Hub.Serve]) and a
// writer for each peer (started and awaited by Serve), and at most one append
// or recovery and one snapshot for each session, which the actor starts and
// awaits. No mutex is held over I/O anywhere.
//
// The package knows neither HTTP nor SQL: it defines the [Store] and the
// [Conn] that it needs.
package session
