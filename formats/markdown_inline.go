package formats

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/collabd/collabd/ot/strictjson"
)

// inlineMarkdown writes the pieces of one line. Marks that last longer stand
// further out, so that few have to be closed and opened again. White space at
// the inner edge of a mark is written as a character reference: beside a space
// a star is a star.
func inlineMarkdown(pieces []piece) string {
	w := inlineWriter{pieces: pieces, ends: extents(pieces)}
	for at := range pieces {
		w.piece(at)
	}
	w.closeTo(0)
	return w.out.String()
}

// markName is one mark of a piece; from the outermost to the innermost where
// they last equally long.
type markName int

const (
	linkMark markName = iota
	boldMark
	italicMark
	strikeMark
	markNames
)

// has reports whether two pieces share a mark; a link is one only with its
// address.
func (n markName) has(m marks) bool {
	return [...]bool{m.link != "", m.bold, m.italic, m.strike}[n]
}

func (n markName) goesOn(from, to marks) bool {
	return n.has(to) && (n != linkMark || from.link == to.link)
}

type openMark struct {
	name markName
	link string
}

type inlineWriter struct {
	pieces []piece
	ends   [][markNames]int
	open   []openMark
	out    strings.Builder
}

// extents tells for each piece and mark of it the piece where the mark ends.
func extents(pieces []piece) [][markNames]int {
	ends := make([][markNames]int, len(pieces))
	for at := len(pieces) - 1; at >= 0; at-- {
		for n := range markNames {
			ends[at][n] = at
			if at+1 < len(pieces) && n.goesOn(pieces[at].marks, pieces[at+1].marks) {
				ends[at][n] = ends[at+1][n]
			}
		}
	}
	return ends
}

func (w *inlineWriter) piece(at int) {
	p := w.pieces[at]
	w.closeTo(w.kept(&p))
	var added []openMark
	for n := range markNames {
		if n.has(p.marks) && !slices.ContainsFunc(w.open, func(o openMark) bool { return o.name == n }) {
			added = append(added, openMark{n, p.marks.link})
		}
	}
	slices.SortStableFunc(added, func(a, b openMark) int { return cmp.Compare(w.ends[at][b.name], w.ends[at][a.name]) })
	for _, mark := range added {
		w.out.WriteString([...]string{"[", "**", "*", "~~"}[mark.name])
	}
	w.open = append(w.open, added...)
	var before, after *piece
	if at > 0 {
		before = &w.pieces[at-1]
	}
	if at+1 < len(w.pieces) {
		after = &w.pieces[at+1]
	}
	w.out.WriteString(pieceMarkdown(p, len(added) > 0, w.kept(after) < len(w.open), before, after))
}

// kept is how many of the open marks, from the outermost on, go on over a piece.
func (w *inlineWriter) kept(p *piece) int {
	for i, o := range w.open {
		if p == nil || !o.name.has(p.marks) || o.name == linkMark && o.link != p.marks.link {
			return i
		}
	}
	return len(w.open)
}

func (w *inlineWriter) closeTo(n int) {
	for len(w.open) > n {
		last := w.open[len(w.open)-1]
		w.open = w.open[:len(w.open)-1]
		if last.name == linkMark {
			w.out.WriteString("](" + destination(last.link) + ")")
		} else {
			w.out.WriteString([...]string{"", "**", "*", "~~"}[last.name])
		}
	}
}

