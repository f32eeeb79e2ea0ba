package formats

import (
	"sync"

	"github.com/microcosm-cc/bluemonday"
)

// policy is what is looked at of HTML at all: elements and attributes that can
// become something of a document. What is between the tags of scripts, styles
// and things that play or draw is dropped with them. Addresses and styles pass,
// because each is checked by its grammar before it becomes an attribute of a
// document: see htmlReader.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(
		"address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "div", "dl", "dt",
		"fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main",
		"nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
		"b", "strong", "i", "em", "cite", "dfn", "var", "u", "ins", "s", "strike", "del", "code", "kbd", "samp", "tt", "sub", "sup",
		"font",
	)
	p.AllowElements("a", "span", "img", "input")
	p.AllowNoAttrs().OnElements("a", "span", "font")
	p.AllowAttrs("style", "class", "dir", "hidden", "data-collabd", "data-mention", "data-formula", "data-divider", "data-checked",
		"data-list", "data-language").Globally()
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src", "alt").OnElements("img")
	p.AllowAttrs("type", "checked").OnElements("input")
	p.SkipElementsContent(
		"script", "style", "noscript", "template", "title", "iframe", "object", "svg", "math", "video", "audio", "canvas", "select",
		"textarea", "datalist", "map", "noembed", "noframes", "xmp", "plaintext",
	)
	return p
})
