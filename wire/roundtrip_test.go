package wire_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// Every message of a client, as the protocol writes it down.
func clientMessages(t testing.TB) map[string]wire.ClientMessage {
	return map[string]wire.ClientMessage{
		`{"type":"hello"}`: wire.Hello{},
		`{"type":"hello","client":"c7d","secret":"s3","lineage":"l3f","revision":812}`: wire.Hello{
			Client: "c7d", Secret: "s3", Lineage: "l3f", Revision: 812},
		`{"type":"hello","client":"c","secret":"s","lineage":"l","revision":9007199254740991}`: wire.Hello{
			Client: "c", Secret: "s", Lineage: "l", Revision: 1<<53 - 1},
		`{"type":"edit","seq":8,"base":812,"op":[{"retain":4},{"insert":"!"}]}`: wire.Edit{
			Seq: 8, Base: 812, Op: op(t, `[{"retain":4},{"insert":"!"}]`)},
		`{"type":"edit","seq":1,"base":0,"op":[]}`: wire.Edit{Seq: 1},
		`{"type":"edit","seq":1,"base":0,"op":[{"insert":{"divider":true},"attributes":{"align":"center"}},{"delete":2}]}`: wire.Edit{
			Seq: 1, Op: op(t, `[{"insert":{"divider":true},"attributes":{"align":"center"}},{"delete":2}]`)},
		`{"type":"presence","revision":812,"selections":[[4,4],[9,12]]}`: wire.Presence{
			Revision: 812, Selections: []wire.Selection{{4, 4}, {9, 12}}},
		`{"type":"presence","revision":0,"selections":[]}`: wire.Presence{},
		`{"type":"check"}`:              wire.Check{},
		`{"type":"check","repaired":2}`: wire.Check{Repaired: 2},
		`{"type":"ping"}`:               wire.Ping{},
	}
}

// Every message of a server, as the protocol writes it down.
func serverMessages(t testing.TB) map[string]wire.ServerMessage {
	lim := wire.DefaultLimits()
	ben := wire.User{ID: "u2", Name: "Ben", Color: "#1d6fb8"}
	return map[string]wire.ServerMessage{
		`{"type":"welcome","client":"c7","secret":"s","lineage":"l3","revision":812,"resumed":false,"acked":0,"kind":"rich","title":"Minutes","role":"editor","user":{"id":"u2","name":"Ben","color":"#1d6fb8"},"parts":1,"limits":{"frame":262144,"edit_units":16384,"edit_components":2000,"document_units":16777216}}`: wire.Welcome{
			Client: "c7", Secret: "s", Lineage: "l3", Revision: 812, Kind: ot.Rich, Title: "Minutes", Role: wire.Editor,
			User: ben, Parts: 1, Limits: lim},
		`{"type":"welcome","client":"c7","secret":"s","lineage":"l3","revision":9,"resumed":true,"acked":4,"kind":"text","title":"😀","role":"owner","user":{"id":"u2","name":"Ben","color":"#1d6fb8"},"parts":0,"limits":{"frame":262144,"edit_units":16384,"edit_components":2000,"document_units":16777216}}`: wire.Welcome{
			Client: "c7", Secret: "s", Lineage: "l3", Revision: 9, Resumed: true, Acked: 4, Kind: ot.Text, Title: "😀",
			Role: wire.Owner, User: ben, Limits: lim},
		`{"type":"doc","part":1,"parts":3,"op":[{"insert":"x"}]}`: wire.Doc{Part: 1, Parts: 3, Op: op(t, `[{"insert":"x"}]`)},
		`{"type":"records","after":812,"records":[{"client":"c9","seq":3,"op":[{"insert":"a"}]},{"client":"c7","seq":8,"op":[{"retain":5},{"insert":"!"}]}]}`: wire.Records{
			After: 812, Records: []wire.Record{{"c9", 3, op(t, `[{"insert":"a"}]`)}, {"c7", 8, op(t, `[{"retain":5},{"insert":"!"}]`)}}},
		`{"type":"records","after":0,"records":[]}`: wire.Records{},
		`{"type":"catchup","after":812,"to":1310,"part":1,"parts":2,"op":[{"delete":1}]}`: wire.Catchup{
			After: 812, To: 1310, Part: 1, Parts: 2, Op: op(t, `[{"delete":1}]`)},
		`{"type":"check","revision":812,"hash":"00c0ffee00c0ffee"}`: wire.Checked{Revision: 812, Hash: "00c0ffee00c0ffee"},
		`{"type":"ack","seq":8,"revision":814}`:                     wire.Ack{Seq: 8, Revision: 814},
		`{"type":"presence","full":false,"peers":[{"client":"c9","user":{"id":"u2","name":"Ben","color":"#1d6fb8"},"role":"editor","selections":[[5,5]]}],"gone":["c4"]}`: wire.Presences{
			Peers: []wire.Peer{{Client: "c9", User: ben, Role: wire.Editor, Selections: []wire.Selection{{5, 5}}}}, Gone: []wire.ClientID{"c4"}},
		`{"type":"presence","full":true,"peers":[],"gone":[]}`: wire.Presences{Full: true},
		`{"type":"title","title":"Minutes of May"}`:            wire.Title{Title: "Minutes of May"},
		`{"type":"role","role":"viewer"}`:                      wire.RoleChange{Role: wire.Viewer},
		`{"type":"slow","wait_ms":120}`:                        wire.Slow{WaitMillis: 120},
		`{"type":"store","ok":false}`:                          wire.StoreState{},
		`{"type":"store","ok":true}`:                           wire.StoreState{OK: true},
		`{"type":"notice","kind":"restored","user":{"id":"u2","name":"Ben","color":"#1d6fb8"},"revision":820,"of":311,"part":true}`: wire.Notice{
			Kind: wire.Restored, User: ben, Revision: 820, Of: 311, Part: true},
		`{"type":"goaway","reason":"restarting","retry_ms":500}`:                           wire.GoAway{Reason: "restarting", RetryMillis: 500},
		`{"type":"error","code":"edit_refused","seq":8,"message":"The edit does not fit"}`: wire.ErrorMessage{Code: "edit_refused", Seq: 8, Message: "The edit does not fit"},
		`{"type":"error","code":"silent","message":"Nothing came"}`:                        wire.ErrorMessage{Code: "silent", Message: "Nothing came"},
		`{"type":"pong"}`: wire.Pong{},
	}
}

