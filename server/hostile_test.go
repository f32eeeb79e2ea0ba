package server

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// attack is what somebody sends after the welcome, and how it ends.
type attack struct {
	frames []string // at the revision %d, which the document has at that moment
	kind   ot.DocKind
	close  wire.Close
	seq    wire.Seq // that the error names
}

func attacks() map[string]attack {
	edit := func(op string) string { return `{"type":"edit","seq":1,"base":%d,"op":` + op + `}` }
	return map[string]attack{
		"no JSON":            {frames: []string{`hello?`}, close: wire.CloseBadMessage},
		"nothing":            {frames: []string{``}, close: wire.CloseBadMessage},
		"an array":           {frames: []string{`[]`}, close: wire.CloseBadMessage},
		"wrong type":         {frames: []string{`{"type":7}`}, close: wire.CloseBadMessage},
		"unknown type":       {frames: []string{`{"type":"delete everything"}`}, close: wire.CloseBadMessage},
		"unknown member":     {frames: []string{`{"type":"ping","role":"owner"}`}, close: wire.CloseBadMessage},
		"duplicate member":   {frames: []string{`{"type":"ping","type":"ping"}`}, close: wire.CloseBadMessage},
		"seq of a string":    {frames: []string{`{"type":"edit","seq":"1","base":%d,"op":[]}`}, close: wire.CloseBadMessage},
		"base of a fraction": {frames: []string{`{"type":"edit","seq":1,"base":%d.0,"op":[]}`}, close: wire.CloseBadMessage},
		"no op":              {frames: []string{`{"type":"edit","seq":1,"base":%d}`}, close: wire.CloseBadMessage},
		"half a pair":        {frames: []string{edit(`[{"insert":"\ud83d"}]`)}, close: wire.CloseBadMessage},
		"the other half":     {frames: []string{edit(`[{"insert":"\ude00"}]`)}, close: wire.CloseBadMessage},
		"deep nesting":       {frames: []string{edit(strings.Repeat("[", 100000))}, close: wire.CloseBadMessage},
		"selection of one":   {frames: []string{`{"type":"presence","revision":%d,"selections":[[1]]}`}, close: wire.CloseBadMessage},
		"no UTF-8":           {frames: []string{"{\"type\":\"ping\xff\"}"}, close: wire.CloseBadMessage},
		"no UTF-8 in text":   {frames: []string{edit("[{\"insert\":\"\xed\xa0\xbd\"}]")}, close: wire.CloseBadMessage},
		"over the limit":     {frames: []string{`{"type":"ping"` + strings.Repeat(" ", 256<<10) + `}`}, close: wire.CloseTooLarge},
		"far over the limit": {frames: []string{strings.Repeat("x", 8<<20)}, close: wire.CloseTooLarge},
		"a second hello":     {frames: []string{`{"type":"hello"}`}, close: wire.CloseBadHello},

		"past the end":       {frames: []string{edit(`[{"retain":1000000},{"insert":"x"}]`)}, close: wire.CloseEditRefused, seq: 1},
		"delete past it":     {frames: []string{edit(`[{"delete":1000000}]`)}, close: wire.CloseEditRefused, seq: 1},
		"cut a pair":         {frames: []string{edit(`[{"insert":"😀"}]`), `{"type":"edit","seq":2,"base":%d,"op":[{"retain":1},{"insert":"x"}]}`}, close: wire.CloseEditRefused, seq: 2},
		"delete half a pair": {frames: []string{edit(`[{"insert":"😀"}]`), `{"type":"edit","seq":2,"base":%d,"op":[{"delete":1}]}`}, close: wire.CloseEditRefused, seq: 2},
		"retain of zero":     {frames: []string{edit(`[{"retain":0}]`)}, close: wire.CloseEditRefused, seq: 1},
		"empty insert":       {frames: []string{edit(`[{"insert":""}]`)}, close: wire.CloseEditRefused, seq: 1},
		"huge lengths":       {frames: []string{edit(`[{"retain":9007199254740991},{"delete":9007199254740991}]`)}, close: wire.CloseEditRefused, seq: 1},
		"too much text":      {frames: []string{edit(`[{"insert":"` + strings.Repeat("x", 16<<10+1) + `"}]`)}, close: wire.CloseEditRefused, seq: 1},
		"attribute in text":  {frames: []string{edit(`[{"insert":"x","attributes":{"bold":true}}]`)}, close: wire.CloseEditRefused, seq: 1},
		"embed in text":      {frames: []string{edit(`[{"insert":{"image":"/x"}}]`)}, close: wire.CloseEditRefused, seq: 1},

		"unknown attribute":    {kind: ot.Rich, frames: []string{edit(`[{"insert":"x","attributes":{"onclick":"x"}}]`)}, close: wire.CloseEditRefused, seq: 1},
		"a script as link":     {kind: ot.Rich, frames: []string{edit(`[{"insert":"x","attributes":{"link":"javascript:alert(1)"}}]`)}, close: wire.CloseEditRefused, seq: 1},
		"a script in capitals": {kind: ot.Rich, frames: []string{edit(`[{"insert":"x","attributes":{"link":" JaVaScRiPt:alert(1)"}}]`)}, close: wire.CloseEditRefused, seq: 1},
		"unknown embed":        {kind: ot.Rich, frames: []string{edit(`[{"insert":{"iframe":"https://evil.example"}}]`)}, close: wire.CloseEditRefused, seq: 1},
		"image of a script":    {kind: ot.Rich, frames: []string{edit(`[{"insert":{"image":"javascript:alert(1)"}}]`)}, close: wire.CloseEditRefused, seq: 1},
		"image of another":     {kind: ot.Rich, frames: []string{edit(`[{"insert":{"image":"//evil.example/x"}}]`)}, close: wire.CloseEditRefused, seq: 1},
		"style by color":       {kind: ot.Rich, frames: []string{edit(`[{"insert":"x","attributes":{"color":"red;background:url(x)"}}]`)}, close: wire.CloseEditRefused, seq: 1},
		"prototype":            {kind: ot.Rich, frames: []string{edit(`[{"insert":"x","attributes":{"__proto__":{}}}]`)}, close: wire.CloseEditRefused, seq: 1},
		"a carriage return":    {kind: ot.Rich, frames: []string{edit(`[{"insert":"\r"}]`)}, close: wire.CloseEditRefused, seq: 1},
		"a NUL":                {kind: ot.Rich, frames: []string{edit(`[{"insert":"\u0000"}]`)}, close: wire.CloseEditRefused, seq: 1},

		"a seq left out":  {frames: []string{`{"type":"edit","seq":2,"base":%d,"op":[]}`}, close: wire.CloseSeqGap, seq: 2},
		"the last seq":    {frames: []string{`{"type":"edit","seq":9007199254740991,"base":%d,"op":[]}`}, close: wire.CloseSeqGap, seq: 9007199254740991},
		"a seq of zero":   {frames: []string{`{"type":"edit","seq":0,"base":%d,"op":[]}`}, close: wire.CloseSeqConflict},
		"another content": {frames: []string{edit(`[{"insert":"x"}]`), edit(`[{"insert":"y"}]`)}, close: wire.CloseSeqConflict, seq: 1},
		"an old seq":      {frames: []string{edit(`[]`), `{"type":"edit","seq":2,"base":%d,"op":[]}`, edit(`[]`)}, close: wire.CloseSeqConflict, seq: 1},
		"beyond the head": {frames: []string{`{"type":"edit","seq":1,"base":9007199254740991,"op":[]}`}, close: wire.CloseBadBase, seq: 1},
		"below own edit":  {frames: []string{edit(`[{"insert":"x"}]`), `{"type":"edit","seq":2,"base":0,"op":[]}`}, close: wire.CloseBadBase, seq: 2},
	}
}

