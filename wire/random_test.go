package wire_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/ot/strictjson"
	"github.com/collabd/collabd/wire"
)

// source makes random messages and ops.
type source struct{ *rand.Rand }

func newSource(seed uint64) source { return source{rand.New(rand.NewPCG(seed, 0))} }

// eachSeed runs a law for fixed seeds and for some of this moment. A failure
// names the seed: add it to the fixed ones.
func eachSeed(t *testing.T, n int, law func(t *testing.T, s source)) {
	t.Helper()
	now := uint64(time.Now().UnixNano())
	for i := range uint64(n) {
		seed := i
		if i >= uint64(n)/2 {
			seed = now + i
		}
		law(t, newSource(seed))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func (s source) one(n int) bool { return s.IntN(n) == 0 }

// letters are of one to four bytes of UTF-8, one or two UTF-16 code units, and
// those that JSON escapes or that some writers do.
var letters = []string{"a", "b", " ", "\n", "\t", "\"", "\\", "/", "<", "\x00", "\x1f", "\x7f", "é", "漢", "\u2028", "\ufffd", "\uffff", "😀", "𝕋", "\U0010ffff"}

func (s source) text(most int) string {
	var b strings.Builder
	for range s.IntN(most + 1) {
		b.WriteString(letters[s.IntN(len(letters))])
	}
	return b.String()
}

func (s source) number() uint64 {
	switch s.IntN(4) {
	case 0:
		return 0
	case 1:
		return strictjson.MaxSafe
	case 2:
		return s.Uint64N(strictjson.MaxSafe)
	}
	return s.Uint64N(1000)
}

func (s source) attrs(nulls bool) ot.Attrs {
	values := []ot.Value{ot.True, ot.StringValue("#fff"), ot.StringValue("/a😀\"")}
	if nulls {
		values = append(values, ot.Null)
	}
	kv := map[string]ot.Value{}
	for range s.IntN(3) {
		kv[[]string{"bold", "link", "é"}[s.IntN(3)]] = values[s.IntN(len(values))]
	}
	return ot.NewAttrs(kv)
}

// op returns an op that applies to a document made of base.
func (s source) op(base ot.Doc) ot.Op {
	var b ot.Builder
	ends := boundaries(base.Text())
	for at := 0; ; {
		switch s.IntN(5) {
		case 0:
			b.Insert(s.text(12), s.attrs(false))
		case 1:
			b.InsertEmbed(ot.NewEmbed("image", ot.StringValue("/"+s.text(3))), s.attrs(false))
		}
		if at == len(ends)-1 || s.one(12) {
			return b.Op()
		}
		to := at + 1 + s.IntN(min(5, len(ends)-1-at))
		if n := ends[to] - ends[at]; s.one(3) {
			b.Delete(n)
		} else {
			b.Retain(n, s.attrs(true))
		}
		at = to
	}
}

func (s source) doc() ot.Doc {
	doc, err := ot.NewDoc().Apply((&ot.Builder{}).Insert(s.text(60), ot.Attrs{}).Op())
	if err != nil {
		panic(err)
	}
	return doc
}

// boundaries are the places between characters, in UTF-16 code units.
func boundaries(text string) []int {
	ends := []int{0}
	for _, r := range text {
		ends = append(ends, ends[len(ends)-1]+units(string(r)))
	}
	return ends
}

func units(text string) (n int) {
	for _, r := range text {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

func (s source) selections() []wire.Selection {
	list := make([]wire.Selection, s.IntN(17))
	for i := range list {
		list[i] = wire.Selection{Anchor: int(s.number()), Head: int(s.number())}
	}
	return list
}

func (s source) clientMessage() wire.ClientMessage {
	switch s.IntN(6) {
	case 0:
		return wire.Hello{}
	case 1:
		return wire.Hello{
			Client: wire.ClientID("c" + s.text(5)), Secret: "s" + s.text(5), Lineage: wire.Lineage("l" + s.text(5)),
			Revision: wire.Revision(s.number()),
		}
	case 2:
		return wire.Presence{Revision: wire.Revision(s.number()), Selections: s.selections()}
	case 3:
		return wire.Ping{}
	case 4:
		return wire.Check{Repaired: s.IntN(3)}
	}
	return wire.Edit{Seq: wire.Seq(s.number()), Base: wire.Revision(s.number()), Op: s.op(s.doc())}
}

func (s source) user() wire.User {
	return wire.User{ID: wire.UserID(s.text(5)), Name: s.text(9), Color: s.text(7)}
}

func (s source) serverMessage() wire.ServerMessage {
	switch s.IntN(15) {
	case 0:
		lim := wire.DefaultLimits()
		lim.Frame, lim.EditUnits, lim.EditComponents, lim.DocumentUnits = s.IntN(1e9), s.IntN(1e9), s.IntN(1e9), s.IntN(1e9)
		return wire.Welcome{
			Client: wire.ClientID(s.text(5)), Secret: s.text(5), Lineage: wire.Lineage(s.text(5)),
			Revision: wire.Revision(s.number()), Resumed: s.one(2), Acked: wire.Seq(s.number()), Kind: ot.Rich,
			Title: s.text(9), Role: wire.Editor, User: s.user(), Parts: s.IntN(100), Limits: lim,
		}
	case 1:
		return wire.Doc{Part: s.IntN(9), Parts: s.IntN(9), Op: s.doc().Op()}
	case 2:
		list := make([]wire.Record, s.IntN(4))
		for i := range list {
			list[i] = wire.Record{Client: wire.ClientID(s.text(5)), Seq: wire.Seq(s.number()), Op: s.op(s.doc())}
		}
		return wire.Records{After: wire.Revision(s.number()), Records: list}
	case 3:
		return wire.Catchup{
			After: wire.Revision(s.number()), To: wire.Revision(s.number()), Part: s.IntN(9), Parts: s.IntN(9), Op: s.op(s.doc()),
		}
	case 4:
		return wire.Ack{Seq: wire.Seq(s.number()), Revision: wire.Revision(s.number())}
	case 5:
		m := wire.Presences{Full: s.one(2)}
		for range s.IntN(3) {
			m.Peers = append(m.Peers, wire.Peer{Client: wire.ClientID(s.text(5)), User: s.user(), Role: wire.Viewer, Selections: s.selections()})
			m.Gone = append(m.Gone, wire.ClientID(s.text(5)))
		}
		return m
	case 6:
		return wire.Title{Title: s.text(20)}
	case 7:
		return wire.RoleChange{Role: wire.Role(s.text(6))}
	case 8:
		return wire.GoAway{Reason: s.text(6), RetryMillis: s.IntN(1e6)}
	case 9:
		return wire.ErrorMessage{Code: s.text(6), Seq: wire.Seq(s.number()), Message: s.text(30)}
	case 10:
		return wire.Slow{WaitMillis: s.IntN(1e6)}
	case 11:
		return wire.StoreState{OK: s.one(2)}
	case 12:
		return wire.Notice{Kind: s.text(6), User: s.user(), Revision: wire.Revision(s.number()), Of: wire.Revision(s.number()), Part: s.one(2)}
	case 13:
		return wire.Checked{Revision: wire.Revision(s.number()), Hash: s.text(16)}
	}
	return wire.Pong{}
}

// difference compares two messages member by member; it is empty if they say
// the same. Ops are compared as ops, and no list is the empty list.
func difference(a, b any) string { return differ("", reflect.ValueOf(a), reflect.ValueOf(b)) }

func differ(path string, a, b reflect.Value) string {
	if !a.IsValid() || !b.IsValid() || a.Type() != b.Type() {
		return fmt.Sprintf("%s: %v and %v are of different types", path, a, b)
	}
	if x, ok := a.Interface().(ot.Op); ok {
		if y := b.Interface().(ot.Op); !x.Equal(y) {
			return fmt.Sprintf("%s: %s and %s", path, x.AppendJSON(nil), y.AppendJSON(nil))
		}
		return ""
	}
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			if d := differ(path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i)); d != "" {
				return d
			}
		}
		return ""
	case reflect.Slice:
		if a.Len() != b.Len() {
			return fmt.Sprintf("%s: %d and %d elements", path, a.Len(), b.Len())
		}
		for i := range a.Len() {
			if d := differ(fmt.Sprintf("%s[%d]", path, i), a.Index(i), b.Index(i)); d != "" {
				return d
			}
		}
		return ""
	}
	if !a.Equal(b) {
		return fmt.Sprintf("%s: %#v and %#v", path, a, b)
	}
	return ""
}

// op parses what a test writes down.
func op(t testing.TB, json string) ot.Op {
	t.Helper()
	o, err := ot.Parse([]byte(json), ot.Limits{})
	if err != nil {
		t.Fatalf("op %s: %v", json, err)
	}
	return o
}
