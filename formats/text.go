package formats

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/collabd/collabd/ot"
)

// Text writes a document as plain text for people. Of a document of kind text it
// is its text. Of a rich one each line is a line; items of lists have a mark
// ("- ", "1. ", "[x] ") and two spaces for each level, quotes "> ", and embeds
// stand as what they say: the address of an image, @ and the name of a mention,
// the TeX of a formula, three dashes. A link that does not show its address has
// it behind it in angle brackets. No text is changed: what looks like a mark in
// it is not escaped.
//
//	Text(FromText(s)) = s without the line break at its end, and control characters
func Text(doc ot.Doc, kind ot.DocKind) string {
	if kind == ot.Text {
		return doc.Text()
	}
	var b strings.Builder
	var numbers [deepest + 1]int
	for l := range doc.Lines() {
		format := blockOf(l.Attrs)
		b.WriteString(textMark(format, &numbers))
		writeTextPieces(&b, l.Content)
		if l.Broken {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// textMark is what stands in front of a line; numbers are those of the last item
// of each level.
func textMark(b block, numbers *[deepest + 1]int) string {
	if b.list == "" {
		*numbers = [deepest + 1]int{}
		if b.quote {
			return "> "
		}
		return ""
	}
	for i := b.indent + 1; i < len(numbers); i++ {
		numbers[i] = 0
	}
	space := strings.Repeat("  ", b.indent)
	if b.list == "ordered" {
		numbers[b.indent]++
		return space + strconv.Itoa(numbers[b.indent]) + ". "
	}
	numbers[b.indent] = 0
	return space + map[string]string{"bullet": "- ", "checked": "[x] ", "unchecked": "[ ] "}[b.list]
}

func writeTextPieces(b *strings.Builder, content ot.Op) {
	link, shown := "", ""
	end := func() {
		if link != "" && shown != link && "mailto:"+shown != link && "tel:"+shown != link {
			b.WriteString(" <" + link + ">")
		}
		link, shown = "", ""
	}
	for c := range content.Components() {
		if next := attrText(c.Attrs, "link"); next != link {
			end()
			link = next
		}
		text := c.Text
		if !c.Embed.IsZero() {
			text = textOfEmbed(c.Embed)
		}
		if link != "" {
			shown += text
		}
		b.WriteString(text)
	}
	end()
}

func textOfEmbed(e ot.Embed) string {
	switch e.Name() {
	case "mention":
		_, name := mentionOf(string(e.Value()))
		return "@" + name
	case "divider":
		return "---"
	}
	return textOf(e.Value()) // the address of an image, the TeX of a formula
}

// FromText returns the document of a plain text, of the kind that is asked for: a
// line of a rich document for each of its lines, nothing in it being a mark. Line
// ends become "\n", other control characters but tabs go. [ErrTooLarge] for more
// than [MaxBytes].
func FromText(s string, kind ot.DocKind) (ot.Op, error) {
	if len(s) > MaxBytes {
		return ot.Op{}, ErrTooLarge
	}
	s = cleanText(s)
	if kind == ot.Rich && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	var b ot.Builder
	return b.Insert(s, ot.Attrs{}).Op(), nil
}

// Decode returns the text of a file: UTF-8, or UTF-16 with the mark at its
// beginning by which some editors tell. [ErrUnreadable] for anything else.
func Decode(data []byte) (string, error) {
	if len(data) >= 2 && (data[0] == 0xff && data[1] == 0xfe || data[0] == 0xfe && data[1] == 0xff) {
		return decodeUTF16(data[2:], data[0] == 0xfe)
	}
	s := strings.TrimPrefix(string(data), "\ufeff")
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return "", ErrUnreadable
	}
	return s, nil
}

func decodeUTF16(data []byte, big bool) (string, error) {
	if len(data)%2 != 0 {
		return "", ErrUnreadable
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		low, high := data[2*i], data[2*i+1]
		if big {
			low, high = high, low
		}
		units[i] = uint16(low) | uint16(high)<<8
		if units[i] == 0 {
			return "", ErrUnreadable
		}
	}
	for i := 0; i < len(units); i++ {
		if !utf16.IsSurrogate(rune(units[i])) {
			continue
		}
		if i+1 == len(units) || utf16.DecodeRune(rune(units[i]), rune(units[i+1])) == utf8.RuneError {
			return "", ErrUnreadable
		}
		i++
	}
	return string(utf16.Decode(units)), nil
}
