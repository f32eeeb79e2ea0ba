package ot

import "unicode/utf8"

// unitsOf counts the UTF-16 code units of s, which is valid UTF-8: one for each
// character, and one more for each of four bytes.
func unitsOf(s string) int {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if (s[i]|s[i+1]|s[i+2]|s[i+3]|s[i+4]|s[i+5]|s[i+6]|s[i+7])&0x80 != 0 {
			break
		}
	}
	n := i
	for ; i < len(s); i++ {
		if c := s[i]; c&0xC0 != 0x80 {
			n++
			if c >= 0xF0 {
				n++
			}
		}
	}
	return n
}

// byteOffset returns where unit n of s starts, false if that is the middle of a
// surrogate pair. units is unitsOf(s), and 0 <= n <= units.
func byteOffset(s string, units, n int) (int, bool) {
	if n == units {
		return len(s), true
	}
	if units == len(s) {
		return n, true
	}
	i := 0
	for n > 0 {
		switch c := s[i]; {
		case c < utf8.RuneSelf:
			i, n = i+1, n-1
		case c < 0xE0:
			i, n = i+2, n-1
		case c < 0xF0:
			i, n = i+3, n-1
		default:
			i, n = i+4, n-2
		}
	}
	return i, n == 0
}

// prefix returns the bytes and units of the longest start of s of at most n
// units, n >= 2, that cuts no surrogate pair.
func prefix(s string, n int) (bytes, units int) {
	for units < n && bytes < len(s) {
		switch c := s[bytes]; {
		case c < utf8.RuneSelf:
			bytes++
		case c < 0xE0:
			bytes += 2
		case c < 0xF0:
			bytes += 3
		case units+2 > n:
			return bytes, units
		default:
			bytes += 4
			units++
		}
		units++
	}
	return bytes, units
}
