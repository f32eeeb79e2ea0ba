package docx

import (
	"encoding/xml"
	"strings"

	"github.com/collabd/collabd/ot"
)

// field is one of Word's: an instruction, and behind it what it results in.
type field struct {
	instruction strings.Builder
	result      bool // it has come so far
	link        string
}

const (
	deepestField     = 20
	longestFieldText = 8 << 10 // bytes of an instruction
)

func (b *bodyReader) fieldChar(kind string) {
	n := len(b.fields)
	switch {
	case kind == "begin" && n < deepestField:
		b.fields = append(b.fields, field{})
	case kind == "separate" && n > 0:
		f := &b.fields[n-1]
		f.result, f.link = true, b.address(fieldLink(f.instruction.String()))
	case kind == "end" && n > 0:
		b.fields = b.fields[:n-1]
	}
}

func (b *bodyReader) instruction(s string) {
	if n := len(b.fields); n > 0 && !b.fields[n-1].result && b.fields[n-1].instruction.Len()+len(s) <= longestFieldText {
		b.fields[n-1].instruction.WriteString(s)
	}
}

// linkNow is the address that text leads to.
func (b *bodyReader) linkNow() string {
	if b.link != "" {
		return b.link
	}
	for i := len(b.fields) - 1; i >= 0; i-- {
		if b.fields[i].link != "" {
			return b.fields[i].link
		}
	}
	return ""
}

// fieldLink returns the address in an instruction like HYPERLINK "url" \l "place".
func fieldLink(instruction string) string {
	rest, ok := strings.CutPrefix(strings.TrimSpace(instruction), "HYPERLINK")
	if !ok {
		return ""
	}
	url, place := "", ""
	for option := ""; ; {
		rest = strings.TrimLeft(rest, " \t")
		if rest == "" {
			break
		}
		var word string
		if rest[0] == '"' {
			word, rest, _ = strings.Cut(rest[1:], `"`)
		} else {
			word, rest, _ = strings.Cut(rest, " ")
			if strings.HasPrefix(word, `\`) {
				option = word
				continue
			}
		}
		switch option {
		case "":
			url = word
		case `\l`:
			place = word
		}
		option = `\done`
	}
	if url == "" && strings.HasPrefix(place, "_") {
		return ""
	}
	if place != "" && !strings.Contains(url, "#") {
		url += "#" + place
	}
	return url
}

// captured is the text of a control that may stand for an embed.
type captured struct {
	text  strings.Builder
	attrs ot.Attrs
	any   bool
}

const longestCapture = 8 << 10 // bytes: no embed has as many

func (c *captured) add(s string, a ot.Attrs) error {
	if !c.any {
		c.attrs, c.any = a, true
	}
	c.text.WriteString(s)
	return nil
}

// control reads a content control: a mention or a formula that Write has made of
// one, a box to tick, or anything else, whose content counts.
func (b *bodyReader) control(c *cursor) error {
	tag, box, checked := "", false, toggle(off)
	return c.children(func(e xml.StartElement) error {
		switch name(e.Name) {
		case "sdtPr":
			return c.children(func(e xml.StartElement) error {
				switch name(e.Name) {
				case "tag":
					tag = attr(e, "val")
				case "w14:checkbox":
					box = true
					return c.children(func(e xml.StartElement) error {
						if name(e.Name) == "w14:checked" {
							checked = on
							if v := attrOf(e, "w14:val"); v == "0" || v == "false" {
								checked = off
							}
						}
						return nil
					})
				}
				return nil
			})
		case "sdtContent":
			switch {
			case box && b.tick(checked):
				return nil
			case b.capture == nil && (tag == tagFormula || strings.HasPrefix(tag, tagMention)):
				return b.embedControl(c, tag)
			}
			return b.inlines(c)
		}
		return nil
	})
}

// tick makes a paragraph an item to tick, if a box is the first thing in it.
func (b *bodyReader) tick(checked toggle) bool {
	p := b.para
	if p == nil || p.begun || b.cell != nil || p.sort.code || p.sort.heading > 0 {
		return false
	}
	p.check, p.list = true, "unchecked"
	if checked == on {
		p.list = "checked"
	}
	p.line["list"] = ot.StringValue(p.list)
	delete(p.line, "blockquote")
	return true
}

func (b *bodyReader) embedControl(c *cursor, tag string) error {
	got := &captured{}
	b.capture = got
	err := b.inlines(c)
	b.capture = nil
	if err != nil {
		return err
	}
	s := got.text.String()
	embedName, value := "formula", ot.StringValue(s)
	if id, ok := strings.CutPrefix(tag, tagMention); ok {
		embedName = "mention"
		person, _ := strings.CutPrefix(s, "@")
		value = ot.Value(`{"id":` + string(ot.StringValue(id)) + `,"name":` + string(ot.StringValue(person)) + `}`)
	}
	if e, ok := embedded(embedName, value); ok && len(s) <= longestCapture && (embedName == "formula" || strings.HasPrefix(s, "@")) {
		return b.embed(e, got.attrs)
	}
	return b.insert(s, got.attrs)
}
