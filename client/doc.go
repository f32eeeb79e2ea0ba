// Package client is a client of the collabd protocol (docs/protocol.md) in Go:
// for bots, for load, for tests and for the replay of recorded sessions.
//
//	c, err := client.Dial(ctx, client.Config{URL: "http://localhost:8080", Doc: id})
//	...
//	err = c.Edit(ctx, op)     // applied here, sent as soon as it may be
//	err = c.Synced(ctx)       // everything typed so far is durable
//	text := c.Doc().Text()
//	err = c.Close()
//
// It has two halves. [State] is the pure one: the document as the user sees it,
// the revision it is based on, the edit in flight and what was typed since.
// Every transition takes values and returns values:
//
//	         Local                 Local
//	synchronized ──▶ inflight ──▶ inflight + pending ──▶ Local composes
//	     ▲              │ Acknowledge      │ Acknowledge
//	     └──────────────┘                  └──▶ inflight
//
//	         revision r
//	     h  /          \  inflight a           h: a record of somebody else
//	       ·            \
//	   a1 = T(a, h)      ·                     Remote moves the whole diamond
//	         \      h1  / \  pending b         one record down: what is shown
//	          ·────────·   ·                   gets h2, what is unsent becomes
//	           b1 = T(b,h1) \ h2               a1 and b1
//	            ·────────────·
//
// [Client] is the shell: one goroutine owns the state, a reader and a writer
// serve the connection, a dialer finds the next one. Nothing of it is locked.
//
// A connection is a WebSocket, or, where those are blocked, a stream of
// Server-Sent Events with POSTs: [Config.Transport]. The client finds out by
// itself, and it makes no difference to what follows.
//
// What holds at every moment:
//
//   - Doc = the server's document at Revision, then inflight, then pending.
//   - An edit in flight is immutable. It is sent again over the next
//     connection byte for byte, until its record comes; the server knows it by
//     (client, seq), so it applies once.
//   - At most one edit is in flight. What is typed meanwhile is composed.
//   - The record of an own edit has exactly the op that this client computed
//     for it. If not, the replicas have diverged: [ErrDiverged].
//   - A client never gives up on a connection while its context lives, unless
//     the server tells it to stop, and never drops unsent text without saying
//     so: see [Config.OnUnsent] and [EndError].
//
// The package does not show presence, stores nothing on disk and has no user
// interface.
package client
