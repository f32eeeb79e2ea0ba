package persist

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// wordBytes is the most that is kept of a folded word: of longer ones only
	// their beginnings tell them apart.
	wordBytes = 64
	// keyBytes is the most of a title that it is sorted by and found by.
	keyBytes = 1024
)

// word is a word of a text, folded, and where it stands.
type word struct {
	folded   string
	from, to int // bytes of the text
}

// wordsOf finds the words of a text: runs of letters, digits and the marks that
// belong to them. Where no spaces are written between words, as in Chinese and
// Japanese, each character is one. A word is folded, so that what people take for
// the same is the same: without case, accents and the width of letters, as
// Unicode's compatibility decomposition (UAX #15) has it. It is done here and not
// by databases, so that all of them find the same.
func wordsOf(text string) iter.Seq[word] {
	return func(yield func(word) bool) {
		var folded []byte
		from, at := -1, 0
		// end is called behind a word, if there is one.
		end := func(to int) bool {
			if from < 0 {
				return true
			}
			w := word{folded: string(cut(folded, wordBytes)), from: from, to: to}
			from, folded = -1, folded[:0]
			return w.folded == "" || yield(w)
		}
		for at < len(text) {
			r, size := rune(text[at]), 1
			if r >= utf8.RuneSelf {
				r, size = utf8.DecodeRuneInString(text[at:])
			}
			alone := isWordAlone(r)
			if alone || !isWordRune(r) && !(from >= 0 && unicode.IsMark(r)) {
				if !end(at) {
					return
				}
			}
			if alone || isWordRune(r) || from >= 0 {
				if from < 0 {
					from = at
				}
				if len(folded) < wordBytes {
					folded = fold(folded, r, text[at:at+size])
				}
			}
			at += size
			if alone && !end(at) {
				return
			}
		}
		end(at)
	}
}

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r)
}

// isWordAlone reports whether a character is a word by itself.
func isWordAlone(r rune) bool {
	return r >= 0x2e80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// fold appends a character as it is compared; s is the same in UTF-8.
func fold(b []byte, r rune, s string) []byte {
	switch {
	case 'A' <= r && r <= 'Z':
		return append(b, byte(r)+'a'-'A')
	case r < utf8.RuneSelf:
		return append(b, byte(r))
	}
	parts := norm.NFKD.PropertiesString(s).Decomposition()
	if parts == nil {
		return foldPart(b, r)
	}
	for _, part := range string(parts) {
		b = foldPart(b, part)
	}
	return b
}

// foldPart appends a character that decomposes no further.
func foldPart(b []byte, r rune) []byte {
	if !isWordRune(r) {
		return b // an accent, a fraction's bar
	}
	r = unicode.ToLower(r)
	if as, ok := foldedAs[r]; ok {
		return append(b, as...)
	}
	return utf8.AppendRune(b, r)
}

// foldedAs are letters that Unicode does not take apart, but people do.
var foldedAs = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ı': "i", 'ħ': "h", 'ŧ': "t", 'ς': "σ",
}

// cut shortens UTF-8 to at most n bytes, between two characters.
func cut(b []byte, n int) []byte {
	if len(b) <= n {
		return b
	}
	for n > 0 && !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n]
}

// titleKey is the words of a title, folded, with a space between them: what
// titles are sorted by and found by.
func titleKey(title string) string {
	var b strings.Builder
	for w := range wordsOf(title) {
		if b.Len()+1+len(w.folded) > keyBytes {
			break
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.folded)
	}
	return b.String()
}

// fillTitleKeys gives a key to the titles that were stored before there were
// keys. Those that have no word are looked at each time.
func fillTitleKeys(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, `SELECT id, title FROM documents WHERE title_key = '' AND title <> ''`)
	if err != nil {
		return fmt.Errorf("titles: %w", err)
	}
	defer func() { _ = rows.Close() }()
	keys := map[string]string{}
	for rows.Next() {
		var id, title string
		if err := rows.Scan(&id, &title); err != nil {
			return fmt.Errorf("titles: %w", err)
		}
		if key := titleKey(title); key != "" {
			keys[id] = key
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(keys) == 0 {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("titles: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing to do after Commit
	for id, key := range keys {
		if _, err := tx.ExecContext(ctx, `UPDATE documents SET title_key = $1 WHERE id = $2 AND title_key = ''`, key, id); err != nil {
			return fmt.Errorf("titles: %w", err)
		}
	}
	return tx.Commit()
}
