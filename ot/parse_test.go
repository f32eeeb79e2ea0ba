package ot_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
)

// parseCases: what Parse makes of a text with the default limits, the code it
// refuses it with or the op it reads.
var parseCases = []struct {
	text string
	code ot.ErrorCode
	want string // of AppendJSON, "" if it is text itself
	// hidden: JavaScript's JSON.parse does not show this fault to its caller.
	hidden bool
}{
	{text: `[]`},
	{text: `[{"insert":"x"}]`},
	{text: " [ {\t\"insert\" :\r\n\"x\" } ] ", want: `[{"insert":"x"}]`},
	{text: `[{"retain":3},{"insert":"x"},{"delete":2}]`},
	{text: `[{"delete":1},{"insert":"x"}]`},
	{text: `[{"insert":"x"},{"delete":1}]`},
	{text: `[{"insert":"x"},{"insert":"y"},{"retain":1},{"retain":2}]`, want: `[{"insert":"xy"}]`},
	{text: `[{"delete":1},{"delete":2}]`, want: `[{"delete":3}]`},
	{text: `[{"delete":1},{"insert":"x"},{"delete":2}]`},
	{text: `[{"retain":1},{"retain":2},{"insert":"x"}]`, want: `[{"retain":3},{"insert":"x"}]`},
	{text: `[{"insert":"x"},{"retain":6}]`, want: `[{"insert":"x"}]`},
	{text: `[{"retain":6,"attributes":{}}]`, want: `[]`},
	{text: `[{"attributes":{"bold":true},"insert":"x"}]`, want: `[{"insert":"x","attributes":{"bold":true}}]`},
	{text: `[{"insert":"x","attributes":{}}]`, want: `[{"insert":"x"}]`},
	{text: `[{"insert":"x","attributes":{"bold":null}}]`, want: `[{"insert":"x"}]`},
	{text: `[{"insert":"x","attributes":{"link":"/a","bold":true}}]`, want: `[{"insert":"x","attributes":{"bold":true,"link":"/a"}}]`},
	{text: `[{"retain":1,"attributes":{"bold":null}}]`},
	{text: `[{"retain":1,"attributes":{"a":false,"b":0,"c":""}}]`},
	{text: `[{"insert":"x","attributes":{"n":1}},{"insert":"y","attributes":{"n":1.0}}]`, want: `[{"insert":"xy","attributes":{"n":1}}]`},
	{text: `[{"retain":1,"attributes":{"a":-0,"b":1e2,"c":1.50,"d":1e-7,"e":0.000001,"f":-12.5e-1}}]`, want: `[{"retain":1,"attributes":{"a":0,"b":100,"c":1.5,"d":1e-7,"e":0.000001,"f":-1.25}}]`},
	{text: `[{"retain":1,"attributes":{"n":9007199254740991}}]`},
	{text: `[{"insert":"x","attributes":{"m":{"b":[1, {"d":null}],"a":1}}}]`, want: `[{"insert":"x","attributes":{"m":{"a":1,"b":[1,{"d":null}]}}}]`},
	{text: `[{"insert":{"image":"/a.png"}}]`},
	{text: `[{"insert":{"image":"/a.png"}},{"insert":{"image":"/a.png"}}]`},
	{text: `[{"insert":{"mention":{"name":"x", "id":1}},"attributes":{"bold":true}}]`, want: `[{"insert":{"mention":{"id":1,"name":"x"}},"attributes":{"bold":true}}]`},
	{text: `[{"insert":{"hr":null}}]`},
	{text: `[{"insert":"a\u0000b\u2028\/\ud83d\ude00é😀\b\f"}]`, want: "[{\"insert\":\"a\\u0000b\u2028/😀é😀\\u0008\\u000c\"}]"},
	{text: `[{"insert":"\uE000\uffff"}]`, want: "[{\"insert\":\"\ue000\uffff\"}]"},
	{text: `[{"ins\u0065rt":"x"}]`, want: `[{"insert":"x"}]`},

	{text: ``, code: ot.CodeSyntax},
	{text: `[`, code: ot.CodeSyntax},
	{text: `[{"insert":"x"}`, code: ot.CodeSyntax},
	{text: `[{"insert":"x"},]`, code: ot.CodeSyntax},
	{text: `[{"insert":"x",}]`, code: ot.CodeSyntax},
	{text: `[{"insert":"x"}] x`, code: ot.CodeSyntax},
	{text: `[{"insert":"x"}][]`, code: ot.CodeSyntax},
	{text: `[{'insert':"x"}]`, code: ot.CodeSyntax},
	{text: `[{insert:"x"}]`, code: ot.CodeSyntax},
	{text: `[{"insert":"a` + "\n" + `b"}]`, code: ot.CodeSyntax},
	{text: `[{"insert":"\x"}]`, code: ot.CodeSyntax},
	{text: `[{"retain":01}]`, code: ot.CodeSyntax},
	{text: `[{"retain":+1}]`, code: ot.CodeSyntax},
	{text: `[{"retain":1.}]`, code: ot.CodeSyntax},
	{text: `[{"retain":NaN}]`, code: ot.CodeSyntax},
	{text: `[{"retain":1x}]`, code: ot.CodeSyntax},
	{text: `[{"retain":1,"retain":9}]`, code: ot.CodeSyntax, hidden: true},
	{text: `[{"insert":"x","ins\u0065rt":"y"}]`, code: ot.CodeSyntax, hidden: true},
	{text: `[{"insert":"x","attributes":{"a":1,"a":2}}]`, code: ot.CodeSyntax, hidden: true},
	{text: `[{"insert":{"m":{"a":1,"a":2}}}]`, code: ot.CodeSyntax, hidden: true},
	{text: `[{"insert":{"m":1,"m":2}}]`, code: ot.CodeSyntax, hidden: true},

	{text: `{"insert":"x"}`, code: ot.CodeShape},
	{text: `{"ops":[{"insert":"x"}]}`, code: ot.CodeShape},
	{text: `"x"`, code: ot.CodeShape},
	{text: `null`, code: ot.CodeShape},
	{text: `[null]`, code: ot.CodeShape},
	{text: `["x"]`, code: ot.CodeShape},
	{text: `[[]]`, code: ot.CodeShape},
	{text: `[{}]`, code: ot.CodeShape},
	{text: `[{"attributes":{"bold":true}}]`, code: ot.CodeShape},
	{text: `[{"insert":"x","delete":1}]`, code: ot.CodeShape},
	{text: `[{"insert":"x","retain":1}]`, code: ot.CodeShape},
	{text: `[{"insert":"x","foo":1}]`, code: ot.CodeShape},
	{text: `[{"Insert":"x"}]`, code: ot.CodeShape},
	{text: `[{"insert":null}]`, code: ot.CodeShape},
	{text: `[{"insert":5}]`, code: ot.CodeShape},
	{text: `[{"insert":true}]`, code: ot.CodeShape},
	{text: `[{"insert":[1,2]}]`, code: ot.CodeShape},
	{text: `[{"insert":{}}]`, code: ot.CodeShape},
	{text: `[{"insert":{"":1}}]`, code: ot.CodeShape},
	{text: `[{"insert":{"a":1,"b":2}}]`, code: ot.CodeShape},
	{text: `[{"retain":"1"}]`, code: ot.CodeShape},
	{text: `[{"retain":null}]`, code: ot.CodeShape},
	{text: `[{"retain":true}]`, code: ot.CodeShape},
	{text: `[{"retain":{"image":"v"}}]`, code: ot.CodeShape},
	{text: `[{"delete":[1]}]`, code: ot.CodeShape},
	{text: `[{"insert":"x","attributes":null}]`, code: ot.CodeShape},
	{text: `[{"insert":"x","attributes":[1]}]`, code: ot.CodeShape},
	{text: `[{"insert":"x","attributes":"bold"}]`, code: ot.CodeShape},
	{text: `[{"delete":1,"attributes":{"bold":true}}]`, code: ot.CodeShape},
	{text: `[{"delete":1,"attributes":{}}]`, code: ot.CodeShape},

	{text: `[{"retain":0},{"insert":"x"}]`, code: ot.CodeLength},
	{text: `[{"delete":0}]`, code: ot.CodeLength},
	{text: `[{"retain":-1}]`, code: ot.CodeLength},
	{text: `[{"retain":-0}]`, code: ot.CodeLength},
	{text: `[{"retain":1.5}]`, code: ot.CodeLength},
	{text: `[{"retain":1.0}]`, code: ot.CodeLength, hidden: true},
	{text: `[{"retain":1e0}]`, code: ot.CodeLength, hidden: true},
	{text: `[{"retain":1e999}]`, code: ot.CodeLength},
	{text: `[{"delete":9007199254740992}]`, code: ot.CodeLength},
	{text: `[{"retain":9223372036854775807},{"retain":9223372036854775807},{"delete":2}]`, code: ot.CodeLength},
	{text: `[{"retain":1,"attributes":{"bold":true}},{"delete":18446744073709551617}]`, code: ot.CodeLength},

	{text: `[{"insert":""}]`, code: ot.CodeEmpty},

	{text: `[{"insert":"x","attributes":{"n":9007199254740993}}]`, code: ot.CodeValue},
	{text: `[{"insert":"x","attributes":{"n":-1e300}}]`, code: ot.CodeValue},
	{text: `[{"insert":"x","attributes":{"n":1e999}}]`, code: ot.CodeValue},
	{text: `[{"retain":1,"attributes":{"__proto__":{"x":1}}}]`, code: ot.CodeValue},
	{text: `[{"insert":{"__proto__":1}}]`, code: ot.CodeValue},
	{text: `[{"insert":{"m":{"__proto__":1}}}]`, code: ot.CodeValue},

	{text: `[{"insert":"\ud83d"}]`, code: ot.CodeSurrogate},
	{text: `[{"insert":"\ude00\ud83d"}]`, code: ot.CodeSurrogate},
	{text: `[{"insert":"\ud83dx"}]`, code: ot.CodeSurrogate},
	{text: `[{"insert":"\ud83d\ud83d\ude00"}]`, code: ot.CodeSurrogate},
	{text: `[{"insert":{"image":"\ud83d"}}]`, code: ot.CodeSurrogate},
	{text: `[{"insert":"x","attributes":{"link":"\ude00"}}]`, code: ot.CodeSurrogate},

	{text: `[{"retain":2000000000}]`, code: ot.CodeLimit},
	{text: `[{"retain":1000000000},{"delete":1000000000}]`, code: ot.CodeLimit},
	{text: `[{"insert":{"m":` + strings.Repeat("[", 9) + strings.Repeat("]", 9) + `}}]`, code: ot.CodeLimit},
	{text: `[{"insert":"x","attributes":{` + manyAttributes(33) + `}}]`, code: ot.CodeLimit},
	{text: `[{"insert":"x","attributes":{"link":"` + strings.Repeat("x", 9000) + `"}}]`, code: ot.CodeLimit},
}

