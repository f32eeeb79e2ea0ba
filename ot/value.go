package ot

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/collabd/collabd/ot/strictjson"
)

// Value is the canonical JSON text of a value: names sorted by their bytes, no
// white space, numbers as JavaScript writes them. Equal values are ==. Make one
// with [ParseValue] or [StringValue], or take a constant.
type Value string

// Values that need no parsing.
const (
	Null  Value = "null" // as an attribute of a retain: remove it
	True  Value = "true"
	False Value = "false"
)

// StringValue returns the value of a string, which must be valid UTF-8.
func StringValue(s string) Value { return Value(strictjson.AppendString(nil, s)) }

// Text returns the string that v is, false if it is none.
func (v Value) Text() (string, bool) {
	s, err := strictjson.String([]byte(v))
	return s, err == nil
}

// ParseValue reads any JSON value whose containers nest at most depth deep.
// Numbers beyond 2^53-1 are refused, because JavaScript would round them, and
// so is the name __proto__, because it would change an object's type there.
func ParseValue(data []byte, depth int) (Value, error) {
	s := strictjson.NewScanner(data)
	v, err := appendValue(nil, &s, depth)
	if err == nil {
		err = s.End()
	}
	if err != nil {
		return "", fromJSON(err)
	}
	return Value(v), nil
}

// maxMembers bounds the members of one object inside a value; Limits.Bytes and
// Limits.AttributeBytes bound all together.
const maxMembers = 1024

// appendValue reads one value and appends its canonical text.
func appendValue(dst []byte, s *strictjson.Scanner, depth int) ([]byte, error) {
	switch s.Peek() {
	case '{':
		if depth <= 0 {
			return nil, &Error{Code: CodeLimit, At: s.At(), Detail: strictjson.ReasonDepth}
		}
		return appendObject(dst, s, depth-1)
	case '[':
		if depth <= 0 {
			return nil, &Error{Code: CodeLimit, At: s.At(), Detail: strictjson.ReasonDepth}
		}
		dst = append(dst, '[')
		err := s.Array(func(i int) (err error) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst, err = appendValue(dst, s, depth-1)
			return err
		})
		return append(dst, ']'), err
	case '"':
		text, err := s.String()
		return strictjson.AppendString(dst, text), err
	case 't', 'f':
		b, err := s.Bool()
		return strconv.AppendBool(dst, b), err
	case 'n':
		return append(dst, Null...), s.Null()
	}
	return appendNumber(dst, s)
}

func appendObject(dst []byte, s *strictjson.Scanner, depth int) ([]byte, error) {
	type member struct {
		name string
		text []byte
	}
	var members []member
	err := s.Object(maxMembers, func(name string) error {
		if err := checkName(name, s.At()); err != nil {
			return err
		}
		text, err := appendValue(nil, s, depth)
		members = append(members, member{name, text})
		return err
	})
	slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	dst = append(dst, '{')
	for i, m := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strictjson.AppendString(dst, m.name)
		dst = append(dst, ':')
		dst = append(dst, m.text...)
	}
	return append(dst, '}'), err
}

func checkName(name string, at int) error {
	if name == "__proto__" {
		return &Error{Code: CodeValue, At: at, Detail: "the name __proto__"}
	}
	return nil
}

// appendNumber writes what JSON.stringify(JSON.parse(number)) gives, so that 1
// and 1.0 are one value here as they are in a browser.
func appendNumber(dst []byte, s *strictjson.Scanner) ([]byte, error) {
	at := s.At()
	raw, err := s.Number()
	if err != nil {
		return nil, err
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || math.Abs(f) > strictjson.MaxSafe {
		return nil, &Error{Code: CodeValue, At: at, Detail: "a number beyond 2^53-1"}
	}
	if f == 0 {
		return append(dst, '0'), nil // -0 too
	}
	if math.Abs(f) >= 1e-6 {
		return strconv.AppendFloat(dst, f, 'f', -1, 64), nil
	}
	text := strconv.AppendFloat(nil, f, 'e', -1, 64)
	return append(dst, bytes.Replace(text, []byte("e-0"), []byte("e-"), 1)...), nil
}

// Embed is what an insert holds instead of text: one unit with a name and a
// value. Embeds are comparable with ==. The zero Embed is none.
type Embed struct {
	name  string
	value Value
}

// NewEmbed returns an embed. name is not empty, value is canonical.
func NewEmbed(name string, value Value) Embed { return Embed{name, value} }

// Name returns the embed's type, "image" for example.
func (e Embed) Name() string { return e.name }

// Value returns what belongs to the name.
func (e Embed) Value() Value { return e.value }

// IsZero reports whether there is no embed.
func (e Embed) IsZero() bool { return e == Embed{} }

// appendPacked appends e as an op holds it among its text.
func (e Embed) appendPacked(dst []byte) []byte {
	return append(appendBytes(dst, e.name), e.value...)
}

// unpackEmbed undoes appendPacked; the embed shares the memory of packed.
func unpackEmbed(packed string) Embed {
	name, value := cutBytes(packed)
	return Embed{name, Value(value)}
}

// clone returns e in memory of its own, so that it keeps no large op alive.
func (e Embed) clone() Embed {
	return Embed{strings.Clone(e.name), Value(strings.Clone(string(e.value)))}
}
