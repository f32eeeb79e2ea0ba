package docx

import (
	"math"
	"strings"
	"unicode"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/ot/strictjson"
)

// run writes a piece of text, or an embed, of a line whose text has a size of
// base half points.
func (b *bodyWriter) run(c ot.Component, base int) {
	if c.Embed.IsZero() {
		b.write(`<w:r>`)
		b.runProperties(c.Attrs, base, "", rightToLeft(c.Text))
		b.text(c.Text)
		b.write(`</w:r>`)
		return
	}
	value, _ := c.Embed.Value().Text()
	switch c.Embed.Name() {
	case "image":
		b.write(`<w:r>`)
		b.runProperties(c.Attrs, base, "", false)
		b.drawing(value)
		b.write(`</w:r>`)
	case "divider":
		b.write(`<w:r>`)
		b.runProperties(c.Attrs, base, "", false)
		b.write(horizontalRule, `</w:r>`)
	case "formula":
		b.control("Formula", tagFormula, value, c.Attrs, base, charFormula)
	case "mention":
		id, name := mentionOf(c.Embed)
		if tag := tagMention + id; len(tag) <= longestTag {
			b.control("Mention", tag, "@"+name, c.Attrs, base, "")
		} else {
			b.run(ot.Component{Text: "@" + name, Attrs: c.Attrs}, base)
		}
	}
}

// control writes text that stands for an embed, in a content control whose tag
// says for which.
func (b *bodyWriter) control(alias, tag, text string, a ot.Attrs, base int, style string) {
	b.write(`<w:sdt><w:sdtPr><w:alias w:val="`, alias, `"/><w:tag w:val="`, escape(tag), `"/></w:sdtPr><w:sdtContent><w:r>`)
	b.runProperties(a, base, style, rightToLeft(text))
	b.text(text)
	b.write(`</w:r></w:sdtContent></w:sdt>`)
}

// text writes what is in a run; a tab is an element there.
func (b *bodyWriter) text(s string) {
	for i, piece := range strings.Split(s, "\t") {
		if i > 0 {
			b.write(`<w:tab/>`)
		}
		if piece != "" {
			b.write(`<w:t xml:space="preserve">`, escape(piece), `</w:t>`)
		}
	}
}

// runProperties writes the attributes of text in the order of the schema
// (EG_RPrBase). style is that of a run without one of its own.
func (b *bodyWriter) runProperties(a ot.Attrs, base int, style string, rtl bool) {
	switch {
	case attrRaw(a, "code") != "":
		style = charCode
	case style == "" && b.inLink != "":
		style = charLink
	}
	var s strings.Builder
	if style != "" {
		s.WriteString(`<w:rStyle w:val="` + style + `"/>`)
	}
	if font := fontOf[attrText(a, "font")]; font != "" {
		s.WriteString(`<w:rFonts w:ascii="` + font + `" w:hAnsi="` + font + `" w:cs="` + font + `"/>`)
	}
	on := func(name, elements string) {
		if attrRaw(a, name) != "" {
			s.WriteString(elements)
		}
	}
	on("bold", `<w:b/><w:bCs/>`)
	on("italic", `<w:i/><w:iCs/>`)
	on("strike", `<w:strike/>`)
	if color := sixDigits(attrText(a, "color")); color != "" {
		s.WriteString(`<w:color w:val="` + color + `"/>`)
	}
	if factor := sizes[attrText(a, "size")]; factor > 0 {
		size := num(int(math.Round(float64(base) * factor)))
		s.WriteString(`<w:sz w:val="` + size + `"/><w:szCs w:val="` + size + `"/>`)
	}
	on("underline", `<w:u w:val="single"/>`)
	if color := sixDigits(attrText(a, "background")); color != "" {
		s.WriteString(`<w:shd w:val="clear" w:color="auto" w:fill="` + color + `"/>`)
	}
	switch attrText(a, "script") {
	case "sub":
		s.WriteString(`<w:vertAlign w:val="subscript"/>`)
	case "super":
		s.WriteString(`<w:vertAlign w:val="superscript"/>`)
	}
	if rtl {
		s.WriteString(`<w:rtl/>`)
	}
	if s.Len() > 0 {
		b.write(`<w:rPr>`, s.String(), `</w:rPr>`)
	}
}

var fontOf = map[string]string{"serif": fontSerif, "monospace": fontMono}

// sixDigits makes RRGGBB of #rgb and #rrggbb.
func sixDigits(color string) string {
	switch len(color) {
	case 4:
		return strings.ToUpper(string([]byte{color[1], color[1], color[2], color[2], color[3], color[3]}))
	case 7:
		return strings.ToUpper(color[1:])
	}
	return ""
}

// rightToLeft reports whether the first letter is of a script that is written so.
func rightToLeft(s string) bool {
	for _, r := range s {
		if r >= 0x590 && unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko) {
			return true
		}
		if unicode.IsLetter(r) {
			return false
		}
	}
	return false
}

// drawing writes a picture, in its line.
func (b *bodyWriter) drawing(url string) {
	p, ok := b.pictures[url]
	if !ok {
		p = picture{url: url}
	}
	id, ok := b.linked[url]
	if !ok {
		b.linkedTo = append(b.linkedTo, p)
		id = "rIdP" + num(len(b.linkedTo))
		b.linked[url] = id
	}
	b.drawings++
	cx, cy := extent(p.width, p.height)
	size := `cx="` + num(cx) + `" cy="` + num(cy) + `"`
	n := num(b.drawings)
	blip := `<a:blip r:embed="` + id + `"/>`
	if p.part == "" {
		blip = `<a:blip r:link="` + id + `"/>`
	}
	b.write(`<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent `, size, `/><wp:docPr id="`, n, `" name="Picture `, n, `"/>`,
		`<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>`,
		`<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>`,
		`<pic:nvPicPr><pic:cNvPr id="`, n, `" name="Picture `, n, `"/><pic:cNvPicPr/></pic:nvPicPr>`,
		`<pic:blipFill>`, blip, `<a:stretch><a:fillRect/></a:stretch></pic:blipFill>`,
		`<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext `, size, `/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>`,
		`</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>`)
}

func mentionOf(e ot.Embed) (id, name string) {
	members, err := strictjson.Object([]byte(e.Value()), 1, 2)
	if err != nil {
		return "", ""
	}
	for _, m := range members {
		s, _ := strictjson.String(m.Value)
		switch m.Name {
		case "id":
			id = s
		case "name":
			name = s
		}
	}
	return id, name
}
