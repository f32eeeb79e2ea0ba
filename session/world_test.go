package session_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/session/sessiontest"
	"github.com/collabd/collabd/wire"
)

// world is what a script talks to: servers on one store, and clients.
type world struct {
	t       *testing.T
	lim     session.Limits
	shared  bool // the store is a session.Shared
	wrap    func(session.Store) session.Store
	observe session.Observer
	role    atomic.Pointer[func(name string) wire.Role] // instead of the role that a client joined with
	memory  *persist.Memory
	kind    ot.DocKind
	doc     wire.DocID
	nodes   map[int]*node
	clients map[string]*scripted
	names   map[wire.ClientID]string
	writes  writes
	// What the next report shows beside what was received.
	log   wire.DocID
	stats int
	whole bool // frames as they came
}

// node is one server with its own way to the store that all of them share.
type node struct {
	store *sessiontest.Store
	hub   *session.Hub
}

// scripted is a client of a script: what it must know to resume.
type scripted struct {
	name     string
	node     int
	doc      wire.DocID
	end      *sessiontest.ClientEnd
	id       wire.ClientID
	secret   string
	lineage  wire.Lineage
	revision wire.Revision
	told     bool // that the connection has ended
	// The context of its writes.
	writing context.Context
	leave   context.CancelFunc
}

const scriptKey = "a key of 32 bytes for the scripts"

func newWorld(t *testing.T) *world {
	return &world{
		t: t, lim: session.DefaultLimits(), doc: "doc", nodes: map[int]*node{},
		clients: map[string]*scripted{}, names: map[wire.ClientID]string{},
	}
}

func (w *world) begin(kind ot.DocKind, lineage wire.Lineage) {
	if lineage == "" {
		lineage = "l1"
	}
	w.kind, w.memory, w.nodes = kind, persist.NewMemory(), map[int]*node{}
	w.add(session.Document{ID: w.doc, Kind: kind, Title: "Minutes", Lineage: lineage, Created: time.Now()})
	w.start(1)
}

func (w *world) create(doc wire.DocID) {
	w.add(session.Document{ID: doc, Kind: w.kind, Title: string(doc), Lineage: "l1", Created: time.Now()})
}

func (w *world) add(d session.Document) {
	if err := w.memory.CreateDocument(context.Background(), d); err != nil {
		w.t.Fatal(err)
	}
}

// sharedStore is a store that tells what other servers have appended.
type sharedStore struct {
	session.Store
	log session.Store
}

// Heads implements session.Shared.
func (s sharedStore) Heads(ctx context.Context, docs []wire.DocID) (map[wire.DocID]wire.Revision, error) {
	heads := map[wire.DocID]wire.Revision{}
	for _, doc := range docs {
		if head, err := s.log.Head(ctx, doc); err == nil {
			heads[doc] = head
		}
	}
	return heads, nil
}

func (w *world) start(number int) {
	n := w.nodes[number]
	if n == nil {
		n = &node{store: sessiontest.Wrap(w.memory)}
		w.nodes[number] = n
	}
	var store session.Store = n.store
	if w.wrap != nil {
		store = w.wrap(store)
	}
	if w.shared {
		store = sharedStore{store, w.memory}
	}
	n.hub = session.NewHub(store, session.Config{Key: []byte(scriptKey), Limits: w.lim, Observer: w.observe})
}

