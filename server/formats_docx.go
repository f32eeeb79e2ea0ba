package server

import (
	"bytes"
	"context"
	"errors"
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
		Kind: e.about.Kind, Title: e.about.Title, Created: e.about.Created,
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
	op, dropped := withImages(d.Op, func(address string) string {
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

// withImages gives the images of a document other addresses, and drops and counts
// those that get none.
func withImages(op ot.Op, address func(string) string) (with ot.Op, dropped int) {
	var b ot.Builder
	for c := range op.Components() {
		if c.Embed.IsZero() {
			b.Insert(c.Text, c.Attrs)
			continue
		}
		if old, ok := c.Embed.Value().Text(); ok && c.Embed.Name() == "image" {
			now := address(old)
			if now == "" {
				dropped++
				continue
			}
			c.Embed = ot.NewEmbed("image", ot.StringValue(now))
		}
		b.InsertEmbed(c.Embed, c.Attrs)
	}
	return b.Op(), dropped
}
