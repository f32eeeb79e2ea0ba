package persist

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/collabd/collabd/wire"
)

const (
	// TextBytes is the most that is kept of a document's text to be found, in
	// bytes of UTF-8.
	TextBytes = 1 << 20
	// textWords and textWordBytes bound the different words of a document that it
	// is found by. Those that come first count.
	textWords     = 20_000
	textWordBytes = 512 << 10
	// queryWords is the most words of a query that count.
	queryWords = 16
	// snippetUnits is the most of a snippet, and snippetBefore how much of that
	// may stand before the first hit, in UTF-16 code units.
	snippetUnits  = 160
	snippetBefore = 40
	// snippetBytes bounds the text that is looked through for the snippets of one
	// search. Documents after that have none.
	snippetBytes = 8 << 20
)

// SearchQuery asks for documents.
type SearchQuery struct {
	Viewer wire.UserID // as in ListQuery
	View   View        // as in ListQuery
	Folder *FolderID   // as in ListQuery
	// Text is what people type: words, all of which a document must have in its
	// title or text, the last one as a beginning. Case, accents and what stands
	// between words do not count. Without a word nothing is found.
	Text  string
	Limit int // matches, at least 1
}

// Match is a document that was found.
type Match struct {
	Entry
	Title []Range // of the title that were asked for
	// Text is what stands around the first word of the text that was asked for,
	// on one line: what is no character is a space. "" if the title alone has
	// them.
	Text   string
	Ranges []Range // of Text
}

// Range is a part of a text: UTF-16 code units From to To.
type Range struct{ From, To int }

// search is a query as it is looked for.
type search struct {
	words  []string // folded, each once
	prefix string   // the last word, which may go on
}

// searchFor reads what people type.
func searchFor(text string) (q search) {
	for w := range wordsOf(text) {
		if len(q.words) == queryWords {
			break
		}
		q.words = append(q.words, w.folded)
	}
	if n := len(q.words); n > 0 {
		q.prefix, q.words = q.words[n-1], slices.Clone(q.words[:n-1])
		slices.Sort(q.words)
		q.words = slices.Compact(q.words)
	}
	return q
}

// has reports whether a folded word is one of those.
func (q search) has(folded string) bool {
	return strings.HasPrefix(folded, q.prefix) || slices.Contains(q.words, folded)
}

// inKey reports whether a titleKey has all words.
func (q search) inKey(key string) bool {
	for _, w := range q.words {
		if !strings.Contains(" "+key+" ", " "+w+" ") {
			return false
		}
	}
	return strings.Contains(" "+key, " "+q.prefix)
}

// titleSQL is inKey as a condition on documents d.
func (p *params) titleSQL(q search) string {
	var and []string
	for _, w := range q.words {
		and = append(and, fmt.Sprintf("%s(' ' || d.title_key || ' ', %s) > 0", p.instr, p.add(" "+w+" ")))
	}
	and = append(and, fmt.Sprintf("%s(' ' || d.title_key, %s) > 0", p.instr, p.add(" "+q.prefix)))
	return strings.Join(and, " AND ")
}

// searchSQL returns the query for the documents that meet a condition, which it
// is given to write.
func (d dialect) searchSQL(q SearchQuery, limit int, condition func(*params) string) (query string, values []any) {
	p := &params{dialect: d}
	query = p.selectEntries(q.Viewer) + p.filter(q.View, q.Folder) + " AND " + condition(p)
	_, order := d.editedPage(p, cursor{})
	return query + " ORDER BY " + order + " LIMIT " + p.add(limit), p.values
}

// searcher is what a database does for a search: both list what was edited last
// first.
type searcher struct {
	titles func(limit int) ([]Entry, error)
	texts  func(limit int) ([]Entry, error) // title and text together
	// read calls f with the texts of documents, one after the other.
	read func(docs []Entry, f func(doc wire.DocID, text string)) error
}

