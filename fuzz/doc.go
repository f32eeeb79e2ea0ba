// Package fuzz checks the promises of collabd as a whole: that everyone
// converges, that an edit applies exactly once, and that nothing acknowledged
// is lost. It has no code of the program, only tests:
//
//   - converge_test.go: the pure halves of server and client, driven by a
//     schedule of bytes. A native fuzz target, with no goroutine and no clock:
//     every failure replays exactly.
//   - simulate_test.go: the real hub, the real actor, the real client and the
//     real codec over pipes in a testing/synctest bubble, with a network and a
//     store that fail by seed.
//
// The laws of the algebra have their fuzz targets in package ot, the codec in
// package wire. Processes are killed for real in the tests of cmd/collabd and
// persist, and by scripts/torture.sh.
package fuzz