func manyAttributes(n int) string {
	var parts []string
	for i := range n {
		parts = append(parts, fmt.Sprintf(`"a%d":1`, i))
	}
	return strings.Join(parts, ",")
}

func TestParse(t *testing.T) {
	for _, c := range parseCases {
		op, err := ot.Parse([]byte(c.text), ot.DefaultLimits())
		if got := codeOf(err); got != c.code {
			t.Errorf("%.80s: %v, want code %q", c.text, err, c.code)
			continue
		}
		if c.want == "" {
			c.want = c.text
		}
		if got := string(op.AppendJSON(nil)); err == nil && got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

func codeOf(err error) ot.ErrorCode {
	var e *ot.Error
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &e):
		return "not an *ot.Error"
	}
	return e.Code
}

func TestParseLimits(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		lim  ot.Limits
	}{
		"bytes":           {`[{"insert":"xx"}]`, ot.Limits{Bytes: 16}},
		"components":      {`[{"insert":"x"},{"insert":"y"}]`, ot.Limits{Components: 1}},
		"insert units":    {`[{"insert":"😀"},{"delete":1},{"insert":"x"}]`, ot.Limits{InsertUnits: 2}},
		"attributes":      {`[{"insert":"x","attributes":{"a":1,"b":1}}]`, ot.Limits{Attributes: 1}},
		"attribute bytes": {`[{"insert":"x","attributes":{"a":12345}}]`, ot.Limits{AttributeBytes: 10}},
		"embed bytes":     {`[{"insert":{"a":12345}}]`, ot.Limits{AttributeBytes: 10}},
		"depth":           {`[{"insert":{"a":{"b":[]}}}]`, ot.Limits{Depth: 1}},
		"base units":      {`[{"retain":2},{"delete":2}]`, ot.Limits{Units: 3}},
		"target units":    {`[{"insert":"xx"},{"retain":2,"attributes":{"a":1}}]`, ot.Limits{Units: 3}},
	} {
		if _, err := ot.Parse([]byte(c.text), c.lim); codeOf(err) != ot.CodeLimit {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := ot.Parse([]byte(c.text), ot.Limits{}); err != nil {
			t.Errorf("%s: refused with default limits: %v", name, err)
		}
	}
	for name, text := range map[string]string{
		"a million levels":     `[{"insert":{"x":` + strings.Repeat(`{"x":`, 1_000_000),
		"a million components": `[` + strings.Repeat(`{"insert":"x"},{"retain":1},`, 500_000) + `{"delete":1}]`,
	} {
		if _, err := ot.Parse([]byte(text), ot.Limits{Bytes: 1 << 26}); codeOf(err) != ot.CodeLimit {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestErrorsHoldNoText: errors are logged, and documents are private.
func TestErrorsHoldNoText(t *testing.T) {
	for _, text := range []string{
		`[{"insert":"secret\ud800"}]`, `["secret"]`, `[{"insert":"secret","delete":1}]`, `[{"insert":["secret"]}]`,
		`[{"insert":"x","attributes":"secret"}]`, `[secret]`, `[{"insert":{"a":"secret","b":1}}]`, `[{"insert":"x"}]secret`,
	} {
		if _, err := ot.Parse([]byte(text), ot.Limits{}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if s := op(t, `[{"insert":"secret"},{"insert":{"image":"secret"}},{"retain":1,"attributes":{"link":"secret"}}]`).String(); strings.Contains(s, "secret") {
		t.Errorf("String: %s", s)
	}
}

func TestStandardJSON(t *testing.T) {
	type message struct{ Op ot.Op }
	in := message{op(t, `[{"retain":1},{"insert":"<é😀>"}]`)}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out message
	if err := json.Unmarshal(text, &out); err != nil || !out.Op.Equal(in.Op) {
		t.Errorf("%s: %v", text, err)
	}
	if err := json.Unmarshal([]byte(`{"Op":[{"insert":"\ud800"}]}`), &out); codeOf(err) != ot.CodeSurrogate {
		t.Errorf("half a pair: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range parseCases {
		f.Add([]byte(c.text))
	}
	f.Add([]byte("[{\"insert\":\"\xff\"}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		op, err := ot.Parse(data, ot.Limits{})
		if err != nil {
			if codeOf(err) == "not an *ot.Error" {
				t.Fatalf("%q: %T", data, err)
			}
			return
		}
		if err := canonical(op); err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		if back, err := ot.Parse(op.AppendJSON(nil), ot.Limits{}); err != nil || !back.Equal(op) {
			t.Fatalf("%q is written as %s, which reads as %s, %v", data, op.AppendJSON(nil), back.AppendJSON(nil), err)
		}
	})
}
