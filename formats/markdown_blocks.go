package formats

import (
	"regexp"
	"strings"

	"github.com/collabd/collabd/ot"
)

// What a line of Markdown begins. Each answers as the pattern of that name in
// frontend/src/bindings/markdown-parse.ts does.

var divider = ot.NewEmbed("divider", ot.True)

func isBlank(l string) bool { return strings.Trim(l, " \t") == "" }

// isRule: three or more of one of "-*_", and blanks.
func isRule(l string) bool {
	l = strings.TrimLeft(l, " \t")
	if l == "" || l[0] != '-' && l[0] != '*' && l[0] != '_' {
		return false
	}
	return strings.Trim(l, l[:1]+" \t") == "" && strings.Count(l, l[:1]) >= 3
}

// headingOf returns the level of a heading and its text, 0 for another line.
func headingOf(l string) (level int, text string) {
	l = withoutSpaces(l, 3)
	rest := strings.TrimLeft(l, "#")
	level = len(l) - len(rest)
	if level == 0 || level > 6 || rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return 0, ""
	}
	return level, strings.TrimLeft(rest, " \t")
}

// withoutSpaces drops at most so many spaces in front.
func withoutSpaces(l string, most int) string {
	for most > 0 && l != "" && l[0] == ' ' {
		l = l[1:]
		most--
	}
	return l
}

// withoutClosing drops the number signs that close a heading.
func withoutClosing(text string) string {
	rest := strings.TrimRight(text, "#")
	if len(rest) == len(text) || rest != "" && !endsInSpace(rest) {
		return text
	}
	return trimEnd(rest)
}

// fence is a line that begins code.
type fence struct {
	indent, marks, language string
}

var languageOfInfo = regexp.MustCompile(`^[a-z0-9+#-]{1,32}`)

func fenceOf(l string) (fence, bool) {
	rest := strings.TrimLeft(l, " \t")
	if !strings.HasPrefix(rest, "```") && !strings.HasPrefix(rest, "~~~") {
		return fence{}, false
	}
	f := fence{indent: l[:len(l)-len(rest)]}
	info := strings.TrimLeft(rest, rest[:1])
	f.marks = rest[:len(rest)-len(info)]
	if strings.Contains(info, "`") {
		return fence{}, false
	}
	info = strings.ToLower(strings.TrimLeft(info, " \t"))
	if name := languageOfInfo.FindString(info); startsOrEnds(info[len(name):]) {
		f.language = name
	}
	return f, true
}

// closes reports whether a line ends the code that f began.
func (f fence) closes(l string) bool {
	text := trim(l)
	return len(text) >= len(f.marks) && strings.Trim(text, f.marks[:1]) == ""
}

// quoteEnd is where the marks of a quote end, 0 if there is none: each has at
// most three spaces before it, and one behind it.
func quoteEnd(l string) int {
	end := 0
	for {
		rest := withoutSpaces(l[end:], 3)
		if rest == "" || rest[0] != '>' {
			return end
		}
		rest = withoutSpaces(rest[1:], 1)
		end = len(l) - len(rest)
	}
}

func isQuote(l string) bool { return quoteEnd(l) > 0 }

func withoutQuote(l string) string { return l[quoteEnd(l):] }

// item is one of a list.
type item struct {
	indent, content int // columns before the mark, and before the text
	list            string
	mark            string
	rest            string
	texts           []string // its own line and those that go on without a mark
	gap             int      // empty lines of the document before it
}

func itemOf(l string) (item, bool) {
	rest := strings.TrimLeft(l, " \t")
	space := l[:len(l)-len(rest)]
	if rest == "" {
		return item{}, false
	}
	n := 1
	if rest[0] != '-' && rest[0] != '+' && rest[0] != '*' {
		if n = numberOf(rest); n == 0 || n == len(rest) || rest[n] != '.' && rest[n] != ')' {
			return item{}, false
		}
		n++
	}
	it := item{mark: rest[:n], list: "bullet"}
	rest = rest[n:]
	if rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return item{}, false
	}
	it.rest = strings.TrimLeft(rest, " \t")
	it.indent = len(space) + 3*strings.Count(space, "\t")
	it.content = it.indent + n + 1
	text := it.rest
	if n > 1 {
		it.list = "ordered"
	} else if checked, own, ok := checkOf(text); ok {
		it.list, text = checked, own
	}
	it.texts = []string{text}
	return it, true
}

// checkOf reads the box of a checklist.
func checkOf(text string) (list, rest string, ok bool) {
	if len(text) < 3 || text[0] != '[' || text[2] != ']' || !strings.ContainsRune(" xX", rune(text[1])) {
		return "", "", false
	}
	rest = text[3:]
	if rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return "", "", false
	}
	list = "checked"
	if text[1] == ' ' {
		list = "unchecked"
	}
	return list, strings.TrimLeft(rest, " \t"), true
}

// underline is the level of the heading that a line makes of the one before it.
func underline(l string) int {
	l = strings.TrimRight(withoutSpaces(l, 3), " \t")
	switch {
	case l == "":
		return 0
	case strings.Trim(l, "=") == "":
		return 1
	case strings.Trim(l, "-") == "":
		return 2
	}
	return 0
}

// startsBlock reports whether a line ends the paragraph before it without a
// blank line. A list may do so only where it is sure to be one.
func startsBlock(l string) bool {
	if _, ok := fenceOf(l); ok || isRule(l) || isQuote(l) {
		return true
	}
	if level, _ := headingOf(l); level > 0 {
		return true
	}
	if it, ok := itemOf(l); ok {
		return it.rest != "" && (len(it.mark) == 1 || it.mark == "1." || it.mark == "1)")
	}
	return strings.HasPrefix(strings.TrimLeftFunc(l, isSpace), "|") // a row of a table stays a line
}
