package main

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/server"
)

// inside is collabd in this process, in memory.
func inside(t *testing.T) *instance {
	t.Helper()
	store := persist.NewMemory()
	s, err := server.New(t.Context(), server.Config{Addr: "127.0.0.1:0", Guests: server.GuestsEdit}, store, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s)
	t.Cleanup(func() {
		if err := s.Close(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
		h.Close()
	})
	return &instance{process: &process{addr: h.Listener.Addr().String()}, dialect: &collabdDialect{}, contender: contender{name: "inside"}}
}

// Everybody gets what was typed, in the closed loop and in the open one, and the
// times of all of it are told; who stalls is not waited for.
func TestCrowd(t *testing.T) {
	on := inside(t)
	w, err := gather(t.Context(), on, seating{docs: 2, perDoc: 8, typists: 3, observers: 2, stalled: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer w.leave()
	w.clock.to.Store(int64(time.Hour))
	observers := 0
	for _, c := range w.clients {
		if c.delivered != nil && c.me == nil {
			observers++
		}
	}
	if len(w.typists) != 6 || len(w.mute) != 2 || observers != 4 {
		t.Errorf("%d typists, %d mute, %d observers", len(w.typists), len(w.mute), observers)
	}
	const keys = 40
	for _, c := range w.typists {
		for range keys {
			if ok, err := c.key(w.clock.now()); !ok || err != nil {
				t.Fatal(ok, err)
			}
		}
	}
	if err := w.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := w.acked()
	for _, c := range w.typists {
		if err := c.begin(); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range w.typists {
		c.cease()
	}
	if err := w.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := w.acked(); before < 12 || after < before+6 {
		t.Errorf("%d edits of %d letters, then %d edits", before, 6*keys, after)
	}
	b := &bench{}
	if err := b.reread(t.Context(), on, w); err != nil {
		t.Error(err)
	}
	typed := 0
	for _, c := range w.typists {
		typed += c.me.typed
	}
	acks, delivered := w.latencies()
	// In each document three type, and two of the others and two observers look on.
	if acks.n != typed || delivered.n != 4*typed {
		t.Errorf("%d letters, times of %d acknowledgements and %d deliveries", typed, acks.n, delivered.n)
	}
	for what, h := range map[string]*histogram{"acknowledgement": acks, "delivery": delivered} {
		if h.quantile(0.5) <= 0 || h.quantile(0.99) > time.Minute {
			t.Errorf("the %s took %v", what, percentilesOf(h))
		}
	}

	// What does not arrive is found.
	reader := w.clients[5]
	reader.mu.Lock()
	reader.ear.edits--
	reader.mu.Unlock()
	if err := w.missing(); err == nil || !strings.Contains(err.Error(), "client 5") {
		t.Errorf("an edit that is missing is %v", err)
	}
	w.typists[0].me.ended++
	if err := b.reread(t.Context(), on, w); err == nil {
		t.Error("a document that is too short is none")
	}
}

// A script makes a document, and looking at it tells its length.
func TestScript(t *testing.T) {
	on := inside(t)
	doc, err := on.dialect.create(t.Context(), on.addr)
	if err != nil {
		t.Fatal(err)
	}
	clients, err := joinAll(t.Context(), on, []*room{{doc: doc, clock: newClock()}}, 3, 0)
	if err != nil {
		t.Fatal(err)
	}
	w := &crowd{clients: clients}
	defer w.leave()
	const each = 30
	for i, c := range clients {
		if err := c.play(newScript(each, 1, i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := played(t.Context(), clients, 3*each); err != nil {
		t.Fatal(err)
	}
	want := 3*each*historyUnits + 1
	if s, ok := clients[0].speak.(*collabdSpeaker); !ok || s.units > want || s.units < each*historyUnits {
		t.Errorf("who writes takes the document to have %+v", s)
	}
	units, took, err := look(t.Context(), on, doc, 0)
	if err != nil || units != want || took <= 0 {
		t.Errorf("%d units in %v, %v; want %d", units, took, err, want)
	}
}