// TestHostileFrames: each gets its error and its close, and the document and a
// peer who behaves go on.
func TestHostileFrames(t *testing.T) {
	w := open(t)
	ana := w.person()
	docs := map[ot.DocKind]wire.DocID{ot.Text: ana.create("x", ot.Text).ID, ot.Rich: ana.create("x", ot.Rich).ID}
	typists := map[ot.DocKind]*typist{}
	for kind, doc := range docs {
		typists[kind] = w.typist(doc, kind)
	}
	for name, a := range attacks() {
		if a.kind == "" {
			a.kind = ot.Text
		}
		t.Run(name, func(t *testing.T) {
			w.t = t
			typists[a.kind].types(1) // so that there is a revision to go below
			p := w.person().join(docs[a.kind])
			head := p.welcome.Revision
			for i, frame := range a.frames {
				if strings.Contains(frame, "%d") {
					frame = fmt.Sprintf(frame, head)
				}
				p.send(frame)
				if i < len(a.frames)-1 { // one edit in flight at a time
					head = p.acked(wire.Seq(i + 1))
				}
			}
			if e := p.refused(a.close); e.Seq != a.seq {
				t.Errorf("the error names seq %d, want %d", e.Seq, a.seq)
			}
			typists[a.kind].types(2)
		})
	}
	w.t = t
	for _, y := range typists {
		y.leave()
	}
}

