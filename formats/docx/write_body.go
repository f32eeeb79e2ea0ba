package docx

import (
	"bufio"
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/collabd/collabd/ot"
)

// bodyWriter writes word/document.xml, and remembers what other parts must say.
type bodyWriter struct {
	out       *bufio.Writer
	base      string             // of addresses on this site
	pictures  map[string]picture // by address
	links     map[string]string  // relationship ids by address
	targets   []string           // addresses, in the order of their ids
	linked    map[string]string  // relationship ids of pictures by address
	linkedTo  []picture
	languages map[string]bool // of code blocks
	ordered   int             // numbered lists so far
	inList    bool            // the line before was in a list
	numbered  bool            // the list has a number of its own
	drawings  int
	inLink    string // the address of the open hyperlink
	inField   bool   // it is a field
}

type picture struct {
	url           string
	part          string // in word/, "" if it is only linked
	width, height int    // pixels, 0 if not known
}

func (b *bodyWriter) write(parts ...string) {
	for _, s := range parts {
		b.out.WriteString(s)
	}
}

func (b *bodyWriter) document(doc ot.Doc, kind ot.DocKind) {
	b.linked = map[string]string{}
	b.write(xmlHead, documentHead)
	last := true // a text that is empty, or ends in a line break, has one more line
	for line := range doc.Lines() {
		if kind == ot.Text {
			b.plain(line)
		} else {
			b.paragraph(line)
		}
		last = line.Broken
	}
	if last && kind == ot.Text {
		b.plain(ot.Line{})
	}
	b.write(documentTail)
}

func (b *bodyWriter) plain(line ot.Line) {
	b.write(`<w:p><w:pPr><w:pStyle w:val="`, stylePlain, `"/></w:pPr>`)
	for c := range line.Content.Components() {
		b.write(`<w:r>`)
		b.text(c.Text)
		b.write(`</w:r>`)
	}
	b.write(`</w:p>`)
}

func (b *bodyWriter) paragraph(line ot.Line) {
	b.write(`<w:p>`)
	base := b.paragraphProperties(line.Attrs)
	for c := range line.Content.Components() {
		b.link(attrText(c.Attrs, "link"))
		b.run(c, base)
	}
	b.link("")
	b.write(`</w:p>`)
}

// paragraphProperties writes what a line has, in the order of the schema
// (CT_PPr), and returns the size of its text in half points.
func (b *bodyWriter) paragraphProperties(a ot.Attrs) (base int) {
	style, number, level, ind := "", "", 0, 0
	base = normalSize
	indent := int(digit(attrRaw(a, "indent")))
	listed := false
	switch {
	case attrRaw(a, "code-block") != "":
		style, base, ind = styleCode, codeSize, indent
		if language := attrText(a, "code-block"); language != "" {
			b.languages[language] = true
			style += "-" + language
		}
	case attrRaw(a, "header") != "":
		n := digit(attrRaw(a, "header"))
		style, base, ind = styleHeading+num(int(n)), headingSizes[n-1], indent
	case attrRaw(a, "list") != "":
		style, level, listed = styleList, indent, true
		number = b.number(attrText(a, "list"))
	default:
		ind = indent
		if attrRaw(a, "blockquote") != "" {
			style = styleQuote
		}
	}
	b.inList = listed
	rtl := attrRaw(a, "direction") != ""
	align := alignments[attrText(a, "align")]
	if rtl && align == "right" {
		align = "left" // where the line begins: the sides change places
	}
	if style == "" && ind == 0 && !rtl && align == "" {
		return base
	}
	b.write(`<w:pPr>`)
	if style != "" {
		b.write(`<w:pStyle w:val="`, escape(style), `"/>`)
	}
	if number != "" {
		b.write(`<w:numPr><w:ilvl w:val="`, num(level), `"/><w:numId w:val="`, number, `"/></w:numPr>`)
	}
	if rtl {
		b.write(`<w:bidi/>`)
	}
	if ind > 0 {
		b.write(`<w:ind w:left="`, num(ind*indentTwips), `"/>`)
	}
	if align != "" {
		b.write(`<w:jc w:val="`, align, `"/>`)
	}
	b.write(`</w:pPr>`)
	return base
}

var alignments = map[string]string{"center": "center", "right": "right", "justify": "both"}

// number returns the id of the numbering of a list; each list that is parted
// from the one before counts from one again.
func (b *bodyWriter) number(list string) string {
	if !b.inList {
		b.numbered = false
	}
	if n, ok := fixedNumbers[list]; ok {
		return num(n)
	}
	if !b.numbered {
		b.numbered = true
		b.ordered++
	}
	return num(len(fixedNumbers) + b.ordered)
}

// link ends the open hyperlink and begins another one, if it is another address.
// Of an address that cannot be parsed Word says that the file is damaged, if a
// relationship has it: a field may have any.
func (b *bodyWriter) link(address string) {
	address = b.target(address)
	if address == b.inLink {
		return
	}
	switch {
	case b.inLink != "" && b.inField:
		b.write(`</w:fldSimple>`)
	case b.inLink != "":
		b.write(`</w:hyperlink>`)
	}
	b.inLink, b.inField = address, false
	if address == "" {
		return
	}
	if _, err := url.Parse(address); err != nil {
		b.inField = true
		b.write(`<w:fldSimple w:instr=" HYPERLINK &quot;`, escape(address), `&quot; ">`)
		return
	}
	id, ok := b.links[address]
	if !ok {
		b.targets = append(b.targets, address)
		id = "rIdL" + num(len(b.targets))
		b.links[address] = id
	}
	b.write(`<w:hyperlink r:id="`, id, `" w:history="1">`)
}

// target is an address as the file has it.
func (b *bodyWriter) target(address string) string {
	if strings.HasPrefix(address, "/") {
		address = b.base + address
	}
	return uri(address)
}

// uri escapes what no address may have: Word takes a file with such an address
// for a damaged one.
func uri(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c == 0x7F || strings.IndexByte(`"<>\^{|}`+"`", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// rels are the relationships of the document: what its ids stand for.
func (b *bodyWriter) rels() string {
	var s strings.Builder
	s.WriteString(xmlHead + relsHead)
	add := func(id, kind, target, mode string) {
		s.WriteString(`<Relationship Id="` + id + `" Type="` + relsType + kind + `" Target="` + escape(target) + `"` + mode + `/>`)
	}
	add("rId1", "styles", "styles.xml", "")
	add("rId2", "numbering", "numbering.xml", "")
	add("rId3", "settings", "settings.xml", "")
	for i, url := range b.targets {
		add("rIdL"+num(i+1), "hyperlink", url, ` TargetMode="External"`)
	}
	for i, p := range b.linkedTo {
		if p.part != "" {
			add("rIdP"+num(i+1), "image", p.part, "")
		} else {
			add("rIdP"+num(i+1), "image", b.target(p.url), ` TargetMode="External"`)
		}
	}
	s.WriteString(`</Relationships>`)
	return s.String()
}

func attrRaw(a ot.Attrs, name string) ot.Value {
	v, _ := a.Get(name)
	return v
}

// attrText returns the value of an attribute that is a text, else "".
func attrText(a ot.Attrs, name string) string {
	s, _ := attrRaw(a, name).Text()
	return s
}

// digit is the value of an attribute that is one digit, 0 if it is not there.
func digit(v ot.Value) byte {
	if len(v) != 1 {
		return 0
	}
	return v[0] - '0'
}

// sortedKeys makes what is written not depend on the order of a map.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
