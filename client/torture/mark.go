package torture

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/collabd/collabd/ot"
)

// Mark is the number of one insert. Its text holds an astral character, so that
// a wrong unit shows, and is as long as that of any other mark: a document of
// marks can be cut at every multiple of markUnits.
type Mark uint64

const (
	markDigits = 8                  // base 36
	markUnits  = 1 + markDigits + 3 // UTF-16 code units of the text of a mark
	markOpen   = "⟨"
	markClose  = "😀⟩"
	markBytes  = len(markOpen) + markDigits + len(markClose)
)

// String is the text of the mark.
func (m Mark) String() string {
	digits := strconv.FormatUint(uint64(m), 36)
	return markOpen + strings.Repeat("0", max(markDigits-len(digits), 0)) + digits + markClose
}

// parseMarks reads text that consists of whole marks.
func parseMarks(text string) ([]Mark, error) {
	marks := make([]Mark, 0, len(text)/markBytes)
	for rest := text; rest != ""; rest = rest[markBytes:] {
		if len(rest) < markBytes || !strings.HasPrefix(rest, markOpen) || !strings.HasPrefix(rest[len(markOpen)+markDigits:], markClose) {
			return marks, fmt.Errorf("after %d marks comes %.40q, which is no mark", len(marks), rest)
		}
		n, err := strconv.ParseUint(rest[len(markOpen):len(markOpen)+markDigits], 36, 64)
		if err != nil {
			return marks, fmt.Errorf("after %d marks: %w", len(marks), err)
		}
		marks = append(marks, Mark(n))
	}
	return marks, nil
}

// marksOf lists the marks of a document in order.
func marksOf(kind ot.DocKind, doc ot.Doc) ([]Mark, error) {
	text := doc.Text()
	if kind == ot.Rich {
		text = strings.TrimSuffix(text, "\n")
	}
	return parseMarks(text)
}

// inserted lists the marks that an op inserts.
func inserted(op ot.Op) ([]Mark, error) {
	var marks []Mark
	for c := range op.Components() {
		if c.Kind != ot.Insert {
			continue
		}
		more, err := parseMarks(c.Text)
		marks = append(marks, more...)
		if err != nil {
			return marks, err
		}
	}
	return marks, nil
}

// room is how many marks a document holds.
func room(doc ot.Doc) int { return doc.Len() / markUnits }

// read returns the marks from the first to before the last place.
func read(doc ot.Doc, from, to int) ([]Mark, error) {
	parts, err := doc.ReadText(from*markUnits, to*markUnits)
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	for part := range parts {
		text.Write(part)
	}
	return parseMarks(text.String())
}
