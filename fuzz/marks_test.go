package fuzz

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"

	"github.com/collabd/collabd/ot"
)

// Marks make intentions checkable: every insert is one mark, such as ⟨2.17😀⟩
// for the 17th of client 2, and whoever deletes removes whole marks. So in the
// end every mark is there exactly once, unless somebody deleted it. Marks hold
// astral characters, so that a wrong unit shows.

var markPattern = regexp.MustCompile(`⟨[^⟩]*⟩`)

func mark(client, n int) string { return fmt.Sprintf("⟨%d.%d😀⟩", client, n) }

// intent is an op that a client thought of, with the marks that it inserts
// and deletes.
type intent struct {
	op       ot.Op
	inserted string
	deleted  []string
}

// think makes a random op for a document of marks: mostly an insert between
// two marks, sometimes a deletion of a few, sometimes an attribute.
func think(r *rand.Rand, kind ot.DocKind, doc ot.Doc, next string) intent {
	marks := markPattern.FindAllString(doc.Text(), -1)
	b := ot.Builder{}
	switch n := r.IntN(10); {
	case n < 2 && len(marks) > 0:
		from := r.IntN(len(marks))
		to := min(len(marks), from+1+r.IntN(3))
		skip := units(marks[:from]...)
		b.Retain(skip, ot.Attrs{}).Delete(units(marks[from:to]...))
		return intent{op: b.Op(), deleted: marks[from:to]}
	case n < 4 && kind == ot.Rich && len(marks) > 0:
		from := r.IntN(len(marks))
		to := min(len(marks), from+1+r.IntN(3))
		value := ot.True
		if r.IntN(3) == 0 {
			value = ot.Null
		}
		name := []string{"bold", "italic", "code"}[r.IntN(3)]
		b.Retain(units(marks[:from]...), ot.Attrs{})
		b.Retain(units(marks[from:to]...), ot.NewAttrs(map[string]ot.Value{name: value}))
		return intent{op: b.Op()}
	default:
		at := 0
		if len(marks) > 0 {
			at = r.IntN(len(marks) + 1)
		}
		b.Retain(units(marks[:at]...), ot.Attrs{}).Insert(next, ot.Attrs{})
		return intent{op: b.Op(), inserted: next}
	}
}

func units(texts ...string) int {
	n := 0
	for _, t := range texts {
		for _, r := range t {
			n++
			if r > 0xFFFF {
				n++
			}
		}
	}
	return n
}

// checkMarks says what is wrong with a final text, given all intentions.
func checkMarks(text string, all []intent) error {
	deleted := map[string]bool{}
	for _, in := range all {
		for _, m := range in.deleted {
			deleted[m] = true
		}
	}
	for _, in := range all {
		if in.inserted == "" {
			continue
		}
		want := 1
		if deleted[in.inserted] {
			want = 0
		}
		if n := strings.Count(text, in.inserted); n != want {
			return fmt.Errorf("mark %s is there %d times, want %d", in.inserted, n, want)
		}
	}
	if rest := strings.TrimSuffix(markPattern.ReplaceAllString(text, ""), "\n"); rest != "" {
		return fmt.Errorf("%q is there, but nobody typed it", rest)
	}
	return nil
}