// searchEntries is a search of every store: best are those that have all words
// in their titles.
func searchEntries(q SearchQuery, s func(q SearchQuery, words search) searcher) ([]Match, error) {
	l := ListQuery{View: q.View, Limit: q.Limit}.withDefaults()
	q.View = l.View
	if _, err := l.check(); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	words := searchFor(strings.ToValidUTF8(q.Text, " "))
	if words.prefix == "" || !isText(string(q.Viewer)) || q.Folder != nil && !isText(string(*q.Folder)) {
		return nil, nil
	}
	matches, err := searchIn(s(q, words), words, q.Limit)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return matches, nil
}

func searchIn(s searcher, words search, limit int) ([]Match, error) {
	found, err := s.titles(limit)
	if err != nil {
		return nil, err
	}
	if titles := len(found); titles < limit {
		more, err := s.texts(limit + titles)
		if err != nil {
			return nil, err
		}
		for _, e := range more {
			if len(found) < limit && !slices.ContainsFunc(found[:titles], func(t Entry) bool { return t.ID == e.ID }) {
				found = append(found, e)
			}
		}
	}
	if len(found) == 0 {
		return nil, nil
	}
	matches := make([]Match, len(found))
	at := make(map[wire.DocID]*Match, len(found))
	for i, e := range found {
		matches[i] = Match{Entry: e, Title: words.ranges(e.Title)}
		at[e.ID] = &matches[i]
	}
	budget := snippetBytes
	return matches, s.read(found, func(doc wire.DocID, text string) {
		if m := at[doc]; m != nil && len(text) <= budget {
			budget -= len(text)
			m.Text, m.Ranges = words.snippet(text)
		}
	})
}

// ranges finds the words of a text that were asked for.
func (q search) ranges(text string) (list []Range) {
	bytes, units := 0, 0 // as far as units were counted
	unitsAt := func(at int) int {
		units += unitsOf(text[bytes:at])
		bytes = at
		return units
	}
	for w := range wordsOf(text) {
		if q.has(w.folded) {
			from := unitsAt(w.from)
			list = append(list, Range{from, unitsAt(w.to)})
		}
	}
	return list
}

// snippet cuts a line around the first word of a text that was asked for.
func (q search) snippet(text string) (line string, ranges []Range) {
	hit, found := word{}, false
	var before []int // where the words before it begin, the last few
	for w := range wordsOf(text) {
		if found = q.has(w.folded); found {
			hit = w
			break
		}
		if before = append(before, w.from); len(before) > snippetBefore {
			before = before[1:]
		}
	}
	if !found {
		return "", nil
	}
	from := hit.from
	for i := len(before) - 1; i >= 0 && hit.from-before[i] <= 3*snippetBefore && unitsOf(text[before[i]:hit.from]) <= snippetBefore; i-- {
		from = before[i]
	}
	to, whole, units := from, from, 0 // whole is the end of the last whole word
	for to < len(text) {
		r, size := utf8.DecodeRuneInString(text[to:])
		if !isWordRune(r) && !unicode.IsMark(r) {
			whole = to
		}
		if units += unitsOfRune(r); units > snippetUnits {
			break
		}
		to += size
	}
	if to < len(text) && whole >= hit.to {
		to = whole
	}
	line = asLine(text[from:to])
	return line, q.ranges(line)
}

// asLine makes spaces of what does not show on a line, one for each.
func asLine(s string) string {
	return strings.TrimRight(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.IsSpace(r) || r == '\uFFFC' {
			return ' '
		}
		return r
	}, s), " ")
}

// unitsOf is the length of a text in UTF-16 code units.
func unitsOf(s string) (n int) {
	for _, r := range s {
		n += unitsOfRune(r)
	}
	return n
}

func unitsOfRune(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// indexedText is a text as it is stored to be found: not longer than TextBytes,
// and something that every database can keep.
func indexedText(text string) string {
	if len(text) > TextBytes {
		text = string(cut([]byte(text[:TextBytes+1]), TextBytes))
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, " "), "\x00", " ")
}

// indexedWords are the different words that a text is found by; not nil.
func indexedWords(text string) []string {
	list := []string{}
	seen, bytes := map[string]bool{}, 0
	for w := range wordsOf(text) {
		if seen[w.folded] {
			continue
		}
		if bytes += len(w.folded); len(list) == textWords || bytes > textWordBytes {
			break
		}
		seen[w.folded] = true
		list = append(list, w.folded)
	}
	return list
}
