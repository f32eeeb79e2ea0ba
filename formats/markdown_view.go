package formats

import "github.com/collabd/collabd/ot"

// MarkdownView is what Markdown can say of a rich document: the same units at
// the same places, without the formats that it has no mark for. Because the
// places are the same, a change of the view is a change of the document. Laws:
// MarkdownView(MarkdownView(d)) = MarkdownView(d), and it is as long as d.
func MarkdownView(doc ot.Doc) ot.Op { return opOfLines(viewLines(doc)) }

// stranger stands for an embed in a line of code, which Markdown has no place
// for: it is one unit long, as the embed is.
const stranger = "\ufffc"

func viewLines(doc ot.Doc) []line {
	var lines []line
	for l := range doc.Lines() {
		v := line{block: blockOf(l.Attrs)}
		for c := range l.Content.Components() {
			p := piece{text: c.Text, embed: c.Embed}
			switch {
			case !v.block.code:
				p.marks = marksOf(c.Attrs)
				p.marks.code = p.marks.code && p.isText()
			case !p.isText():
				p = piece{text: stranger}
			}
			if n := len(v.pieces); n > 0 && p.isText() && v.pieces[n-1].isText() && v.pieces[n-1].marks == p.marks {
				v.pieces[n-1].text += p.text
			} else {
				v.pieces = append(v.pieces, p)
			}
		}
		lines = append(lines, v)
	}
	return lines
}

func marksOf(a ot.Attrs) marks {
	var m marks
	for name, value := range a.All() {
		switch name {
		case "bold":
			m.bold = true
		case "italic":
			m.italic = true
		case "strike":
			m.strike = true
		case "code":
			m.code = true
		case "link":
			m.link = textOf(value)
		}
	}
	return m
}

// blockOf is, of the formats of a line that exclude each other, the one that the
// editor lets win.
func blockOf(a ot.Attrs) block {
	if language, ok := a.Get("code-block"); ok {
		return block{code: true, lang: textOf(language)}
	}
	if list, ok := a.Get("list"); ok {
		indent, _ := a.Get("indent")
		return block{list: textOf(list), indent: digit(indent)}
	}
	if header, ok := a.Get("header"); ok {
		return block{header: digit(header)}
	}
	_, quote := a.Get("blockquote")
	return block{quote: quote}
}

// digit is the number of a value that is one digit, 0 for none.
func digit(v ot.Value) int {
	if len(v) == 1 && v[0] >= '0' && v[0] <= '9' {
		return int(v[0] - '0')
	}
	return 0
}
