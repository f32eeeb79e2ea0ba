package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
)

// sites are configurations by what they are for.
var sites = map[string]func(*Config){
	"loopback": func(*Config) {},
	"proxy on this machine": func(c *Config) {
		c.PublicURL, c.Guests = "https://docs.example.org", GuestsEdit
	},
	"proxy on another machine": func(c *Config) {
		c.Addr, c.PublicURL, c.Guests = "0.0.0.0:8080", "https://docs.example.org", GuestsEdit
	},
	"public port": func(c *Config) {
		c.PublicURL, c.Guests = "https://docs.example.org:8443", GuestsEdit
	},
	"public default port": func(c *Config) {
		c.PublicURL, c.Guests = "https://docs.example.org:443/", GuestsEdit
	},
	"plain HTTP": func(c *Config) {
		c.Addr, c.PlainHTTP, c.Guests = "0.0.0.0:8080", true, GuestsEdit
	},
}

// TestOrigins: a socket opens for pages of exactly this site, and for programs,
// which send no Origin.
func TestOrigins(t *testing.T) {
	const none = "(none)"
	for _, c := range []struct {
		site, host, origin string
		opens              bool
	}{
		{"loopback", "localhost:8080", none, true},
		{"loopback", "localhost:8080", "http://localhost:8080", true},
		{"loopback", "127.0.0.1:8080", "http://127.0.0.1:8080", true},
		{"loopback", "[::1]:8080", "http://[::1]:8080", true},
		{"loopback", "localhost", "http://localhost", true},
		{"loopback", "localhost:8080", "HTTP://LocalHost:8080", true}, // scheme and host have no case
		{"loopback", "LOCALHOST:8080", "http://localhost:8080", true},
		{"loopback", "localhost:8080", "", false},
		{"loopback", "localhost:8080", "null", false},
		{"loopback", "localhost:8080", "http://localhost", false},
		{"loopback", "localhost:8080", "http://localhost:80", false},
		{"loopback", "localhost:8080", "http://localhost:8081", false},
		{"loopback", "localhost:8080", "http://localhost:80800", false},
		{"loopback", "localhost:8080", "http://localhost:8080.evil.example", false},
		{"loopback", "localhost:8080", "https://localhost:8080", false},
		{"loopback", "localhost:8080", "ws://localhost:8080", false},
		{"loopback", "localhost:8080", "file://", false},
		{"loopback", "localhost:8080", "chrome-extension://localhost:8080", false},
		{"loopback", "localhost:8080", "localhost:8080", false},
		{"loopback", "localhost:8080", "//localhost:8080", false},
		{"loopback", "localhost:8080", "http://sub.localhost:8080", false},
		{"loopback", "localhost:8080", "http://evillocalhost:8080", false},
		{"loopback", "localhost:8080", "http://localhost.:8080", false},
		{"loopback", "localhost:8080", "http://user@localhost:8080", false},
		{"loopback", "localhost:8080", "http://localhost:8080@evil.example", false},
		{"loopback", "localhost:8080", "http://localhost:8080/", false},
		{"loopback", "localhost:8080", "http://localhost:8080/d/x", false},
		{"loopback", "localhost:8080", "http://localhost:8080#", false},
		{"loopback", "localhost:8080", "http://localhost:8080 ", true}, // HTTP knows no space around a value
		{"loopback", "localhost:8080", "http://localhost:8080 http://evil.example", false},
		{"loopback", "localhost:8080", "http://localhost:8080, http://evil.example", false},
		{"loopback", "localhost:8080", "http://127.0.0.1:8080", false}, // another site
		{"loopback", "localhost:8080", "http://[::1]:8080", false},
		{"loopback", "[::1]:8080", "http://[::1]:8081", false},
		{"loopback", "[::1]:8080", "http://::1:8080", false},
		{"loopback", "[::1]:8080", "http://[0:0:0:0:0:0:0:1]:8080", false}, // no browser writes it so
		{"loopback", "localhost:8080", "http://evil.example", false},
		{"loopback", "localhost:8080", "http://xn--lcalhost-54a:8080", false},
		{"loopback", "localhost:8080", "http://loc\u0430lhost:8080", false},

		{"proxy on this machine", "docs.example.org", none, true},
		{"proxy on this machine", "docs.example.org", "https://docs.example.org", true},
		{"proxy on this machine", "localhost:8080", "https://docs.example.org", true}, // the proxy does not pass Host on
		{"proxy on this machine", "localhost:8080", "http://localhost:8080", true},    // without the proxy
		{"proxy on this machine", "docs.example.org", "http://docs.example.org", false},
		{"proxy on this machine", "docs.example.org", "https://docs.example.org:8443", false},
		{"proxy on this machine", "docs.example.org", "https://example.org", false},
		{"proxy on this machine", "docs.example.org", "https://a.docs.example.org", false},
		{"proxy on this machine", "docs.example.org", "https://docs.example.org.evil.example", false},
		{"proxy on this machine", "docs.example.org", "https://evil-docs.example.org", false},
		{"proxy on this machine", "docs.example.org", "https://docs.example.org.", false},
		{"proxy on this machine", "docs.example.org", "http://localhost:8080", false},
		{"proxy on this machine", "docs.example.org", "null", false},

		{"proxy on another machine", "docs.example.org", "https://docs.example.org", true},
		{"proxy on another machine", "docs.example.org", "http://docs.example.org", false},
		{"proxy on another machine", "docs.example.org", "https://evil.example", false},

		{"public port", "docs.example.org:8443", "https://docs.example.org:8443", true},
		{"public port", "docs.example.org:8443", "https://docs.example.org", false},
		{"public port", "docs.example.org:8443", "http://docs.example.org:8443", false},

		// Browsers leave the port out that the scheme has by itself.
		{"public default port", "docs.example.org", "https://docs.example.org", true},
		{"public default port", "docs.example.org", "https://docs.example.org:8443", false},

		{"plain HTTP", "docs.lan:8080", "http://docs.lan:8080", true},
		{"plain HTTP", "docs.lan:8080", "http://docs.lan", false},
		{"plain HTTP", "docs.lan:8080", "https://docs.lan:8080", false},
		{"plain HTTP", "docs.lan:8080", "http://evil.example", false},
	} {
		t.Run(strings.ReplaceAll(c.site+" "+c.host+" from "+c.origin, "/", "_"), func(t *testing.T) {
			w := openSite(t, c.site)
			p := w.person()
			headers := append([]string{"Host: " + c.host}, upgrade...)
			if c.origin != none {
				headers = append(headers, "Origin: "+c.origin)
			}
			path := w.socketPath()
			// As somebody new, and as somebody whose browser sends a login along.
			for _, who := range []string{"nobody", "guest"} {
				if who == "guest" {
					headers = append(headers, "Cookie: "+w.login().String())
				}
				a := p.do("GET", path, "", headers...)
				if c.opens {
					a.is(t, 101, "")
					continue
				}
				a.is(t, 403, "wrong_origin")
				if a.header.Get("Set-Cookie") != "" {
					t.Error("a page of another site begins a login")
				}
			}
		})
	}
}

