package docx

import (
	"encoding/xml"
	"strings"

	"github.com/collabd/collabd/ot"
)

// bodyReader reads the text of a file, paragraph after paragraph, into an op.
type bodyReader struct {
	archive   *archive
	lim       Limits
	rels      map[string]relationship // of the part that is read
	styles    *styles
	numbers   *numbering
	noteParts []string

	out         *ot.Builder
	units, runs int
	openLine    bool // there is text behind the last line break
	attrs       map[runKey]ot.Attrs
	links       map[string]string // addresses as they are taken

	para    *paragraph // nil between paragraphs
	cell    *cell      // nil outside of tables
	link    string     // of the hyperlink that is open
	fields  []field
	capture *captured // instead of the document
	notes   []note

	images  []Image
	taken   map[string]string // addresses of pictures by their parts
	bytes   int64             // of pictures
	dropped int
}

// paragraph is the one that is read.
type paragraph struct {
	style *style
	sort  lineSort
	list  string
	line  map[string]ot.Value
	begun bool    // it has content
	check bool    // its box has been read: the space behind it is none of the text
	after []ot.Op // text boxes: lines behind it
}

// cell is one of a table: its paragraphs are parted by spaces.
type cell struct{ begun, gap bool }

// read reads the document, and behind it the notes that it refers to.
func (b *bodyReader) read(main string) error {
	err := b.archive.walk(main, b.lim.XMLBytes, func(c *cursor, e xml.StartElement) error {
		if name(e.Name) != "document" {
			return unreadable("there is no document in it")
		}
		return c.children(func(e xml.StartElement) error {
			if name(e.Name) != "body" {
				return nil
			}
			return b.blocks(c)
		})
	})
	if err != nil {
		return err
	}
	if err := b.endLine(); err != nil {
		return err
	}
	if err := b.readNotes(); err != nil {
		return err
	}
	if b.runs == 0 {
		return b.newline(ot.Attrs{})
	}
	return nil
}

// endLine ends a line that a deleted paragraph mark has left open.
func (b *bodyReader) endLine() error {
	if !b.openLine {
		return nil
	}
	return b.newline(ot.Attrs{})
}

func (b *bodyReader) blocks(c *cursor) error {
	return c.children(func(e xml.StartElement) error { return b.block(c, e) })
}

// block reads what stands between paragraphs.
func (b *bodyReader) block(c *cursor, e xml.StartElement) error {
	switch name(e.Name) {
	case "p":
		return b.paragraph(c)
	case "tr":
		return b.row(c)
	case "tc":
		return b.tableCell(c)
	case "sectPr", "tblPr", "tblGrid", "trPr", "tcPr", "sdtPr", "del", "moveFrom", "?":
		return nil
	case "mc:AlternateContent":
		return b.choose(c, b.block)
	}
	return b.blocks(c)
}

// choose reads the first of several ways to say the same, which is the newest.
func (b *bodyReader) choose(c *cursor, read func(c *cursor, e xml.StartElement) error) error {
	chosen := false
	return c.children(func(e xml.StartElement) error {
		n := name(e.Name)
		if chosen || n != "mc:Choice" && n != "mc:Fallback" {
			return nil
		}
		chosen = true
		return c.children(func(e xml.StartElement) error { return read(c, e) })
	})
}

func (b *bodyReader) paragraph(c *cursor) error {
	p := &paragraph{style: b.styles.usual}
	outer := b.para
	b.para = p
	defer func() { b.para = outer }()
	var props paraProps
	b.startLine(p, paraProps{level: -1})
	err := c.children(func(e xml.StartElement) (err error) {
		if name(e.Name) != "pPr" {
			return b.inline(c, e)
		}
		props, err = readParaProps(c)
		b.startLine(p, props)
		return err
	})
	if err != nil {
		return err
	}
	if props.border && !p.begun && b.cell == nil {
		if err := b.embed(ot.NewEmbed("divider", ot.True), ot.Attrs{}); err != nil {
			return err
		}
	}
	switch {
	case b.cell != nil:
		b.cell.gap = b.cell.begun
	case !props.deleted:
		if err := b.newline(ot.NewAttrs(p.line)); err != nil {
			return err
		}
	}
	for _, op := range p.after {
		b.append(op)
	}
	return nil
}

