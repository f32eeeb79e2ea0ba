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

// style is a paragraph or character style with all that it is based on.
type style struct {
	id, name, basedOn string
	paragraph         bool
	para              paraProps
	run               runProps
	sort              lineSort
	resolved          bool
}

// lineSort is what a paragraph style makes of a line.
type lineSort struct {
	heading  int // 1 to 6
	quote    bool
	code     bool
	language string
	plain    bool // its font and colours are not those of its text
}

// own reports whether the look of the text comes with the sort of line.
func (s lineSort) own() bool { return s.heading > 0 || s.quote || s.code || s.plain }

// styles are those of a document.
type styles struct {
	byID   map[string]*style
	usual  *style // of paragraphs without one
	byRule runProps
}

func readStyles(a *archive, part string) (*styles, error) {
	s := &styles{byID: map[string]*style{}, usual: &style{paragraph: true, resolved: true}}
	if part == "" {
		return s, nil
	}
	usual := ""
	err := a.walk(part, a.lim.PartBytes, func(c *cursor, _ xml.StartElement) error {
		return c.children(func(e xml.StartElement) (err error) {
			switch name(e.Name) {
			case "docDefaults":
				return s.readDefaults(c)
			case "style":
				st := &style{id: attr(e, "styleId"), paragraph: attr(e, "type") == "paragraph"}
				if d := attr(e, "default"); st.paragraph && (d == "1" || d == "true" || d == "on") {
					usual = st.id
				}
				s.byID[st.id] = st
				return st.read(c)
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	if st := s.byID[usual]; st != nil {
		s.usual = s.resolve(st, 0)
	} else {
		s.usual.run = s.byRule
	}
	return s, nil
}

func (s *styles) readDefaults(c *cursor) error {
	return c.children(func(e xml.StartElement) error {
		if name(e.Name) != "rPrDefault" {
			return nil
		}
		return c.children(func(e xml.StartElement) (err error) {
			if name(e.Name) == "rPr" {
				s.byRule, err = readRunProps(c)
			}
			return err
		})
	})
}

func (st *style) read(c *cursor) error {
	st.para.level = -1
	return c.children(func(e xml.StartElement) (err error) {
		switch name(e.Name) {
		case "name":
			st.name = strings.ToLower(attr(e, "val"))
		case "basedOn":
			st.basedOn = attr(e, "val")
		case "pPr":
			st.para, err = readParaProps(c)
		case "rPr":
			st.run, err = readRunProps(c)
		}
		return err
	})
}

// deepestStyle is how many styles may be based on one another.
const deepestStyle = 30

// resolve adds what a style is based on.
func (s *styles) resolve(st *style, depth int) *style {
	if st.resolved {
		return st
	}
	st.resolved = true // a circle ends here
	base := &style{run: s.byRule, para: paraProps{level: -1}}
	if !st.paragraph {
		base.run = runProps{} // what a character style leaves open is the paragraph's
	}
	if up := s.byID[st.basedOn]; up != nil && up.paragraph == st.paragraph && depth < deepestStyle {
		base = s.resolve(up, depth+1)
	}
	st.run = st.run.over(base.run)
	p := &st.para
	if p.outline == 0 {
		p.outline = base.para.outline
	}
	if p.number == "" {
		p.number = base.para.number
	}
	if p.level < 0 {
		p.level = base.para.level
	}
	if p.align == "" {
		p.align = base.para.align
	}
	if p.rtl == open {
		p.rtl = base.para.rtl
	}
	if st.sort = sortOf(st.name); !st.sort.own() {
		st.sort = base.sort
	}
	if !st.sort.own() && p.outline >= 1 && p.outline <= 6 {
		st.sort.heading = p.outline
	}
	return st
}

// paragraphStyle returns the style of an id, the usual one if there is none.
func (s *styles) paragraphStyle(id string) *style {
	if st := s.byID[id]; st != nil && st.paragraph {
		return s.resolve(st, 0)
	}
	return s.usual
}

// characterStyle returns the style of an id, nil if there is none.
func (s *styles) characterStyle(id string) *style {
	if st := s.byID[id]; st != nil && !st.paragraph {
		return s.resolve(st, 0)
	}
	return nil
}

// sortOf tells by the names that programs give to their styles, whatever the
// language of the program: those built in have their English names in a file.
func sortOf(name string) lineSort {
	if n, ok := strings.CutPrefix(name, "heading "); ok && len(n) == 1 && n[0] >= '1' && n[0] <= '9' {
		return lineSort{heading: min(int(n[0]-'0'), 6)}
	}
	if language, ok := strings.CutPrefix(name, nameCodeBlock+" "); ok {
		return lineSort{code: true, language: language}
	}
	switch name {
	case "title":
		return lineSort{heading: 1}
	case "subtitle", "plain text":
		return lineSort{plain: true}
	case "quote", "intense quote", "quotations", "block text", "block quotation", "blockquote":
		return lineSort{quote: true}
	case nameCodeBlock, "html preformatted", "preformatted text", "source code", "code", "macro":
		return lineSort{code: true}
	}
	return lineSort{}
}

// isCode reports whether a character style is for code.
func isCode(name string) bool {
	switch name {
	case "code character", "html code", "html typewriter", "html sample", "html keyboard", "source text", "verbatim char", "inline code", "code char":
		return true
	}
	return false
}

// isLinkStyle reports whether a character style shows that text is a link.
func isLinkStyle(name string) bool {
	return name == "hyperlink" || name == "followedhyperlink" || name == "internet link" || name == "visited internet link"
}
