package server

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"strings"

	"github.com/collabd/collabd/formats"
	"github.com/collabd/collabd/formats/docx"
	"github.com/collabd/collabd/ot"
)

// exportDocx writes a Word file. Its images are in it, as far as there is room.
func exportDocx(ctx context.Context, e *exported) ([]byte, error) {
	left := int64(exportImageBytes)
	var b bytes.Buffer
	err := docx.Write(&b, e.doc, docx.Options{
		Kind: e.about.Kind, Title: e.about.Title, Created: e.about.Created, Base: e.base,
		Image: func(address string) ([]byte, bool) {
			_, data, ok := e.image(ctx, address, left)
			left -= int64(len(data))
			return data, ok
		},
	})
	if err == nil {
		err = e.err
	}
	return b.Bytes(), err
}

func importDocx(_ context.Context, in *intake, data []byte) error {
	cfg := &in.server.cfg
	d, err := docx.Read(bytes.NewReader(data), int64(len(data)), docx.Limits{ImageBytes: cfg.MaxFileBytes, AllBytes: cfg.MaxDocumentFileBytes})
	switch {
	case errors.Is(err, docx.ErrTooLarge):
		return errTooLarge.because("The Word file holds more than can be read: divide it.").with(err)
	case errors.Is(err, docx.ErrUnreadable):
		return errUnreadable.with(err)
	case err != nil:
		return err
	}
	text := in.kindOr(ot.Rich) == ot.Text
	images := map[string][]byte{}
	for _, i := range d.Images {
		images[i.URL] = i.Data
	}
	op, dropped := readdressed(d.Op, in.base, func(address string) string {
		data, ours := images[address]
		switch {
		case !ours:
			return address
		case text:
			return ""
		}
		return in.image(data)
	})
	in.ownTitle = d.Title
	if !text {
		in.op, in.dropped = op, d.Dropped+dropped
		return nil
	}
	doc, err := ot.DocOf(op)
	if err != nil {
		return err
	}
	// The end of the last paragraph is no line break in a text.
	in.op, err = formats.FromText(strings.TrimSuffix(formats.Text(doc, ot.Rich), "\n"), ot.Text)
	return err
}

// readdressed makes paths of the addresses on this site, and gives images those
// that they have now; it drops and counts images that have none.
func readdressed(op ot.Op, base string, image func(string) string) (now ot.Op, dropped int) {
	var b ot.Builder
	for c := range op.Components() {
		if v, ok := c.Attrs.Get("link"); ok {
			if link, _ := v.Text(); onSite(link, base) != link {
				kv := maps.Collect(c.Attrs.All())
				kv["link"] = ot.StringValue(onSite(link, base))
				c.Attrs = ot.NewAttrs(kv)
			}
		}
		if c.Embed.IsZero() {
			b.Insert(c.Text, c.Attrs)
			continue
		}
		if old, ok := c.Embed.Value().Text(); ok && c.Embed.Name() == "image" {
			address := image(onSite(old, base))
			if address == "" {
				dropped++
				continue
			}
			c.Embed = ot.NewEmbed("image", ot.StringValue(address))
		}
		b.InsertEmbed(c.Embed, c.Attrs)
	}
	return b.Op(), dropped
}

// onSite makes a path of an address on this site.
func onSite(address, base string) string {
	path, ok := strings.CutPrefix(address, base)
	if ok && len(path) > 1 && path[0] == '/' && path[1] != '/' && path[1] != '\\' {
		return path
	}
	return address
}
