package formats

import (
	"fmt"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/ot/strictjson"
)

// Delta is a document as the JSON of Quill's Delta, with its kind and title:
//
//	{"kind":"rich","title":"Minutes","op":[{"insert":"Hello\n"}]}
type Delta struct {
	Kind  ot.DocKind
	Title string
	Op    ot.Op // a whole document, as inserts
}

// AppendJSON appends the JSON to dst.
func (d Delta) AppendJSON(dst []byte) []byte {
	dst = append(append(append(dst, `{"kind":"`...), d.Kind...), `","title":`...)
	dst = append(strictjson.AppendString(dst, d.Title), `,"op":`...)
	return append(d.Op.AppendJSON(dst), '}', '\n')
}

// deltaLimits are those of a document, which has no smaller ones than a file.
func deltaLimits() ot.Limits {
	l := ot.DefaultLimits()
	l.Bytes, l.Components, l.InsertUnits = MaxBytes, MaxBytes/16, MaxBytes
	return l
}

// ParseDelta reads a file that AppendJSON wrote, or a bare op: that is a rich
// document. kind and title may be left out. The document is checked as an edit
// is. [ErrUnreadable] for anything else, [ErrTooLarge] for more than [MaxBytes].
func ParseDelta(data []byte) (Delta, error) {
	if len(data) > MaxBytes {
		return Delta{}, ErrTooLarge
	}
	d := Delta{Kind: ot.Rich}
	raw := data
	if members, err := strictjson.Object(data, deltaLimits().Depth+4, 8); err == nil {
		raw = nil
		for _, m := range members {
			var text string
			switch m.Name {
			case "op":
				raw = m.Value
				continue
			case "kind", "title":
				text, err = strictjson.String(m.Value)
			default:
				err = fmt.Errorf("unknown member %q", m.Name[:min(len(m.Name), 40)])
			}
			if err != nil {
				return Delta{}, fmt.Errorf("%w: %w", ErrUnreadable, err)
			}
			if m.Name == "title" {
				d.Title = text
			} else {
				d.Kind = ot.DocKind(text)
			}
		}
	}
	op, err := ot.Parse(raw, deltaLimits())
	if err == nil {
		_, err = ot.DocOf(op)
	}
	if err == nil {
		op, err = whole(op, d.Kind)
	}
	if err != nil {
		return Delta{}, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	d.Op = op
	return d, nil
}

// whole checks that op writes a document of the kind. A rich one that does not
// end in a line break gets one.
func whole(op ot.Op, kind ot.DocKind) (ot.Op, error) {
	units := 0
	if kind == ot.Rich {
		units = 1 // an insert in front of the first line break
		doc, err := ot.DocOf(op)
		if err != nil {
			return ot.Op{}, err
		}
		ended := false
		for l := range doc.Lines() {
			ended = l.Broken
		}
		if !ended {
			var b ot.Builder
			for c := range op.Components() {
				if c.Embed.IsZero() {
					b.Insert(c.Text, c.Attrs)
				} else {
					b.InsertEmbed(c.Embed, c.Attrs)
				}
			}
			op = b.Insert("\n", ot.Attrs{}).Op()
		}
	}
	return op, kind.CheckLen(op, units)
}