func (w *world) stop(number int) {
	if err := w.nodes[number].hub.Close(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

// crash breaks all connections and ends all servers.
func (w *world) crash() {
	for _, c := range w.clients {
		if c.end != nil {
			c.end.Cut()
		}
	}
	synctest.Wait()
	for _, number := range slices.Sorted(maps.Keys(w.nodes)) {
		w.stop(number)
	}
}

// end leaves nothing behind: a goroutine that is still there fails the test.
func (w *world) end() {
	for _, c := range w.clients {
		c.leave()
	}
	for _, n := range w.nodes {
		n.store.Release()
	}
	w.crash()
}

func (w *world) client(name string) *scripted {
	c := w.clients[name]
	if c == nil {
		c = &scripted{name: name, node: 1, doc: w.doc}
		c.writing, c.leave = context.WithCancel(context.Background())
		w.clients[name] = c
	}
	return c
}

func (w *world) connect(name string, hello wire.Hello, user string, role wire.Role) {
	server, end := sessiontest.Pipe(64)
	c := w.client(name)
	c.end, c.told = end, false
	who := session.Visitor{User: wire.User{ID: wire.UserID(user), Name: strings.ToUpper(user), Color: "#112233"}, Role: func() wire.Role {
		if instead := w.role.Load(); instead != nil {
			return (*instead)(name)
		}
		return role
	}}
	go w.nodes[c.node].hub.Serve(context.Background(), c.doc, server, who)
	w.send(name, string(hello.Append(nil)))
}

func (w *world) resume(name string, changes []string) {
	c := w.clients[name]
	hello := wire.Hello{Client: c.id, Secret: c.secret, Lineage: c.lineage, Revision: c.revision}
	user := name
	for _, change := range changes {
		key, value, _ := strings.Cut(change, "=")
		switch key {
		case "revision":
			hello.Revision = wire.Revision(atoi(value))
		case "secret":
			hello.Secret = value
		case "lineage":
			hello.Lineage = wire.Lineage(value)
		case "as":
			user = value
		}
	}
	w.connect(name, hello, user, wire.Editor)
}

func (w *world) send(name, message string) {
	// A refused write is part of the story: the report says that it ended.
	_ = w.clients[name].end.Write(context.Background(), []byte(message))
}

func (w *world) op(json string) ot.Op {
	op, err := ot.Parse([]byte(json), ot.DefaultLimits())
	if err != nil {
		w.t.Fatalf("%s: %v", json, err)
	}
	return op
}

// typeMany sends edits that append a letter each, every one on the revision
// that the one before made.
func (w *world) typeMany(name string, from, to int) {
	c := w.clients[name]
	for seq := from; seq <= to; seq++ {
		head, err := w.memory.Head(context.Background(), c.doc)
		if err != nil {
			w.t.Fatal(err)
		}
		b := ot.Builder{}
		b.Retain(seq-1, ot.Attrs{}).Insert(string(rune('a'+(seq-1)%26)), ot.Attrs{})
		w.send(name, string(wire.Edit{Seq: wire.Seq(seq), Base: head, Op: b.Op()}.Append(nil)))
		synctest.Wait()
	}
	c.revision += wire.Revision(to - from + 1)
}

func (w *world) fault(word []string, line string) {
	number := 1
	if n := atoi(word[0]); n > 0 {
		number, word = n, word[1:]
	}
	store := w.nodes[number].store
	times := func(f sessiontest.Fault) []sessiontest.Fault {
		n := 1
		if len(word) > 1 {
			n = atoi(word[1])
		}
		return slices.Repeat([]sessiontest.Fault{f}, n)
	}
	switch word[0] {
	case "hold":
		store.Hold()
	case "release":
		store.Release()
	case "fail":
		store.Next(times(sessiontest.Fail)...)
	case "lose":
		store.Next(times(sessiontest.LoseReply)...)
	case "noread":
		store.FailReads(true)
	case "read":
		store.FailReads(false)
	case "conflict":
		w.appendElsewhere(w.op(strings.SplitN(line, " ", 3)[2]))
	default:
		w.t.Fatalf("unknown fault %q", line)
	}
}

// appendElsewhere is what somebody else's server does.
func (w *world) appendElsewhere(op ot.Op) {
	head, _ := w.memory.Head(context.Background(), w.doc)
	err := w.memory.Append(context.Background(), w.doc, []session.Record{{
		Revision: head + 1, Client: "elsewhere", Seq: wire.Seq(head + 1), At: time.Now(), Op: op,
	}})
	if err != nil {
		w.t.Fatal(err)
	}
}
