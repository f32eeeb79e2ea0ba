package docx

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// runProps are the properties of text that are looked at; a text that is empty,
// and a size of 0, are left open.
type runProps struct {
	bold, italic, underline, strike, hidden toggle
	color, back                             string // RRGGBB, or "none"
	font                                    string // "serif", "monospace" or "other"
	size                                    int    // half points
	vert                                    string // "sub", "super" or "none"
	style                                   string // the id of a character style
}

// over returns p where it says something, else base.
func (p runProps) over(base runProps) runProps {
	pick := func(a, b toggle) toggle {
		if a != open {
			return a
		}
		return b
	}
	word := func(a, b string) string {
		if a != "" {
			return a
		}
		return b
	}
	base.bold, base.italic = pick(p.bold, base.bold), pick(p.italic, base.italic)
	base.underline, base.strike = pick(p.underline, base.underline), pick(p.strike, base.strike)
	base.hidden = pick(p.hidden, base.hidden)
	base.color, base.back = word(p.color, base.color), word(p.back, base.back)
	base.font, base.vert, base.style = word(p.font, base.font), word(p.vert, base.vert), word(p.style, base.style)
	if p.size > 0 {
		base.size = p.size
	}
	return base
}

// readRunProps reads w:rPr. What stood there before a tracked change is inside
// another element, which is not looked into.
func readRunProps(c *cursor) (p runProps, err error) {
	err = c.children(func(e xml.StartElement) error {
		switch name(e.Name) {
		case "rStyle":
			p.style = attr(e, "val")
		case "rFonts":
			if family := attr(e, "ascii"); family != "" {
				p.font = fontClass(family)
			} else if family := attr(e, "hAnsi"); family != "" {
				p.font = fontClass(family)
			}
		case "b":
			p.bold = isOn(e)
		case "i":
			p.italic = isOn(e)
		case "strike", "dstrike":
			if p.strike != on {
				p.strike = isOn(e)
			}
		case "vanish":
			p.hidden = isOn(e)
		case "u":
			p.underline = isOn(e)
		case "color":
			p.color = hexColor(attr(e, "val"))
		case "highlight":
			if color := highlights[attr(e, "val")]; color != "" {
				p.back = color
			} else if p.back == "" {
				p.back = "none"
			}
		case "shd":
			if color := hexColor(attr(e, "fill")); p.back == "" || p.back == "none" {
				p.back = color
			}
		case "sz":
			if n, err := strconv.Atoi(attr(e, "val")); err == nil && n > 0 && n < 10_000 {
				p.size = n
			}
		case "vertAlign":
			p.vert = "none"
			switch attr(e, "val") {
			case "subscript":
				p.vert = "sub"
			case "superscript":
				p.vert = "super"
			}
		}
		return nil
	})
	return p, err
}

// hexColor returns a colour of six lower-case digits, "none" for all else.
func hexColor(s string) string {
	if len(s) != 6 || strings.Trim(strings.ToLower(s), "0123456789abcdef") != "" {
		return "none"
	}
	return strings.ToLower(s)
}

// fontClass tells the fonts apart that a document can have.
func fontClass(family string) string {
	s := strings.ToLower(family)
	for _, word := range []string{"mono", "courier", "consol", "menlo", "monaco", "fixed", "typewriter", "source code", "fira code", "cascadia code", "inconsolata"} {
		if strings.Contains(s, word) {
			return "monospace"
		}
	}
	if strings.Contains(s, "sans") {
		return "other"
	}
	for _, word := range []string{"serif", "times", "georgia", "cambria", "garamond", "palatino", "bookman", "book antiqua", "baskerville", "century", "constantia", "didot", "bodoni", "merriweather", "lora", "playfair", "minion", "caslon", "roman"} {
		if strings.Contains(s, word) && s != "cambria math" && s != "century gothic" {
			return "serif"
		}
	}
	return "other"
}

// paraProps are the properties of a paragraph that are looked at.
type paraProps struct {
	style   string
	outline int // the level of a heading, 1 to 9; 0 if it is left open, 10 for none
	number  string
	level   int // of the numbering; -1 if it is left open
	align   string
	rtl     toggle
	left    int  // indent in twips
	leftSet bool // it is given
	border  bool // below it
	deleted bool // its end is, under tracked changes
}

// readParaProps reads w:pPr, and the properties of text in it, which in a style
// are those of its text.
func readParaProps(c *cursor) (p paraProps, err error) {
	p.level = -1
	err = c.children(func(e xml.StartElement) error {
		val := attr(e, "val")
		switch name(e.Name) {
		case "pStyle":
			p.style = val
		case "outlineLvl":
			if n, err := strconv.Atoi(val); err == nil && n >= 0 {
				p.outline = min(n, 9) + 1
			}
		case "numPr":
			return c.children(func(e xml.StartElement) error {
				switch name(e.Name) {
				case "numId":
					p.number = attr(e, "val")
				case "ilvl":
					if n, err := strconv.Atoi(attr(e, "val")); err == nil {
						p.level = min(max(n, 0), 8)
					}
				}
				return nil
			})
		case "jc":
			p.align = val
		case "bidi":
			p.rtl = isOn(e)
		case "ind":
			for _, side := range []string{"left", "start"} {
				if n, err := strconv.Atoi(attr(e, side)); err == nil {
					p.left, p.leftSet = n, true
				}
			}
		case "pBdr":
			return c.children(func(e xml.StartElement) error {
				if name(e.Name) == "bottom" && attr(e, "val") != "nil" {
					p.border = isOn(e) == on
				}
				return nil
			})
		case "rPr":
			return c.children(func(e xml.StartElement) error {
				p.deleted = p.deleted || name(e.Name) == "del"
				return nil
			})
		}
		return nil
	})
	return p, err
}
