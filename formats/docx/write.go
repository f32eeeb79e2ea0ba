package docx

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/collabd/collabd/ot"
)

// Options is what Write wants to know beside the document.
type Options struct {
	Kind    ot.DocKind // default ot.Rich
	Title   string     // of the document; may be empty
	Created time.Time  // default: not said
	// Base is put before addresses on this site, "https://docs.example" for one.
	Base string
	// Image returns the bytes of a picture by its address in the document, and
	// false if there are none to be had; it is called once for each address, and
	// the bytes are not kept. Default: pictures are links.
	Image func(url string) (data []byte, ok bool)
}

// Write writes a document as a Word file. The same document and options make the
// same bytes. Errors are those of w.
func Write(w io.Writer, doc ot.Doc, opt Options) error {
	z := zip.NewWriter(w)
	p := &parts{zip: z, modified: opt.Created}
	p.add("[Content_Types].xml", contentTypes)
	p.add("_rels/.rels", packageRels)
	p.add("docProps/core.xml", coreProperties(opt.Title, opt.Created))
	b := &bodyWriter{base: opt.Base, pictures: map[string]picture{}, links: map[string]string{}, languages: map[string]bool{}}
	if opt.Kind != ot.Text && opt.Image != nil {
		p.media(doc, opt.Image, b)
	}
	p.stream("word/document.xml", func(out *bufio.Writer) {
		b.out = out
		b.document(doc, opt.Kind)
	})
	p.add("word/_rels/document.xml.rels", b.rels())
	p.add("word/styles.xml", stylesXML(b.languages))
	p.add("word/numbering.xml", numberingXML(b.ordered))
	p.add("word/settings.xml", settingsXML)
	if p.err != nil {
		return p.err
	}
	return z.Close()
}

// parts writes the files of an archive, up to the first error.
type parts struct {
	zip      *zip.Writer
	modified time.Time
	err      error
}

func (p *parts) create(name string, method uint16) io.Writer {
	if p.err != nil {
		return io.Discard
	}
	h := &zip.FileHeader{Name: name, Method: method}
	if !p.modified.IsZero() {
		h.Modified = p.modified.UTC()
	}
	w, err := p.zip.CreateHeader(h)
	if err != nil {
		p.err = err
		return io.Discard
	}
	return w
}

func (p *parts) add(name, content string) {
	p.stream(name, func(out *bufio.Writer) { out.WriteString(content) })
}

func (p *parts) stream(name string, write func(out *bufio.Writer)) {
	out := bufio.NewWriterSize(p.create(name, zip.Deflate), 64<<10)
	write(out)
	if err := out.Flush(); err != nil && p.err == nil {
		p.err = err
	}
}

// media writes the pictures of a document before its text, so that none is kept.
func (p *parts) media(doc ot.Doc, image func(string) ([]byte, bool), b *bodyWriter) {
	for c := range doc.Op().Components() {
		url, ok := imageOf(c.Embed)
		if !ok {
			continue
		}
		if _, seen := b.pictures[url]; seen {
			continue
		}
		pic := picture{url: url}
		if data, ok := image(url); ok {
			kind, width, height, known := sniff(data)
			if ext := mediaTypes[kind]; known && ext != "" {
				pic.part = fmt.Sprintf("media/image%d.%s", len(b.pictures)+1, ext)
				pic.width, pic.height = width, height
				if _, err := p.create("word/"+pic.part, zip.Store).Write(data); err != nil && p.err == nil {
					p.err = err
				}
			}
		}
		b.pictures[url] = pic
	}
}

func imageOf(e ot.Embed) (url string, ok bool) {
	if e.IsZero() || e.Name() != "image" {
		return "", false
	}
	return e.Value().Text()
}

// escape writes text as XML has it; what XML does not have is U+FFFD.
func escape(s string) string {
	if !strings.ContainsFunc(s, needsEscape) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '"':
			b.WriteString("&quot;")
		default:
			b.WriteRune(inXML(r))
		}
	}
	return b.String()
}

func needsEscape(r rune) bool { return strings.ContainsRune(`&<>"`, r) || inXML(r) != r }

// inXML returns r, or U+FFFD for a character that no XML document can hold.
func inXML(r rune) rune {
	if r < ' ' && r != '\t' && r != '\n' || r == 0xFFFE || r == 0xFFFF {
		return 0xFFFD
	}
	return r
}

func coreProperties(title string, created time.Time) string {
	s := xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>` +
		escape(title) + `</dc:title>`
	if !created.IsZero() {
		s += `<dcterms:created xsi:type="dcterms:W3CDTF">` + created.UTC().Format(time.RFC3339) + `</dcterms:created>`
	}
	return s + `</cp:coreProperties>`
}

func num(n int) string { return strconv.Itoa(n) }