func TestClientMessagesAreWrittenAndReadBack(t *testing.T) {
	for text, msg := range clientMessages(t) {
		if got := string(msg.Append([]byte("before "))); got != "before "+text {
			t.Errorf("%T is written as\n%s, want\n%s", msg, got, text)
		}
		got, err := wire.DecodeClient([]byte(text), wire.DefaultLimits())
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if d := difference(got, msg); d != "" {
			t.Errorf("%s is read as another message: %s", text, d)
		}
	}
}

func TestServerMessagesAreWrittenAndReadBack(t *testing.T) {
	for text, msg := range serverMessages(t) {
		if got := string(msg.Append([]byte("before "))); got != "before "+text {
			t.Errorf("%T is written as\n%s, want\n%s", msg, got, text)
		}
		got, err := wire.DecodeServer([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if d := difference(got, msg); d != "" {
			t.Errorf("%s is read as another message: %s", text, d)
		}
	}
}

// The tables above, and the random messages, have every type that there is.
func TestNoMessageIsForgotten(t *testing.T) {
	random := newSource(1)
	have := map[string]bool{}
	for _, m := range clientMessages(t) {
		have["table clientMessage "+reflect.TypeOf(m).Name()] = true
	}
	for _, m := range serverMessages(t) {
		have["table serverMessage "+reflect.TypeOf(m).Name()] = true
	}
	for range 1000 {
		have["random clientMessage "+reflect.TypeOf(random.clientMessage()).Name()] = true
		have["random serverMessage "+reflect.TypeOf(random.serverMessage()).Name()] = true
	}
	seen := 0
	for _, file := range []string{"client.go", "server.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || (fn.Name.Name != "clientMessage" && fn.Name.Name != "serverMessage") {
				continue
			}
			seen++
			name := fn.Name.Name + " " + fn.Recv.List[0].Type.(*ast.Ident).Name
			for _, where := range []string{"table", "random"} {
				if !have[where+" "+name] {
					t.Errorf("%s: not among the %s messages of this test", name, where)
				}
			}
		}
	}
	if seen != 20 {
		t.Errorf("found %d types of messages in the sources, want 20: adapt this number with the protocol", seen)
	}
}

func TestRandomMessagesRoundTrip(t *testing.T) {
	eachSeed(t, 3000, func(t *testing.T, s source) {
		up := s.clientMessage()
		frame := up.Append(nil)
		gotUp, err := wire.DecodeClient(frame, wire.DefaultLimits())
		if err != nil {
			t.Errorf("%s: %v", frame, err)
		} else if d := difference(gotUp, up); d != "" {
			t.Errorf("%s: %s", frame, d)
		}
		down := s.serverMessage()
		frame = down.Append(nil)
		gotDown, err := wire.DecodeServer(frame)
		if err != nil {
			t.Errorf("%s: %v", frame, err)
		} else if d := difference(gotDown, down); d != "" {
			t.Errorf("%s: %s", frame, d)
		}
		if !json.Valid(frame) {
			t.Errorf("not JSON: %s", frame)
		}
	})
}

