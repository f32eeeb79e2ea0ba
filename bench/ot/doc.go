// Command ot measures package ot beside what others use for the same work: npm
// quill-delta, ot-text-unicode on jumprope, Yjs, CodeMirror's state, and ot.js.
//
//	make bench-ot                        all of it, and docs/benchmarks/ot.md
//	go run ./bench/ot -only inserts      the scenarios whose name matches
//
// It makes the inputs once, from fixed seeds and from the recorded sessions in
// the folder that COLLABD_TRACES names, as files of JSON in a temporary folder.
// For each scenario it starts one process a contender, and lets them measure in
// turn, round after round, so that a noisy minute meets all of them. What counts
// is CPU time of the whole process, with collecting garbage and compiling, and
// the best round.
//
//	inputs ──▶ scenario.json ──▶ this program as "child" ──┐
//	                        └──▶ node peers/peer.mjs ──────┴──▶ seconds, SHA-256 ──▶ table
//
// Contenders that end with another result than ours fail the run, but where two
// people edit the same place: there each has its own rule of who goes first, and
// the table says whose text differs.
//
// Ours comes in two forms: "collabd" uses what a program uses that keeps one
// document, an [ot.Editor] and an [ot.Buffer]; "collabd, values" makes a new
// document or op each time and leaves the old one as it was.
package main
