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
func (k DocKind) Check(op Op, doc Doc) error {
	if op.BaseLen() > doc.Len() {
		return errRange()
	}
	var check func(Component) string
	switch k {
	case Rich:
		check = faultOfRich
	case Text:
		check = faultOfText
	default:
		return &Error{Code: CodeSchema, At: -1, Detail: "an unknown kind of document"}
	}
	at := 0 // in doc
	i := -1
	for c := range op.Components() {
		i++
		if fault := check(c); fault != "" {
			return &Error{Code: CodeSchema, At: i, Detail: fault}
		}
		switch {
		case k == Rich && c.Kind == Insert && at == doc.Len():
			return &Error{Code: CodeLastLine, At: i, Detail: "an insert behind the last line break"}
		case k == Rich && c.Kind == Delete && at+c.Len == doc.Len():
			return &Error{Code: CodeLastLine, At: i, Detail: "the last line break is deleted"}
		}
		if c.Kind != Insert {
			at += c.Len
		}
	}
	return nil
}

func faultOfText(c Component) string {
	switch {
	case !c.Embed.IsZero():
		return "an embed in plain text"
	case c.Attrs.Len() > 0:
		return "attributes in plain text"
	}
	return ""
}

func faultOfRich(c Component) string {
	if c.Kind == Insert && c.Embed.IsZero() && strings.ContainsFunc(c.Text, isForeignControl) {
		return "a control character other than line break and tab"
	}
	if !c.Embed.IsZero() {
		switch grammar, ok := richEmbeds[c.Embed.name]; {
		case !ok:
			return fmt.Sprintf("unknown embed %q", shorten(c.Embed.name))
		case !grammar(c.Embed.value):
			return fmt.Sprintf("a value that embed %q does not have", c.Embed.name)
		}
	}
	for name, value := range c.Attrs.All() {
		switch grammar, ok := richAttributes[name]; {
		case !ok:
			return fmt.Sprintf("unknown attribute %q", shorten(name))
		case value == Null && c.Kind == Retain:
		case !grammar(value):
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
