package ot

import (
	"testing"
	"unicode/utf16"
)

// TestUnits compares the counting of units with the standard library, for texts
// on both sides of the eight bytes that are looked at together.
func TestUnits(t *testing.T) {
	for _, s := range []string{
		"", "a", "abcdefgh", "abcdefghi", "é", "漢", "😀", "abcdefg😀", "abcdefgh😀", "abcdefghabcdefé漢😀abc", "😀😀😀😀", "\x00\u07ff\u0800\uffff\U00010000\U0010ffff",
	} {
		units := utf16.Encode([]rune(s))
		if got := unitsOf(s); got != len(units) {
			t.Errorf("unitsOf(%q) = %d, want %d", s, got, len(units))
		}
		for n := range len(units) + 1 {
			cut, ok := byteOffset(s, len(units), n)
			inPair := n > 0 && n < len(units) && units[n] >= 0xDC00 && units[n] <= 0xDFFF
			if ok == inPair {
				t.Errorf("byteOffset(%q, %d): %t", s, n, ok)
			}
			if want := len(string(utf16.Decode(units[:n]))); ok && cut != want {
				t.Errorf("byteOffset(%q, %d) = %d, want %d", s, n, cut, want)
			}
		}
	}
}
