package docx

import (
	"encoding/xml"
	"strconv"
	"strings"

	"github.com/collabd/collabd/ot"
)

// inline reads what stands in a paragraph.
func (b *bodyReader) inline(c *cursor, e xml.StartElement) error {
	switch name(e.Name) {
	case "r":
		return b.run(c)
	case "m:t":
		s, err := c.text()
		if err != nil {
			return err
		}
		return b.insert(clean(s), b.runAttrs(runProps{}))
	case "hyperlink":
		outer := b.link
		b.link = b.hyperlink(e)
		err := b.inlines(c)
		b.link = outer
		return err
	case "fldSimple":
		outer := b.link
		if url := b.address(fieldLink(attr(e, "instr"))); url != "" {
			b.link = url
		}
		err := b.inlines(c)
		b.link = outer
		return err
	case "sdt":
		return b.control(c)
	case "del", "moveFrom", "pPr", "rPr", "sdtPr", "sdtEndPr", "?":
		return nil
	case "mc:AlternateContent":
		return b.choose(c, b.inline)
	}
	return b.inlines(c)
}

func (b *bodyReader) inlines(c *cursor) error {
	return c.children(func(e xml.StartElement) error { return b.inline(c, e) })
}

// hyperlink returns where one leads. Places that Word has made by itself, for a
// table of contents, do not exist in the document that is read.
func (b *bodyReader) hyperlink(e xml.StartElement) string {
	anchor := attr(e, "anchor")
	url := b.rels[attrOf(e, "r:id")].target
	if !b.rels[attrOf(e, "r:id")].out {
		url = ""
	}
	if url == "" && strings.HasPrefix(anchor, "_") {
		return ""
	}
	if anchor != "" && !strings.Contains(url, "#") {
		url += "#" + anchor
	}
	return b.address(url)
}

// run reads a piece of text with one look.
func (b *bodyReader) run(c *cursor) error {
	var p runProps
	var read func(c *cursor, e xml.StartElement) error
	read = func(c *cursor, e xml.StartElement) (err error) {
		text, insert := "", false
		switch name(e.Name) {
		case "rPr":
			p, err = readRunProps(c)
		case "t", "m:t":
			text, err = c.text()
			text, insert = clean(text), true
		case "tab", "ptab":
			text, insert = "\t", true
		case "noBreakHyphen":
			text, insert = "\u2011", true
		case "softHyphen":
			text, insert = "\u00AD", true
		case "sym":
			text, insert = symbol(attr(e, "char")), true
		case "br":
			if kind := attr(e, "type"); kind == "" || kind == "textWrapping" {
				return b.lineBreak(p)
			}
		case "cr":
			return b.lineBreak(p)
		case "fldChar":
			b.fieldChar(attr(e, "fldCharType"))
		case "instrText":
			text, err = c.text()
			b.instruction(text)
		case "footnoteReference", "endnoteReference":
			return b.reference(name(e.Name), attr(e, "id"), p)
		case "drawing", "pict", "object":
			return b.graphic(c, p)
		case "mc:AlternateContent":
			return b.choose(c, read)
		case "ruby":
			return c.children(func(e xml.StartElement) error {
				if name(e.Name) != "rubyBase" {
					return nil
				}
				return b.inlines(c)
			})
		}
		if err != nil || !insert || b.unseen(p) {
			return err
		}
		return b.insert(text, b.runAttrs(p))
	}
	return c.children(func(e xml.StartElement) error { return read(c, e) })
}

// unseen reports whether text is not shown: hidden, or part of what a field says
// to Word.
func (b *bodyReader) unseen(p runProps) bool {
	if p.hidden == on {
		return true
	}
	for _, f := range b.fields {
		if !f.result {
			return true
		}
	}
	if p.hidden == open && p.style != "" {
		st := b.styles.characterStyle(p.style)
		return st != nil && st.run.hidden == on
	}
	return false
}

