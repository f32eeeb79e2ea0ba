// Package wire is the collabd protocol, version 1: its messages, their JSON
// form, the limits and the reasons why a connection ends. docs/protocol.md is
// the full text; this package is the only code that knows it.
//
// Messages are values. The types that a client sends implement
// [ClientMessage], those that a server sends [ServerMessage]. Encoding appends
// to the caller's slice and cannot fail. Decoding is strict where a server
// reads a client, because that is where hostile bytes arrive: unknown and
// duplicate members, fractions, half surrogate pairs and oversized ops are
// refused with an [Error] before any of it is acted upon. A client that reads
// a server ignores members and messages that it does not know, so that servers
// can grow.
//
// Decoded values own their memory: the frame may be reused at once.
package wire
