// Command server measures collabd as a server beside those that others use, in
// the same run and by the same driver: ShareDB in memory and on Postgres,
// Hocuspocus, y-websocket, and a bare relay as the limit of the machine.
//
//	make bench-server                                             all of it, and docs/benchmarks/server.md
//	go run ./bench/server -only 'collabd|relay' -clients 10,200   a hot document alone
//
// A server is a process of its own, started by launch on an empty store:
// package ours for collabd, package relay, peers/*.mjs for the rest. Here are the
// clients, a goroutine each:
//
//	socket ─▶ ws: frames ─▶ speaker: what is in them ─▶ client: counts, times, types on ─▶ socket
//
// A speaker (collabd.go, sharedb.go, yserver.go, relay.go) knows as much of a
// protocol as it takes to type valid edits and to count those that come, and
// keeps no document: a driver that shares two cores with the server must cost
// little, and as much with each. It is counted all the same, apart.
//
// What is typed is numbered (author), so that those who read know when it was,
// and every client's count is compared in the end with what was acknowledged.
package main
