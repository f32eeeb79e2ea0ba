package archive

import (
	"context"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/wire"
)

// Content is a document without a history, as it is read of a file of another
// format.
type Content struct {
	Kind   ot.DocKind
	Title  string
	Op     ot.Op // writes the document, the last line break of a rich one too
	Images []Image
}

// Image is a picture that came with a file.
type Image struct {
	URL           string // by which Op refers to it
	Data          []byte
	Type          string
	Width, Height int // pixels
}

// Make makes a document that the importer has written in one go: in as many
// records as the edits of a client would take, all at the same time. It is not
// seen before it is whole, as with [Import]. ErrTooLarge if it is larger than
// Limits.DocumentUnits, ErrUnreadable if c.Op is no document of its kind.
func Make(ctx context.Context, to Store, c Content, opt Options) (Imported, error) {
	opt.Limits = opt.Limits.withDefaults()
	if opt.Title == "" {
		opt.Title = c.Title
	}
	if _, err := ot.DocOf(c.Op); err != nil || !endsWell(c) {
		return Imported{}, ErrUnreadable
	}
	if c.Op.TargetLen() > opt.Limits.DocumentUnits {
		return Imported{}, tooLarge("too large a document")
	}
	var edits []ot.Op
	units := c.Kind.Initial().Len()
	for op := range typed(c.Kind, c.Op) {
		if err := c.Kind.CheckLen(op, units); err != nil {
			return Imported{}, ErrUnreadable
		}
		units += inserted(op)
		edits = append(edits, op)
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	i := &importer{ctx: ctx, to: to, opt: opt, now: now, urls: map[string]string{}, people: []wire.UserID{opt.Importer}}
	if err := i.header(header{kind: c.Kind, created: now}); err != nil {
		return Imported{}, err
	}
	for _, image := range c.Images {
		if err := i.file(file{url: image.URL, kind: image.Type, width: image.Width, height: image.Height, at: now}, image.Data); err != nil {
			return Imported{}, err
		}
	}
	for n, op := range edits {
		if err := i.record(record{revision: wire.Revision(n + 1), seq: wire.Seq(n + 1), at: now, op: op}); err != nil {
			return Imported{}, err
		}
	}
	return i.done, i.end()
}

// endsWell reports whether a rich document has its last line break.
func endsWell(c Content) bool {
	last := ot.Component{}
	for part := range c.Op.Components() {
		last = part
	}
	return c.Kind == ot.Text || last.Kind == ot.Insert && last.Text != "" && last.Text[len(last.Text)-1] == '\n'
}

// typed yields the edits that write a document into an empty one of its kind, one
// after the other, none larger than that of a client.
func typed(kind ot.DocKind, op ot.Op) func(yield func(ot.Op) bool) {
	return func(yield func(ot.Op) bool) {
		lim := wire.DefaultLimits()
		var b ot.Builder
		at, parts, units := 0, 0, 0 // at is where the next edit begins
		flush := func() bool {
			if parts == 0 {
				return true
			}
			at, parts, units = at+units, 0, 0
			ok := yield(b.Op())
			b.Retain(at, ot.Attrs{})
			return ok
		}
		rest := op.TargetLen()
		for c := range op.Components() {
			rest -= c.Len
			last := rest == 0 && kind == ot.Rich
			if !c.Embed.IsZero() {
				if units+1 > lim.EditUnits || parts+2 > lim.EditComponents {
					if !flush() {
						return
					}
				}
				b.InsertEmbed(c.Embed, c.Attrs)
				parts, units = parts+1, units+1
				continue
			}
			text := c.Text
			if last {
				text = text[:len(text)-1]
			}
			for text != "" {
				piece, n := head(text, lim.EditUnits-units)
				if piece == "" || parts+2 > lim.EditComponents {
					if !flush() {
						return
					}
					continue
				}
				b.Insert(piece, c.Attrs)
				parts, units, text = parts+1, units+n, text[len(piece):]
			}
			if last && c.Attrs.Len() > 0 { // the line break is there already
				b.Retain(1, c.Attrs)
				parts++
			}
		}
		flush()
	}
}

// head returns the beginning of a text that has at most so many UTF-16 code
// units, and how many it has.
func head(s string, most int) (string, int) {
	units := 0
	for i, r := range s {
		n := 1
		if r > 0xFFFF {
			n = 2
		}
		if units+n > most {
			return s[:i], units
		}
		units += n
	}
	return s, units
}

// A store of package persist does all that is asked of one here.
var (
	_ Store  = persist.Store(nil)
	_ Source = persist.Store(nil)
)
