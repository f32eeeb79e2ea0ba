package server

import (
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"testing"
)

// Every file of the application is the same whether it comes compressed or
// not, and a browser that takes gzip gets it.
func TestFilesAreCompressed(t *testing.T) {
	w := open(t)
	// Alone, so that it asks for what it is told and unpacks nothing.
	hc := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	get := func(method, name, accept string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), method, w.http.URL+"/"+name, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", accept)
		resp, err := hc.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { resp.Body.Close() })
		return resp
	}
	files := 0
	err := fs.WalkDir(w.server.dist, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".html") {
			return err
		}
		files++
		want, err := fs.ReadFile(w.server.dist, name)
		if err != nil {
			return err
		}
		for _, accept := range []string{"gzip", "br", "gzip"} {
			resp := get("GET", name, accept)
			if resp.StatusCode != 200 || resp.ContentLength <= 0 {
				t.Errorf("%s: status %d, %d bytes", name, resp.StatusCode, resp.ContentLength)
			}
			body := io.Reader(resp.Body)
			packed := resp.Header.Get("Content-Encoding") == "gzip"
			if packed != (accept == "gzip" && compressible(name)) {
				t.Errorf("%s: Accept-Encoding %s, answered %q", name, accept, resp.Header.Get("Content-Encoding"))
			}
			if compressible(name) != (resp.Header.Get("Vary") == "Accept-Encoding") {
				t.Errorf("%s: Vary %q", name, resp.Header.Get("Vary"))
			}
			if packed {
				if body, err = gzip.NewReader(body); err != nil {
					t.Fatal(err)
				}
			}
			got, err := io.ReadAll(body)
			if err != nil || string(got) != string(want) {
				t.Errorf("%s with %s: %d bytes, want %d (%v)", name, accept, len(got), len(want), err)
			}
			head := get("HEAD", name, accept)
			if head.StatusCode != 200 || head.ContentLength != resp.ContentLength || head.Header.Get("Content-Encoding") != resp.Header.Get("Content-Encoding") {
				t.Errorf("HEAD %s: status %d, %d bytes, GET has %d", name, head.StatusCode, head.ContentLength, resp.ContentLength)
			}
		}
		return nil
	})
	if err != nil || files < 5 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestAcceptsGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "br": false, "gzip, deflate, br, zstd": true, "br;q=1, GZIP;q=0.5": true, "gzip;q=0": false,
		"gzip; q=0.000": false, "*": true, "*;q=0": false, "gzip;q=0, *": false, "*;q=0, gzip": true, "x-gzip": true, "gzipped": false, "gzip;q=x": false,
	} {
		if got := acceptsGzip([]string{header}); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
	if !acceptsGzip([]string{"br", "gzip"}) {
		t.Error("the second line of the header is not read")
	}
}

// The worker is asked for anew each time, may be responsible for all pages,
// and may reach this server alone.
func TestServiceWorker(t *testing.T) {
	a := open(t).person().do("GET", "/sw.js", "")
	if a.status == 404 {
		t.Fatal("frontend/dist has no sw.js: it is older than its sources, run make dist")
	}
	a.is(t, 200, "")
	for name, want := range map[string]string{
		"Content-Type":            "text/javascript; charset=utf-8",
		"Cache-Control":           "no-cache",
		"Service-Worker-Allowed":  "/",
		"Content-Security-Policy": workerPolicy,
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestContentTypes(t *testing.T) {
	for name, want := range map[string]string{
		"a.js": "text/javascript; charset=utf-8", "a.css": "text/css; charset=utf-8", "a.svg": "image/svg+xml", "a.png": "image/png",
		"a.txt": "text/plain; charset=utf-8", "a.webmanifest": "application/manifest+json", "a": "application/octet-stream",
	} {
		if got := contentType(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
