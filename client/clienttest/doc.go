// Package clienttest is a toy server of one document, for tests of clients. It
// knows the protocol's order and its promises and nothing else: one lock, no
// store, no access control. It is small enough to be seen to be right, and it is
// suspicious: what a client may not do is kept in [Server.Problems].
//
// It can be unkind in ways that a network and a restart are: connections are cut
// before and after an edit is accepted, frames come late, a client that is behind
// gets a catch-up in parts. [Faults] says how often, by a seeded source.
//
// Clients reach it in memory through [Server.Dial], which works inside a
// testing/synctest bubble, or over HTTP through [Server.Handler].
package clienttest
