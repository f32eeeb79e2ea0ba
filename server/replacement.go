package server

import (
	"errors"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/collabd/collabd/difference"
	"github.com/collabd/collabd/formats"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/ot/strictjson"
)

// form is in which form a whole document is sent.
type form string

// The forms, by their content types.
const (
	formText     form = "text/plain"
	formMarkdown form = "text/markdown"
	formDelta    form = "application/json"
)

// formOf is the form of a request's body.
func formOf(r *request) (form, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch charset := strings.ToLower(params["charset"]); {
	case err != nil:
	case charset != "" && charset != "utf-8" && charset != "us-ascii":
		return "", errUnknownForm.because("Text is sent in UTF-8.")
	case form(kind) == formText, form(kind) == formMarkdown, form(kind) == formDelta:
		return form(kind), nil
	}
	return "", &errUnknownForm
}

// deltaLimits bound the op of a whole document.
var deltaLimits = ot.Limits{Bytes: contentBytes, Components: 1 << 20, InsertUnits: contentBytes}

// replacement returns the op that makes of a document what was sent in its
// place: as small as can be found, and without touching what the form cannot
// say. The error is one that the sender is told.
func replacement(kind ot.DocKind, base ot.Doc, f form, body []byte) (ot.Op, error) {
	if (f == formDelta || f == formMarkdown && kind == ot.Rich) && base.Len()+len(body) > comparedBytes {
		return ot.Op{}, errTooLarge.because("The document is too large to be compared as a whole in this form: send what has changed, by POST to …/edits.")
	}
	if f == formDelta {
		next, err := documentOf(kind, body)
		if err != nil {
			return ot.Op{}, err
		}
		op, err := difference.Between(base, next, difference.Limits{})
		return op, differenceError(err)
	}
	if !utf8.Valid(body) {
		return ot.Op{}, errBadRequest.because("The body is not UTF-8: send text in UTF-8.")
	}
	was := base.Text()
	text := cleanText(kind, was, string(body))
	if f == formMarkdown && kind == ot.Rich {
		return markdownReplacement(base, text)
	}
	return textReplacement(kind, base, was, text)
}

// markdownReplacement takes Markdown for what Markdown can say of a document.
// That has the same units in the same places, so what is different in it is an
// edit of the document, and what Markdown cannot say stays where nothing else
// was changed.
func markdownReplacement(base ot.Doc, text string) (ot.Op, error) {
	next, err := formats.FromMarkdown(text)
	if err != nil {
		return ot.Op{}, errRefused.because("The Markdown cannot be read: " + err.Error() + ".")
	}
	a, err := ot.DocOf(formats.MarkdownView(base))
	if err != nil {
		return ot.Op{}, err
	}
	b, err := ot.DocOf(next)
	if err != nil {
		return ot.Op{}, err
	}
	op, err := difference.Between(a, b, difference.Limits{})
	if err != nil {
		return ot.Op{}, differenceError(err)
	}
	return keepLines(base, a, op), nil
}

// documentOf reads {"op":[…]}, a document of inserts.
func documentOf(kind ot.DocKind, body []byte) (ot.Doc, error) {
	bad := func(err error) error {
		return errBadRequest.because(`The body is not {"op":[…]} with the inserts of a whole document: ` + err.Error() + ".")
	}
	members, err := strictjson.Object(body, editDepth, editMembers)
	if err != nil {
		return ot.Doc{}, bad(err)
	}
	if len(members) != 1 || members[0].Name != "op" {
		return ot.Doc{}, bad(errors.New("its one member is op"))
	}
	op, err := ot.Parse(members[0].Value, deltaLimits)
	if err != nil {
		return ot.Doc{}, bad(err)
	}
	doc, err := ot.DocOf(op)
	if err != nil {
		return ot.Doc{}, bad(err)
	}
	if kind == ot.Rich && !endsLine(doc) {
		return ot.Doc{}, errRefused.because("The last insert of a rich document ends in a line break.")
	}
	// One unit stands for the line break that an edit must keep: a whole document
	// brings its own.
	if err := kind.CheckLen(op, 1); err != nil {
		return ot.Doc{}, errRefused.because("The document has what its kind does not have: " + err.Error() + ".")
	}
	return doc, nil
}

func endsLine(doc ot.Doc) bool {
	last, err := doc.ReadRange(max(0, doc.Len()-1), doc.Len())
	if err != nil {
		return false // half a pair
	}
	for c := range last {
		return c.Text == "\n"
	}
	return false
}

// textReplacement takes text for the text of a document. What stays keeps its
// formats, and an embed stays where its U+FFFC does.
func textReplacement(kind ot.DocKind, base ot.Doc, was, text string) (ot.Op, error) {
	op, err := textDifference(was, text)
	if err != nil {
		return ot.Op{}, err
	}
	if kind == ot.Rich {
		op = keepLines(base, ot.Doc{}, movedEmbeds(base, op))
	}
	return op, nil
}

