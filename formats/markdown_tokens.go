package formats

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/ot/strictjson"
)

type tokenKind uint8

const (
	textToken  tokenKind = iota
	codeToken            // a code span
	embedToken           // an embed that is written by itself
	openToken            // a bracket, maybe of an image
	closeToken           // the other bracket, maybe with an address
	runToken             // stars, underscores or tildes
)

// token is a part of the text of a block. It is small: a text may be all
// brackets.
type token struct {
	kind     tokenKind
	mark     byte // of a run
	image    bool // of an open
	linked   bool // of a close: it ends a link
	canOpen  bool // of a run
	canClose bool
	length   int32       // of a run
	literal  int32       // how many marks of a run are text after all
	partner  int32       // of an open: the close of its link or embed, 0 for none
	text     string      // of text and code; of a close, how it is written
	more     *tokenExtra // what most have not
}

// tokenExtra is what is known of some tokens; most of it is found while links
// and marks are resolved.
type tokenExtra struct {
	embed         ot.Embed // what the token stands for, maybe with all up to its partner
	target        string   // of a close that has one: the address
	opens, closes []markName
}

// embed is what the token stands for, zero for nothing.
func (t *token) embed() ot.Embed {
	if t.more == nil {
		return ot.Embed{}
	}
	return t.more.embed
}

func (t *token) extra() *tokenExtra {
	if t.more == nil {
		t.more = &tokenExtra{}
	}
	return t.more
}

// spaceClass is isSpace as a class of a pattern.
const spaceClass = `\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`

var (
	referenceMark = regexp.MustCompile(`^&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos|nbsp));`)
	bracketed     = regexp.MustCompile(`^\([` + spaceClass + `]*<((?:[^<>\\\n]|\\[^\n\r\x{2028}\x{2029}])*)>(?:[` + spaceClass + `]+"[^"]*")?[` + spaceClass + `]*\)`)
	bare          = regexp.MustCompile(`^\([` + spaceClass + `]*((?:[^` + spaceClass + `()<>\\]|\\[^\n\r\x{2028}\x{2029}]|\([^` + spaceClass + `()]*\))+)(?:[` + spaceClass + `]+"[^"]*")?[` + spaceClass + `]*\)`)
	autolink      = regexp.MustCompile(`^<((?:https?://|mailto:)[^` + spaceClass + `<>]+)>`)
	escapedUnit   = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])|&amp;")
)

var namedReferences = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'", "nbsp": "\u00a0"}

// tokenizer cuts the text of a block in tokens, from left to right.
type tokenizer struct {
	text   string
	at     int
	tokens []token
	// fences tells where runs of so many backticks begin; those behind the
	// reader are dropped.
	fences map[int][]int
}

func tokensOf(text string) []token {
	t := tokenizer{text: text, fences: map[int][]int{}}
	for at := 0; at < len(text); {
		if text[at] != '`' {
			at++
			continue
		}
		n := runAt(text, at)
		t.fences[n] = append(t.fences[n], at)
		at += n
	}
	for t.at < len(text) {
		n := strings.IndexAny(text[t.at:], "\\`*_~[]!$<&")
		if n < 0 {
			n = len(text) - t.at
		}
		if n > 0 {
			t.take(n)
			continue
		}
		t.special(text[t.at])
	}
	return t.tokens
}

// runAt is how many of the byte at a place follow each other there.
func runAt(text string, at int) int {
	n := 1
	for at+n < len(text) && text[at+n] == text[at] {
		n++
	}
	return n
}

