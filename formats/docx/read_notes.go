package docx

import (
	"encoding/xml"
	"strings"

	"github.com/collabd/collabd/ot"
)

// note is a footnote that the text refers to.
type note struct {
	kind, id string // "footnote" or "endnote"
	op       ot.Op
}

// reference puts a note's number into the text.
func (b *bodyReader) reference(element, id string, p runProps) error {
	if b.unseen(p) || b.rels == nil {
		return nil
	}
	b.notes = append(b.notes, note{kind: strings.TrimSuffix(element, "Reference"), id: id})
	return b.insert("["+num(len(b.notes))+"]", ot.NewAttrs(map[string]ot.Value{"script": ot.StringValue("super")}))
}

// readNotes adds the notes that were referred to, in the order of their numbers.
func (b *bodyReader) readNotes() error {
	if len(b.notes) == 0 {
		return nil
	}
	numbers := map[string]int{}
	for i, n := range b.notes {
		numbers[n.kind+" "+n.id] = i
	}
	for _, part := range b.noteParts {
		rels, err := b.archive.relationships(part)
		if err != nil {
			return err
		}
		b.rels, b.fields, b.link = rels, nil, ""
		err = b.archive.walk(part, b.lim.PartBytes, func(c *cursor, _ xml.StartElement) error {
			return c.children(func(e xml.StartElement) error {
				i, ok := numbers[name(e.Name)+" "+attr(e, "id")]
				if !ok {
					return nil
				}
				op, err := b.aside(func() error {
					if err := b.insert("["+num(i+1)+"] ", ot.Attrs{}); err != nil {
						return err
					}
					return b.blocks(c)
				})
				b.notes[i].op = op
				return err
			})
		})
		if err != nil {
			return err
		}
	}
	for _, n := range b.notes {
		b.append(n.op)
	}
	return nil
}
