package formats

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/collabd/collabd/ot"
)

// blockElements begin and end a line.
var blockElements = set(
	atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Caption, atom.Center, atom.Dd, atom.Details, atom.Div,
	atom.Dl, atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form, atom.H1, atom.H2, atom.H3, atom.H4,
	atom.H5, atom.H6, atom.Header, atom.Li, atom.Main, atom.Nav, atom.Ol, atom.P, atom.Pre, atom.Section, atom.Summary, atom.Table,
	atom.Tbody, atom.Tfoot, atom.Thead, atom.Tr, atom.Ul,
)

// endedBy are elements that the next of their kind ends, if none of these is
// between.
var endedBy = map[atom.Atom]struct{ same, within map[atom.Atom]bool }{
	atom.Li: {set(atom.Li), set(atom.Ul, atom.Ol)},
	atom.Td: {set(atom.Td, atom.Th), set(atom.Table)},
	atom.Th: {set(atom.Td, atom.Th), set(atom.Table)},
	atom.Tr: {set(atom.Tr), set(atom.Table)},
	atom.Dt: {set(atom.Dt, atom.Dd), set(atom.Dl)},
	atom.Dd: {set(atom.Dt, atom.Dd), set(atom.Dl)},
	atom.P:  {set(atom.P), set(atom.Li, atom.Td, atom.Th, atom.Blockquote, atom.Div, atom.Table)},
	atom.A:  {set(atom.A), set(atom.P, atom.Li, atom.Td, atom.Th, atom.Div)},
}

func set(atoms ...atom.Atom) map[atom.Atom]bool {
	m := make(map[atom.Atom]bool, len(atoms))
	for _, a := range atoms {
		m[a] = true
	}
	return m
}

// start reads a start tag.
func (r *htmlReader) start(t tag) {
	if implied, ok := endedBy[t.atom]; ok {
		r.endImplied(implied.same, implied.within)
	}
	in := r.context()
	if _, hidden := t.attrs["hidden"]; hidden {
		in.skip = true
	}
	switch t.attrs["data-collabd"] {
	case "document":
		in.own = true
	case "text":
		in.own, in.space = true, preserve
	}
	switch t.atom {
	case atom.Br:
		if !strings.Contains(t.attrs["class"], "Apple-interchange") && !in.skip && r.capture == nil {
			r.endLine(true, in)
		}
		return
	case atom.Hr:
		if !in.skip && r.capture == nil {
			r.endLine(false, in)
			r.embed(divider, context{cell: in.cell})
			r.endLine(false, in)
		}
		return
	case atom.Img:
		if !in.skip && r.capture == nil {
			r.image(t, in)
		}
		return
	case atom.Input:
		if strings.EqualFold(t.attrs["type"], "checkbox") && in.line.block.list != "" && !r.begun {
			_, checked := t.attrs["checked"]
			r.list = checkList(checked)
		}
		return
	}
	if blockElements[t.atom] {
		r.endLine(false, in)
	}
	if t.atom == atom.Td || t.atom == atom.Th {
		in = r.cell(in)
	}
	if len(r.stack) < deepestElement {
		r.stack = append(r.stack, openElement{tag: t.atom, in: r.inside(t, in), captured: r.captures(t, in)})
	}
}

func checkList(checked bool) string {
	if checked {
		return "checked"
	}
	return "unchecked"
}

// endImplied ends an element that nobody closed.
func (r *htmlReader) endImplied(same, within map[atom.Atom]bool) {
	for i := len(r.stack) - 1; i >= 0 && !within[r.stack[i].tag]; i-- {
		if same[r.stack[i].tag] {
			r.popTo(i)
			return
		}
	}
}

// inside is the context inside an element.
func (r *htmlReader) inside(t tag, in context) context {
	switch t.atom {
	case atom.B, atom.Strong:
		in.text.bold = true
	case atom.I, atom.Em, atom.Cite, atom.Dfn, atom.Var:
		in.text.italic = true
	case atom.U, atom.Ins:
		in.text.underline = true
	case atom.S, atom.Strike, atom.Del:
		in.text.strike = true
	case atom.Code, atom.Kbd, atom.Samp, atom.Tt:
		in = r.code(t, in)
	case atom.Sub:
		in.text.script = "sub"
	case atom.Sup:
		in.text.script = "super"
	case atom.A:
		in.text.link = r.link(t.attrs["href"])
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		in.line.block = block{header: int(t.atom.String()[1] - '0')}
	case atom.Blockquote:
		in.line.block = block{quote: true}
	case atom.Pre:
		in.line.block = block{code: true, lang: preLanguage(t, r.stack)}
		in.space = preserve
		in.text = textFormat{link: in.text.link}
	case atom.Ul, atom.Ol:
		in.lists++
		in.kind = "bullet"
		if t.atom == atom.Ol {
			in.kind = "ordered"
		}
		if checked, ok := t.attrs["data-checked"]; ok {
			in.kind = checkList(checked == "true")
		}
		in.line = htmlFormat{}
	case atom.Li:
		in = r.item(t, in)
	case atom.Div:
		if language := languageOf(t.attrs["class"]); language != "" {
			in.language = language
		}
	case atom.Table:
		r.tables++
		in.table = r.tables
	case atom.Tr:
		in.cell = in.cell || in.table > 0 && in.table <= len(r.wide) && r.wide[in.table-1]
	}
	if dir, ok := t.attrs["dir"]; ok && blockElements[t.atom] {
		in.line.direction = directionOf(dir)
	}
	underlined := in.text.underline
	in = in.styled(t.attrs["style"])
	if in.text.link != "" && !in.own {
		in.text.underline = underlined // links of others are underlined
	}
	return in
}

