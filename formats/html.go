package formats

import (
	_ "embed"
	"html"
	"strconv"
	"strings"

	"github.com/collabd/collabd/ot"
)

// Page is what a page of HTML has beside the document.
type Page struct {
	Title string
	// Language of the text, as in the attribute lang; "" if it is not known.
	Language string
	// Image gives the address of an image as it stands in the page, from that in
	// the document: a data: URI, or an absolute address. nil leaves it as it is.
	Image func(address string) string
	// Base is put before links to this site, "https://docs.example" for one.
	Base string
}

// style makes a page readable by itself, on a screen and on paper.
//
//go:embed html.css
var style string

// HTML writes a rich document as a page of HTML that stands by itself: semantic
// elements, a small style sheet, no script, and nothing loaded but images of the
// web. A policy in the page keeps it so. Everything of the document is escaped.
// [FromHTML] reads it again, with all that a line and its text can be:
//
//	FromHTML(HTML(d)) = HTMLView(d)
func HTML(doc ot.Doc, p Page) string {
	w := htmlWriter{page: p}
	w.head()
	w.blocks(htmlLines(doc))
	w.foot()
	return w.out.String()
}

// HTMLOfText writes a plain text as such a page, with its spaces as they are.
func HTMLOfText(text string, p Page) string {
	w := htmlWriter{page: p}
	w.head()
	w.string(`<p data-collabd="text">`)
	w.text(text)
	w.string("</p>\n")
	w.foot()
	return w.out.String()
}

func (w *htmlWriter) head() {
	w.string(`<!DOCTYPE html>` + "\n" + `<html`)
	if w.page.Language != "" {
		w.attr("lang", w.page.Language)
	}
	w.string(">\n<head>\n" + `<meta charset="utf-8">` + "\n" +
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data: http: https:; style-src 'unsafe-inline'">` + "\n" +
		`<meta name="viewport" content="width=device-width">` + "\n<title>")
	w.text(w.page.Title)
	w.string("</title>\n<style>\n" + style + "</style>\n</head>\n<body>\n" + `<main data-collabd="document">` + "\n")
}

func (w *htmlWriter) foot() { w.string("</main>\n</body>\n</html>\n") }

// HTMLView is what HTML keeps of a rich document, unit by unit: all of it, but
// that of formats of a line that exclude each other the one stays which wins,
// and that lines of code hold text without formats and a divider has none.
func HTMLView(doc ot.Doc) ot.Op {
	var b ot.Builder
	for _, l := range htmlLines(doc) {
		for _, p := range l.pieces {
			if p.Embed.IsZero() {
				b.Insert(p.Text, p.Attrs)
			} else {
				b.InsertEmbed(p.Embed, p.Attrs)
			}
		}
		b.Insert("\n", l.attrs())
	}
	return b.Op()
}

// htmlLine is a line as HTML can have it. Its text keeps all its attributes.
type htmlLine struct {
	block            block
	indent           int // of a line that is no list item
	align, direction string
	pieces           []ot.Component
}

func (l htmlLine) attrs() ot.Attrs {
	kv := map[string]ot.Value{}
	for name, value := range l.block.attrs().All() {
		kv[name] = value
	}
	if l.indent > 0 {
		kv["indent"] = ot.Value(strconv.Itoa(l.indent))
	}
	if l.align != "" {
		kv["align"] = ot.StringValue(l.align)
	}
	if l.direction != "" {
		kv["direction"] = ot.StringValue(l.direction)
	}
	return ot.NewAttrs(kv)
}

// same reports whether two lines can stand in one element.
func (l htmlLine) same(o htmlLine) bool {
	return l.block == o.block && l.indent == o.indent && l.align == o.align && l.direction == o.direction
}

func htmlLines(doc ot.Doc) []htmlLine {
	var lines []htmlLine
	for l := range doc.Lines() {
		h := htmlLine{block: blockOf(l.Attrs)}
		h.align = attrText(l.Attrs, "align")
		h.direction = attrText(l.Attrs, "direction")
		if indent, ok := l.Attrs.Get("indent"); ok && h.block.list == "" {
			h.indent = digit(indent)
		}
		for c := range l.Content.Components() {
			if c.Embed.Name() == "divider" || h.block.code {
				c.Attrs = ot.Attrs{}
			}
			h.pieces = append(h.pieces, c)
		}
		lines = append(lines, h)
	}
	return lines
}

func attrText(a ot.Attrs, name string) string {
	v, _ := a.Get(name)
	return textOf(v)
}

