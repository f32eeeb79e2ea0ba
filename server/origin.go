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
	public   *url.URL // nil unless configured
	loopback bool
}

func newSite(cfg Config) site {
	s := site{loopback: cfg.loopback()}
	if cfg.PublicURL != "" {
		s.public, _ = url.Parse(cfg.PublicURL) // Validate has looked at it
	}
	return s
}

// knows reports whether a request names this server.
func (s site) knows(r *http.Request) bool {
	if s.public != nil && strings.EqualFold(r.Host, s.public.Host) {
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
		if !s.loopback {
			return false
		}
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return strings.EqualFold(origins[0], scheme+"://"+r.Host)
}
