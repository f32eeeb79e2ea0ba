package client

import (
	"errors"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

func parse(t testing.TB, text string) ot.Op {
	t.Helper()
	op, err := ot.Parse([]byte(text), ot.DefaultLimits())
	if err != nil {
		t.Fatalf("parse %s: %v", text, err)
	}
	return op
}

func startAt(t testing.TB, kind ot.DocKind, text string, revision wire.Revision) State {
	t.Helper()
	var b ot.Builder
	doc, err := ot.DocOf(b.Insert(text, ot.Attrs{}).Op())
	if err != nil {
		t.Fatal(err)
	}
	return NewState(kind, doc, revision, wire.DefaultLimits())
}

// step is one transition and what is to be seen after it.
type step struct {
	local    string // op typed
	remote   string // op of somebody else
	ack      string // op of the own record
	seq      wire.Seq
	sends    string // frame, "" for none
	shows    string // op that the editor gets, after remote
	text     string
	phase    Phase
	revision wire.Revision
	unsent   int
}

func TestStates(t *testing.T) {
	tables := map[string][]step{
		"typing alone": {
			{local: `[{"retain":2},{"insert":"c"}]`, sends: `{"type":"edit","seq":1,"base":7,"op":[{"retain":2},{"insert":"c"}]}`,
				text: "abc", phase: Inflight, revision: 7, unsent: 1},
			{local: `[{"retain":3},{"insert":"d"}]`, text: "abcd", phase: InflightPending, revision: 7, unsent: 2},
			{local: `[{"retain":4},{"insert":"e"}]`, text: "abcde", phase: InflightPending, revision: 7, unsent: 3},
			{ack: `[{"retain":2},{"insert":"c"}]`, seq: 1, sends: `{"type":"edit","seq":2,"base":8,"op":[{"retain":3},{"insert":"de"}]}`,
				text: "abcde", phase: Inflight, revision: 8, unsent: 2},
			{ack: `[{"retain":3},{"insert":"de"}]`, seq: 2, text: "abcde", phase: Synchronized, revision: 9},
		},
		"a remote op when synchronized": {
			{remote: `[{"insert":"x"}]`, shows: `[{"insert":"x"}]`, text: "xab", phase: Synchronized, revision: 8},
		},
		"a remote op goes left of the own at a tie": {
			{local: `[{"retain":1},{"insert":"1"}]`, sends: `{"type":"edit","seq":1,"base":7,"op":[{"retain":1},{"insert":"1"}]}`,
				text: "a1b", phase: Inflight, revision: 7, unsent: 1},
			{local: `[{"retain":2},{"insert":"2"}]`, text: "a12b", phase: InflightPending, revision: 7, unsent: 2},
			{remote: `[{"retain":1},{"insert":"h"}]`, shows: `[{"retain":1},{"insert":"h"}]`, text: "ah12b",
				phase: InflightPending, revision: 8, unsent: 2},
			{ack: `[{"retain":2},{"insert":"1"}]`, seq: 1, sends: `{"type":"edit","seq":2,"base":9,"op":[{"retain":3},{"insert":"2"}]}`,
				text: "ah12b", phase: Inflight, revision: 9, unsent: 1},
		},
		"a remote op goes left of what is pending at a tie": {
			{local: `[{"insert":"1"}]`, sends: `{"type":"edit","seq":1,"base":7,"op":[{"insert":"1"}]}`,
				text: "1ab", phase: Inflight, revision: 7, unsent: 1},
			{local: `[{"retain":3},{"insert":"2"}]`, text: "1ab2", phase: InflightPending, revision: 7, unsent: 2},
			{remote: `[{"retain":2},{"insert":"h"}]`, shows: `[{"retain":3},{"insert":"h"}]`, text: "1abh2",
				phase: InflightPending, revision: 8, unsent: 2},
		},
		"a remote op moves behind what is unsent": {
			{local: `[{"insert":"1"}]`, sends: `{"type":"edit","seq":1,"base":7,"op":[{"insert":"1"}]}`,
				text: "1ab", phase: Inflight, revision: 7, unsent: 1},
			{local: `[{"retain":1},{"insert":"2"},{"delete":1}]`, text: "12b", phase: InflightPending, revision: 7, unsent: 2},
			{remote: `[{"delete":1},{"retain":1},{"insert":"z"}]`, shows: `[{"retain":3},{"insert":"z"}]`, text: "12bz",
				phase: InflightPending, revision: 8, unsent: 2},
			{ack: `[{"insert":"1"}]`, seq: 1, sends: `{"type":"edit","seq":2,"base":9,"op":[{"retain":1},{"insert":"2"}]}`,
				text: "12bz", phase: Inflight, revision: 9, unsent: 1},
		},
		"what was typed and removed again is not sent": {
			{local: `[{"insert":"1"}]`, sends: `{"type":"edit","seq":1,"base":7,"op":[{"insert":"1"}]}`,
				text: "1ab", phase: Inflight, revision: 7, unsent: 1},
			{local: `[{"insert":"2"}]`, text: "21ab", phase: InflightPending, revision: 7, unsent: 2},
			{local: `[{"delete":1}]`, text: "1ab", phase: InflightPending, revision: 7, unsent: 3},
			{ack: `[{"insert":"1"}]`, seq: 1, text: "1ab", phase: Synchronized, revision: 8},
		},
		"an op that changes nothing": {
			{local: `[]`, text: "ab", phase: Synchronized, revision: 7},
			{local: `[{"retain":1}]`, text: "ab", phase: Synchronized, revision: 7},
		},
		"astral text": {
			{local: `[{"retain":1},{"insert":"😀"}]`, sends: `{"type":"edit","seq":1,"base":7,"op":[{"retain":1},{"insert":"😀"}]}`,
				text: "a😀b", phase: Inflight, revision: 7, unsent: 1},
			{remote: `[{"retain":1},{"delete":1}]`, shows: `[{"retain":3},{"delete":1}]`, text: "a😀", phase: Inflight, revision: 8, unsent: 1},
		},
	}
	for name, steps := range tables {
		t.Run(name, func(t *testing.T) {
			s := startAt(t, ot.Text, "ab", 7)
			for i, step := range steps {
				before, was := s, s.Doc().Text()
				var sent *Message
				var err error
				switch {
				case step.local != "":
					s, sent, err = s.Local(parse(t, step.local))
				case step.remote != "":
					var shown ot.Op
					s, shown, err = s.Remote(parse(t, step.remote), s.Revision()+1)
					if shown.String() != parse(t, step.shows).String() {
						t.Errorf("step %d shows %s, want %s", i, shown, step.shows)
					}
				default:
					s, sent, err = s.Acknowledge(step.seq, parse(t, step.ack))
				}
				if err != nil {
					t.Fatalf("step %d: %v", i, err)
				}
				if before.Doc().Text() != was {
					t.Errorf("step %d changed the state before it", i)
				}
				frame := ""
				if sent != nil {
					frame = string(sent.Frame)
				}
				if frame != step.sends {
					t.Errorf("step %d sends %q, want %q", i, frame, step.sends)
				}
				if s.Doc().Text() != step.text || s.Phase() != step.phase || s.Revision() != step.revision || s.Unsent() != step.unsent {
					t.Errorf("step %d: %q phase %d revision %d unsent %d, want %q, %d, %d, %d", i,
						s.Doc().Text(), s.Phase(), s.Revision(), s.Unsent(), step.text, step.phase, step.revision, step.unsent)
				}
			}
		})
	}
}

func TestInflightNeverChangesOnTheWire(t *testing.T) {
	s := startAt(t, ot.Text, "ab", 7)
	s, first, err := s.Local(parse(t, `[{"retain":2},{"insert":"c"}]`))
	if err != nil {
		t.Fatal(err)
	}
	want := string(first.Frame)
	for range 3 {
		if s, _, err = s.Remote(parse(t, `[{"insert":"x"}]`), s.Revision()+1); err != nil {
			t.Fatal(err)
		}
		if s, _, err = s.Local(parse(t, `[{"insert":"y"}]`)); err != nil {
			t.Fatal(err)
		}
		again, err := s.Resume(0)
		if err != nil || again == nil || string(again.Frame) != want {
			t.Fatalf("resent %v (%v), first sent %s", again, err, want)
		}
	}
	if again, err := s.Resume(1); again != nil || err != nil {
		t.Errorf("an edit that the server has is sent again: %v, %v", again, err)
	}
	for _, acked := range []wire.Seq{2, 9} {
		if _, err := s.Resume(acked); !errors.Is(err, ErrDiverged) {
			t.Errorf("the server knows seq %d, which was never made: %v", acked, err)
		}
	}
}

func TestUnsentOpRebuildsTheDocument(t *testing.T) {
	s := startAt(t, ot.Text, "ab", 7)
	server := s.Doc()
	for _, op := range []string{`[{"insert":"1"}]`, `[{"retain":3},{"insert":"2"}]`, `[{"retain":1},{"delete":1}]`} {
		var err error
		if s, _, err = s.Local(parse(t, op)); err != nil {
			t.Fatal(err)
		}
	}
	unsent, err := s.UnsentOp()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := server.Apply(unsent)
	if err != nil || !doc.Equal(s.Doc()) {
		t.Errorf("%s gives %q (%v), want %q", unsent, doc.Text(), err, s.Doc().Text())
	}
}

func TestRefusedEditsChangeNothing(t *testing.T) {
	lim := wire.DefaultLimits()
	lim.DocumentUnits = 6
	rich := NewState(ot.Rich, ot.Rich.Initial(), 0, lim)
	text := NewState(ot.Text, ot.Text.Initial(), 0, lim)
	cases := map[string]struct {
		s    State
		op   string
		code ot.ErrorCode
	}{
		"past the end":           {text, `[{"delete":1}]`, ot.CodeRange},
		"attributes in text":     {text, `[{"insert":"a","attributes":{"bold":true}}]`, ot.CodeSchema},
		"behind the last line":   {rich, `[{"retain":1},{"insert":"a"}]`, ot.CodeLastLine},
		"an unknown attribute":   {rich, `[{"insert":"a","attributes":{"onclick":"x"}}]`, ot.CodeSchema},
		"longer than is allowed": {text, `[{"insert":"1234567"}]`, ""},
	}
	for name, c := range cases {
		next, m, err := c.s.Local(parse(t, c.op))
		oe, _ := errors.AsType[*ot.Error](err)
		switch {
		case c.code == "" && !errors.Is(err, ErrTooLarge):
			t.Errorf("%s: %v, want ErrTooLarge", name, err)
		case c.code != "" && (oe == nil || oe.Code != c.code):
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
		if m != nil || !next.Synced() || !next.Doc().Equal(c.s.Doc()) {
			t.Errorf("%s: changed the state", name)
		}
	}
}

func TestForeignRecordsUnderTheOwnName(t *testing.T) {
	s := startAt(t, ot.Text, "ab", 7)
	if _, _, err := s.Acknowledge(1, parse(t, `[{"insert":"x"}]`)); !errors.Is(err, ErrDiverged) {
		t.Errorf("nothing is in flight: %v", err)
	}
	s, _, err := s.Local(parse(t, `[{"insert":"x"}]`))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Acknowledge(2, parse(t, `[{"insert":"x"}]`)); !errors.Is(err, ErrDiverged) {
		t.Errorf("another seq: %v", err)
	}
	if _, _, err := s.Acknowledge(1, parse(t, `[{"insert":"y"}]`)); !errors.Is(err, ErrDiverged) {
		t.Errorf("another op: %v", err)
	}
}

func TestLargeEditsAreSentInParts(t *testing.T) {
	lim := wire.DefaultLimits()
	lim.EditUnits, lim.EditComponents = 7, 4
	base := startAt(t, ot.Text, strings.Repeat("ab😀", 5), 3)
	cases := map[string]string{
		"long text":        `[{"retain":2},{"insert":"0123456789012345678901234567890"}]`,
		"astral text":      `[{"insert":"x😀😀😀😀😀😀😀😀😀"},{"delete":4}]`,
		"many components":  `[{"insert":"1"},{"delete":1},{"retain":1},{"insert":"2"},{"retain":2},{"insert":"3"},{"delete":1},{"retain":1},{"insert":"4"},{"delete":2}]`,
		"insert at delete": `[{"delete":4},{"insert":"0123456789"},{"delete":4}]`,
		"small":            `[{"insert":"1"}]`,
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			op := parse(t, text)
			s := NewState(ot.Text, base.Doc(), 3, lim)
			server := s.Doc()
			s, m, err := s.Local(op)
			if err != nil {
				t.Fatal(err)
			}
			parts := 0
			for m != nil {
				parts++
				e := m.Edit
				units := 0
				for c := range e.Op.Components() {
					if c.Kind == ot.Insert {
						units += c.Len
					}
				}
				if units > 7 || e.Op.Len() > 4 {
					t.Errorf("part %d is too large: %s", parts, e.Op)
				}
				if server, err = server.Apply(e.Op); err != nil {
					t.Fatal(err)
				}
				if s.Unsent() != 1 {
					t.Errorf("unsent %d", s.Unsent())
				}
				if s, m, err = s.Acknowledge(e.Seq, e.Op); err != nil {
					t.Fatal(err)
				}
			}
			if !server.Equal(s.Doc()) || !s.Synced() || s.Unsent() != 0 {
				t.Errorf("the server has %q, the client %q", server.Text(), s.Doc().Text())
			}
			if (name == "small") != (parts == 1) {
				t.Errorf("%d parts", parts)
			}
		})
	}
}

func TestPartsFitTheFrame(t *testing.T) {
	lim := wire.DefaultLimits()
	lim.Frame = 400
	var b ot.Builder
	bold := ot.NewAttrs(map[string]ot.Value{"bold": "true"})
	for range 100 {
		b.Insert("a", bold).Insert("\"\\", ot.Attrs{})
	}
	s := NewState(ot.Rich, ot.Rich.Initial(), 0, lim)
	s, m, err := s.Local(b.Op())
	if err != nil {
		t.Fatal(err)
	}
	server := ot.Rich.Initial()
	for m != nil {
		if len(m.Frame) > lim.Frame {
			t.Fatalf("a frame of %d bytes", len(m.Frame))
		}
		if server, err = server.Apply(m.Edit.Op); err != nil {
			t.Fatal(err)
		}
		if s, m, err = s.Acknowledge(m.Edit.Seq, m.Edit.Op); err != nil {
			t.Fatal(err)
		}
	}
	if !server.Equal(s.Doc()) {
		t.Errorf("the server has %q", server.Text())
	}
}
