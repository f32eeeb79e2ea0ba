package server

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// breakable is a store that does not answer while it is broken.
type breakable struct {
	*persist.Memory
	broken atomic.Bool
}

const diskText = "disk on fire at /dev/sda"

func (b *breakable) fault() error {
	if b.broken.Load() {
		return errors.New(diskText)
	}
	return nil
}

func (b *breakable) Ping(ctx context.Context) error {
	return errors.Join(b.fault(), b.Memory.Ping(ctx))
}

func (b *breakable) Document(ctx context.Context, id wire.DocID) (session.Document, error) {
	if err := b.fault(); err != nil {
		return session.Document{}, err
	}
	return b.Memory.Document(ctx, id)
}

func (b *breakable) Head(ctx context.Context, id wire.DocID) (wire.Revision, error) {
	if err := b.fault(); err != nil {
		return 0, err
	}
	return b.Memory.Head(ctx, id)
}

func (b *breakable) List(ctx context.Context, q persist.ListQuery) ([]persist.Entry, string, error) {
	if err := b.fault(); err != nil {
		return nil, "", err
	}
	return b.Memory.List(ctx, q)
}

func (b *breakable) CreateUser(ctx context.Context, u persist.User) error {
	if err := b.fault(); err != nil {
		return err
	}
	return b.Memory.CreateUser(ctx, u)
}

func TestReadyz(t *testing.T) {
	store := &breakable{Memory: persist.NewMemory()}
	w := openOn(t, store)
	w.failing = true
	p := w.person()
	p.do("GET", "/readyz", "").is(t, 200, "")
	store.broken.Store(true)
	p.do("GET", "/readyz", "").is(t, 503, "store_failed")
	p.do("GET", "/healthz", "").is(t, 200, "") // the process lives
	store.broken.Store(false)
	p.do("GET", "/readyz", "").is(t, 200, "")
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := w.server.Close(ctx); err != nil {
		t.Fatal(err)
	}
	p.do("GET", "/readyz", "").is(t, 503, "restarting")
	p.do("GET", "/healthz", "").is(t, 200, "")
	if a := p.do("GET", "/readyz", ""); a.header.Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
}

// A store that fails is the server's fault and may be over soon: 503, for
// users without and for operators with the cause.
func TestStoreFails(t *testing.T) {
	store := &breakable{Memory: persist.NewMemory()}
	w := openOn(t, store)
	w.failing = true
	ana := w.person()
	doc := "/api/docs/" + string(ana.create("x", ot.Text).ID)
	store.broken.Store(true)
	for _, r := range []struct{ method, path, body string }{
		{"GET", doc, ""}, {"GET", doc + "/content", ""}, {"GET", doc + "/socket", ""}, {"PATCH", doc, `{"title":"y"}`}, {"GET", "/api/docs", ""},
	} {
		a := ana.do(r.method, r.path, r.body).is(t, 503, "store_failed")
		if a.header.Get("Retry-After") != "1" || strings.Contains(a.body, "fire") {
			t.Errorf("%s %s: %v %s", r.method, r.path, a.header, a.body)
		}
	}
	w.person().do("GET", "/api/me", "").is(t, 503, "store_failed")
	w.person().do("POST", "/api/docs", `{"title":"y"}`).is(t, 503, "store_failed")
	if n := strings.Count(w.log.String(), diskText); n != 7 {
		t.Errorf("the cause is in the log %d times, want once for each of 7 failures:\n%s", n, w.log)
	}
	store.broken.Store(false)
	ana.do("GET", doc, "").is(t, 200, "")
}

func TestUnknownRoutesAndMethods(t *testing.T) {
	w := open(t)
	p := w.person()
	doc := "/api/docs/" + string(p.create("x", ot.Text).ID)
	for _, path := range []string{
		"/api", "/api/", "/api/nothing", "/api/docs/", doc + "/", doc + "/nothing", doc + "/content/x", "/nothing", "/d/", "/d/a/b",
		"/index.html", "/assets/", "/assets/nothing.js", "/assets/..%2findex.html", "/healthz/", "/.git/config", "/favicon.ico", "/%00", "/%ff",
	} {
		a := p.do("GET", path, "")
		if a.status/100 == 3 { // ServeMux cleans the path
			to := a.header.Get("Location")
			if a = p.do("GET", to, ""); !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
				t.Errorf("%s leads to %s", path, to)
			}
		}
		a.is(t, 404, "not_found")
	}
	for path, allowed := range map[string]string{
		"/healthz": "GET, HEAD", "/readyz": "GET, HEAD", "/": "GET, HEAD", "/d/x": "GET, HEAD", "/assets/x.js": "GET, HEAD",
		"/api/me": "GET, HEAD, PATCH", "/api/openapi.yaml": "GET, HEAD", "/api/docs": "GET, HEAD, POST", doc: "DELETE, GET, HEAD, PATCH",
		"/api/folders": "GET, HEAD, POST", doc + "/files": "POST", "/files/x/y": "GET, HEAD", "/api/folders/x": "DELETE, PATCH", doc + "/content": "GET, HEAD, PUT", doc + "/edits": "POST", doc + "/records": "GET, HEAD", doc + "/records/events": "GET, HEAD", doc + "/socket": "GET, HEAD",
	} {
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"} {
			if strings.Contains(allowed, method) {
				continue
			}
			a := p.do(method, path, "").is(t, 405, "method_not_allowed")
			if got := a.header.Get("Allow"); got != allowed {
				t.Errorf("%s %s: Allow %q, want %q", method, path, got, allowed)
			}
		}
	}
	for _, path := range []string{"/api/nothing", "/nothing"} {
		p.do("POST", path, `{}`).is(t, 404, "not_found")
	}
	if a := p.do("HEAD", "/healthz", ""); a.status != 200 || a.body != "" {
		t.Errorf("HEAD: %d %q", a.status, a.body)
	}
}

