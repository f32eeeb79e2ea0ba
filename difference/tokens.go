package difference

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/collabd/collabd/ot"
)

// token is what a document holds at one place: a character or an embed. There
// is one for each unit of two documents: it is small.
type token struct {
	char  rune // of an embed -1 - its place in the table
	attrs ot.Attrs
}

func (t token) same(u token) bool { return t.char == u.char }

func (t token) isEmbed() bool { return t.char < 0 }

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

// table holds the embeds of the documents that are compared, each once.
type table struct {
	embeds []ot.Embed
	chars  map[ot.Embed]rune
}

func (t *table) char(e ot.Embed) rune {
	if c, ok := t.chars[e]; ok {
		return c
	}
	if t.chars == nil {
		t.chars = make(map[ot.Embed]rune)
	}
	t.embeds = append(t.embeds, e)
	c := rune(-len(t.embeds))
	t.chars[e] = c
	return c
}

func (t *table) embed(c rune) ot.Embed { return t.embeds[-1-c] }

func (t *table) tokensOf(d ot.Doc) []token {
	tokens := make([]token, 0, d.Len())
	content, _ := d.ReadRange(0, d.Len()) // the whole document is in the document
	for c := range content {
		if c.Text == "" {
			tokens = append(tokens, token{t.char(c.Embed), c.Attrs})
			continue
		}
		for _, r := range c.Text {
			tokens = append(tokens, token{r, c.Attrs})
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
		if t.isEmbed() { // no text has this byte
			b = append(binary.AppendUvarint(append(b, 0xff), uint64(-t.char)), 0xff)
		} else {
			b = utf8.AppendRune(b, t.char)
		}
	}
	return string(b)
}