// A doubled header is no origin, even if both are right.
func TestTwoOrigins(t *testing.T) {
	w := openSite(t, "loopback")
	for _, second := range []string{"http://localhost:8080", "http://evil.example"} {
		headers := append([]string{"Host: localhost:8080", "Origin: http://localhost:8080", "Origin: " + second}, upgrade...)
		w.person().do("GET", w.socketPath(), "", headers...).is(t, 403, "wrong_origin")
	}
}

// login is the cookie of a new guest.
func (w *world) login() *http.Cookie {
	w.t.Helper()
	answer := httptest.NewRecorder()
	if _, err := w.server.logins.begin(answer, httptest.NewRequest("GET", "/", nil)); err != nil {
		w.t.Fatal(err)
	}
	c := answer.Result().Cookies()[0]
	return &http.Cookie{Name: c.Name, Value: c.Value}
}

func openSite(t *testing.T, site string) *world {
	t.Helper()
	change := sites[site]
	if change == nil {
		t.Fatalf("no site %q", site)
	}
	return open(t, change)
}

// socketPath is the socket of a new document.
func (w *world) socketPath() string {
	w.t.Helper()
	host := "Host: localhost:8080"
	if u := w.server.site.public; u != nil {
		host = "Host: " + u.Host
	}
	var d documentJSON
	w.person().do("POST", "/api/docs", `{"title":"x","kind":"text"}`, host).is(w.t, 201, "").into(w.t, &d)
	return "/api/docs/" + string(d.ID) + "/socket"
}

