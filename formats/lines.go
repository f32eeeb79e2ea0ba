package formats

import (
	"strconv"
	"strings"

	"github.com/collabd/collabd/ot"
)

// marks are the formats of characters that Markdown has a mark for. The zero
// value is plain text.
type marks struct {
	bold, italic, strike, code bool
	link                       string // an address, "" for none
}

// piece is a part of a line: text without line breaks, or an embed.
type piece struct {
	text  string
	embed ot.Embed
	marks marks
}

func (p piece) isText() bool { return p.embed.IsZero() }

// block is the format of a line, one of these that exclude each other. The zero
// value is a paragraph.
type block struct {
	code   bool   // of a code block
	lang   string // its language, "" for none
	list   string // "ordered", "bullet", "checked", "unchecked", "" for none
	indent int    // of a list, 0 to 8
	header int    // 1 to 6, 0 for none
	quote  bool
}

// line is a line of a rich document as Markdown knows it.
type line struct {
	pieces []piece
	block  block
}

// attrs are the attributes of a piece with these marks.
func (m marks) attrs() ot.Attrs {
	if m == (marks{}) {
		return ot.Attrs{}
	}
	kv := map[string]ot.Value{}
	for name, on := range map[string]bool{"bold": m.bold, "italic": m.italic, "strike": m.strike, "code": m.code} {
		if on {
			kv[name] = ot.True
		}
	}
	if m.link != "" {
		kv["link"] = ot.StringValue(m.link)
	}
	return ot.NewAttrs(kv)
}

// attrs are the attributes of a line break with this format.
func (b block) attrs() ot.Attrs {
	kv := map[string]ot.Value{}
	switch {
	case b.code && b.lang == "":
		kv["code-block"] = ot.True
	case b.code:
		kv["code-block"] = ot.StringValue(b.lang)
	case b.list != "":
		kv["list"] = ot.StringValue(b.list)
		if b.indent > 0 {
			kv["indent"] = ot.Value(strconv.Itoa(b.indent))
		}
	case b.header > 0:
		kv["header"] = ot.Value(strconv.Itoa(b.header))
	case b.quote:
		kv["blockquote"] = ot.True
	}
	return ot.NewAttrs(kv)
}

// opOfLines is the document of these lines.
func opOfLines(lines []line) ot.Op {
	var b ot.Builder
	for _, l := range lines {
		for _, p := range l.pieces {
			if p.isText() {
				b.Insert(p.text, p.marks.attrs())
			} else {
				b.InsertEmbed(p.embed, p.marks.attrs())
			}
		}
		b.Insert("\n", l.block.attrs())
	}
	return b.Op()
}

// textOf is the text of an embed's member, "" if there is none.
func textOf(v ot.Value) string {
	s, _ := v.Text()
	return s
}

// cleanText is text as a rich document may hold it: line ends become "\n", other
// control characters but tabs go, and what is no UTF-8.
func cleanText(s string) string {
	s = strings.ToValidUTF8(s, "")
	if !strings.ContainsFunc(s, unwanted) {
		return s
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.Map(func(r rune) rune {
		if unwanted(r) {
			return -1
		}
		return r
	}, s)
}

func unwanted(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == 0xfeff
}

// isSpace is white space as JavaScript's patterns have it, so that both readers
// agree.
func isSpace(r rune) bool {
	switch {
	case r >= '\t' && r <= '\r', r == ' ', r == 0xa0, r == 0x1680, r >= 0x2000 && r <= 0x200a:
		return true
	}
	return r == 0x2028 || r == 0x2029 || r == 0x202f || r == 0x205f || r == 0x3000 || r == 0xfeff
}

func trim(s string) string { return strings.TrimFunc(s, isSpace) }

func trimEnd(s string) string { return strings.TrimRightFunc(s, isSpace) }
