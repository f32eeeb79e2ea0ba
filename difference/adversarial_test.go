package difference

import (
	"cmp"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// hostile are pairs of texts that are bad for one part of a comparison or
// another: what repeats, what has hardly anything in common, and what has much
// in common but never next to each other.
func hostile(r *rand.Rand, units int) map[string][2]string {
	letters := func(of string, n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte(of[r.IntN(len(of))])
		}
		return b.String()
	}
	shuffled := func(s string) string {
		b := []byte(s)
		r.Shuffle(len(b), func(i, j int) { b[i], b[j] = b[j], b[i] })
		return string(b)
	}
	mixed := letters("abcd", units)
	lines := letters("ab\n", units)
	return map[string][2]string{
		"one letter, with another in it":    {strings.Repeat("a", units), strings.Repeat("a", units/3) + "b" + strings.Repeat("a", units/2)},
		"one letter, in half of the places": {strings.Repeat("a", units), strings.Repeat("ab", units/2)},
		"two letters, moved by one":         {strings.Repeat("ab", units/2), "c" + strings.Repeat("ba", units/2)},
		"two random texts":                  {letters("abcd", units), letters("abcd", units)},
		"two random texts of two letters":   {letters("ab", units), letters("ab", units)},
		"a text and its letters shuffled":   {mixed, shuffled(mixed)},
		"a text backwards":                  {strings.Repeat("abcdefghijklmnop", units/16), strings.Repeat("ponmlkjihgfedcba", units/16)},
		"empty lines":                       {strings.Repeat("\n", units), strings.Repeat("\n", units/2) + "x\n" + strings.Repeat("\n", units/3)},
		"empty lines between others":        {strings.Repeat("\n", units), strings.Repeat("x\n\n", units/3)},
		"two kinds of lines":                {strings.Repeat("a\nb\n", units/4), strings.Repeat("b\na\na\n", units/6)},
		"short lines, shuffled":             {lines, shuffled(lines)},
		"lines of two kinds":                {letters("\nx", units), letters("\nx", units)},
		"a different letter in each line":   {strings.Repeat("some words that are the same\n", units/29), strings.Repeat("some words that were the same\n", units/30)},
		"nothing in common":                 {letters("abc \n", units), letters("xyz\t\n", units)},
	}
}

// Whatever is compared, it takes not much longer than it may, comes out right,
// and never as half a character: with a bound on the time alone, so that it is
// the time that ends it. The margin is for a busy machine: what takes the square
// of the length takes minutes.
func TestHostile(t *testing.T) {
	const margin = 10 * time.Second
	r := rand.New(rand.NewPCG(1, 7))
	limits := Limits{Units: 1 << 30, LineUnits: 1 << 30, Time: 50 * time.Millisecond}
	for name, pair := range hostile(r, 80_000) {
		for kind, letter := range map[string]string{"": "", " of pairs": "😀"} {
			a, b := plain(t, strings.ReplaceAll(pair[0], "a", cmp.Or(letter, "a"))), plain(t, strings.ReplaceAll(pair[1], "a", cmp.Or(letter, "a")))
			start := time.Now()
			op := between(a, b, limits, (*matcher).all)
			took := time.Since(start)
			if took > margin {
				t.Errorf("%s%s: %v", name, kind, took)
			}
			t.Logf("%s%s: %v, %d components", name, kind, took.Round(time.Millisecond), op.Len())
			if !leads(a, op, b) {
				t.Errorf("%s%s: the op does not lead there", name, kind)
			}
		}
	}
}
