package docx

import (
	"encoding/xml"
	"io"
	"strings"

	"github.com/collabd/collabd/ot"
)

// Document is what a Word file holds.
type Document struct {
	// Op writes a rich document, as DocOf takes it: it passes the check of
	// ot.Rich as an edit of the empty one but for its last line break. Pictures
	// that came with the file have the addresses of Images in it.
	Op     ot.Op
	Title  string // as the file's properties have it; may be empty
	Images []Image
	// Dropped counts the pictures and other objects that could not be taken.
	Dropped int
}

// Image is a picture that came with a file.
type Image struct {
	URL           string // by which Op refers to it; means nothing elsewhere
	Data          []byte
	Type          string // image/png, image/jpeg or image/gif
	Width, Height int    // pixels
}

// Read reads a Word file of so many bytes. It fails with ErrUnreadable or
// ErrTooLarge, and with nothing else unless r does. Neither holds any of the
// document's text.
func Read(r io.ReaderAt, size int64, lim Limits) (Document, error) {
	lim = lim.withDefaults()
	a, err := openArchive(r, size, lim)
	if err != nil {
		return Document{}, err
	}
	main, core := "", ""
	rels, err := a.relationships("")
	if err != nil {
		return Document{}, err
	}
	for _, id := range sortedKeys(rels) {
		switch r := rels[id]; {
		case r.kind == "officeDocument" && !r.out:
			main = r.target
		case r.kind == "core-properties" && !r.out:
			core = r.target
		}
	}
	if main == "" {
		main = "word/document.xml"
	}
	if !a.has(main) {
		return Document{}, unreadable("there is no document in it")
	}
	b, err := newBodyReader(a, main)
	if err != nil {
		return Document{}, err
	}
	if err := b.read(main); err != nil {
		return Document{}, err
	}
	title, err := a.title(core)
	if err != nil {
		return Document{}, err
	}
	return Document{Op: b.out.Op(), Title: title, Images: b.images, Dropped: b.dropped}, nil
}

// title reads the title among the properties of the file.
func (a *archive) title(part string) (title string, err error) {
	if part == "" {
		return "", nil
	}
	err = a.walk(part, a.lim.PartBytes, func(c *cursor, _ xml.StartElement) error {
		return c.children(func(e xml.StartElement) (err error) {
			if name(e.Name) == "dc:title" {
				title, err = c.text()
			}
			return err
		})
	})
	return strings.TrimSpace(title), err
}

// newBodyReader reads what the text refers to: styles, numberings, addresses.
func newBodyReader(a *archive, main string) (*bodyReader, error) {
	rels, err := a.relationships(main)
	if err != nil {
		return nil, err
	}
	b := &bodyReader{archive: a, rels: rels, lim: a.lim, out: &ot.Builder{}, taken: map[string]string{}, attrs: map[runKey]ot.Attrs{}, links: map[string]string{}}
	var styles, numbering string
	for _, id := range sortedKeys(rels) {
		switch r := rels[id]; {
		case r.out:
		case r.kind == "styles":
			styles = r.target
		case r.kind == "numbering":
			numbering = r.target
		case r.kind == "footnotes" || r.kind == "endnotes":
			b.noteParts = append(b.noteParts, r.target)
		}
	}
	if b.styles, err = readStyles(a, styles); err != nil {
		return nil, err
	}
	if b.numbers, err = readNumbering(a, numbering); err != nil {
		return nil, err
	}
	return b, nil
}
