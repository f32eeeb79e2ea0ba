package difference

import (
	"unicode/utf8"

	"github.com/collabd/collabd/ot"
)

// token is what a document holds at one place: a character or an embed.
type token struct {
	embed ot.Embed // of an embed
	char  rune     // -1 for an embed
	attrs ot.Attrs
}

const embedChar = -1

func (t token) same(u token) bool { return t.char == u.char && t.embed == u.embed }

// units is how long the token is in UTF-16 code units.
func (t token) units() int {
	if t.char > 0xffff {
		return 2
	}
	return 1
}

func unitsOf(tokens []token) int {
	n := 0
	for _, t := range tokens {
		n += t.units()
	}
	return n
}

func tokensOf(d ot.Doc) []token {
	tokens := make([]token, 0, d.Len())
	for c := range d.Op().Components() {
		if c.Text == "" {
			tokens = append(tokens, token{c.Embed, embedChar, c.Attrs})
			continue
		}
		for _, r := range c.Text {
			tokens = append(tokens, token{char: r, attrs: c.Attrs})
		}
	}
	return tokens
}

// split cuts after each line break.
func split(tokens []token) [][]token {
	var lines [][]token
	start := 0
	for i, t := range tokens {
		if t.char == '\n' {
			lines = append(lines, tokens[start:i+1])
			start = i + 1
		}
	}
	if start < len(tokens) {
		lines = append(lines, tokens[start:])
	}
	return lines
}

// alphabet gives each of different things a rune of its own, valid in UTF-8,
// so that go-diff can compare sequences of them.
type alphabet[K comparable] struct {
	runes map[K]rune
	next  rune
}

// firstOfAlphabet is behind U+0000, which some code takes for an end.
const firstOfAlphabet = 1

func newAlphabet[K comparable]() *alphabet[K] {
	return &alphabet[K]{runes: make(map[K]rune), next: firstOfAlphabet}
}

// rune returns the rune of k; false when there are none left.
func (a *alphabet[K]) rune(k K) (rune, bool) {
	if r, ok := a.runes[k]; ok {
		return r, true
	}
	switch a.next {
	case 0xd800:
		a.next = 0xe000
	case utf8.RuneError:
		a.next++
	}
	if a.next > utf8.MaxRune {
		return 0, false
	}
	r := a.next
	a.next++
	a.runes[k] = r
	return r, true
}

// lineKey is what makes two lines the same: their characters and embeds.
func lineKey(line []token) string {
	b := make([]byte, 0, len(line)+8)
	for _, t := range line {
		if t.char != embedChar {
			b = utf8.AppendRune(b, t.char)
			continue
		}
		// No text has this byte.
		b = append(b, 0xff)
		b = append(b, t.embed.Name()...)
		b = append(b, 0xff)
		b = append(b, t.embed.Value()...)
		b = append(b, 0xff)
	}
	return string(b)
}
