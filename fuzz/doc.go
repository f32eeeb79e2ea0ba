// Package fuzz checks the promises of collabd as a whole: that everyone
// converges, that an edit applies exactly once, and that nothing acknowledged
// is lost. It has no code of the program, only tests:
//
//   - converge_test.go: the pure halves of server and client, driven by a
//     schedule of bytes. A native fuzz target, with no goroutine and no clock:
//     every failure replays exactly.
//   - simulate_test.go: the simulator. The real hubs, actors, clients and codec
//     over pipes in a testing/synctest bubble, with a network, processes and a
//     store that fail by seed.
//
// # The simulator
//
// A seed makes a plan (plan_test.go): one or two hubs on one log, 3 to 8 clients
// that connect to any of them each time, the limits, which are often so small
// that windows, catch-ups, mailboxes, paces, rates and memory run out all the
// time. Then the clients type, and the chaos (chaos_test.go) breaks things:
//
//   - connections: delayed, cut, half-open in either direction or both, or lost
//     to the client alone, so that an edit arrives over two connections;
//   - the store: slow, failing, its reply lost, an append that is written long
//     after it failed, reads that fail, a store that tells old news of others or
//     none, or that never tells any;
//   - processes: restarted, ended while their successor is up, killed (what was
//     not synced is lost, kept, or written later), or stopped for longer than
//     everybody's patience and then going on as if nothing had happened. One of
//     them or all at once.
//
// In the end everything is mended. Then (check_test.go) all clients and the log
// must have the same document; every edit is in the log once, in order, at the
// revision that its author was told; every mark that somebody typed is there
// once, unless it was deleted; everybody sees everybody at the same hub with the
// carets in their places, and nobody when all have left; no hub holds anything,
// no client was told to load the document anew, and no goroutine is left.
//
// The same seed makes the same plan, but goroutines run as they please: a
// failure of a seed may need some tries to be seen again.
//
//	go test ./fuzz -run Simulate -seed 4711 -seeds 1 -times 100
//
// The laws of the algebra have their fuzz targets in package ot, the codec in
// package wire. Processes are killed for real in the tests of cmd/collabd and
// persist, by collabd torture and by scripts/torture.sh.
package fuzz