// textDifference compares the lines from the first to the last that differ: a
// comparison takes some fifty times the memory of what is compared. More than
// comparedBytes of them are replaced; but a rich document keeps its last break.
func textDifference(was, text string) (ot.Op, error) {
	start := 0
	for n := min(len(was), len(text)); start < n && was[start] == text[start]; start++ {
	}
	start = strings.LastIndexByte(was[:start], '\n') + 1
	end := 0
	for n := min(len(was), len(text)) - start; end < n && was[len(was)-1-end] == text[len(text)-1-end]; end++ {
	}
	if i := strings.IndexByte(was[len(was)-end:], '\n'); i >= 0 {
		end -= i + 1
	} else {
		end = 0
	}
	if end == 0 && start > 0 {
		// The break before lines that come or go at the end may stand for the last.
		start = strings.LastIndexByte(was[:start-1], '\n') + 1
	}
	skip, err := plainDocument(was[:start])
	if err != nil {
		return ot.Op{}, err
	}
	a, b := was[start:len(was)-end], text[start:len(text)-end]
	op, err := changedText(a, b)
	if err != nil {
		return ot.Op{}, err
	}
	build := (&ot.Builder{}).Retain(skip.Len(), ot.Attrs{})
	for c := range op.Components() {
		switch c.Kind {
		case ot.Retain:
			build.Retain(c.Len, c.Attrs)
		case ot.Delete:
			build.Delete(c.Len)
		default:
			build.Insert(c.Text, c.Attrs)
		}
	}
	return build.Op(), nil
}

func changedText(a, b string) (ot.Op, error) {
	from, err := plainDocument(a)
	if err != nil {
		return ot.Op{}, err
	}
	if len(a)+len(b) > comparedBytes {
		if strings.HasSuffix(a, "\n") && strings.HasSuffix(b, "\n") {
			return (&ot.Builder{}).Insert(b[:len(b)-1], ot.Attrs{}).Delete(from.Len() - 1).Op(), nil
		}
		return (&ot.Builder{}).Insert(b, ot.Attrs{}).Delete(from.Len()).Op(), nil
	}
	to, err := plainDocument(b)
	if err != nil {
		return ot.Op{}, err
	}
	op, err := difference.Between(from, to, difference.Limits{})
	return op, differenceError(err)
}

const byteOrderMark = "\ufeff"

// cleanText undoes what programs do to text that they did not mean to change: a
// byte order mark in front, line ends of Windows, and no line break at the end
// of a rich document, which always has one. A document of plain text that has a
// mark or such line ends itself is taken to the letter.
func cleanText(kind ot.DocKind, was, text string) string {
	if !strings.HasPrefix(was, byteOrderMark) {
		text = strings.TrimPrefix(text, byteOrderMark)
	}
	if strings.Contains(text, "\r") && !strings.Contains(was, "\r") {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	if kind == ot.Rich && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text
}

func plainDocument(text string) (ot.Doc, error) {
	return ot.DocOf((&ot.Builder{}).Insert(text, ot.Attrs{}).Op())
}

// embedMark stands for an embed in plain text.
const embedMark = "\ufffc"

// movedEmbeds puts embeds where a difference of texts has their marks. One whose
// mark was moved is deleted in one place and inserted as a mark in another: the
// marks that are inserted get the embeds that are deleted, in order. Those for
// which there is none are left out.
func movedEmbeds(base ot.Doc, op ot.Op) ot.Op {
	var gone []ot.Component
	at, marks := 0, false
	for c := range op.Components() {
		switch c.Kind {
		case ot.Insert:
			marks = marks || strings.Contains(c.Text, embedMark)
			continue
		case ot.Delete:
			gone = append(gone, embedsOf(base, at, at+c.Len)...)
		}
		at += c.Len
	}
	if !marks {
		return op
	}
	b := &ot.Builder{}
	for c := range op.Components() {
		switch c.Kind {
		case ot.Retain:
			b.Retain(c.Len, c.Attrs)
		case ot.Delete:
			b.Delete(c.Len)
		case ot.Insert:
			for i, text := range strings.Split(c.Text, embedMark) {
				if i > 0 && len(gone) > 0 {
					b.InsertEmbed(gone[0].Embed, gone[0].Attrs)
					gone = gone[1:]
				}
				b.Insert(text, c.Attrs)
			}
		}
	}
	return b.Op()
}

func embedsOf(doc ot.Doc, from, to int) (list []ot.Component) {
	parts, err := doc.ReadRange(from, to)
	if err != nil {
		return nil // the difference cuts no pair
	}
	for c := range parts {
		if !c.Embed.IsZero() {
			list = append(list, c)
		}
	}
	return list
}
