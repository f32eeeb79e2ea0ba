package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/collabd/collabd/bench/server/ws"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// said takes the one text message out of masked frames.
func said(t *testing.T, out *ws.Frames) []byte {
	t.Helper()
	if out.Count != 1 {
		t.Fatalf("%d frames", out.Count)
	}
	b := out.Bytes[2:]
	if out.Bytes[1]&0x7F == 126 {
		b = b[2:]
	}
	out.Reset()
	return b
}

func inserted(place int, text string) ot.Op {
	return (&ot.Builder{}).Retain(place, ot.Attrs{}).Insert(text, ot.Attrs{}).Op()
}

// The speaker against the codec of the server.
func TestCollabdSpeaker(t *testing.T) {
	s := &collabdSpeaker{}
	var to ear
	var notices string
	to.notice = func(author []byte, edit int) { notices += fmt.Sprintf("%s:%d ", author, edit) }
	var out ws.Frames
	hear := func(messages ...wire.ServerMessage) error {
		frame := []byte("[")
		for i, m := range messages {
			if i > 0 {
				frame = append(frame, ',')
			}
			frame = m.Append(frame)
		}
		if frame = append(frame, ']'); len(messages) == 1 {
			frame = frame[1 : len(frame)-1]
		}
		return s.hear(frame, &to, &out)
	}
	edit := func() wire.Edit {
		m, err := wire.DecodeClient(said(t, &out), wire.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		e, ok := m.(wire.Edit)
		if !ok {
			t.Fatalf("it said %+v", m)
		}
		return e
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}

	s.greet(&out)
	if m, err := wire.DecodeClient(said(t, &out), wire.DefaultLimits()); err != nil || m != (wire.Hello{}) {
		t.Errorf("it greets with %+v, %v", m, err)
	}
	must(hear(wire.Welcome{Client: "me", Revision: 5, Parts: 2, Kind: ot.Text}))
	must(hear(wire.Doc{Part: 1, Parts: 2, Op: inserted(0, "ab\"é")}, wire.Presences{Full: true, Peers: []wire.Peer{{Client: "x"}}}))
	if to.ready {
		t.Error("ready after half of the document")
	}
	must(hear(wire.Doc{Part: 2, Parts: 2, Op: inserted(0, "😀\n")}))
	if !to.ready || to.units != 7 || to.name != "me" {
		t.Errorf("it has heard %+v", to)
	}
	s.insert([]byte("qq"), &out)
	if e := edit(); e.Seq != 1 || e.Base != 5 || e.Op.String() != inserted(0, "qq").String() {
		t.Errorf("the first edit is %+v", e)
	}
	must(hear(wire.Records{After: 5, Records: []wire.Record{
		{Client: "x", Seq: 9, Op: inserted(0, "abc")}, {Client: "me", Seq: 1, Op: inserted(3, "qq")}, {Client: "y", Seq: 2, Op: inserted(6, "d")},
	}}, wire.Pong{}))
	if to.edits != 3 || to.acked != 1 || notices != "x:9 me:1 y:2 " {
		t.Errorf("it has heard %+v, %s", to, notices)
	}
	s.insert([]byte("r"), &out)
	if e := edit(); e.Seq != 2 || e.Base != 8 || e.Op.String() != inserted(5, "r").String() {
		t.Errorf("the second edit is %+v", e)
	}
	must(hear(wire.Catchup{After: 8, To: 12, Part: 1, Parts: 1, Op: inserted(0, "z")}))
	if to.edits != 7 || s.revision != 12 {
		t.Errorf("after a catch-up it has heard %+v", to)
	}
	if err := s.hear([]byte(`{"type":"news","x":[{"client":"x"}]}`), &to, &out); err != nil || to.edits != 7 {
		t.Errorf("something new is %v", err)
	}
	for what, m := range map[string]wire.ServerMessage{
		"a gap":             wire.Records{After: 13, Records: []wire.Record{{Client: "x", Seq: 10, Op: inserted(0, "a")}}},
		"a repetition":      wire.Records{After: 11, Records: []wire.Record{{Client: "x", Seq: 10, Op: inserted(0, "a")}}},
		"an edit not sent":  wire.Records{After: 12, Records: []wire.Record{{Client: "me", Seq: 3, Op: inserted(0, "a")}}},
		"an error":          wire.ErrorMessage{Code: "bad_base"},
		"a goaway":          wire.GoAway{Reason: "restarting"},
		"another op":        wire.Records{After: 12, Records: []wire.Record{{Client: "x", Seq: 10, Op: (&ot.Builder{}).Delete(1).Op()}}},
		"attributes in one": wire.Records{After: 12, Records: []wire.Record{{Client: "x", Seq: 10, Op: (&ot.Builder{}).Retain(1, ot.NewAttrs(map[string]ot.Value{"bold": ot.True})).Op()}}},
	} {
		before := *s
		if hear(m) == nil {
			t.Errorf("%s is no error", what)
		}
		*s = before
	}
}

// Who only reads counts the same, and notices a gap.
func TestCollabdReader(t *testing.T) {
	s := &collabdSpeaker{}
	var to ear
	var out ws.Frames
	hear := func(m wire.ServerMessage) error { return s.hear(m.Append(nil), &to, &out) }
	if err := hear(wire.Welcome{Client: "me"}); err != nil || !to.ready {
		t.Fatalf("%+v, %v", to, err)
	}
	var records []wire.Record
	for i := range 50 {
		records = append(records, wire.Record{Client: "x", Seq: wire.Seq(i + 1), Op: inserted(i, "a")})
	}
	if err := hear(wire.Records{Records: records}); err != nil || to.edits != 50 || s.revision != 50 {
		t.Errorf("%+v, revision %d, %v", to, s.revision, err)
	}
	if hear(wire.Records{After: 51, Records: records[:1]}) == nil {
		t.Error("a gap is no error")
	}
}

func TestContentUnits(t *testing.T) {
	for content, want := range map[string]int{
		`[]`: 0, `[{"insert":"abc"}]`: 3, `[{"insert":"a\n\"\\b"},{"insert":{"divider":true}},{"insert":"c","attributes":{"bold":true}}]`: 7,
		`[{"insert":"\u00e9😀é"}]`: 4, `{"ops":[{"insert":"` + strings.Repeat("x", 1000) + `"}]}`: 1000,
	} {
		if got := contentUnits([]byte(content)); got != want {
			t.Errorf("%s has %d units, want %d", content, got, want)
		}
	}
}

func TestValueEnd(t *testing.T) {
	for text, want := range map[string]int{`{}`: 2, `{"a":[{"b":"}\"]"}]},{`: 20, `]`: 0} {
		if got, err := valueEnd([]byte(text)); got != want || err != nil {
			t.Errorf("%s ends at %d, %v, want %d", text, got, err, want)
		}
	}
	if _, err := valueEnd([]byte(`{"a":"}`)); err == nil {
		t.Error("what does not end is no error")
	}
}
