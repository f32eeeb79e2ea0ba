// Package replay types a recorded editing session into a running server, through
// real clients, and checks that everybody ends with the recorded text. It is the
// engine of `collabd replay`; docs/traces.md has the file format and the
// schedule.
//
//	file ──Read──▶ Trace ──Final──▶ the text that must come out
//	                 │
//	                 ├─ sequential ──▶ transaction k by client k mod N
//	                 └─ concurrent ──▶ NewPlan ──▶ entry i by its agent's client, at its base
//
// The order in the file is the order at the server: an entry of a concurrent
// trace, and any transaction where there are several clients, is typed when the
// one before it is acknowledged. With one client a sequential trace is typed
// without waiting, and the client composes what is typed while an edit is in
// flight.
//
// Nobody else may write into the document meanwhile.
package replay
