package server

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// site knows by which names the server may be called, and which origins are
// its own. A page of another site that makes its name point to this machine
// (DNS rebinding) has the wrong host; one that opens a socket has the wrong
// origin.
type site struct {
	public   *url.URL // nil unless configured; without the port that its scheme has anyway
	loopback bool
}

func newSite(cfg Config) site {
	s := site{loopback: cfg.loopback()}
	if cfg.PublicURL != "" {
		s.public, _ = url.Parse(cfg.PublicURL) // Validate has looked at it
		s.public.Host = s.trimPort(s.public.Host)
	}
	return s
}

// trimPort leaves the port out that the scheme of the public URL has by
// itself, as browsers do.
func (s site) trimPort(host string) string {
	return strings.TrimSuffix(host, map[string]string{"http": ":80", "https": ":443"}[s.public.Scheme])
}

// isPublic reports whether a Host is that of the public URL.
func (s site) isPublic(host string) bool {
	return s.public != nil && strings.EqualFold(s.trimPort(host), s.public.Host)
}

// knows reports whether a request names this server.
func (s site) knows(r *http.Request) bool {
	if s.isPublic(r.Host) {
		return true
	}
	if !s.loopback {
		return s.public == nil
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return isLoopback(strings.ToLower(strings.Trim(host, "[]")))
}

// owns reports whether the Origin of a request is exactly this site: scheme,
// host and port. A request without one does not come from a page.
func (s site) owns(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return true
	}
	if len(origins) > 1 {
		return false
	}
	if s.public != nil {
		own := s.public.Scheme + "://" + s.public.Host
		if strings.EqualFold(origins[0], own) {
			return true
		}
		if !s.loopback || s.isPublic(r.Host) {
			return false
		}
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return strings.EqualFold(origins[0], scheme+"://"+r.Host)
}
