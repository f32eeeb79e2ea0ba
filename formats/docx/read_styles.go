package docx

import (
	"encoding/xml"
	"strings"
)

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
