package server

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/collabd/collabd/docs"
)

// noncePlaceholder stands in the pages where the nonce for the one style
// element goes that the text editor makes.
const noncePlaceholder = "__CSP_NONCE__"

// workerPolicy is what the service worker may do: ask this server, and run no
// script but its own.
const workerPolicy = "default-src 'none'; connect-src 'self'"

// page serves one of the pages of the application.
func page(name string) func(*Server, http.ResponseWriter, *request) error {
	return func(s *Server, w http.ResponseWriter, _ *request) error {
		html, err := fs.ReadFile(s.dist, name)
		if err != nil {
			return errInternal.with(err)
		}
		nonce := rand.Text()
		h := w.Header()
		h.Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%s'; "+
			"img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; "+
			"base-uri 'none'; form-action 'self'; frame-ancestors 'none'", nonce))
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Cache-Control", "no-cache")
		w.Write(bytes.ReplaceAll(html, []byte(noncePlaceholder), []byte(nonce)))
		return nil
	}
}

// openAPI serves the description of the HTTP interface.
func (s *Server) openAPI(w http.ResponseWriter, _ *request) error {
	h := w.Header()
	h.Set("Content-Type", "application/yaml")
	h.Set("Cache-Control", "no-store")
	w.Write(docs.OpenAPI)
	return nil
}

// asset serves the files whose names change with their content.
func (s *Server) asset(w http.ResponseWriter, r *request) error {
	return s.file(w, r, strings.TrimPrefix(r.URL.Path, "/"), "public, max-age=31536000, immutable")
}

// worker serves the service worker. Its name is always the same, so it is
// never taken from a cache: a browser sees at once that there is another one,
// be it one that only takes the worker away.
func (s *Server) worker(w http.ResponseWriter, r *request) error {
	w.Header().Set("Service-Worker-Allowed", "/")
	w.Header().Set("Content-Security-Policy", workerPolicy)
	return s.file(w, r, "sw.js", "no-cache")
}

// file serves a file of the application, compressed where that is worth it
// and the browser takes it.
func (s *Server) file(w http.ResponseWriter, r *request, name, caching string) error {
	content, err := fs.ReadFile(s.dist, name)
	if err != nil {
		return &errNotFound // or a folder
	}
	h := w.Header()
	h.Set("Cache-Control", caching)
	h.Set("Content-Type", contentType(name))
	if compressible(name) {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Values("Accept-Encoding")) {
			content = s.packed.file(name, content)
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("Content-Length", fmt.Sprint(len(content)))
	if r.Method != http.MethodHead {
		w.Write(content)
	}
	return nil
}

// contentType of a file by its name. What browsers are strict about does not
// depend on the tables of the machine.
func contentType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".webmanifest":
		return "application/manifest+json"
	default:
		if kind := mime.TypeByExtension(ext); kind != "" {
			return kind
		}
		return "application/octet-stream"
	}
}
