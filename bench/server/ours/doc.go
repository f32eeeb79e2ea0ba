// Command ours is collabd as `collabd serve` runs it, with what a benchmark
// needs around it: it obeys the driver, makes CPU profiles, and serves
// net/http/pprof and runtime/metrics on an address of its own if asked to.
package main