// Every answer has the headers that keep browsers from misreading it.
func TestHeadersOfEveryAnswer(t *testing.T) {
	w := open(t)
	p := w.person()
	for _, path := range []string{"/", "/d/x", "/api/me", "/api/docs", "/healthz", "/nothing", "/api/docs/x"} {
		h := p.do("GET", path, "").header
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		csp := h.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none';") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: Content-Security-Policy is %q", path, csp)
		}
		if strings.HasPrefix(path, "/api") && h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control is %q", path, h.Get("Cache-Control"))
		}
	}
}

// The pages have no script of their own in them and no address of another
// host, and their nonce is new each time.
func TestPages(t *testing.T) {
	w := open(t)
	p := w.person()
	nonces := map[string]bool{}
	for range 2 {
		for _, path := range []string{"/", "/d/whatever"} {
			a := p.do("GET", path, "").is(t, 200, "")
			if kind := a.header.Get("Content-Type"); kind != "text/html; charset=utf-8" {
				t.Errorf("%s is %q", path, kind)
			}
			nonce := regexp.MustCompile(`'nonce-([^']+)'`).FindStringSubmatch(a.header.Get("Content-Security-Policy"))
			if nonce == nil || nonces[nonce[1]] {
				t.Fatalf("%s: no new nonce: %v", path, nonce)
			}
			nonces[nonce[1]] = true
			if strings.Contains(a.body, noncePlaceholder) {
				t.Errorf("%s: the placeholder is still there", path)
			}
			for _, found := range regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>\s*[^<\s]|\son\w+=|(?:src|href)="(?:https?:)?//[^"]*`).FindAllString(a.body, -1) {
				t.Errorf("%s has %q", path, found)
			}
			for _, asset := range regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`).FindAllStringSubmatch(a.body, -1) {
				if h := p.do("GET", asset[1], "").is(t, 200, "").header; !strings.Contains(h.Get("Cache-Control"), "immutable") {
					t.Errorf("%s: Cache-Control %q", asset[1], h.Get("Cache-Control"))
				}
			}
		}
	}
}

// docs/api.md lists every error of the API, with its status.
func TestErrorsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented, declared []string
	for _, row := range regexp.MustCompile("(?m)^\\| (\\d{3}) \\| (`[^|]*) \\|").FindAllStringSubmatch(string(text), -1) {
		for _, code := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(row[2], -1) {
			documented = append(documented, row[1]+" "+code[1])
		}
	}
	for _, e := range declaredErrors(t) {
		declared = append(declared, fmt.Sprintf("%d %s", e.Status, e.Code))
	}
	slices.Sort(declared)
	slices.Sort(documented)
	if declared = slices.Compact(declared); !slices.Equal(declared, documented) {
		t.Errorf("docs/api.md lists %q, the program has %q", documented, declared)
	}
}

// declaredErrors are the errors that errors.go has.
func declaredErrors(t *testing.T) (list []apiError) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if id, isID := litType(lit, ok); !isID || id != "apiError" || len(lit.Elts) == 0 {
			return true
		}
		var e apiError
		for _, elt := range lit.Elts {
			kv := elt.(*ast.KeyValueExpr)
			value := strings.Trim(kv.Value.(*ast.BasicLit).Value, "`\"")
			switch kv.Key.(*ast.Ident).Name {
			case "Status":
				fmt.Sscan(value, &e.Status)
			case "Code":
				e.Code = value
			}
		}
		if http.StatusText(e.Status) == "" || e.Code == "" {
			t.Errorf("%+v is no error", e)
		}
		list = append(list, e)
		return true
	})
	return list
}

func litType(lit *ast.CompositeLit, ok bool) (string, bool) {
	if !ok {
		return "", false
	}
	id, ok := lit.Type.(*ast.Ident)
	if !ok {
		return "", false
	}
	return id.Name, true
}
