package server

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
)

// contentFormats are those in which content is answered with. As text it is the
// document's own, in which an embed is U+FFFC: places in it are those of the
// document.
var contentFormats = []string{"", "delta", "text", "markdown", "html"}

// getContent answers with the document at a revision, the head by default.
func (s *Server) getContent(w http.ResponseWriter, r *request) error {
	at, err := askedRevision(r)
	if err != nil {
		return err
	}
	name := r.URL.Query().Get("format")
	if !slices.Contains(contentFormats, name) {
		return errBadRequest.because(`format is "delta", "text", "markdown" or "html".`)
	}
	doc, err := s.history.At(r.Context(), r.doc.ID, at)
	if errors.Is(err, session.ErrNotFound) {
		return errNoRevision.with(err)
	}
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Collabd-Revision", strconv.FormatUint(uint64(at), 10))
	switch name {
	case "text":
		h.Set("Content-Type", withCharset("text/plain"))
		io.WriteString(w, doc.Text())
	case "markdown", "html":
		return s.writeContent(w, r, name, doc)
	default:
		h.Set("Content-Type", withCharset("application/json"))
		b := strconv.AppendUint([]byte(`{"revision":`), uint64(at), 10)
		b = append(append(append(b, `,"kind":"`...), r.doc.Kind...), `","op":`...)
		b = doc.Op().AppendJSON(b)
		w.Write(append(b, '}', '\n'))
	}
	return nil
}

// writeContent answers with the document in a format of files. Images stand by
// their addresses.
func (s *Server) writeContent(w http.ResponseWriter, r *request, name string, doc ot.Doc) error {
	leave, err := s.conversion(r.Context())
	if err != nil {
		return err
	}
	defer leave()
	f, _ := formatNamed(name)
	data, err := f.write(r.Context(), &exported{server: s, about: *r.doc, doc: doc, base: s.site.base(r.Request), byAddress: true})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", withCharset(f.mediaType))
	w.Write(data)
	return nil
}