// TestHosts: the server answers to its own names alone, so that a page of
// another site cannot reach it by making its own name point here (DNS
// rebinding).
func TestHosts(t *testing.T) {
	for _, c := range []struct {
		site, host string
		known      bool
	}{
		{"loopback", "localhost", true},
		{"loopback", "localhost:8080", true},
		{"loopback", "localhost:9999", true}, // a tunnel
		{"loopback", "LocalHost:8080", true},
		{"loopback", "127.0.0.1", true},
		{"loopback", "127.0.0.1:8080", true},
		{"loopback", "127.1.2.3:8080", true},
		{"loopback", "[::1]", true},
		{"loopback", "[::1]:8080", true},
		{"loopback", "[::ffff:127.0.0.1]:8080", true},
		{"loopback", "evil.example", false},
		{"loopback", "evil.example:8080", false},
		{"loopback", "localhost.evil.example:8080", false},
		{"loopback", "127.0.0.1.evil.example:8080", false},
		{"loopback", "127.0.0.1.nip.io:8080", false},
		{"loopback", "sub.localhost:8080", false},
		{"loopback", "localhost.", false},
		{"loopback", "localhost.:8080", false},
		{"loopback", "0.0.0.0:8080", false},
		{"loopback", "0:8080", false},
		{"loopback", "[::]:8080", false},
		{"loopback", "192.168.1.7:8080", false},
		{"loopback", "169.254.169.254", false},
		{"loopback", "2130706433:8080", false}, // 127.0.0.1 as a number
		{"loopback", "docs.example.org", false},

		{"proxy on this machine", "docs.example.org", true},
		{"proxy on this machine", "DOCS.example.org", true},
		{"proxy on this machine", "localhost:8080", true},
		{"proxy on this machine", "docs.example.org:8080", false},
		{"proxy on this machine", "example.org", false},
		{"proxy on this machine", "docs.example.org.", false},
		{"proxy on this machine", "docs.example.org.evil.example", false},
		{"proxy on this machine", "evil.example", false},

		{"proxy on another machine", "docs.example.org", true},
		{"proxy on another machine", "localhost:8080", false},
		{"proxy on another machine", "evil.example", false},

		{"public port", "docs.example.org:8443", true},
		{"public port", "docs.example.org", false},
		{"public default port", "docs.example.org", true},
		{"public default port", "docs.example.org:443", true},
		{"public default port", "docs.example.org:80", false},

		// Without a public URL the server cannot know its name.
		{"plain HTTP", "docs.lan:8080", true},
	} {
		t.Run(c.site+" "+c.host, func(t *testing.T) {
			p := openSite(t, c.site).person()
			for _, path := range []string{"/", "/api/docs", "/api/me", "/healthz", "/nothing"} {
				a := p.do("GET", path, "", "Host: "+c.host)
				switch {
				case !c.known:
					a.is(t, 421, "wrong_host")
				case a.status == 421:
					t.Errorf("%s: %s", path, a.body)
				}
			}
		})
	}
}

// TestWritesFromOtherSites: a page of another site can make a browser send a
// write with its owner's cookie, but the browser says where it comes from.
func TestWritesFromOtherSites(t *testing.T) {
	w := open(t)
	ana := w.person()
	doc := ana.create("Mine", ot.Text)
	own := w.http.URL // http://127.0.0.1:port
	for _, c := range []struct {
		name    string
		headers []string
		may     bool
	}{
		{"a program", nil, true},
		{"own page", []string{"Origin: " + own, "Sec-Fetch-Site: same-origin"}, true},
		{"own page in an old browser", []string{"Origin: " + own}, true},
		{"typed by the user", []string{"Sec-Fetch-Site: none"}, true},
		{"another site", []string{"Origin: https://evil.example", "Sec-Fetch-Site: cross-site"}, false},
		{"another site without its name", []string{"Origin: null", "Sec-Fetch-Site: cross-site"}, false},
		{"another site, no Origin", []string{"Sec-Fetch-Site: cross-site"}, false},
		{"another site with our name", []string{"Origin: " + own, "Sec-Fetch-Site: cross-site"}, false},
		{"a sister site", []string{"Sec-Fetch-Site: same-site"}, false},
		{"another port", []string{"Origin: http://127.0.0.1:1", "Sec-Fetch-Site: same-site"}, false},
		{"another site in an old browser", []string{"Origin: https://evil.example"}, false},
		{"nowhere in an old browser", []string{"Origin: null"}, false},
		{"a value that is not known", []string{"Sec-Fetch-Site: sideways"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, r := range []struct {
				method, path, body string
				status             int
			}{
				{"POST", "/api/docs", `{"title":"x"}`, 201},
				{"PATCH", "/api/docs/" + string(doc.ID), `{"title":"Mine"}`, 200},
				{"PATCH", "/api/me", `{"name":"Ana"}`, 200},
			} {
				a := ana.do(r.method, r.path, r.body, c.headers...)
				if c.may {
					a.is(t, r.status, "")
				} else {
					a.is(t, 403, "wrong_origin")
				}
				if h := a.header; h.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("others may read along: %v", h)
				}
			}
		})
	}
}