type htmlWriter struct {
	page Page
	out  strings.Builder
	// lists are the elements of the lists that are open, the outermost first.
	// Each but the last, and the last too while item is set, has an open li.
	lists []string
	item  bool
}

func (w *htmlWriter) string(s string) { w.out.WriteString(s) }

func (w *htmlWriter) text(s string) { w.out.WriteString(html.EscapeString(s)) }

func (w *htmlWriter) attr(name, value string) {
	w.string(" " + name + `="` + html.EscapeString(value) + `"`)
}

func (w *htmlWriter) blocks(lines []htmlLine) {
	for at := 0; at < len(lines); at++ {
		l := lines[at]
		if l.block.list != "" {
			w.listItem(l)
			continue
		}
		w.closeLists(0)
		switch {
		case l.block.code:
			at = w.code(lines, at) - 1
		case l.block.quote:
			w.string("<blockquote>\n")
			for ; at < len(lines) && lines[at].block.quote; at++ {
				w.line("p", lines[at])
			}
			at--
			w.string("</blockquote>\n")
		case l.block.header > 0:
			w.line("h"+strconv.Itoa(l.block.header), l)
		case len(l.pieces) == 1 && l.pieces[0].Embed.Name() == "divider" && l.attrs().Len() == 0:
			w.string("<hr>\n")
		default:
			w.line("p", l)
		}
	}
	w.closeLists(0)
}

// line writes an element of one line. An empty one holds a line break, or a
// browser would not show it.
func (w *htmlWriter) line(tag string, l htmlLine) {
	w.string("<" + tag)
	w.lineAttrs(l)
	w.string(">")
	w.inline(l.pieces)
	w.string("</" + tag + ">\n")
}

func (w *htmlWriter) lineAttrs(l htmlLine) {
	if l.direction != "" {
		w.attr("dir", l.direction)
	}
	var css []string
	if l.align != "" {
		css = append(css, "text-align: "+l.align)
	}
	if l.indent > 0 {
		css = append(css, "margin-inline-start: "+strconv.Itoa(3*l.indent)+"em")
	}
	if css != nil {
		w.attr("style", strings.Join(css, "; "))
	}
}

// code writes the lines of code that begin at a place as one element, and
// returns the place behind them.
func (w *htmlWriter) code(lines []htmlLine, at int) int {
	first := lines[at]
	w.string("<pre")
	w.lineAttrs(first)
	w.string("><code")
	if first.block.lang != "" {
		w.attr("class", "language-"+first.block.lang)
	}
	w.string(">")
	for ; at < len(lines) && lines[at].same(first); at++ {
		w.pieces(lines[at].pieces)
		w.string("\n") // the last one too: a reader takes one away
	}
	w.string("</code></pre>\n")
	return at
}

// listItem opens and closes lists until one of the item's depth and kind is
// open, then writes the item. A level that was skipped has an item without a
// line.
func (w *htmlWriter) listItem(l htmlLine) {
	tag := "ul"
	if l.block.list == "ordered" {
		tag = "ol"
	}
	depth := l.block.indent + 1
	if len(w.lists) > depth || len(w.lists) == depth && w.lists[depth-1] != tag {
		keep := depth
		if len(w.lists) >= depth && w.lists[depth-1] != tag {
			keep = depth - 1
		}
		w.closeLists(keep)
	}
	for len(w.lists) < depth {
		// An item keeps its spaces, so there are none around the list in it.
		if len(w.lists) > 0 && !w.item {
			w.string(`<li class="skipped">`)
		}
		w.string("<" + tag + ">\n")
		w.lists, w.item = append(w.lists, tag), false
	}
	if w.item {
		w.string("</li>\n")
	}
	w.string("<li")
	w.lineAttrs(l)
	if l.block.list == "checked" || l.block.list == "unchecked" {
		w.attr("class", "check")
		w.string(`><input type="checkbox" disabled`)
		if l.block.list == "checked" {
			w.string(" checked")
		}
	}
	w.string(">")
	w.inline(l.pieces)
	w.item = true
}

// closeLists closes lists until so many are open. The item in the last of them
// stays open: it holds what was closed.
func (w *htmlWriter) closeLists(keep int) {
	for len(w.lists) > keep {
		if w.item {
			w.string("</li>\n")
		}
		w.string("</" + w.lists[len(w.lists)-1] + ">")
		w.lists, w.item = w.lists[:len(w.lists)-1], true
		if len(w.lists) == 0 {
			w.string("\n")
		}
	}
	if len(w.lists) == 0 {
		w.item = false
	}
}
