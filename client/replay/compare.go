package replay

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// DisagreementError says that somebody did not end with the text of the trace.
type DisagreementError struct {
	// Who is the first that differs: "client 2" or "server".
	Who string
	// At is where, in UTF-16 code units.
	At int
	// Excerpt is the neighbourhood, with [-what was expected-] and
	// {+what is there+}.
	Excerpt string
	// Others are those that differ, too.
	Others []string
}

// Error tells who differs and shows where.
func (e *DisagreementError) Error() string {
	also := ""
	if len(e.Others) > 0 {
		also = " (and " + strings.Join(e.Others, ", ") + ")"
	}
	return fmt.Sprintf("the texts do not agree: that of %s%s first differs at unit %d:\n  …%s…\nwhere [-…-] was expected and {+…+} is there",
		e.Who, also, e.At, e.Excerpt)
}

// compare reports the texts that differ from what was wanted.
func compare(want string, texts []Text) error {
	var e *DisagreementError
	for _, t := range texts {
		if t.text == want {
			continue
		}
		if e != nil {
			e.Others = append(e.Others, t.Who)
			continue
		}
		at := commonPrefix(want, t.text)
		e = &DisagreementError{Who: t.Who, At: utf16Len(want[:at]), Excerpt: excerpt(want, t.text, at)}
	}
	if e == nil {
		return nil
	}
	return e
}

// commonPrefix is the length in bytes of what both begin with, in whole
// characters.
func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && (n < len(a) && !utf8.RuneStart(a[n]) || n < len(b) && !utf8.RuneStart(b[n])) {
		n--
	}
	return n
}

const (
	before = 30 // characters shown in front of the first difference
	window = 80 // characters of each text that are compared from there on
)

func excerpt(want, got string, at int) string {
	lead := []rune(valid(want[max(0, at-before*utf8.UTFMax):at]))
	lead = lead[max(0, len(lead)-before):]
	dmp := diffmatchpatch.New()
	dmp.DiffTimeout = time.Second
	var b strings.Builder
	b.WriteString(string(lead))
	for _, d := range dmp.DiffCleanupSemantic(dmp.DiffMain(head(want[at:]), head(got[at:]), false)) {
		switch d.Type {
		case diffmatchpatch.DiffDelete:
			b.WriteString("[-" + d.Text + "-]")
		case diffmatchpatch.DiffInsert:
			b.WriteString("{+" + d.Text + "+}")
		default:
			b.WriteString(d.Text)
		}
	}
	return strings.ReplaceAll(b.String(), "\n", "⏎")
}

// head returns the first characters of a text.
func head(s string) string {
	runes := []rune(valid(s[:min(len(s), window*utf8.UTFMax)]))
	return string(runes[:min(len(runes), window)])
}

// valid leaves out what a cut between bytes has left of a character: the diff
// panics on it.
func valid(s string) string { return strings.ToValidUTF8(s, "") }

func sum(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}
