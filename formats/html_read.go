package formats

import (
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/collabd/collabd/ot"
)

// Source says how a file is read.
type Source struct {
	// Embedded stores an image that the file itself holds, a data: URI, and
	// returns its address in the document, "" if it is refused. nil refuses all.
	Embedded func(uri string) string
	// Base is this site, "https://docs.example" for one: addresses that begin
	// with it become paths.
	Base string
}

// Read is what was read of a file.
type Read struct {
	Op      ot.Op  // a whole document of kind rich, as inserts
	Title   string // that the file has for itself, "" for none
	Dropped int    // images that were left out
}

// FromHTML returns the document that a page tells of, whoever wrote it: what the
// schema has, in the order of the page, and nothing that could run. It agrees
// with what the browser takes of a paste (frontend/src/bindings/quill-clipboard.ts
// and foreign-html.ts): rows of tables are lines with tabs between the cells,
// colours and fonts of others are left out, an image of another site is a link to
// it. Of a page that [HTML] wrote everything is read:
//
//	FromHTML(HTML(d)).Op = HTMLView(d)
//
// It is linear in the length of s, whatever is nested in it. [ErrTooLarge] for
// more than [MaxBytes].
func FromHTML(s string, from Source) (Read, error) {
	if len(s) > MaxBytes {
		return Read{}, ErrTooLarge
	}
	s = cleanText(s)
	clean := policy().Sanitize(s)
	r := htmlReader{from: from, wide: wideTables(clean), attrs: map[textFormat]ot.Attrs{}}
	r.read(clean)
	return Read{Op: r.doc.Op(), Title: titleOf(s), Dropped: r.dropped}, nil
}

// deepestElement is how many elements may be around another one; the text of
// deeper ones is read as if they were not there.
const deepestElement = 256

// htmlReader goes over the tags of a page and keeps a stack of those that are
// open: no tree, which pages can be made to blow up.
type htmlReader struct {
	from    Source
	doc     ot.Builder
	dropped int

	stack []openElement
	wide  []bool // which tables, in their order, have several columns

	tables int  // that began
	ended  bool // a line has
	begun  bool
	line   htmlFormat // of the line that has begun
	space  bool       // one is due before the next text of the line
	spaced textFormat // the format it has
	list   string     // the kind of list that the line's mark tells of

	capture *capture // what an embed stands for is being read
	attrs   map[textFormat]ot.Attrs
}

type openElement struct {
	tag atom.Atom
	in  context
	// captured: the element stands for an embed.
	captured bool
	cells    int // of a row
}

// capture gathers the text of an element that stands for an embed.
type capture struct {
	name, value string
	text        strings.Builder
}

func (r *htmlReader) read(page string) {
	z := html.NewTokenizer(strings.NewReader(page))
	pre := false // right behind its tag
	for {
		switch z.Next() {
		case html.ErrorToken:
			r.endAll()
			if z.Err() != io.EOF {
				panic(z.Err()) // a strings.Reader has no other
			}
			return
		case html.TextToken:
			text := cleanText(string(z.Text())) // references can name what bytes may not
			if pre {
				text = strings.TrimPrefix(text, "\n") // as HTML has it
			}
			pre = false
			r.text(text)
		case html.StartTagToken, html.SelfClosingTagToken:
			t := tagOf(z)
			pre = t.atom == atom.Pre
			r.start(t)
		case html.EndTagToken:
			name, _ := z.TagName()
			r.end(atom.Lookup(name))
		}
	}
}

// tag is a start tag.
type tag struct {
	atom  atom.Atom
	attrs map[string]string
}

func tagOf(z *html.Tokenizer) tag {
	name, more := z.TagName()
	t := tag{atom: atom.Lookup(name)}
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		if t.attrs == nil {
			t.attrs = map[string]string{}
		}
		if _, twice := t.attrs[string(key)]; !twice {
			t.attrs[string(key)] = string(value)
		}
	}
	return t
}

func (r *htmlReader) context() context {
	if n := len(r.stack); n > 0 {
		return r.stack[n-1].in
	}
	return context{}
}

// endAll ends what is open, and the document with a line.
func (r *htmlReader) endAll() {
	for len(r.stack) > 0 {
		r.pop()
	}
	r.endLine(false, context{})
	if !r.ended {
		r.doc.Insert("\n", ot.Attrs{})
	}
}

