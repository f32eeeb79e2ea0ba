package server

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// The admin address has what operators need, and the public one has not.
func TestAdmin(t *testing.T) {
	ask := func(s *Server, path string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "http://localhost:9090"+path, nil)
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			if name == "Host" {
				r.Host = value
			}
			r.Header.Set(name, value)
		}
		a := httptest.NewRecorder()
		s.Admin().ServeHTTP(a, r)
		return a
	}
	private := open(t, func(c *Config) { c.AdminAddr = "localhost:9090" })
	public := open(t, func(c *Config) { c.AdminAddr, c.AdminPublic = ":9090", true })
	for path, status := range map[string][2]int{
		"/metrics": {200, 200}, "/healthz": {200, 200}, "/debug/pprof/": {200, 404}, "/debug/pprof/goroutine": {200, 404},
		"/debug/pprof/cmdline": {200, 404}, "/": {404, 404}, "/api/docs": {404, 404}, "/readyz": {404, 404},
	} {
		for i, w := range []*world{private, public} {
			if a := ask(w.server, path); a.Code != status[i] {
				t.Errorf("%s, public %v: %d, want %d", path, i == 1, a.Code, status[i])
			}
		}
		if path == "/healthz" || path == "/" || path == "/api/docs" || path == "/readyz" {
			continue
		}
		if a := private.person().do("GET", path, ""); a.status != 404 {
			t.Errorf("the public address shows %s: %d", path, a.status)
		}
	}
	for _, h := range []string{"Origin: http://localhost:9090", "Origin: null", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site"} {
		for _, w := range []*world{private, public} {
			if a := ask(w.server, "/metrics", h); a.Code != 403 {
				t.Errorf("%s: %d", h, a.Code)
			}
		}
	}
	if a := ask(private.server, "/metrics", "Host: evil.example"); a.Code != 421 {
		t.Errorf("by another name: %d", a.Code)
	}
	for _, h := range []string{"Host: 127.0.0.1:9090", "Host: [::1]:9090", "Sec-Fetch-Site: none", "Sec-Fetch-Site: same-origin"} {
		if a := ask(private.server, "/metrics", h); a.Code != 200 {
			t.Errorf("%s: %d", h, a.Code)
		}
	}
	if a := ask(public.server, "/metrics", "Host: collabd.internal"); a.Code != 200 {
		t.Errorf("on a public address by its name: %d", a.Code)
	}
	if kind := ask(private.server, "/metrics").Header().Get("Content-Type"); !strings.HasPrefix(kind, "text/plain; version=0.0.4") {
		t.Errorf("content type %q", kind)
	}
	r := httptest.NewRequest("POST", "http://localhost/metrics", nil)
	a := httptest.NewRecorder()
	if private.server.Admin().ServeHTTP(a, r); a.Code != 405 {
		t.Errorf("POST: %d", a.Code)
	}
}

func TestValidateConfig(t *testing.T) {
	for want, c := range map[string]Config{
		"":                   {Addr: "localhost:0", AdminAddr: "localhost:0", Memory: 64 << 20},
		"--admin-public":     {Addr: "localhost:0", AdminAddr: "0.0.0.0:9090"},
		"localhost:9090":     {Addr: "localhost:0", AdminAddr: ":9090"},
		"not host:port":      {Addr: "localhost:0", AdminAddr: "9090"},
		"64MB is the least":  {Addr: "localhost:0", Memory: 1 << 20},
		"are too few":        {Addr: "localhost:0", Memory: -1},
		"is below zero":      {Addr: "localhost:0", Admission: Admission{Requests: -1}},
		"limit of time":      {Addr: "localhost:0", Admission: Admission{Answer: -1}},
		"the admin address ": {Addr: "localhost:0", AdminAddr: "x"},
	} {
		err := c.Validate()
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%+v: %v, want %q", c, err, want)
		}
	}
	if err := (Config{Addr: "localhost:0", AdminAddr: ":9090", AdminPublic: true}).Validate(); err != nil {
		t.Error(err)
	}
}

// What cannot hold is said at the start.
func TestWarnings(t *testing.T) {
	here := mustProxies(t, "127.0.0.1")
	for want, c := range map[string]Config{
		"":                  {Admission: Admission{Connections: 10}, PublicURL: "https://docs.example.org", TrustedProxies: here},
		"--trusted-proxies": {Admission: Admission{Connections: 10}, PublicURL: "https://docs.example.org"},
		"ulimit -n":         {Admission: Admission{Connections: 2_000_000_000}},
	} {
		w := open(t, func(cfg *Config) {
			cfg.Admission, cfg.PublicURL, cfg.TrustedProxies = c.Admission, c.PublicURL, c.TrustedProxies
		})
		w.server.warn()
		log := w.log.String()
		if n := strings.Count(log, `"level":"warn"`); n > 1 || (n == 1) != (want != "") || !strings.Contains(log, want) {
			t.Errorf("want a warning of %q:\n%s", want, log)
		}
	}
}
