// Package ws is the least of RFC 6455 that a load driver and a relay need: a
// handshake by hand, text and binary messages, pongs. It is made to cost little
// beside the server that is measured: many frames a read, no allocation a
// frame, no goroutine and no lock of its own.
//
// It trusts the other side as far as a benchmark may. Nothing that people use
// is built on it.
package ws