func (t *tokenizer) special(c byte) {
	switch c {
	case '\\':
		t.at++
		if t.at < len(t.text) && isPunctuation(t.text[t.at]) {
			t.take(1)
		} else {
			t.literal(`\`)
		}
	case '`':
		t.code()
	case '$':
		t.formula()
	case '&':
		t.reference()
	case '<':
		t.angle()
	case '!':
		if !strings.HasPrefix(t.text[t.at+1:], "[") {
			t.take(1)
			return
		}
		t.tokens = append(t.tokens, token{kind: openToken, image: true})
		t.at += 2
	case '[':
		t.tokens = append(t.tokens, token{kind: openToken})
		t.at++
	case ']':
		t.closing()
	default:
		t.run(c)
	}
}

// isPunctuation: of ASCII, as CommonMark has it.
func isPunctuation(c byte) bool {
	return c > ' ' && c < 0x7f && !isAlphanumeric(c)
}

func (t *tokenizer) literal(text string) {
	t.tokens = append(t.tokens, token{kind: textToken, text: text})
}

func (t *tokenizer) take(bytes int) {
	t.literal(t.text[t.at : t.at+bytes])
	t.at += bytes
}

// span reads the code span that begins here; the reader is behind it then.
func (t *tokenizer) span() (string, bool) {
	n := runAt(t.text, t.at)
	start := t.at + n
	places := t.fences[n]
	for len(places) > 0 && places[0] < start {
		places = places[1:]
	}
	t.fences[n] = places
	if len(places) == 0 {
		return "", false
	}
	t.at = places[0] + n
	text := t.text[start:places[0]]
	if paddedSpan(text) {
		text = text[1 : len(text)-1]
	}
	return text, true
}

func (t *tokenizer) code() {
	if text, ok := t.span(); ok {
		t.tokens = append(t.tokens, token{kind: codeToken, text: text})
		return
	}
	t.take(runAt(t.text, t.at))
}

func (t *tokenizer) formula() {
	start := t.at
	t.at++
	if t.at < len(t.text) && t.text[t.at] == '`' {
		if tex, ok := t.span(); ok && strings.HasPrefix(t.text[t.at:], "$") {
			if e := ot.NewEmbed("formula", ot.StringValue(tex)); ot.EmbedAllowed(e) {
				t.at++
				t.tokens = append(t.tokens, token{kind: embedToken, more: &tokenExtra{embed: e}})
				return
			}
		}
		t.at = start + 1 // the code is code
	}
	t.literal("$")
}

func (t *tokenizer) reference() {
	found := referenceMark.FindStringSubmatch(t.text[t.at:])
	if found == nil {
		t.take(1)
		return
	}
	t.at += len(found[0])
	if found[3] != "" {
		t.literal(namedReferences[found[3]])
		return
	}
	digits, base := found[1], 10
	if digits == "" {
		digits, base = found[2], 16
	}
	point, _ := strconv.ParseInt(digits, base, 32)
	if !isCharacter(point) {
		t.literal(found[0])
		return
	}
	t.literal(string(rune(point)))
}

// isCharacter reports whether a reference may name this: no half of a pair, and
// no control character but the tab.
func isCharacter(point int64) bool {
	if point == '\t' {
		return true
	}
	return point >= ' ' && point != 0x7f && point <= utf8.MaxRune && (point < 0xd800 || point > 0xdfff)
}

func (t *tokenizer) angle() {
	if strings.HasPrefix(t.text[t.at:], "<hr>") {
		t.tokens = append(t.tokens, token{kind: embedToken, more: &tokenExtra{embed: divider}})
		t.at += len("<hr>")
		return
	}
	found := autolink.FindStringSubmatch(t.text[t.at:])
	if found == nil {
		t.take(1)
		return
	}
	t.at += len(found[0])
	t.tokens = append(t.tokens, token{kind: openToken}, token{kind: textToken, text: strings.TrimPrefix(found[1], "mailto:")},
		token{kind: closeToken, text: "](" + found[1] + ")", more: &tokenExtra{target: found[1]}})
}

func (t *tokenizer) closing() {
	start := t.at
	t.at++
	rest := t.text[t.at:]
	c := token{kind: closeToken}
	if strings.HasPrefix(rest, "(") {
		found := bracketed.FindStringSubmatch(rest)
		if found == nil {
			found = bare.FindStringSubmatch(rest)
		}
		if found != nil {
			t.at += len(found[0])
			c.more = &tokenExtra{target: unescaped(found[1])}
		}
	}
	c.text = t.text[start:t.at]
	t.tokens = append(t.tokens, c)
}

// unescaped is an address as it is meant.
func unescaped(address string) string {
	if !strings.ContainsAny(address, `\&`) {
		return address
	}
	return escapedUnit.ReplaceAllStringFunc(address, func(s string) string {
		if s == "&amp;" {
			return "&"
		}
		return s[1:]
	})
}

func (t *tokenizer) run(mark byte) {
	start := t.at
	t.at += runAt(t.text, t.at)
	before, _ := utf8.DecodeLastRuneInString(t.text[:start])
	after, _ := utf8.DecodeRuneInString(t.text[t.at:])
	starts, ends := start == 0, t.at == len(t.text)
	free := mark != '_' // an underscore inside a word is one
	t.tokens = append(t.tokens, token{
		kind: runToken, mark: mark, length: int32(t.at - start),
		canOpen:  !ends && !isSpace(after) && (free || starts || !isWord(before)),
		canClose: !starts && !isSpace(before) && (free || ends || !isWord(after)),
	})
}

// mention is the embed that a link to "mention:id" with the text "@name" is,
// zero if it is none.
func mention(target, name string) ot.Embed {
	id, ok := strings.CutPrefix(target, "mention:")
	name, at := strings.CutPrefix(name, "@")
	if !ok || !at {
		return ot.Embed{}
	}
	value := strictjson.AppendString([]byte(`{"id":`), id)
	value = append(strictjson.AppendString(append(value, `,"name":`...), name), '}')
	e := ot.NewEmbed("mention", ot.Value(value))
	if !ot.EmbedAllowed(e) {
		return ot.Embed{}
	}
	return e
}