// acked waits for the record of an own edit, and returns its revision.
func (p *peer) acked(seq wire.Seq) (at wire.Revision) {
	p.t.Helper()
	await(p, func(m wire.Records) bool {
		for i, r := range m.Records {
			if r.Client == p.welcome.Client && r.Seq == seq {
				at = m.After + wire.Revision(i) + 1
				return true
			}
		}
		return false
	})
	return at
}

// TestFinalNewline: a rich document keeps its end.
func TestFinalNewline(t *testing.T) {
	w := open(t)
	doc := w.person().create("x", ot.Rich).ID
	for _, op := range []string{`[{"delete":1}]`, `[{"retain":1},{"insert":"x"}]`} {
		p := w.person().join(doc)
		p.send(`{"type":"edit","seq":1,"base":0,"op":` + op + `}`)
		p.refused(wire.CloseEditRefused)
	}
	if got := w.person().text(doc); got != "\n" {
		t.Errorf("the document is %q", got)
	}
}

func TestHostileConnections(t *testing.T) {
	w := open(t)
	ana, eve := w.person(), w.person()
	doc, other := ana.create("x", ot.Text).ID, ana.create("y", ot.Text).ID
	y := w.typist(doc, ot.Text)
	victim := ana.join(doc)
	victim.send(fmt.Sprintf(`{"type":"edit","seq":1,"base":%d,"op":[]}`, victim.welcome.Revision))
	head := victim.acked(1)
	mine := wire.Hello{Client: victim.welcome.Client, Secret: victim.welcome.Secret, Lineage: victim.welcome.Lineage, Revision: head}
	evil := eve.join(doc)
	forge := func(change func(*wire.Hello)) string {
		h := mine
		change(&h)
		return string(h.Append(nil))
	}
	for name, c := range map[string]struct {
		who   *person
		doc   wire.DocID
		hello string
		close wire.Close
	}{
		"another's id and secret":    {eve, doc, forge(func(*wire.Hello) {}), wire.CloseUnknownClient},
		"another's id, own secret":   {eve, doc, forge(func(h *wire.Hello) { h.Secret = evil.welcome.Secret }), wire.CloseUnknownClient},
		"own id, another's secret":   {eve, doc, forge(func(h *wire.Hello) { h.Client = evil.welcome.Client }), wire.CloseUnknownClient},
		"an id that nobody has":      {eve, doc, forge(func(h *wire.Hello) { h.Client = "c" }), wire.CloseUnknownClient},
		"a guessed secret":           {ana, doc, forge(func(h *wire.Hello) { h.Secret = "AAAAAAAAAAAAAAAAAAAAAAAA" }), wire.CloseUnknownClient},
		"half a secret":              {ana, doc, forge(func(h *wire.Hello) { h.Secret = h.Secret[:12] }), wire.CloseUnknownClient},
		"the id of another document": {ana, other, forge(func(*wire.Hello) {}), wire.CloseUnknownClient},
		"another lineage":            {ana, doc, forge(func(h *wire.Hello) { h.Lineage = "l" }), wire.CloseLineageChanged},
		"a revision of tomorrow":     {ana, doc, forge(func(h *wire.Hello) { h.Revision = 1 << 50 }), wire.CloseRevisionAhead},
		"half a hello":               {ana, doc, `{"type":"hello","client":"c"}`, wire.CloseBadMessage},
		"an edit for a hello":        {ana, doc, `{"type":"edit","seq":1,"base":0,"op":[]}`, wire.CloseBadHello},
		"a ping for a hello":         {ana, doc, `{"type":"ping"}`, wire.CloseBadHello},
		"no JSON for a hello":        {ana, doc, `GET / HTTP/1.1`, wire.CloseBadMessage},
		"a large hello":              {ana, doc, `{"type":"hello"` + strings.Repeat(" ", 256<<10) + `}`, wire.CloseTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			w.t, c.who.w.t = t, t
			ws, _ := c.who.dial(c.doc)
			p := &peer{t: t, ws: ws}
			p.send(c.hello)
			p.refused(c.close)
			y.types(1)
		})
	}
	t.Run("a binary frame", func(t *testing.T) {
		w.t = t
		p := w.person().join(doc)
		p.write(websocket.MessageBinary, `{"type":"ping"}`)
		p.refused(wire.CloseBadMessage)
	})
	t.Run("a binary hello", func(t *testing.T) {
		w.t = t
		ws, _ := w.person().dial(doc)
		p := &peer{t: t, ws: ws}
		p.write(websocket.MessageBinary, `{"type":"hello"}`)
		p.refused(wire.CloseBadMessage)
	})
	t.Run("small fragments over the limit", func(t *testing.T) {
		w.t = t
		p := w.person().join(doc)
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		m, err := p.ws.Writer(ctx, websocket.MessageText)
		for i := 0; i < 300 && err == nil; i++ {
			_, err = m.Write([]byte(strings.Repeat("x", 1000)))
		}
		p.refused(wire.CloseTooLarge)
	})
	w.t = t
	// The victim is served on: nobody took its place, its next edit is its own.
	victim.t = t
	victim.send(fmt.Sprintf(`{"type":"edit","seq":2,"base":%d,"op":[]}`, head))
	victim.acked(2)
	victim.bye()
	evil.bye()
	y.leave()
}

