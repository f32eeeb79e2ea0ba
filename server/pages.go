package server

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
)

// noncePlaceholder stands in the pages where the nonce for the one style
// element goes that the text editor makes.
const noncePlaceholder = "__CSP_NONCE__"

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

// asset serves the files whose names change with their content.
func (s *Server) asset(w http.ResponseWriter, r *request) error {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if info, err := fs.Stat(s.dist, name); err != nil || info.IsDir() {
		return &errNotFound
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeFileFS(w, r.Request, s.dist, name)
	return nil
}
