package formats

import (
	"regexp"
	"strconv"
	"strings"
)

// context is what holds at a place of HTML: the formats of text there, and those
// of its line. It is a value: each element has its own, made of the one around it.
type context struct {
	text textFormat
	line htmlFormat
	// lists are how many lists are around, kind is that of the innermost.
	lists int
	kind  string
	space spaceRule
	own   bool // of a page that HTML wrote
	cell  bool // in a row of a table that is one line
	skip  bool // nothing of it is shown
	mark  bool // Word's mark of a list item
	table int  // which table is around, from 1
	// language is that of code inside, where an element around it tells.
	language string
}

// textFormat is what a piece of text can have.
type textFormat struct {
	bold, italic, underline, strike, code       bool
	script, color, background, font, size, link string
}

// htmlFormat is what a line can have.
type htmlFormat struct {
	block            block
	indent           int
	align, direction string
}

// spaceRule is what white space means.
type spaceRule uint8

const (
	collapse     spaceRule = iota
	preserve               // each counts, and a line break ends the line
	preserveLine           // only line breaks count
)

// declarations calls f with the properties of a style, in lower case, and their
// values.
func declarations(style string, f func(name, value string)) {
	for len(style) > 0 {
		var one string
		one, style, _ = strings.Cut(style, ";")
		if name, value, ok := strings.Cut(one, ":"); ok {
			f(strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "!important")))
		}
	}
}

var (
	rgbColor = regexp.MustCompile(`^rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*(?:[,/]\s*([\d.]+)\s*)?\)$`)
	hexColor = regexp.MustCompile(`^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`)
	msoLevel = regexp.MustCompile(`\blevel([1-9])\b`)
	msoMark  = regexp.MustCompile(`^[\s(]*(?:\d+|[a-z]|[ivxlc]+)[.)]`)
)

// styled is a context inside an element with a style. What a page of others says
// of colours and letters is left out, as it is of a paste: it would not suit the
// theme of the reader.
func (c context) styled(style string) context {
	if style == "" {
		return c
	}
	declarations(style, func(name, own string) {
		value := strings.ToLower(own)
		switch name {
		case "font-weight":
			weight, err := strconv.Atoi(value)
			c.text.bold = value == "bold" || value == "bolder" || err == nil && weight >= 600
		case "font-style":
			c.text.italic = value == "italic" || value == "oblique"
		case "text-decoration", "text-decoration-line":
			c.text.underline = c.text.underline || strings.Contains(value, "underline")
			c.text.strike = c.text.strike || strings.Contains(value, "line-through")
		case "vertical-align":
			if value == "sub" || value == "super" {
				c.text.script = value
			}
		case "white-space":
			c.space = spaceOf(value)
		case "display", "mso-hide":
			c.skip = c.skip || name == "display" && value == "none" || name == "mso-hide" && value == "all"
		case "text-align":
			c.line.align = alignOf(value)
		case "direction":
			c.line.direction = directionOf(value)
		case "mso-list":
			c = c.wordList(value)
		default:
			if c.own {
				c = c.ownStyle(name, own)
			}
		}
	})
	return c
}

// ownStyle is what HTML writes and nobody else's page may say.
func (c context) ownStyle(name, value string) context {
	switch name {
	case "color":
		c.text.color = colorOf(value)
	case "background-color":
		c.text.background = colorOf(value)
	case "font-family":
		c.text.font = keyOf(fonts, value)
	case "font-size":
		c.text.size = keyOf(sizes, value)
	case "margin-inline-start":
		em, err := strconv.Atoi(strings.TrimSuffix(value, "em"))
		if err == nil && em > 0 && em <= 3*deepest {
			c.line.indent = em / 3
		}
	}
	return c
}

// wordList reads what Word says of a list: "l0 level2 lfo1" of an item, "ignore"
// of the mark in front of it.
func (c context) wordList(value string) context {
	if value == "ignore" {
		c.mark = true
		return c
	}
	if level := msoLevel.FindStringSubmatch(value); level != nil {
		c.line.block.list = "bullet"
		c.line.block.indent = min(deepest, int(level[1][0]-'1'))
	}
	return c
}

func spaceOf(value string) spaceRule {
	switch value {
	case "pre", "pre-wrap", "break-spaces":
		return preserve
	case "pre-line":
		return preserveLine
	}
	return collapse
}

func alignOf(value string) string {
	switch value {
	case "center", "right", "justify":
		return value
	}
	return ""
}

func directionOf(value string) string {
	if strings.EqualFold(value, "rtl") {
		return "rtl"
	}
	return ""
}

// colorOf is a colour as a document has it, "" for another.
func colorOf(value string) string {
	if hexColor.MatchString(value) {
		return value
	}
	m := rgbColor.FindStringSubmatch(value)
	if m == nil {
		return ""
	}
	hex := "#"
	for _, part := range m[1:4] {
		n, _ := strconv.Atoi(part)
		if n > 255 {
			return ""
		}
		hex += string("0123456789abcdef"[n>>4]) + string("0123456789abcdef"[n&15])
	}
	return hex
}

func keyOf(names map[string]string, value string) string {
	for name, is := range names {
		if is == value {
			return name
		}
	}
	return ""
}

// languageOf reads the language of code from classes such as language-go, as
// Markdown's readers write them, and highlight-source-go, as GitHub does.
func languageOf(class string) string {
	for _, name := range strings.Fields(strings.ToLower(class)) {
		for _, prefix := range []string{"language-", "lang-", "highlight-source-", "highlight-text-"} {
			if language, ok := strings.CutPrefix(name, prefix); ok && languageOfInfo.FindString(language) == language {
				return language
			}
		}
	}
	return ""
}
