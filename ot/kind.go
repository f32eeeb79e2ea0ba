package ot

import (
	"fmt"
	"strings"
)

// DocKind is a kind of document: what it may contain and how it begins.
type DocKind string

const (
	// Rich has text with attributes, and embeds, from a closed list. It always
	// ends in a line break, which carries the attributes of the last line.
	Rich DocKind = "rich"
	// Text has text only.
	Text DocKind = "text"
)

// Valid reports whether k is one of the kinds above.
func (k DocKind) Valid() bool { return k == Rich || k == Text }

// Initial returns the document before its first edit: empty for Text, one line
// break for Rich.
func (k DocKind) Initial() Doc {
	if k != Rich {
		return Doc{}
	}
	var b Builder
	doc, _ := DocOf(b.Insert("\n", Attrs{}).Op()) // an insert always is a document
	return doc
}

// Check reports why a document of kind k does not accept op as an edit of doc,
// nil if it does: [CodeSchema] for content that k does not have, [CodeRange] past
// the end of doc, [CodeLastLine] where a rich document would no longer end in
// its line break. An op that passes still passes after [Transform] over ops that
// pass, and so does the [Compose] of two. That no surrogate pair is cut is for
// [Doc.Apply] to say.
func (k DocKind) Check(op Op, doc Doc) error { return k.CheckLen(op, doc.Len()) }

// CheckLen is Check for a document of so many UTF-16 code units: all that it
// needs to know of it.
func (k DocKind) CheckLen(op Op, units int) error {
	if op.BaseLen() > units {
		return errRange()
	}
	switch k {
	case Text:
		return checkText(op)
	case Rich:
		return checkRich(op, units)
	}
	return &Error{Code: CodeSchema, At: -1, Detail: "an unknown kind of document"}
}

func checkText(op Op) error {
	for i := range op.parts {
		switch p := &op.parts[i]; {
		case p.embed:
			return &Error{Code: CodeSchema, At: i, Detail: "an embed in plain text"}
		case !p.attrs.isZero():
			return &Error{Code: CodeSchema, At: i, Detail: "attributes in plain text"}
		}
	}
	return nil
}

func checkRich(op Op, units int) error {
	at, text := 0, 0 // in the document, in the op's text
	for i := range op.parts {
		p := &op.parts[i]
		end := text + int(p.size)
		fault := faultOfRich(p, op.text[text:end])
		text = end
		switch {
		case fault != "":
			return &Error{Code: CodeSchema, At: i, Detail: fault}
		case p.kind == Insert && at == units:
			return &Error{Code: CodeLastLine, At: i, Detail: "an insert behind the last line break"}
		case p.kind == Delete && at+p.units == units:
			return &Error{Code: CodeLastLine, At: i, Detail: "the last line break is deleted"}
		case p.kind != Insert:
			at += p.units
		}
	}
	return nil
}

func faultOfRich(p *part, bytes string) string {
	if p.embed {
		e := unpackEmbed(bytes)
		switch rule, ok := richEmbeds[e.name]; {
		case !ok:
			return fmt.Sprintf("unknown embed %q", shorten(e.name))
		case !rule.accepts(e.value):
			return fmt.Sprintf("a value that embed %q does not have", e.name)
		}
	} else if strings.ContainsFunc(bytes, isForeignControl) {
		return "a control character other than line break and tab"
	}
	if p.attrs.isZero() {
		return ""
	}
	for name, value := range p.attrs.All() {
		switch rule, ok := richAttributes[name]; {
		case !ok:
			return fmt.Sprintf("unknown attribute %q", shorten(name))
		case value == Null && p.kind == Retain:
		case !rule.accepts(value):
			return fmt.Sprintf("a value that attribute %q does not have", name)
		}
	}
	return ""
}

// isForeignControl: editors turn "\r" into "\n" or drop it, and others lose
// control characters on the way; their lengths would then differ from ours.
func isForeignControl(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }

// shorten keeps a stranger's name from filling a log.
func shorten(name string) string {
	const limit = 40
	if len(name) <= limit {
		return name
	}
	return strings.ToValidUTF8(name[:limit], "") + "…"
}
