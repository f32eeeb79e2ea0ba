package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/collabd/collabd/wire"
)

// FuzzDecodeClient: no bytes make the decoder panic. What it accepts is JSON
// for others too, and is written and read back as the same; what it refuses has
// a reason out of the table.
func FuzzDecodeClient(f *testing.F) {
	for frame := range clientMessages(f) {
		f.Add([]byte(frame))
	}
	for _, r := range refusals() {
		if len(r.frame) < 1000 {
			f.Add([]byte(r.frame))
		}
	}
	wide := wire.DefaultLimits()
	wide.Frame *= 8 // what was written in UTF-8 may come back escaped
	wide.SecretBytes *= 8
	f.Fuzz(func(t *testing.T, frame []byte) {
		msg, err := wire.DecodeClient(frame, wire.DefaultLimits())
		if err != nil {
			var e *wire.Error
			if !errors.As(err, &e) || !slices.Contains(wire.Closes(), e.Close) {
				t.Fatalf("%v ends no connection", err)
			}
			return
		}
		if !json.Valid(frame) {
			t.Fatalf("accepted what is not JSON")
		}
		again := msg.Append(nil)
		second, err := wire.DecodeClient(again, wide)
		if err != nil {
			t.Fatalf("written as %s, which is refused: %v", again, err)
		}
		if d := difference(msg, second); d != "" {
			t.Fatalf("written as %s, which is another message: %s", again, d)
		}
		if third := second.Append(nil); !bytes.Equal(again, third) {
			t.Fatalf("written as %s, then as %s", again, third)
		}
	})
}

// FuzzDecodeServer is the same for what clients read.
func FuzzDecodeServer(f *testing.F) {
	for frame := range serverMessages(f) {
		f.Add([]byte(frame))
	}
	f.Add([]byte(`{"type":"later","x":[1.5,{"y":null}]}`))
	f.Fuzz(func(t *testing.T, frame []byte) {
		msg, err := wire.DecodeServer(frame)
		if err != nil || msg == nil {
			return
		}
		if !json.Valid(frame) {
			t.Fatalf("accepted what is not JSON")
		}
		again := msg.Append(nil)
		second, err := wire.DecodeServer(again)
		if err != nil {
			t.Fatalf("written as %s, which is refused: %v", again, err)
		}
		if d := difference(msg, second); d != "" {
			t.Fatalf("written as %s, which is another message: %s", again, d)
		}
		if third := second.Append(nil); !bytes.Equal(again, third) {
			t.Fatalf("written as %s, then as %s", again, third)
		}
	})
}
