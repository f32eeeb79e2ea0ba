package formats

import (
	"strings"

	"github.com/collabd/collabd/ot"
)

// FromMarkdown returns the document that Markdown tells of, as the browser's
// source pane reads it (frontend/src/bindings/markdown-parse.ts): a whole
// document of kind rich, as inserts. What is no mark is text, so nothing is
// refused but a text of more than [MaxBytes], with [ErrTooLarge]. Beside what
// [Markdown] writes it reads what others do: nested lists by any indent, loose
// lists, headings by underlines, tildes as fences, hard breaks, character
// references. Tables and HTML stay text. Linear in the length of the text.
//
// [ImportMarkdown] is for files of others.
func FromMarkdown(s string) (ot.Op, error) {
	if len(s) > MaxBytes {
		return ot.Op{}, ErrTooLarge
	}
	clean := strings.TrimSuffix(cleanText(s), "\n")
	r := blockReader{source: strings.Split(clean, "\n")}
	r.read()
	return opOfLines(r.lines), nil
}

// deepest is the deepest level of a list.
const deepest = 8

type blockReader struct {
	source []string
	at     int
	lines  []line
}

func (r *blockReader) read() {
	for first := true; r.at < len(r.source); first = false {
		blank := r.blank()
		extra := 0
		if first {
			extra = 1
		}
		if r.at >= len(r.source) {
			r.empty((blank+extra)/2, block{})
			return
		}
		r.empty((blank-1+extra)/2, block{})
		r.block()
	}
}

// blank goes over blank lines and tells how many there were.
func (r *blockReader) blank() int {
	from := r.at
	for r.at < len(r.source) && isBlank(r.source[r.at]) {
		r.at++
	}
	return r.at - from
}

func (r *blockReader) block() {
	l := r.source[r.at]
	if _, ok := fenceOf(l); ok {
		r.fence()
	} else if isRule(l) {
		r.at++
		r.lines = append(r.lines, line{pieces: []piece{{embed: divider}}})
	} else if level, text := headingOf(l); level > 0 {
		r.at++
		r.text(withoutClosing(trim(text)), block{header: level})
	} else if isQuote(l) {
		r.quote()
	} else if _, ok := itemOf(l); ok {
		r.list()
	} else {
		r.paragraph()
	}
}

func (r *blockReader) fence() {
	f, _ := fenceOf(r.source[r.at])
	r.at++
	from := r.at
	for r.at < len(r.source) && !f.closes(r.source[r.at]) {
		r.at++
	}
	code := r.source[from:r.at]
	r.at++
	if len(code) == 0 {
		code = []string{""}
	}
	for _, text := range code {
		own, ok := strings.CutPrefix(text, f.indent)
		if !ok {
			own = strings.TrimLeftFunc(text, isSpace)
		}
		l := line{block: block{code: true, lang: f.language}}
		if own != "" {
			l.pieces = []piece{{text: own}}
		}
		r.lines = append(r.lines, l)
	}
}

func (r *blockReader) quote() {
	quote := block{quote: true}
	var texts []string
	flush := func() {
		for _, text := range joined(texts) {
			r.text(text, quote)
		}
		texts = nil
	}
	blank, first := 0, 1
	for ; r.at < len(r.source) && isQuote(r.source[r.at]); r.at++ {
		l := withoutQuote(r.source[r.at])
		if isBlank(l) {
			flush()
			blank++
			continue
		}
		if blank > 0 || first > 0 {
			r.empty((blank-1+first)/2, quote)
		}
		if len(texts) > 0 && startsBlock(l) {
			flush()
		}
		texts = append(texts, l)
		blank, first = 0, 0
	}
	flush()
	r.empty((blank+first)/2, quote)
}

func (r *blockReader) list() {
	var items []item
	gap, end := 0, r.at
	for {
		if r.at >= len(r.source) {
			r.at = end
			break
		}
		l := r.source[r.at]
		_, fenced := fenceOf(l)
		if found, ok := itemOf(l); ok && !fenced && !isRule(l) {
			found.gap = gap
			items = append(items, found)
			r.at++
			end = r.at
		} else if gap == 0 && r.at == end && !isBlank(l) && !startsBlock(l) {
			last := &items[len(items)-1]
			last.texts = append(last.texts, l)
			r.at++
			end = r.at
		} else if isBlank(l) {
			gap = max(0, (r.blank()-1)/2)
			continue
		} else {
			r.at = end // the blank lines are for who comes next
			break
		}
		gap = 0
	}
	r.items(items)
}

// items gives items their depth: four columns a level, as Markdown writes; else
// by what they stand under.
func (r *blockReader) items(items []item) {
	regular := true
	for _, it := range items {
		regular = regular && it.indent%4 == 0
	}
	var above []item
	for _, it := range items {
		for len(above) > 1 && it.indent < above[len(above)-1].indent {
			above = above[:len(above)-1]
		}
		if n := len(above); n > 0 && it.indent < above[n-1].content {
			above = above[:n-1]
		}
		above = append(above, it)
		r.empty(it.gap, block{})
		depth := len(above) - 1
		if regular {
			depth = it.indent / 4
		}
		for _, text := range joined(it.texts) {
			r.text(text, block{list: it.list, indent: min(deepest, depth)})
		}
	}
}

func (r *blockReader) paragraph() {
	texts := []string{r.source[r.at]}
	for r.at++; r.at < len(r.source); r.at++ {
		l := r.source[r.at]
		if level := underline(l); level > 0 {
			r.at++
			r.text(strings.Join(joined(texts), " "), block{header: level})
			return
		}
		if isBlank(l) || startsBlock(l) {
			break
		}
		texts = append(texts, l)
	}
	for _, text := range joined(texts) {
		r.text(text, block{})
	}
}

func (r *blockReader) text(text string, b block) {
	r.lines = append(r.lines, line{pieces: inlinePieces(text), block: b})
}

func (r *blockReader) empty(count int, b block) {
	for range count {
		r.lines = append(r.lines, line{block: b})
	}
}

// joined are the lines of a paragraph: one, unless a hard break or the row of a
// table ends one before.
func joined(texts []string) []string {
	var lines []string
	var current []string
	fresh := true
	for i, text := range texts {
		last := i == len(texts)-1
		slashes := len(text) - len(strings.TrimRight(text, `\`))
		hard := !last && (slashes%2 == 1 || strings.HasSuffix(text, "  "))
		if slashes%2 == 1 && !last {
			text = text[:len(text)-1]
		}
		text = trim(text)
		if (fresh || strings.HasPrefix(text, "|")) && i > 0 {
			lines = append(lines, strings.Join(current, " "))
			current = current[:0]
		}
		current = append(current, text)
		fresh = hard
	}
	if len(texts) > 0 {
		lines = append(lines, strings.Join(current, " "))
	}
	return lines
}
