package main

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// number reads digits, and returns what is behind them.
func number(b []byte) (n int, rest []byte) {
	i := 0
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		n = n*10 + int(b[i]-'0')
	}
	return n, b[i:]
}

// delta reads an op that inserts once, as servers write those of this driver:
// [{"retain":5},{"insert":"abc"}]. It returns where and how many units of ASCII,
// and what is behind it.
func delta(b []byte) (place, units int, rest []byte, err error) {
	wrong := fmt.Errorf("not an op of this driver: %.60q", b)
	rest, ok := bytes.CutPrefix(b, []byte(`[`))
	if !ok {
		return 0, 0, b, wrong
	}
	if bytes.HasPrefix(rest, []byte(`{"retain":`)) {
		place, rest = number(rest[len(`{"retain":`):])
		if rest, ok = bytes.CutPrefix(rest, []byte(`},`)); !ok {
			return 0, 0, b, wrong
		}
	}
	if rest, ok = bytes.CutPrefix(rest, []byte(`{"insert":"`)); !ok {
		return 0, 0, b, wrong
	}
	units = bytes.IndexByte(rest, '"')
	if units < 0 {
		return 0, 0, b, wrong
	}
	if rest, ok = bytes.CutPrefix(rest[units:], []byte(`"}]`)); !ok {
		return 0, 0, b, wrong
	}
	return place, units, rest, nil
}

// valueEnd is how long the object at the start of b is; 0 at the end of a list.
func valueEnd(b []byte) (int, error) {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return 0, nil
			}
			if depth == 0 {
				return i + 1, nil
			}
		case '"':
			for i++; i < len(b) && b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
		}
	}
	return 0, fmt.Errorf("a list of messages does not end")
}

// contentUnits is the length of the document whose op of inserts stands in b.
func contentUnits(b []byte) (units int) {
	const insert = `"insert":`
	for {
		i := bytes.Index(b, []byte(insert))
		if i < 0 {
			return units
		}
		b = b[i+len(insert):]
		if len(b) == 0 || b[0] != '"' {
			units++ // an embed
			continue
		}
		n, size := stringUnits(b[1:])
		units += n
		b = b[min(1+size, len(b)):]
	}
}

// stringUnits is how many UTF-16 units the JSON string in b has that ends at the
// next quote, and how many bytes.
func stringUnits(b []byte) (units, size int) {
	if quote := bytes.IndexByte(b, '"'); quote >= 0 && bytes.IndexByte(b[:quote], '\\') < 0 && isASCII(b[:quote]) {
		return quote, quote // as is nearly all of it
	}
	for size < len(b) && b[size] != '"' {
		switch c := b[size]; {
		case c == '\\' && size+1 < len(b) && b[size+1] == 'u':
			units, size = units+1, size+6
		case c == '\\':
			units, size = units+1, size+2
		default:
			r, n := utf8.DecodeRune(b[size:])
			units, size = units+utf16.RuneLen(r), size+n
		}
	}
	return units, size
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
