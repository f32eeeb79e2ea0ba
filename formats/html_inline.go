package formats

import (
	"strings"

	"github.com/collabd/collabd/ot"
)

// inline writes the pieces of a line, or a line break where there is none.
func (w *htmlWriter) inline(pieces []ot.Component) {
	if len(pieces) == 0 {
		w.string("<br>")
		return
	}
	w.pieces(pieces)
}

// pieces writes pieces; neighbours with one link are one link.
func (w *htmlWriter) pieces(pieces []ot.Component) {
	link := ""
	for _, p := range pieces {
		if next := attrText(p.Attrs, "link"); next != link {
			if link != "" {
				w.string("</a>")
			}
			if next != "" {
				w.string("<a")
				w.attr("href", w.address(next))
				w.attr("rel", "noopener noreferrer")
				w.string(">")
			}
			link = next
		}
		w.piece(p)
	}
	if link != "" {
		w.string("</a>")
	}
}

// address is a link as it works outside of this site.
func (w *htmlWriter) address(link string) string {
	if w.page.Base != "" && isPath(link) {
		return w.page.Base + link
	}
	return link
}

// isPath reports whether an address is a path on this site.
func isPath(address string) bool {
	return strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") && !strings.HasPrefix(address, `/\`)
}

// textTags are the elements of formats that have one, from the innermost out.
var textTags = []struct{ name, tag string }{{"code", "code"}, {"bold", "strong"}, {"italic", "em"}, {"underline", "u"}, {"strike", "s"}}

// fonts and sizes are what the names of the schema look like.
var (
	fonts = map[string]string{"serif": "serif", "monospace": "monospace"}
	sizes = map[string]string{"small": "0.75em", "large": "1.5em", "huge": "2.5em"}
)

func (w *htmlWriter) piece(p ot.Component) {
	var open, shut []string
	for _, t := range textTags {
		if _, ok := p.Attrs.Get(t.name); ok {
			open, shut = append(open, "<"+t.tag+">"), append(shut, "</"+t.tag+">")
		}
	}
	switch attrText(p.Attrs, "script") {
	case "sub":
		open, shut = append(open, "<sub>"), append(shut, "</sub>")
	case "super":
		open, shut = append(open, "<sup>"), append(shut, "</sup>")
	}
	if css := styleOf(p.Attrs); css != "" {
		open, shut = append(open, `<span style="`+css+`">`), append(shut, "</span>")
	}
	for i := len(open) - 1; i >= 0; i-- {
		w.string(open[i])
	}
	if p.Embed.IsZero() {
		w.text(p.Text)
	} else {
		w.embed(p.Embed)
	}
	for _, tag := range shut {
		w.string(tag)
	}
}

// styleOf are the formats that are styles. Their values are few, or hexadecimal
// digits.
func styleOf(a ot.Attrs) string {
	var css []string
	if color := attrText(a, "color"); color != "" {
		css = append(css, "color: "+color)
	}
	if color := attrText(a, "background"); color != "" {
		css = append(css, "background-color: "+color)
	}
	if font := fonts[attrText(a, "font")]; font != "" {
		css = append(css, "font-family: "+font)
	}
	if size := sizes[attrText(a, "size")]; size != "" {
		css = append(css, "font-size: "+size)
	}
	return strings.Join(css, "; ")
}

func (w *htmlWriter) embed(e ot.Embed) {
	switch e.Name() {
	case "image":
		source := textOf(e.Value())
		if w.page.Image != nil {
			source = w.page.Image(source)
		}
		w.string("<img")
		w.attr("src", source)
		w.attr("alt", "")
		w.string(">")
	case "mention":
		id, name := mentionOf(string(e.Value()))
		w.string(`<span class="mention"`)
		w.attr("data-mention", id)
		w.string(">")
		w.text("@" + name)
		w.string("</span>")
	case "formula":
		w.string(`<span class="formula" data-formula="tex">`)
		w.text(textOf(e.Value()))
		w.string("</span>")
	case "divider":
		w.string(`<span class="divider" data-divider="">—</span>`)
	}
}
