package ot_test

import (
	"encoding"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
)

var _ encoding.BinaryAppender = ot.Op{}

func init() { laws["L6 binary"] = lawBinary }

func FuzzL6Binary(f *testing.F) { fuzz(f, lawBinary) }

// lawBinary: what is written is read again, and no damaged byte goes unnoticed.
func lawBinary(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	d := s.doc("d", r.doc())
	a := s.op("a", r.op(d, false))
	if r.one(50) { // many sets
		var b ot.Builder
		for i := range 40 {
			b.Insert("x", ot.NewAttrs(map[string]ot.Value{"n": ot.Value('0' + rune(i%10)), "m": ot.Value('0' + rune(i%7))}))
		}
		a = s.op("a", b.Op())
	}
	data, err := a.AppendBinary([]byte("before"))
	if err != nil {
		s.failf("AppendBinary: %v", err)
	}
	data = data[len("before"):]
	back, err := ot.ParseBinary(data, ot.Limits{})
	if err != nil {
		s.failf("ParseBinary(%q): %v", data, err)
	}
	s.same("ParseBinary(AppendBinary(a))", back, a)
	at := r.IntN(len(data))
	data[at] ^= byte(1 << r.IntN(8))
	if _, err := ot.ParseBinary(data, ot.Limits{}); codeOf(err) != ot.CodeChecksum {
		s.failf("byte %d is damaged, and the error is %v", at, err)
	}
}

// sealed gives a body its checksum.
func sealed(body string) []byte {
	return binary.LittleEndian.AppendUint32([]byte(body), crc32.Checksum([]byte(body), crc32.MakeTable(crc32.Castagnoli)))
}

// FuzzParseBinary: bytes of a stranger are refused or an op, in which nothing
// is that Parse would not accept too.
func FuzzParseBinary(f *testing.F) {
	for _, body := range []string{"", "\x01\x00", "\x01\x00\x12\x08x", "\x01\x01\x01\x04bold\x04true\x0c\x00x\x16\x00", "\x01\x00\x51\x05image\x03\"/x"} {
		f.Add([]byte(body))
	}
	for seed := range uint64(20) {
		r := newSource(seed)
		data, _ := r.op(r.doc(), false).AppendBinary(nil)
		f.Add(data[:len(data)-4])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		lim := ot.Limits{Bytes: 1 << 16, Units: 1 << 40}
		data := sealed(string(body))
		a, err := ot.ParseBinary(data, lim)
		if err != nil {
			if codeOf(err) == "" {
				t.Fatalf("an error of another type: %v", err)
			}
			return
		}
		if err := canonical(a); err != nil {
			t.Fatal(err)
		}
		if again, _ := a.AppendBinary(nil); string(again) != string(data) {
			t.Fatalf("read from %q, written as %q", data, again)
		}
		lim.Bytes = 0
		if back, err := ot.Parse(a.AppendJSON(nil), lim); err != nil || !back.Equal(a) {
			t.Fatalf("as JSON: %v", err)
		}
	})
}

func TestParseBinaryRefuses(t *testing.T) {
	for _, c := range []struct {
		name, body string
		code       ot.ErrorCode
	}{
		{"an op", "\x01\x00\x12\x08x", ""},
		{"nothing", "", ot.CodeSyntax},
		{"another version", "\x02\x00", ot.CodeVersion},
		{"a length of zero", "\x01\x00\x02", ot.CodeLength},
		{"text without an end", "\x01\x00\x50x", ot.CodeSyntax},
		{"no UTF-8", "\x01\x00\x08\xff", ot.CodeSyntax},
		{"half a pair", "\x01\x00\x18\xed\xa0\x80", ot.CodeSyntax},
		{"a number without an end", "\x01\x00\x80", ot.CodeSyntax},
		{"a number of 11 bytes", "\x01\x00\x82\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", ot.CodeSyntax},
		{"a number longer than needed", "\x01\x00\x93\x00", ot.CodeShape},
		{"neighbours that are one", "\x01\x00\x08x\x08y", ot.CodeShape},
		{"a retain at the end", "\x01\x00\x12", ot.CodeShape},
		{"a delete with attributes", "\x01\x01\x01\x01b\x011\x0f\x00", ot.CodeShape},
		{"an unknown set", "\x01\x00\x0e\x00", ot.CodeShape},
		{"a set that is not used", "\x01\x01\x01\x01b\x011\x08x", ot.CodeShape},
		{"a set twice", "\x01\x02\x01\x01b\x011\x01\x01b\x011\x0c\x00x\x12\x0c\x01y", ot.CodeShape},
		{"sets in another order", "\x01\x02\x01\x01b\x011\x01\x01c\x011\x0c\x01x\x0c\x00y", ot.CodeShape},
		{"an empty set", "\x01\x01\x00\x0c\x00x", ot.CodeShape},
		{"a name twice", "\x01\x01\x02\x01b\x011\x01b\x012\x0c\x00x", ot.CodeShape},
		{"names that are not sorted", "\x01\x01\x02\x01c\x011\x01b\x012\x0c\x00x", ot.CodeShape},
		{"a null on an insert", "\x01\x01\x01\x01b\x04null\x0c\x00x", ot.CodeShape},
		{"a value that is not canonical", "\x01\x01\x01\x01b\x031.0\x0c\x00x", ot.CodeShape},
		{"a value that is no JSON", "\x01\x01\x01\x01b\x01x\x0c\x00x", ot.CodeSyntax},
		{"the name __proto__", "\x01\x01\x01\x09__proto__\x011\x0c\x00x", ot.CodeValue},
		{"many sets", "\x01\xff\xff\xff\xff\x0f", ot.CodeSyntax},
		{"many attributes", "\x01\x01\xff\xff\xff\xff\x0f", ot.CodeLimit},
		{"an embed", "\x01\x00\x41\x03div1234", ""},
		{"an embed without a name", "\x01\x00\x11\x001", ot.CodeShape},
		{"an embed without a value", "\x01\x00\x11\x01a", ot.CodeSyntax},
		{"an embed shorter than its name", "\x01\x00\x11\x05abcde1", ot.CodeSyntax},
		{"too long", "\x01\x00\x93\x80\x80\x80\x80\x80\x80\x80\x40", ot.CodeLimit},
		{"too long together", "\x01\x00\x83\x80\x80\x80\x20\x0a", ot.CodeLimit},
	} {
		if _, err := ot.ParseBinary(sealed(c.body), ot.Limits{}); codeOf(err) != c.code {
			t.Errorf("%s: %v, want code %q", c.name, err, c.code)
		}
	}
	data, _ := op(t, `[{"retain":5},{"insert":"`+strings.Repeat("x", 100)+`","attributes":{"bold":true}},{"insert":{"image":"/x"}}]`).AppendBinary(nil)
	for name, lim := range map[string]ot.Limits{
		"bytes": {Bytes: 20}, "components": {Components: 2}, "inserted": {InsertUnits: 99}, "an embed more": {InsertUnits: 100},
		"attributes": {AttributeBytes: 3}, "units": {Units: 104},
	} {
		if _, err := ot.ParseBinary(data, lim); codeOf(err) != ot.CodeLimit {
			t.Errorf("limited %s: %v", name, err)
		}
	}
	for n := range data {
		if _, err := ot.ParseBinary(data[:n], ot.Limits{}); err == nil {
			t.Errorf("the first %d bytes are accepted", n)
		}
	}
}
