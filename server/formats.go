package server

import (
	"context"
	"mime"
	"net/http"
	"strings"

	"github.com/collabd/collabd/formats"
	"github.com/collabd/collabd/formats/docx"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// format is a kind of file that a document can be written as, or made of.
type format struct {
	name      string // as in ?format=
	mediaType string // as in Content-Type
	extension string // of names of files
	// write writes a document; nil: it cannot be written so.
	write func(context.Context, *exported) ([]byte, error)
	// read makes a document of a file; nil: none can be. What it cannot read is
	// errUnreadable.
	read func(context.Context, *intake, []byte) error
	// send and store are instead of write and read for a format that has the
	// history too: it is neither one document nor in memory.
	send  func(*Server, http.ResponseWriter, *request, wire.Revision) error
	store func(context.Context, *intake, []byte) (session.Document, error)
}

// fileFormats are all of them, the first of a media type being the one that is
// read.
var fileFormats = []format{
	{name: "text", mediaType: "text/plain", extension: "txt", write: exportText, read: importText},
	{name: "markdown", mediaType: "text/markdown", extension: "md", write: exportMarkdown, read: importMarkdown},
	{name: "html", mediaType: "text/html", extension: "html", write: exportHTML, read: importHTML},
	{name: "docx", mediaType: docx.MediaType, extension: "docx", write: exportDocx, read: importDocx},
	{name: "delta", mediaType: "application/json", extension: "json", write: exportDelta, read: importDelta},
	{name: "history", mediaType: "application/gzip", extension: "history.gz", send: (*Server).sendHistory, store: storeHistory},
}

func (f format) writes() bool { return f.write != nil || f.send != nil }

// formatNamed is the one that can be written by that name.
func formatNamed(name string) (format, bool) {
	for _, f := range fileFormats {
		if f.name == name && f.writes() {
			return f, true
		}
	}
	return format{}, false
}

// formatOf is the one that can be read of that content type.
func formatOf(contentType string) (format, bool) {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return format{}, false
	}
	for _, f := range fileFormats {
		if f.mediaType == kind && (f.read != nil || f.store != nil) {
			return f, true
		}
	}
	return format{}, false
}

// formatNames are those that can be written, for people.
func formatNames() string {
	var names []string
	for _, f := range fileFormats {
		if f.writes() {
			names = append(names, f.name)
		}
	}
	return strings.Join(names, ", ")
}

func exportText(_ context.Context, e *exported) ([]byte, error) {
	return []byte(formats.Text(e.doc, e.about.Kind)), nil
}

func exportMarkdown(_ context.Context, e *exported) ([]byte, error) {
	if e.about.Kind == ot.Text {
		return []byte(e.doc.Text()), nil
	}
	return []byte(formats.Markdown(e.doc)), nil
}

// exportHTML writes a text as one element that keeps its spaces.
func exportHTML(ctx context.Context, e *exported) ([]byte, error) {
	page := formats.Page{Title: e.about.Title, Base: e.base, Image: e.inline(ctx)}
	if e.about.Kind == ot.Text {
		return []byte(formats.HTMLOfText(e.doc.Text(), page)), e.err
	}
	return []byte(formats.HTML(e.doc, page)), e.err
}

// exportDelta writes {"kind","title","op"}.
func exportDelta(_ context.Context, e *exported) ([]byte, error) {
	return formats.Delta{Kind: e.about.Kind, Title: e.about.Title, Op: e.doc.Op()}.AppendJSON(nil), nil
}

func importText(_ context.Context, in *intake, data []byte) error {
	s, err := formats.Decode(data)
	if err == nil {
		in.op, err = formats.FromText(s, in.kindOr(ot.Text))
	}
	return err
}

func importMarkdown(_ context.Context, in *intake, data []byte) error {
	s, err := formats.Decode(data)
	if err != nil {
		return err
	}
	if in.kindOr(ot.Rich) == ot.Text {
		in.op, err = formats.FromText(s, ot.Text)
		return err
	}
	return in.take(formats.ImportMarkdown(s, in.source()))
}

func importHTML(_ context.Context, in *intake, data []byte) error {
	s, err := formats.Decode(data)
	if err != nil {
		return err
	}
	return in.take(formats.FromHTML(s, in.source()))
}

func importDelta(_ context.Context, in *intake, data []byte) error {
	d, err := formats.ParseDelta(data)
	if err != nil {
		return err
	}
	if in.kind != "" && in.kind != d.Kind {
		return errBadRequest.because("The file is a document of kind " + string(d.Kind) + ": leave kind out.")
	}
	in.kind, in.op, in.ownTitle = d.Kind, d.Op, d.Title
	return nil
}
