package docx

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// cursor walks over an XML document without keeping it. It refuses document
// types, and elements that nest too deep.
type cursor struct {
	dec   *xml.Decoder
	depth int // of open elements
	most  int
	left  *int // elements that may come
}

func newCursor(r io.Reader, depth int, left *int) *cursor {
	dec := xml.NewDecoder(r)
	dec.Entity = nil // the five of XML alone
	return &cursor{dec: dec, most: depth, left: left}
}

// next returns the next token; io.EOF at the end.
func (c *cursor) next() (xml.Token, error) {
	token, err := c.dec.Token()
	if err != nil {
		var syntax *xml.SyntaxError
		switch {
		case err == io.EOF || errors.Is(err, ErrTooLarge):
			return nil, err
		case errors.As(err, &syntax):
			return nil, unreadable("a part is not XML") // the message could quote the text
		}
		return nil, unreadable("a part cannot be read")
	}
	switch token.(type) {
	case xml.StartElement:
		if c.depth++; c.depth > c.most {
			return nil, tooLarge("elements nest too deep")
		}
		if *c.left--; *c.left < 0 {
			return nil, tooLarge("too many elements")
		}
	case xml.EndElement:
		c.depth--
	case xml.Directive:
		return nil, unreadable("a part has a document type")
	}
	return token, nil
}

// children calls each for every child of the element that is open, or for the
// root, until it is closed. What each leaves unread is skipped.
func (c *cursor) children(each func(e xml.StartElement) error) error {
	base := c.depth
	for {
		token, err := c.next()
		if err == io.EOF && base == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if err := each(t); err != nil {
				return err
			}
			for c.depth > base {
				if _, err := c.next(); err != nil {
					return err
				}
			}
		case xml.EndElement:
			return nil
		}
	}
}

// text returns the text of the element that is open, and closes it.
func (c *cursor) text() (string, error) {
	var b strings.Builder
	base := c.depth
	for {
		token, err := c.next()
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.CharData:
			if c.depth == base {
				b.Write(t)
			}
		case xml.EndElement:
			if c.depth < base {
				return b.String(), nil
			}
		}
	}
}

// prefixes name the namespaces that are looked at, those of ISO's strict form
// too.
var prefixes = map[string]string{
	wordML: "",
	"http://purl.oclc.org/ooxml/wordprocessingml/main":                        "",
	"http://schemas.openxmlformats.org/officeDocument/2006/relationships":     "r:",
	"http://purl.oclc.org/ooxml/officeDocument/relationships":                 "r:",
	"http://schemas.openxmlformats.org/package/2006/relationships":            "rel:",
	"http://schemas.openxmlformats.org/drawingml/2006/main":                   "a:",
	"http://purl.oclc.org/ooxml/drawingml/main":                               "a:",
	"http://schemas.openxmlformats.org/officeDocument/2006/math":              "m:",
	"http://purl.oclc.org/ooxml/officeDocument/math":                          "m:",
	"http://schemas.openxmlformats.org/markup-compatibility/2006":             "mc:",
	"http://schemas.microsoft.com/office/word/2010/wordml":                    "w14:",
	"urn:schemas-microsoft-com:vml":                                           "v:",
	"urn:schemas-microsoft-com:office:office":                                 "o:",
	"http://purl.org/dc/elements/1.1/":                                        "dc:",
	"http://schemas.openxmlformats.org/package/2006/metadata/core-properties": "cp:",
}

// name is the name of an element or attribute: as it is for Word's own, with a
// prefix for others, "?" for those that nobody asks for.
func name(n xml.Name) string {
	prefix, ok := prefixes[n.Space]
	switch {
	case !ok:
		return "?"
	case prefix == "":
		return n.Local
	}
	return prefix + n.Local
}

// attr returns an attribute of Word's own, which some programs write without a
// prefix.
func attr(e xml.StartElement, local string) string {
	for _, a := range e.Attr {
		if a.Name.Local == local && (a.Name.Space == "" || prefixes[a.Name.Space] == "" && name(a.Name) == local) {
			return a.Value
		}
	}
	return ""
}

// attrOf returns an attribute with a prefix.
func attrOf(e xml.StartElement, prefixed string) string {
	for _, a := range e.Attr {
		if name(a.Name) == prefixed {
			return a.Value
		}
	}
	return ""
}

// isOn is whether an element that can be on or off is on: it is when it says
// nothing.
func isOn(e xml.StartElement) toggle {
	switch attr(e, "val") {
	case "0", "false", "off", "none":
		return off
	}
	return on
}

// toggle is a property that may be left open.
type toggle int8

const (
	open toggle = iota
	on
	off
)