// startLine finds what a paragraph's properties make of its line.
func (b *bodyReader) startLine(p *paragraph, props paraProps) {
	p.style = b.styles.paragraphStyle(props.style)
	p.sort, p.list, p.line = p.style.sort, "", map[string]ot.Value{}
	if !p.sort.own() && props.outline >= 1 && props.outline <= 6 {
		p.sort = lineSort{heading: props.outline}
	}
	number, level := props.number, props.level
	if number == "" {
		number = p.style.para.number
	}
	if level < 0 {
		level = max(0, p.style.para.level)
	}
	indent := 0
	if props.leftSet {
		indent = min(max((props.left+indentTwips/2)/indentTwips, 0), 8)
	}
	switch {
	case p.sort.code:
		p.line["code-block"] = codeValue(p.sort.language)
	case p.sort.heading > 0:
		p.line["header"] = ot.Value(num(p.sort.heading))
	default:
		if p.list = b.numbers.list(number, level); p.list != "" {
			p.line["list"] = ot.StringValue(p.list)
			indent = level
		} else if p.sort.quote {
			p.line["blockquote"] = ot.True
		}
	}
	if indent > 0 {
		p.line["indent"] = ot.Value(num(indent))
	}
	b.alignLine(p, props)
}

func codeValue(language string) ot.Value {
	if language == "" || len(language) > 32 || strings.Trim(language, "abcdefghijklmnopqrstuvwxyz0123456789+#-") != "" {
		return ot.True
	}
	return ot.StringValue(language)
}

// alignLine: in a line from right to left Word's left is where it begins.
func (b *bodyReader) alignLine(p *paragraph, props paraProps) {
	rtl, align := props.rtl, props.align
	if rtl == open {
		rtl = p.style.para.rtl
	}
	if align == "" {
		align = p.style.para.align
	}
	if rtl == on {
		p.line["direction"] = ot.StringValue("rtl")
	}
	switch align {
	case "center":
		p.line["align"] = ot.StringValue("center")
	case "both", "distribute":
		p.line["align"] = ot.StringValue("justify")
	case "right", "end":
		if rtl != on {
			p.line["align"] = ot.StringValue("right")
		}
	case "left", "start":
		if rtl == on {
			p.line["align"] = ot.StringValue("right")
		}
	}
}

// row reads a row of a table as a line with a tab between cells. A table in a
// cell is part of its text.
func (b *bodyReader) row(c *cursor) error {
	if b.cell != nil {
		b.cell.gap = b.cell.begun
		return b.blocks(c)
	}
	b.cell = &cell{}
	defer func() { b.cell = nil }()
	first := true
	err := c.children(func(e xml.StartElement) error {
		return b.cells(c, e, &first)
	})
	if err != nil {
		return err
	}
	return b.newline(ot.Attrs{})
}

// cells reads what is in a row: cells, in controls at times.
func (b *bodyReader) cells(c *cursor, e xml.StartElement, first *bool) error {
	switch name(e.Name) {
	case "trPr", "sdtPr", "tblPrEx":
		return nil
	case "tc":
		if !*first {
			*b.cell = cell{}
			if err := b.insert("\t", ot.Attrs{}); err != nil {
				return err
			}
		}
		*first = false
		*b.cell = cell{}
		return b.blocks(c)
	}
	return c.children(func(e xml.StartElement) error { return b.cells(c, e, first) })
}

// tableCell reads a cell of a table in a cell, or one outside of a row.
func (b *bodyReader) tableCell(c *cursor) error {
	if b.cell != nil {
		b.cell.gap = b.cell.begun
	}
	return b.blocks(c)
}