// Decoded messages own their memory: the frame is reused for the next one.
func TestDecodedMessagesOwnTheirMemory(t *testing.T) {
	eachSeed(t, 300, func(t *testing.T, s source) {
		up, down := s.clientMessage(), s.serverMessage()
		upFrame, downFrame := up.Append(nil), down.Append(nil)
		gotUp, err1 := wire.DecodeClient(upFrame, wire.DefaultLimits())
		gotDown, err2 := wire.DecodeServer(downFrame)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		for _, frame := range [][]byte{upFrame, downFrame} {
			for i := range frame {
				frame[i] = '!'
			}
		}
		if d := difference(gotUp, up) + difference(gotDown, down); d != "" {
			t.Errorf("a message changed with its frame: %s", d)
		}
	})
}

// Servers may grow within version 1: clients pass over what they do not know.
func TestClientsPassOverWhatTheyDoNotKnow(t *testing.T) {
	for text, msg := range serverMessages(t) {
		more := strings.TrimSuffix(text, "}") + `,"since":{"later":[1.5,null,"x"]}}`
		got, err := wire.DecodeServer([]byte(more))
		if err != nil {
			t.Errorf("%s: %v", more, err)
		} else if d := difference(got, msg); d != "" {
			t.Errorf("%s: %s", more, d)
		}
	}
	if msg, err := wire.DecodeServer([]byte(`{"type":"comment","text":"later"}`)); msg != nil || err != nil {
		t.Errorf("an unknown type is %v, %v, want neither message nor error", msg, err)
	}
}

// A frame of a server is one message or an array of messages, some of which
// may be of a later version.
func TestFramesOfManyMessages(t *testing.T) {
	eachSeed(t, 300, func(t *testing.T, s source) {
		want := []wire.ServerMessage{}
		frame := []byte{'['}
		for range s.IntN(4) {
			if len(frame) > 1 {
				frame = append(frame, ',')
			}
			if s.one(5) {
				frame = append(frame, `{"type":"later"}`...)
				continue
			}
			m := s.serverMessage()
			want = append(want, m)
			frame = m.Append(frame)
		}
		frame = append(frame, ']')
		got, err := wire.DecodeServerFrame(frame)
		if err != nil {
			t.Fatalf("%s: %v", frame, err)
		}
		if len(got) != len(want) {
			t.Fatalf("%s: %d messages, want %d", frame, len(got), len(want))
		}
		for i := range got {
			if d := difference(got[i], want[i]); d != "" {
				t.Errorf("%s: message %d: %s", frame, i, d)
			}
		}
		if _, err := wire.DecodeServerFrame(frame[:len(frame)-1]); err == nil {
			t.Errorf("%s: an array that does not end is accepted", frame[:len(frame)-1])
		}
	})
	one, err := wire.DecodeServerFrame([]byte(`{"type":"pong"}`))
	if err != nil || len(one) != 1 || one[0] != (wire.Pong{}) {
		t.Errorf("a frame of one message is %v, %v", one, err)
	}
}

// The order of members means nothing.
func TestMembersInAnyOrder(t *testing.T) {
	text := `{"op":[{"insert":"a"}],"base":3,"type":"edit","seq":2}`
	got, err := wire.DecodeClient([]byte(text), wire.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if d := difference(got, wire.Edit{Seq: 2, Base: 3, Op: op(t, `[{"insert":"a"}]`)}); d != "" {
		t.Error(d)
	}
}

// A digest tells two edits of one seq apart, and knows a resend again.
func TestDigest(t *testing.T) {
	edits := map[string]wire.Edit{}
	for _, base := range []wire.Revision{0, 1, 256} {
		for _, text := range []string{`[]`, `[{"insert":"a"}]`, `[{"insert":"b"}]`, `[{"retain":1},{"insert":"a"}]`, `[{"insert":"a","attributes":{"bold":true}}]`} {
			e := wire.Edit{Seq: 1, Base: base, Op: op(t, text)}
			edits[string(e.Append(nil))] = e
		}
	}
	digests := map[uint64]bool{}
	for text, e := range edits {
		digests[e.Digest()] = true
		again, err := wire.DecodeClient([]byte(text), wire.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if again.(wire.Edit).Digest() != e.Digest() {
			t.Errorf("%s: a resend has another digest", text)
		}
	}
	if len(digests) != len(edits) {
		t.Errorf("%d edits have %d digests: %v", len(edits), len(digests), slices.Sorted(maps.Keys(edits)))
	}
}
