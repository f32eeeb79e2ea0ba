package server

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const (
	// exportImageBytes is how many bytes the images of a document may have that
	// stand in a page which is exported; those beyond it stand by address.
	exportImageBytes = 20 << 20
	// fileNameRunes is how much of a title is in the name of a file.
	fileNameRunes = 80
)

// exported is a document on its way out.
type exported struct {
	server *Server
	about  session.Document
	at     wire.Revision
	doc    ot.Doc
	base   string // of addresses on this site: scheme, host and port
	// byAddress: images stand by their addresses, none is put into the file.
	byAddress bool
	err       error // the first of reading an image
}

// getExport answers with the document as a file.
func (s *Server) getExport(w http.ResponseWriter, r *request) error {
	f, ok := formatNamed(r.URL.Query().Get("format"))
	if !ok {
		return errBadRequest.because("format is one of " + formatNames() + ".")
	}
	at, err := askedRevision(r)
	if err != nil {
		return err
	}
	if f.send != nil {
		return f.send(s, w, r, at)
	}
	leave, err := s.conversion(r.Context())
	if err != nil {
		return err
	}
	defer leave()
	doc, err := s.documentAt(r.Context(), r.doc.ID, at)
	if errors.Is(err, session.ErrNotFound) {
		return errNoRevision.with(err)
	}
	if err != nil {
		return err
	}
	data, err := f.write(r.Context(), &exported{server: s, about: *r.doc, at: at, doc: doc, base: s.site.base(r.Request)})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Disposition", disposition(r.doc.Title, f.extension))
	h.Set("Content-Type", withCharset(f.mediaType))
	h.Set("Cache-Control", "no-store")
	h.Set("Collabd-Revision", strconv.FormatUint(uint64(at), 10))
	w.Write(data)
	return nil
}

// askedRevision is the one that a request asks for, by default the head.
func askedRevision(r *request) (wire.Revision, error) {
	asked := r.URL.Query().Get("revision")
	if asked == "" {
		return r.doc.Head, nil
	}
	return parseRevision(asked, "revision")
}

func withCharset(mediaType string) string {
	if strings.HasPrefix(mediaType, "text/") || mediaType == "application/json" {
		return mediaType + "; charset=utf-8"
	}
	return mediaType
}

// disposition names a file after a title, for programs that know RFC 8187 and,
// in ASCII, for others (RFC 6266). Nothing in it can end the header or lead to
// another folder.
func disposition(title, extension string) string {
	name := fileName(title)
	ascii := strings.Map(func(r rune) rune {
		if r > '~' || r == '%' {
			return '_'
		}
		return r
	}, name)
	return `attachment; filename="` + ascii + "." + extension + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name+"."+extension), "+", "%20")
}

// fileName is a title as the name of a file, on any system.
func fileName(title string) string {
	runes := []rune(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), strings.ContainsRune(`/\:*?"<>|`, r):
			return ' '
		}
		return r
	}, title))
	name := strings.Join(strings.Fields(string(runes[:min(len(runes), fileNameRunes)])), " ")
	if name = strings.Trim(name, ". "); name == "" {
		return "document"
	}
	return name
}

// base is where this site is, as the client of a request sees it.
func (s site) base(r *http.Request) string {
	if s.isPublic(r.Host) {
		return s.public.Scheme + "://" + s.public.Host
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// image reads an image of the document, false if the address is another one. The
// document is that of the request: no address leads to the files of others.
func (e *exported) image(ctx context.Context, address string, most int64) (persist.File, []byte, bool) {
	id, ok := strings.CutPrefix(address, "/files/"+string(e.about.ID)+"/")
	if !ok {
		return persist.File{}, nil, false
	}
	f, err := e.server.store.File(ctx, e.about.ID, persist.FileID(id))
	if err == nil && f.Bytes > most {
		return f, nil, false
	}
	var data []byte
	if err == nil {
		data, err = io.ReadAll(persist.NewFileReader(ctx, e.server.store, f))
	}
	if err != nil {
		if e.err == nil && !errors.Is(err, session.ErrNotFound) {
			e.err = err
		}
		return f, nil, false
	}
	return f, data, true
}

// inline puts the images of the document into a page, as far as there is room.
func (e *exported) inline(ctx context.Context) func(string) string {
	left := int64(exportImageBytes)
	known := map[string]string{}
	return func(address string) string {
		if uri, ok := known[address]; ok {
			return uri
		}
		uri := address
		if strings.HasPrefix(address, "/") {
			uri = e.base + address
		}
		if e.byAddress {
			return uri
		}
		if f, data, ok := e.image(ctx, address, left); ok {
			left -= int64(len(data))
			uri = "data:" + f.Type + ";base64," + base64.StdEncoding.EncodeToString(data)
			if len(uri) > 64<<10 {
				return uri // again and again the same image is not kept for it
			}
		}
		known[address] = uri
		return uri
	}
}