// TestSuperseded: a client that connects again takes the place of its old
// connection, which is told not to come back.
func TestSuperseded(t *testing.T) {
	w := open(t)
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	first := ana.join(doc)
	ws, _ := ana.dial(doc)
	second := w.hello(ws, wire.Hello{Client: first.welcome.Client, Secret: first.welcome.Secret, Lineage: first.welcome.Lineage})
	first.refused(wire.CloseSuperseded)
	second.alive()
	if !second.welcome.Resumed {
		t.Error("the second connection did not resume")
	}
	second.bye()
}

// TestOthersSeeIt: what is changed by REST reaches the open sockets.
func TestOthersSeeIt(t *testing.T) {
	w := open(t)
	ana, ben := w.person(), w.person()
	doc := ana.create("x", ot.Text).ID
	a, b := ana.join(doc), ben.join(doc)
	await(a, func(m wire.Presences) bool {
		return slices.ContainsFunc(m.Peers, func(p wire.Peer) bool { return p.Client == b.welcome.Client })
	})
	ben.do("PATCH", "/api/me", `{"name":"Ben","color":"#102030"}`).is(t, 200, "")
	seen := await(a, func(m wire.Presences) bool { return len(m.Peers) == 1 && m.Peers[0].User.Name == "Ben" })
	if u := seen.Peers[0].User; u.Color != "#102030" || u.ID != b.welcome.User.ID {
		t.Errorf("seen %+v", u)
	}
	ben.do("PATCH", "/api/docs/"+string(doc), `{"title":"Minutes"}`).is(t, 200, "")
	for _, p := range []*peer{a, b} {
		await(p, func(m wire.Title) bool { return m.Title == "Minutes" })
	}
	c := w.person().join(doc)
	if c.welcome.Title != "Minutes" {
		t.Errorf("who comes later sees %q", c.welcome.Title)
	}
	for _, p := range []*peer{a, b, c} {
		p.bye()
	}
}

// TestResend: an edit that comes twice, as after a lost acknowledgement, is
// answered with its old revision, over the old connection and over a new one.
func TestResend(t *testing.T) {
	w := open(t)
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	const frame = `{"type":"edit","seq":1,"base":0,"op":[{"insert":"x"}]}`
	p := ana.join(doc)
	p.send(frame)
	p.acked(1)
	p.send(frame)
	await(p, func(m wire.Ack) bool { return m == wire.Ack{Seq: 1, Revision: 1} })
	ws, _ := ana.dial(doc)
	again := w.hello(ws, wire.Hello{Client: p.welcome.Client, Secret: p.welcome.Secret, Lineage: p.welcome.Lineage})
	if !again.welcome.Resumed || again.welcome.Acked != 1 || again.welcome.Revision != 1 {
		t.Errorf("welcome back: %+v", again.welcome)
	}
	p.refused(wire.CloseSuperseded)
	again.send(frame)
	await(again, func(m wire.Ack) bool { return m == wire.Ack{Seq: 1, Revision: 1} })
	again.bye()
	if got := ana.text(doc); got != "x" {
		t.Errorf("the document is %q", got)
	}
}
