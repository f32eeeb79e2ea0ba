package difference

import "unicode/utf8"

// characters lets characters stand for themselves, because go-diff knows
// spaces and line breaks as good places to cut, and gives each embed a
// character that is in neither text.
type characters struct {
	used   map[rune]bool
	embeds map[rune]rune
	next   rune
}

// firstPrivate begins the private use planes, where text hardly ever is.
const firstPrivate = 0xf0000

func newCharacters(texts ...[]token) *characters {
	c := &characters{used: make(map[rune]bool), embeds: make(map[rune]rune), next: firstPrivate}
	for _, tokens := range texts {
		for _, t := range tokens {
			if t.char >= firstPrivate {
				c.used[t.char] = true
			}
		}
	}
	return c
}

func (c *characters) encode(tokens []token) []rune {
	runes := make([]rune, len(tokens))
	for i, t := range tokens {
		if t.isEmbed() {
			runes[i] = c.of(t.char)
		} else {
			runes[i] = t.char
		}
	}
	return runes
}

// of finds a free character: there are 131,000, and [Limits.LineUnits] is far
// below that by default. With none left, embeds share the last one; the check
// at the end finds a difference that is wrong by it.
func (c *characters) of(e rune) rune {
	if r, ok := c.embeds[e]; ok {
		return r
	}
	for c.used[c.next] && c.next < utf8.MaxRune {
		c.next++
	}
	r := c.next
	c.next = min(c.next+1, utf8.MaxRune)
	c.embeds[e] = r
	return r
}
