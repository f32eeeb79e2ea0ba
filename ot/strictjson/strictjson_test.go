package strictjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/collabd/collabd/ot/strictjson"
)

func TestObject(t *testing.T) {
	members, err := strictjson.Object([]byte(" {\"a\" : [1, {\"b\":2}] ,\n\"\\u0062\":\"x\"} "), 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%s=%s %s=%s", members[0].Name, members[0].Value, members[1].Name, members[1].Value)
	if want := `a=[1, {"b":2}] b="x"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestObjectRefuses(t *testing.T) {
	for in, reason := range map[string]string{
		``:                         strictjson.ReasonEnd,
		`[]`:                       strictjson.ReasonType,
		`{`:                        strictjson.ReasonEnd,
		`{"a"}`:                    strictjson.ReasonSyntax,
		`{"a":}`:                   strictjson.ReasonSyntax,
		`{"a":1,}`:                 strictjson.ReasonSyntax,
		`{,}`:                      strictjson.ReasonSyntax,
		`{"a":1 "b":2}`:            strictjson.ReasonSyntax,
		`{a:1}`:                    strictjson.ReasonSyntax,
		`{"a":1} x`:                strictjson.ReasonTrailing,
		`{"a":1}{}`:                strictjson.ReasonTrailing,
		`{"a":1,"a":2}`:            strictjson.ReasonDuplicate,
		`{"a":1,"\u0061":2}`:       strictjson.ReasonDuplicate,
		`{"a":{"b":{"c":1}}}`:      strictjson.ReasonDepth,
		`{"a":[[[]]]}`:             strictjson.ReasonDepth,
		`{"a":1,"b":2,"c":3}`:      strictjson.ReasonMembers,
		`{"a":"\ud800"}`:           strictjson.ReasonSurrogate,
		`{"a":"\ud800x"}`:          strictjson.ReasonSurrogate,
		`{"a":"\ud800\ud800"}`:     strictjson.ReasonSurrogate,
		`{"a":"\udc00\ud800"}`:     strictjson.ReasonSurrogate,
		`{"\ud800":1}`:             strictjson.ReasonSurrogate,
		`{"a":{"\ud800":1}}`:       strictjson.ReasonSurrogate,
		"{\"a\":\"\xff\"}":         strictjson.ReasonUTF8,
		"{\"a\":\"\xed\xa0\x80\"}": strictjson.ReasonUTF8, // a surrogate in UTF-8
		"{\"a\":\"\n\"}":           strictjson.ReasonSyntax,
		`{"a":"\x"}`:               strictjson.ReasonSyntax,
		`{"a":"\u12g4"}`:           strictjson.ReasonSyntax,
		`{"a":"\u12"}`:             strictjson.ReasonSyntax,
		`{"a":"`:                   strictjson.ReasonEnd,
		`{"a":"\`:                  strictjson.ReasonEnd,
		`{"a":01}`:                 strictjson.ReasonSyntax,
		`{"a":1.}`:                 strictjson.ReasonSyntax,
		`{"a":.5}`:                 strictjson.ReasonSyntax,
		`{"a":+1}`:                 strictjson.ReasonSyntax,
		`{"a":1e}`:                 strictjson.ReasonSyntax,
		`{"a":-}`:                  strictjson.ReasonSyntax,
		`{"a":NaN}`:                strictjson.ReasonSyntax,
		`{"a":nul}`:                strictjson.ReasonSyntax,
		`{"a":tru`:                 strictjson.ReasonSyntax,
		`{"a":'x'}`:                strictjson.ReasonSyntax,
		"\ufeff{}":                 strictjson.ReasonSyntax,
	} {
		_, err := strictjson.Object([]byte(in), 2, 2)
		var e *strictjson.Error
		if !errors.As(err, &e) || e.Reason != reason {
			t.Errorf("%q: got %v, want %s", in, err, reason)
		}
	}
}

func TestManyNames(t *testing.T) {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, `"n%d":%d,`, i, i)
	}
	if m, err := strictjson.Object([]byte("{"+strings.TrimSuffix(b.String(), ",")+"}"), 1, 100); err != nil || len(m) != 100 {
		t.Errorf("100 names: %d, %v", len(m), err)
	}
	for _, twice := range []string{"n0", "n7", "n8", "n99"} {
		if _, err := strictjson.Object([]byte("{"+b.String()+`"`+twice+`":0}`), 1, 200); err == nil {
			t.Errorf("%s twice is accepted", twice)
		}
	}
}

func TestArray(t *testing.T) {
	parts, err := strictjson.Array([]byte(`[ 1 ,"a",[ ],{"x":[]}]`), 3)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(bytes.Join(parts, []byte("|"))), `1|"a"|[ ]|{"x":[]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, in := range []string{``, `{}`, `[1,]`, `[1 2]`, `[`, `[] []`, `[[[[]]]]`} {
		if _, err := strictjson.Array([]byte(in), 3); err == nil {
			t.Errorf("%s is accepted", in)
		}
	}
	if _, err := strictjson.Array([]byte(`[]`), 0); err == nil {
		t.Error("depth 0 lets an array pass")
	}
	deep := strings.Repeat("[", 1_000_000)
	if _, err := strictjson.Array([]byte(deep), 32); err == nil {
		t.Error("a million levels are accepted")
	}
}

func TestScalars(t *testing.T) {
	if s, err := strictjson.String([]byte(`"a\"\\\/\b\f\n\r\té\u00e9😀\ud83d\ude00\u0000"`)); err != nil || s != "a\"\\/\b\f\n\r\téé😀😀\x00" {
		t.Errorf("String: %q, %v", s, err)
	}
	for in, want := range map[string]uint64{"0": 0, "7": 7, "9007199254740991": 1<<53 - 1} {
		if n, err := strictjson.Uint([]byte(in)); err != nil || n != want {
			t.Errorf("Uint(%s): %d, %v", in, n, err)
		}
	}
	for _, in := range []string{"", "-1", "-0", "1.0", "1e0", "01", "9007199254740992", "18446744073709551617", "99999999999999999999999", `"1"`, "null", "1 2"} {
		if _, err := strictjson.Uint([]byte(in)); err == nil {
			t.Errorf("Uint(%s) is accepted", in)
		}
	}
	for in, want := range map[string]bool{"true": true, " false ": false} {
		if b, err := strictjson.Bool([]byte(in)); err != nil || b != want {
			t.Errorf("Bool(%s): %t, %v", in, b, err)
		}
	}
	for _, in := range []string{"", "True", "1", "null", "truex", `"true"`} {
		if _, err := strictjson.Bool([]byte(in)); err == nil {
			t.Errorf("Bool(%s) is accepted", in)
		}
	}
}

// FuzzAgainstStandard checks that what is accepted means the same to
// encoding/json, that what it refuses is refused here too, and that written
// strings read back.
func FuzzAgainstStandard(f *testing.F) {
	for _, s := range []string{`{"a":"\ud83d\ude00"}`, `[1,-2.5e3,null]`, `"é"`, `{"a":{"b":[true]}}`, "\"\xff\"", `"\ud800"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := strictjson.NewScanner(data)
		_, err := s.Raw(100)
		if err == nil {
			err = s.End()
		}
		if err == nil && !json.Valid(data) {
			t.Fatalf("%q is accepted, and is not JSON", data)
		}
		got, err := strictjson.String(data)
		if err != nil {
			return
		}
		var want string
		if json.Unmarshal(data, &want) != nil || got != want || !utf8.ValidString(got) {
			t.Fatalf("%q reads as %q, want %q", data, got, want)
		}
		if again, err := strictjson.String(strictjson.AppendString(nil, got)); err != nil || again != got {
			t.Fatalf("%q written and read: %q, %v", got, again, err)
		}
	})
}