// item is the context of a list item. What a list says of its kind, an item may
// say of itself.
func (r *htmlReader) item(t tag, in context) context {
	r.list = ""
	in.line.block = block{list: in.kind, indent: min(deepest, max(0, in.lists-1))}
	if in.line.block.list == "" {
		in.line.block.list = "bullet"
	}
	if checked, ok := t.attrs["data-checked"]; ok {
		in.line.block.list = checkList(checked == "true")
	}
	switch list := t.attrs["data-list"]; list {
	case "ordered", "bullet", "checked", "unchecked":
		in.line.block.list = list
	}
	for _, class := range strings.Fields(t.attrs["class"]) { // Quill's
		if level, ok := strings.CutPrefix(class, "ql-indent-"); ok {
			in.line.block.indent = min(deepest, max(in.line.block.indent, digit(ot.Value(level))))
		}
	}
	return in
}

// code is the context of an element for code. Around it a whole line of code may
// be, whose language it tells.
func (r *htmlReader) code(t tag, in context) context {
	if !in.line.block.code {
		in.text.code = true
		return in
	}
	if language := languageOf(t.attrs["class"]); language != "" {
		in.line.block.lang = language
	}
	return in
}

func preLanguage(t tag, around []openElement) string {
	language := languageOf(t.attrs["class"])
	if language == "" {
		language = languageOf("language-" + t.attrs["data-language"])
	}
	if n := len(around); language == "" && n > 0 {
		language = around[n-1].in.language
	}
	return language
}

// cell begins a cell of a table, which is a line, or a part of one behind a tab.
func (r *htmlReader) cell(in context) context {
	for i := len(r.stack) - 1; i >= 0 && r.stack[i].tag != atom.Table; i-- {
		if r.stack[i].tag != atom.Tr {
			continue
		}
		row := &r.stack[i]
		row.cells++
		if in.cell && row.cells > 1 {
			r.space = false
			r.write("\t", context{line: in.line, cell: true})
		} else if in.cell {
			r.softSpace(in)
		}
		break
	}
	if !in.cell {
		r.endLine(false, in)
	}
	return in
}

// captures begins to read an embed, if the element stands for one.
func (r *htmlReader) captures(t tag, in context) bool {
	if r.capture != nil || in.skip {
		return false
	}
	for _, name := range []string{"mention", "formula", "divider"} {
		if value, ok := t.attrs["data-"+name]; ok {
			r.capture = &capture{name: name, value: value}
			return true
		}
	}
	if id, ok := strings.CutPrefix(t.attrs["href"], "mention:"); ok && t.atom == atom.A {
		r.capture = &capture{name: "mention", value: id}
		return true
	}
	return false
}

// captured ends it: an embed that a document may not have is its text.
func (r *htmlReader) captured(in context) {
	c := r.capture
	r.capture = nil
	text := c.text.String()
	var e ot.Embed
	switch c.name {
	case "mention":
		e = mention("mention:"+c.value, text)
	case "formula":
		e = ot.NewEmbed("formula", ot.StringValue(text))
	case "divider":
		e = divider
		in.text = textFormat{}
	}
	if e.IsZero() || !ot.EmbedAllowed(e) {
		r.text(text)
		return
	}
	r.embed(e, in)
}

// end reads an end tag. It ends what is in its element, too; one of text does not
// reach out of its block.
func (r *htmlReader) end(name atom.Atom) {
	for i := len(r.stack) - 1; i >= 0; i-- {
		if r.stack[i].tag == name {
			r.popTo(i)
			return
		}
		if !blockElements[name] && (blockElements[r.stack[i].tag] || r.stack[i].tag == atom.Td || r.stack[i].tag == atom.Th) {
			return
		}
	}
}

func (r *htmlReader) popTo(i int) {
	for len(r.stack) > i {
		r.pop()
	}
}

func (r *htmlReader) pop() {
	last := r.stack[len(r.stack)-1]
	r.stack = r.stack[:len(r.stack)-1]
	if last.captured && r.capture != nil {
		r.captured(r.context())
	}
	if blockElements[last.tag] {
		r.endLine(false, r.context())
	}
}

// wideTables tells of each table of a page whether a row of it has several
// cells. A table of one column is how mails are laid out: what is in it stays as
// it is.
func wideTables(page string) []bool {
	var wide []bool
	type table struct{ n, cells int }
	var open []table
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return wide
		}
		name, _ := z.TagName()
		last := len(open) - 1
		switch a := atom.Lookup(name); {
		case kind == html.StartTagToken && a == atom.Table:
			open = append(open, table{n: len(wide)})
			wide = append(wide, false)
		case kind == html.EndTagToken && a == atom.Table && last >= 0:
			open = open[:last]
		case kind == html.StartTagToken && a == atom.Tr && last >= 0:
			open[last].cells = 0
		case kind == html.StartTagToken && (a == atom.Td || a == atom.Th) && last >= 0:
			open[last].cells++
			wide[open[last].n] = wide[open[last].n] || open[last].cells > 1
		}
	}
}
