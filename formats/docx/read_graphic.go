package docx

import (
	"encoding/xml"
	"errors"
	"strings"

	"github.com/collabd/collabd/ot"
)

// graphic reads a picture, a line across the page or a box of text. Anything
// else is dropped, and counted.
func (b *bodyReader) graphic(c *cursor, p runProps) error {
	if b.unseen(p) {
		return nil
	}
	found := false
	var walk func(c *cursor, e xml.StartElement) error
	walk = func(c *cursor, e xml.StartElement) error {
		switch name(e.Name) {
		case "a:blip":
			found = true
			return b.picture(attrOf(e, "r:embed"), attrOf(e, "r:link"), p)
		case "v:imagedata":
			found = true
			return b.picture(attrOf(e, "r:id"), "", p)
		case "v:rect":
			if hr := attrOf(e, "o:hr"); hr == "t" || hr == "true" || hr == "1" {
				found = true
				return b.embed(ot.NewEmbed("divider", ot.True), b.runAttrs(p))
			}
		case "txbxContent":
			found = true
			return b.textBox(c)
		case "mc:AlternateContent":
			return b.choose(c, walk)
		}
		return c.children(func(e xml.StartElement) error { return walk(c, e) })
	}
	err := c.children(func(e xml.StartElement) error { return walk(c, e) })
	if err == nil && !found {
		b.dropped++
	}
	return err
}

// textBox reads the paragraphs of a box, which stand behind the one that it is
// anchored in.
func (b *bodyReader) textBox(c *cursor) error {
	p := b.para
	op, err := b.aside(func() error { return b.blocks(c) })
	if err == nil && p != nil {
		p.after = append(p.after, op)
	}
	return err
}

// picture adds a picture: one of the file, or else by its address.
func (b *bodyReader) picture(embed, link string, p runProps) error {
	if r, ok := b.rels[embed]; ok && !r.out {
		url, err := b.take(r.target)
		if err != nil {
			return err
		}
		if url != "" {
			return b.embed(ot.NewEmbed("image", ot.StringValue(url)), b.runAttrs(p))
		}
	}
	for _, id := range []string{link, embed} {
		if r, ok := b.rels[id]; ok && r.out {
			if e, ok := embedded("image", ot.StringValue(uri(r.target))); ok {
				return b.embed(e, b.runAttrs(p))
			}
		}
	}
	b.dropped++
	return nil
}

// take reads the bytes of a picture and returns the address by which the
// document refers to it; "" if it is no picture that browsers show.
func (b *bodyReader) take(part string) (url string, err error) {
	if url, ok := b.taken[part]; ok {
		return url, nil
	}
	b.taken[part] = ""
	if !b.archive.has(part) || len(b.images) >= b.lim.Images {
		return "", nil
	}
	data, err := b.archive.data(part, min(b.lim.ImageBytes, b.lim.AllBytes-b.bytes))
	if errors.Is(err, ErrTooLarge) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	kind, width, height, ok := sniff(data)
	if !ok {
		return "", nil
	}
	b.bytes += int64(len(data))
	url = "/word/" + strings.TrimPrefix(kind, "image/") + "/" + num(len(b.images)+1)
	b.images = append(b.images, Image{url, data, kind, width, height})
	b.taken[part] = url
	return url, nil
}
