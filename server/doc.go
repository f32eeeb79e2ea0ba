// Package server is collabd as a program: it wires the store, the sessions
// and HTTP together.
//
//	request ─▶ guard (host, cross-origin writes) ─▶ router ─▶ admission ─▶ who is it ─▶ may they ─▶ handler
//
// routes.go is the table of contents: every route with the action that it
// needs. [Access.May] is the one function that decides, for REST and sockets
// alike. login.go knows how a request becomes a principal, socket.go how it
// becomes a session.Conn, and errors.go how an error becomes an answer.
// list*.go, folders.go and index.go are the list of documents: what is in it, who
// is told what changes, and how texts come to be found. The last two look at
// open documents from outside: no session knows of them. files.go and images.go
// are the images of documents.
// admission*.go bounds who may come in and what that may cost, before anything
// is kept for them; metrics*.go counts what happens, and admin.go shows it on
// an address of its own.
//
// [Run] is the whole life of the program; tests start a [Server] with New and
// use it as an http.Handler.
package server
