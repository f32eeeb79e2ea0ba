package main

import (
	"path/filepath"
	"sync/atomic"
)

// contender is a server that is measured.
type contender struct {
	name    string
	promise string // what it promises of an edit that it acknowledged
	durable bool   // that it is still there when the server was killed
	ours    bool
	limit   bool // no server of documents: the relay
	special bool // takes part only where a restart matters
	keeps   bool // what was typed is there after an orderly restart
	store   storeKind
	speaks  func() dialect
	argv    func(b *bench, store string) ([]string, error)
}

// storeKind is what a contender is given to store in.
type storeKind int

const (
	folder   storeKind = iota // an empty folder
	database                  // the address of an empty Postgres database
)

// contenders are all: ours, those that promise to keep what they acknowledged,
// those that do not, and the limit.
func contenders() []contender {
	var docs atomic.Int64
	ours := func(b *bench, store string) ([]string, error) { return b.ours("-store", store), nil }
	peer := func(script string) func(*bench, string) ([]string, error) {
		return func(b *bench, store string) ([]string, error) { return b.peer(script, store) }
	}
	collabd := func() dialect { return &collabdDialect{} }
	sharedb := func() dialect { return sharedbDialect{&docs} }
	yWebsocket := func() dialect { return yDialect{&docs, false} }
	return []contender{
		{name: "collabd, SQLite", promise: "synced to disk", durable: true, ours: true, keeps: true, speaks: collabd, argv: ours},
		{name: "collabd, Postgres", promise: "synced to disk", durable: true, ours: true, keeps: true, store: database, speaks: collabd, argv: ours},
		{name: "ShareDB, Postgres", promise: "synced to disk", durable: true, keeps: true, store: database, speaks: sharedb, argv: peer("sharedb.mjs")},
		{name: "ShareDB, memory", promise: "nothing", speaks: sharedb, argv: func(b *bench, _ string) ([]string, error) { return b.peer("sharedb.mjs") }},
		{name: "Hocuspocus", promise: "stored within 10 s", keeps: true, speaks: func() dialect { return yDialect{&docs, true} }, argv: peer("hocuspocus.mjs")},
		{name: "y-websocket", promise: "nothing", speaks: yWebsocket, argv: func(b *bench, _ string) ([]string, error) { return b.peer("y-websocket.mjs") }},
		{name: "y-websocket, LevelDB", promise: "stored soon", keeps: true, special: true, speaks: yWebsocket, argv: peer("y-websocket.mjs")},
		{name: "relay", promise: "nothing", limit: true, speaks: func() dialect { return relayDialect{&docs} },
			argv: func(b *bench, _ string) ([]string, error) { return []string{filepath.Join(b.temp, "relay")}, nil }},
	}
}