// lineBreak: a heading, an item of a list and a cell have one line.
func (b *bodyReader) lineBreak(p runProps) error {
	if b.unseen(p) {
		return nil
	}
	if q := b.para; b.cell != nil || b.capture != nil || q == nil || q.sort.heading > 0 || q.list != "" {
		return b.insert(" ", ot.Attrs{})
	}
	b.para.begun = true
	return b.newline(ot.NewAttrs(b.para.line))
}

// symbol returns a character of one of Word's fonts of symbols.
func symbol(hex string) string {
	n, err := strconv.ParseUint(hex, 16, 16)
	switch {
	case err != nil || n < ' ' || n >= 0xD800 && n < 0xE000 || n >= 0xFFFE:
		return ""
	case n == 0xF0A8 || n == 0xF06F:
		return glyphUnchecked
	case n == 0xF0FE || n == 0xF052 || n == 0xF0FC:
		return glyphChecked
	case n >= 0xE000 && n < 0xF900:
		return "\u2022"
	}
	return string(rune(n))
}

// runKey is all that the attributes of text depend on.
type runKey struct {
	props runProps
	link  string
	style *style
	sort  lineSort
}

// runAttrs returns the attributes of text: what makes it look other than the
// text of its paragraph usually does.
func (b *bodyReader) runAttrs(p runProps) ot.Attrs {
	key := runKey{props: p, link: b.linkNow(), style: b.styles.usual}
	if b.para != nil {
		key.style, key.sort = b.para.style, b.para.sort
	}
	a, ok := b.attrs[key]
	if !ok {
		const most = 10_000 // a memory, no more
		if len(b.attrs) >= most {
			clear(b.attrs)
		}
		a = ot.NewAttrs(b.look(key))
		b.attrs[key] = a
	}
	return a
}

func (b *bodyReader) look(key runKey) map[string]ot.Value {
	direct := key.props
	kv := map[string]ot.Value{}
	if st := b.styles.characterStyle(direct.style); st != nil {
		more := st.run
		switch {
		case isCode(st.name):
			kv["code"], more = ot.True, runProps{}
		case isLinkStyle(st.name):
			more.color, more.underline = "", open
		case st.name == "formula":
			more = runProps{}
		}
		direct = direct.over(more)
	} else if key.link != "" && direct.underline == on && linkBlue[direct.color] {
		direct.color, direct.underline = "", open // Google Docs gives links their look itself
	}
	usual, all := b.styles.usual.run, direct
	if key.sort.own() {
		usual = key.style.run
	} else {
		all = direct.over(key.style.run)
	}
	toggle := func(name string, is, own, usual toggle) {
		if is == on && (key.sort.own() || own == on || usual != on) {
			kv[name] = ot.True
		}
	}
	toggle("bold", all.bold, direct.bold, usual.bold)
	toggle("italic", all.italic, direct.italic, usual.italic)
	toggle("underline", all.underline, direct.underline, usual.underline)
	toggle("strike", all.strike, direct.strike, usual.strike)
	if key.link != "" {
		kv["link"] = ot.StringValue(key.link)
	}
	if all.vert == "sub" || all.vert == "super" {
		kv["script"] = ot.StringValue(all.vert)
	}
	if all.font != usual.font && (all.font == "serif" || all.font == "monospace") {
		kv["font"] = ot.StringValue(all.font)
	}
	if all.size > 0 {
		base := usual.size
		if base == 0 {
			base = 20 // what the standard says
		}
		if size := sizeOf(all.size, base); size != "" {
			kv["size"] = ot.StringValue(size)
		}
	}
	color, back := all.color, all.back
	if color == usual.color {
		color = ""
	}
	if back == usual.back {
		back = ""
	}
	hasColor, hasBack := color != "" && color != "none", back != "" && back != "none"
	if hasColor && (color != "000000" || hasBack) {
		kv["color"] = ot.StringValue("#" + color)
	}
	if hasBack && (back != "ffffff" || hasColor) {
		kv["background"] = ot.StringValue("#" + back)
	}
	return kv
}

// linkBlue are the colours that programs give to links.
var linkBlue = map[string]bool{"1155cc": true, "0563c1": true, "467886": true, "0000ff": true, "0000ee": true, "000080": true}
