package formats

import (
	"strconv"
	"strings"

	"github.com/collabd/collabd/ot"
)

// Markdown writes a rich document as Markdown: CommonMark with GitHub's
// strikethrough, task lists and formulas. It is byte for byte what the browser's
// source pane shows (frontend/src/bindings/markdown.ts); both read the vectors
// of testdata/markdown.json. Formats that Markdown has no mark for are left out:
//
//	FromMarkdown(Markdown(d)) = MarkdownView(d)
//	Markdown(FromMarkdown(Markdown(d))) = Markdown(d)
//
// A line of the document is a block, and a blank line stands between two; an
// empty line of the document is a block of nothing, so a third blank line.
// Embeds that Markdown does not know are <hr> inside a line, [@Ana](mention:id),
// and formulas a dollar sign around code. Linear in the length of the document.
func Markdown(doc ot.Doc) string {
	w := markdownWriter{lines: viewLines(doc)}
	for at := 0; at < len(w.lines); {
		if at > 0 {
			w.out.WriteString("\n\n")
		}
		at = w.write(at)
	}
	if w.out.Len() > 0 {
		w.out.WriteByte('\n')
	}
	return w.out.String()
}

type markdownWriter struct {
	lines []line
	out   strings.Builder
}

// write writes the block that begins with the line at a place, and returns the
// place of the line after it.
func (w *markdownWriter) write(at int) int {
	switch b := w.lines[at].block; {
	case b.list != "":
		return w.list(at)
	case b.quote:
		return w.quote(at)
	case b.code:
		return w.code(at)
	}
	w.out.WriteString(paragraph(w.lines[at]))
	return at + 1
}

func (w *markdownWriter) list(from int) int {
	var numbers []int
	at := from
	for ; at < len(w.lines) && w.lines[at].block.list != ""; at++ {
		b := w.lines[at].block
		numbers = numbers[:min(len(numbers), b.indent+1)]
		for len(numbers) <= b.indent {
			numbers = append(numbers, 0)
		}
		mark := "-"
		switch b.list {
		case "ordered":
			numbers[b.indent]++
			mark = strconv.Itoa(numbers[b.indent]) + "."
		case "checked":
			mark = "- [x]"
		case "unchecked":
			mark = "- [ ]"
		}
		if b.list != "ordered" {
			numbers[b.indent] = 0
		}
		if at > from {
			w.out.WriteByte('\n')
		}
		w.out.WriteString(trimEnd(strings.Repeat("    ", b.indent) + mark + " " + lineText(w.lines[at])))
	}
	return at
}

func (w *markdownWriter) quote(from int) int {
	at := from
	for ; at < len(w.lines) && w.lines[at].block.quote; at++ {
		if at > from {
			w.out.WriteString("\n>\n")
		}
		w.out.WriteString(trimEnd("> " + lineText(w.lines[at])))
	}
	return at
}

func (w *markdownWriter) code(from int) int {
	to, longest := from, 2
	for ; to < len(w.lines) && w.lines[to].block == w.lines[from].block; to++ {
		for _, p := range w.lines[to].pieces {
			longest = max(longest, longestRun(p.text))
		}
	}
	fence := strings.Repeat("`", longest+1)
	w.out.WriteString(fence + w.lines[from].block.lang + "\n")
	for _, l := range w.lines[from:to] {
		for _, p := range l.pieces {
			w.out.WriteString(p.text)
		}
		w.out.WriteByte('\n')
	}
	w.out.WriteString(fence)
	return to
}

// longestRun is the length of the longest run of backticks.
func longestRun(s string) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

func paragraph(l line) string {
	if l.block.header > 0 {
		return heading(l.block.header, inlineMarkdown(l.pieces))
	}
	if len(l.pieces) == 1 && l.pieces[0].embed.Name() == "divider" && l.pieces[0].marks == (marks{}) {
		return "---"
	}
	return lineText(l)
}

// heading writes a heading; number signs at its end would be read as a closing
// mark.
func heading(level int, inline string) string {
	text := strings.TrimRight(inline, "#")
	if end := inline[len(text):]; end != "" && (text == "" || endsInSpace(text)) {
		inline = text + `\` + end
	}
	return trimEnd(strings.Repeat("#", level) + " " + inline)
}

// lineText writes the text of a line, so that its start is not read as the mark
// of another block.
func lineText(l line) string {
	s := inlineMarkdown(l.pieces)
	if s == "" {
		return s
	}
	switch s[0] {
	case '#':
		rest := strings.TrimLeft(s, "#")
		if len(s)-len(rest) <= 6 && startsOrEnds(rest) {
			return `\` + s
		}
	case '>':
		return `\` + s
	case '-', '+':
		if startsOrEnds(s[1:]) || s[0] == '-' && strings.Trim(s[1:], " \t-") == "" {
			return `\` + s
		}
	}
	if n := numberOf(s); n > 0 && n < len(s) && (s[n] == '.' || s[n] == ')') && startsOrEnds(s[n+1:]) {
		return s[:n] + `\` + s[n:]
	}
	return s
}

// numberOf is how many digits a text begins with, 0 where they are more than
// nine.
func numberOf(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if n > 9 {
		return 0
	}
	return n
}