var (
	readOtherwise = regexp.MustCompile(`[()<>\\]|&#?\w+;`)
	inBrackets    = strings.NewReplacer(`\`, `\\`, "<", `\<`, ">", `\>`, "&", `\&`)
)

// destination writes an address as the target of a link or image; in <…> where
// it would otherwise end early or be read otherwise.
func destination(address string) string {
	if !strings.ContainsFunc(address, isSpace) && !readOtherwise.MatchString(address) {
		return address
	}
	return "<" + inBrackets.Replace(address) + ">"
}

// pieceMarkdown writes a piece. opened: a mark opens right before it; closes: one
// closes right behind it.
func pieceMarkdown(p piece, opened, closes bool, before, after *piece) string {
	if !p.isText() {
		return embedMarkdown(p)
	}
	if p.marks.code {
		return codeSpan(p.text)
	}
	text := escaped(p.text)
	if strings.HasSuffix(text, "$") && after != nil && (after.isText() && after.marks.code || after.embed.Name() == "formula") {
		text = text[:len(text)-1] + `\$`
	}
	if strings.HasSuffix(text, "!") && after != nil && (after.marks.link != "" || after.embed.Name() == "image" || after.embed.Name() == "mention") {
		text = text[:len(text)-1] + `\!`
	}
	if closes || after == nil {
		if r, size := utf8.DecodeLastRuneInString(text); isSpace(r) {
			text = text[:len(text)-size] + reference(r)
		}
	}
	if opened || before == nil {
		if r, size := utf8.DecodeRuneInString(text); isSpace(r) {
			text = reference(r) + text[size:]
		}
	}
	return text
}

func reference(r rune) string { return "&#" + strconv.Itoa(int(r)) + ";" }

func embedMarkdown(p piece) string {
	value := p.embed.Value()
	switch p.embed.Name() {
	case "image":
		return "![](" + destination(textOf(value)) + ")"
	case "mention":
		id, name := mentionOf(string(value))
		text := escaped(name)
		if r, size := utf8.DecodeRuneInString(text); isSpace(r) {
			text = reference(r) + text[size:]
		}
		if r, size := utf8.DecodeLastRuneInString(text); isSpace(r) {
			text = text[:len(text)-size] + reference(r)
		}
		return "[@" + text + "](mention:" + id + ")"
	case "formula":
		return "$" + codeSpan(textOf(value)) + "$"
	}
	return "<hr>"
}

// mentionOf reads the value of a mention.
func mentionOf(value string) (id, name string) {
	members, err := strictjson.Object([]byte(value), 1, 2)
	if err != nil {
		return "", ""
	}
	for _, m := range members {
		text, _ := strictjson.String(m.Value)
		switch m.Name {
		case "id":
			id = text
		case "name":
			name = text
		}
	}
	return id, name
}

// codeSpan writes text between as many backticks as it takes; a space at both
// ends goes when it is read, so one is added where it matters.
func codeSpan(text string) string {
	lengths := map[int]bool{}
	for i := 0; i < len(text); {
		run := 0
		for i < len(text) && text[i] == '`' {
			run++
			i++
		}
		lengths[run] = true
		i++
	}
	n := 1
	for lengths[n] {
		n++
	}
	fence, pad := strings.Repeat("`", n), ""
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") || paddedSpan(text) {
		pad = " "
	}
	return fence + pad + text + pad + fence
}

// paddedSpan reports whether a reader takes a space from both ends.
func paddedSpan(text string) bool {
	return len(text) >= 2 && text[0] == ' ' && text[len(text)-1] == ' ' && strings.Trim(text, " ") != ""
}

// escaped writes text as it must be to mean itself, anywhere but at the start of
// a block.
func escaped(text string) string {
	if !strings.ContainsAny(text, "\\`[]*_~<&") {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + len(text)/8)
	for i, r := range text {
		if r < utf8.RuneSelf && meansMore(text, i, byte(r)) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// meansMore reports whether the character at i would be read as a mark. What is
// before it counts as it is, what was written for that does not: a star behind
// an escaped one still is behind a star.
func meansMore(text string, i int, c byte) bool {
	rest := text[i+1:]
	switch c {
	case '\\', '`', '[', ']':
		return true
	case '*':
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, size := utf8.DecodeRuneInString(rest)
		return i > 0 && !isSpace(before) || rest != "" && !isSpace(after) ||
			i == 0 || utf8.RuneCountInString(text[:min(i, utf8.UTFMax)]) == 1 && i <= utf8.UTFMax ||
			rest == "" || len(rest) == size
	case '_':
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(rest)
		return i == 0 || !isWord(before) || rest == "" || !isWord(after)
	case '~':
		return rest == "" || rest[0] == '~' || i == 0 || text[i-1] == '~'
	case '<':
		return rest != "" && (rest[0] == '/' || rest[0] == '!' || rest[0]|0x20 >= 'a' && rest[0]|0x20 <= 'z')
	case '&':
		return isReference(rest)
	}
	return false
}

// isReference reports whether text behind an ampersand makes a character
// reference of it. An underscore that is not inside a word has a backslash by
// then, which ends it.
func isReference(text string) bool {
	text = strings.TrimPrefix(text, "#")
	n := 0
	for n < len(text) && (isAlphanumeric(text[n]) || text[n] == '_' && n > 0 && isAlphanumeric(text[n-1]) && n+1 < len(text) && isAlphanumeric(text[n+1])) {
		n++
	}
	return n > 0 && n < len(text) && text[n] == ';'
}

func isAlphanumeric(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' }

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

func endsInSpace(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return s != "" && isSpace(r)
}

func startsInSpace(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && isSpace(r)
}

// startsOrEnds reports whether white space follows, or nothing.
func startsOrEnds(s string) bool { return s == "" || startsInSpace(s) }
