package main

import (
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/collabd/collabd/bench/server/ws"
)

// fromYjs are updates as Yjs 13.6 makes them.
var fromYjs = []string{ // client 2147483649, text "t"
	"0101818080800800040101740361626300",                 // insert(0, "abc")
	"01018180808008038481808080080202646500",             // insert(3, "de")
	"0101818080800805c481808080080081808080080102585900", // insert(1, "XY")
	"0101818080800807c4818080800802818080800803017a00",   // insert(5, "z")
}

// merged are the last two and a "Q" of client 300 in front of all.
const merged = "0202818080800805c4818080800800818080800801025859c4818080800802818080800803017a01ac020044818080800800015100"

// Updates are those that Yjs makes, byte for byte.
func TestWriter(t *testing.T) {
	w := &writer{client: 2147483649}
	for i, step := range []struct {
		text   string
		behind int
	}{{"abc", 0}, {"de", 2}, {"XY", 0}, {"z", 2}} {
		if got := hex.EncodeToString(w.scatter(nil, []byte(step.text), step.behind)); got != fromYjs[i] {
			t.Errorf("%q behind unit %d is\n%s, of Yjs\n%s", step.text, step.behind, got, fromYjs[i])
		}
	}
	w = &writer{client: 2147483649}
	for i, s := range []string{"abc", "de"} {
		if got := hex.EncodeToString(w.append(nil, []byte(s))); got != fromYjs[i] {
			t.Errorf("%q at the end is\n%s, of Yjs\n%s", s, got, fromYjs[i])
		}
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What updates bring is counted, and one that is cut anywhere is an error.
func TestStructs(t *testing.T) {
	update := unhex(t, merged)
	var got string
	err := structs(update, func(client []byte, from, to int) { got += fmt.Sprintf("%x %d-%d;", client, from, to) })
	if want := "8180808008 5-8;ac02 0-1;"; got != want || err != nil {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	for n := range len(update) - 2 { // of the deletions, which nobody looks at, two bytes
		if structs(update[:n], func([]byte, int, int) {}) == nil {
			t.Errorf("cut after %d bytes it is as good", n)
		}
	}
}

// A client of y-websocket hears itself, one of Hocuspocus is told.
func TestYSpeakers(t *testing.T) {
	ySpeakers.Add(1000) // further than who made fromYjs
	for _, hocus := range []bool{false, true} {
		s, ok := yDialect{hocus: hocus}.speaker("doc", 0).(*ySpeaker)
		if !ok {
			t.Fatal("no speaker")
		}
		var to ear
		type told struct {
			author string
			edit   int
		}
		var notices []told
		to.notice = func(author []byte, edit int) { notices = append(notices, told{string(author), edit}) }
		var out ws.Frames
		hear := func(message ...byte) {
			t.Helper()
			if err := s.hear(append(append([]byte{}, s.head...), message...), &to, &out); err != nil {
				t.Fatal(err)
			}
		}
		s.greet(&out)
		if hocus {
			hear(messageAuth, 2, 10, 'r', 'e', 'a', 'd', '-', 'w', 'r', 'i', 't', 'e')
		}
		hear(messageSync, syncStep1, 1, 0)
		if to.ready {
			t.Error("ready without a document")
		}
		hear(appendBytes([]byte{messageSync, syncStep2}, unhex(t, merged))...)
		if !to.ready || to.units != 4 || to.edits != 0 {
			t.Errorf("then it has heard %+v", to)
		}
		if hocus {
			hear(messageSyncStatus, 1) // of the answer to step 1
		}
		for range 3 {
			s.insert([]byte("x"), &out)
		}
		other := unhex(t, fromYjs[0])
		hear(appendBytes([]byte{messageSync, syncUpdate}, other)...)
		if to.acked != 0 || to.edits != 3 {
			t.Errorf("after another's update: %+v", to)
		}
		own := &writer{client: s.client, clock: 0}
		hear(appendBytes([]byte{messageSync, syncUpdate}, own.append(nil, []byte("xx")))...)
		if hocus {
			hear(messageSyncStatus, 1)
			hear(messageSyncStatus, 1)
		}
		if to.acked != 2 || to.edits != 5 {
			t.Errorf("hocus %v: after two of three own came: %+v", hocus, to)
		}
		if want := []told{{"\x81\x80\x80\x80\x08", 3}, {s.name, 2}}; fmt.Sprint(notices) != fmt.Sprint(want) {
			t.Errorf("told of %v, want %v", notices, want)
		}
		if hocus && s.hear(append(append([]byte{}, s.head...), messageSyncStatus, 0), &to, &out) == nil {
			t.Error("a refused edit is no error")
		}
	}
}
