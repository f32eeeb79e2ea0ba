package docx

import (
	"strings"
	"unicode/utf8"

	"github.com/collabd/collabd/ot"
)

// insert adds text to the document. All of it goes through here, newline and
// embed: they keep to the limits.
func (b *bodyReader) insert(s string, a ot.Attrs) error {
	if s == "" {
		return nil
	}
	if b.capture != nil {
		return b.capture.add(s, a)
	}
	if p := b.para; p != nil {
		if p.check && !p.begun {
			s = strings.TrimPrefix(strings.TrimPrefix(s, " "), "\t")
		}
		p.begun = p.begun || s != ""
	}
	if err := b.gap(); err != nil {
		return err
	}
	b.out.Insert(s, a)
	b.openLine = true
	return b.count(units(s))
}

// gap parts paragraphs of a cell.
func (b *bodyReader) gap() error {
	if b.cell == nil {
		return nil
	}
	if b.cell.gap {
		b.out.Insert(" ", ot.Attrs{})
		b.cell.gap = false
	}
	b.cell.begun = true
	return b.count(1)
}

func (b *bodyReader) newline(a ot.Attrs) error {
	b.out.Insert("\n", a)
	b.openLine = false
	return b.count(1)
}

func (b *bodyReader) embed(e ot.Embed, a ot.Attrs) error {
	if err := b.gap(); err != nil {
		return err
	}
	if b.para != nil {
		b.para.begun = true
	}
	b.out.InsertEmbed(e, a)
	b.openLine = true
	return b.count(1)
}

func (b *bodyReader) count(units int) error {
	b.units += units
	if b.runs++; b.runs > b.lim.Runs {
		return tooLarge("too many pieces of text")
	}
	if b.units > b.lim.Units {
		return tooLarge("too much text")
	}
	return nil
}

// append adds what was read aside, and counted there.
func (b *bodyReader) append(op ot.Op) {
	for c := range op.Components() {
		if c.Embed.IsZero() {
			b.out.Insert(c.Text, c.Attrs)
		} else {
			b.out.InsertEmbed(c.Embed, c.Attrs)
		}
	}
}

// aside reads lines into an op of their own.
func (b *bodyReader) aside(read func() error) (ot.Op, error) {
	out, para, openLine := b.out, b.para, b.openLine
	b.out, b.para, b.openLine = &ot.Builder{}, nil, false
	err := read()
	if err == nil && b.cell == nil {
		err = b.endLine()
	}
	op := b.out.Op()
	b.out, b.para, b.openLine = out, para, openLine
	return op, err
}

// clean makes text of what an element holds: it has no line breaks.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' {
			return ' '
		}
		return r
	}, s)
}

// units are the UTF-16 code units of a text.
func units(s string) int {
	n := utf8.RuneCountInString(s)
	for i := 0; i < len(s); i++ {
		if s[i] >= 0xF0 {
			n++
		}
	}
	return n
}

// address returns an address as the document takes it, "" if it takes none.
func (b *bodyReader) address(url string) string {
	if known, ok := b.links[url]; ok {
		return known
	}
	clean := uri(strings.TrimSpace(url))
	if !isLink(clean) {
		if clean = "http://" + clean; !strings.HasPrefix(strings.ToLower(url), "www.") || !isLink(clean) {
			clean = ""
		}
	}
	b.links[url] = clean
	return clean
}

// isLink asks the schema itself.
func isLink(url string) bool {
	return url != "" && utf8.ValidString(url) && ot.AttributeAllowed("link", ot.StringValue(url))
}

// embedded returns an embed, if the schema has it.
func embedded(name string, v ot.Value) (e ot.Embed, ok bool) {
	e = ot.NewEmbed(name, v)
	return e, ot.EmbedAllowed(e)
}