// text reads the text between two tags.
func (r *htmlReader) text(s string) {
	in := r.context()
	switch {
	case in.skip:
		return
	case r.capture != nil:
		r.capture.text.WriteString(s)
		return
	case in.mark:
		if msoMark.MatchString(strings.ToLower(s)) {
			r.list = "ordered"
		}
		return
	case in.own && in.space == collapse:
		r.write(strings.ReplaceAll(s, "\n", ""), in)
		return
	}
	if in.space == collapse {
		r.collapsed(s, in)
		return
	}
	for len(s) > 0 {
		line, rest, broken := strings.Cut(s, "\n")
		if in.space == preserveLine {
			r.collapsed(line, in)
		} else {
			r.write(line, in)
		}
		if broken {
			r.endLine(true, in)
		}
		s = rest
	}
}

// collapsed writes text in which white space is one space, and none at the ends
// of a line.
func (r *htmlReader) collapsed(s string, in context) {
	for len(s) > 0 {
		n := strings.IndexAny(s, " \t\n\f\r")
		if n < 0 {
			n = len(s)
		}
		if n > 0 {
			r.write(s[:n], in)
		}
		rest := strings.TrimLeft(s[n:], " \t\n\f\r")
		if len(rest) < len(s)-n {
			r.softSpace(in)
		}
		s = rest
	}
}

// softSpace is a space if text follows in the line.
func (r *htmlReader) softSpace(in context) {
	if r.begun && !r.space {
		r.space, r.spaced = true, in.text
	}
}

func (r *htmlReader) write(s string, in context) {
	if s == "" {
		return
	}
	if !in.own {
		s = strings.ReplaceAll(s, "\u00a0", " ") // for spaces that count, as editors write them
	}
	r.begin(in)
	r.doc.Insert(s, r.attrsOf(in.text))
}

func (r *htmlReader) embed(e ot.Embed, in context) {
	r.begin(in)
	r.doc.InsertEmbed(e, r.attrsOf(in.text))
}

// begin begins a line if none is, which has the format of the place where it
// begins.
func (r *htmlReader) begin(in context) {
	if !r.begun {
		r.begun, r.line = true, in.line
		return
	}
	if r.space {
		r.space = false
		r.doc.Insert(" ", r.attrsOf(r.spaced))
	}
}

// endLine ends the line that has begun, or an empty one where that is asked for.
// In a cell of a table lines are joined.
func (r *htmlReader) endLine(empty bool, in context) {
	if in.cell {
		r.softSpace(in)
		return
	}
	if !r.begun && !empty {
		return
	}
	if !r.begun {
		r.line = in.line
	}
	if r.line.block.list != "" && r.list != "" {
		r.line.block.list = r.list
	}
	h := htmlLine{block: r.line.block, indent: r.line.indent, align: r.line.align, direction: r.line.direction}
	if h.block.list != "" {
		h.indent = 0
	}
	r.doc.Insert("\n", h.attrs())
	r.begun, r.space, r.ended = false, false, true
	if r.list == "ordered" {
		r.list = ""
	}
}

func (r *htmlReader) attrsOf(f textFormat) ot.Attrs {
	if f == (textFormat{}) {
		return ot.Attrs{}
	}
	if a, ok := r.attrs[f]; ok {
		return a
	}
	kv := map[string]ot.Value{}
	for name, on := range map[string]bool{"bold": f.bold, "italic": f.italic, "underline": f.underline, "strike": f.strike, "code": f.code} {
		if on {
			kv[name] = ot.True
		}
	}
	for name, value := range map[string]string{
		"script": f.script, "color": f.color, "background": f.background, "font": f.font, "size": f.size, "link": f.link,
	} {
		if v := ot.StringValue(value); value != "" && ot.AttributeAllowed(name, v) {
			kv[name] = v
		}
	}
	a := ot.NewAttrs(kv)
	r.attrs[f] = a
	return a
}

// titleOf is the title of a page, on one line.
func titleOf(page string) string {
	const most = 4 << 10 // it stands at the beginning, as far as it is looked for
	z := html.NewTokenizer(strings.NewReader(page))
	for n := 0; n < most; n++ {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken:
			name, _ := z.TagName()
			if atom.Lookup(name) == atom.Body {
				return ""
			}
			if atom.Lookup(name) == atom.Title && z.Next() == html.TextToken {
				return strings.Join(strings.Fields(string(z.Text())), " ")
			}
		}
	}
	return ""
}
