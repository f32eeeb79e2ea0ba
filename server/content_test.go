package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// retyped sends requests with another content type; with none if it is empty.
type retyped struct {
	kind string
	next http.RoundTripper
}

func (r retyped) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Content-Type", r.kind)
	if r.kind == "" {
		req.Header.Del("Content-Type")
	}
	return r.next.RoundTrip(req)
}

func TestContentAtEveryRevision(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana := w.person()
		doc := ana.create("x", ot.Rich).ID
		w.write(doc,
			`[{"insert":"a😀\u0001"}]`,
			`[{"retain":1},{"insert":{"divider":true}}]`,
			`[{"retain":1,"attributes":{"bold":true}},{"retain":1},{"delete":2}]`,
		)
		for rev, want := range []struct{ delta, text string }{
			{`[{"insert":"\n"}]`, "\n"},
			{`[{"insert":"a😀\u0001\n"}]`, "a😀\x01\n"},
			{`[{"insert":"a"},{"insert":{"divider":true}},{"insert":"😀\u0001\n"}]`, "a\ufffc😀\x01\n"},
			{`[{"insert":"a","attributes":{"bold":true}},{"insert":{"divider":true}},{"insert":"\u0001\n"}]`, "a\ufffc\x01\n"},
		} {
			at := fmt.Sprintf("/api/docs/%s/content?revision=%d", doc, rev)
			check := func(a answer, text bool) {
				t.Helper()
				if got := a.header.Get("Collabd-Revision"); got != fmt.Sprint(rev) {
					t.Errorf("Collabd-Revision %q, want %d", got, rev)
				}
				if got := a.header.Get("Cache-Control"); got != "no-store" {
					t.Errorf("Cache-Control %q", got)
				}
				if text {
					if kind := a.header.Get("Content-Type"); a.body != want.text || kind != "text/plain; charset=utf-8" {
						t.Errorf("revision %d: %q as %s, want %q", rev, a.body, kind, want.text)
					}
					return
				}
				var c struct {
					Revision wire.Revision   `json:"revision"`
					Kind     ot.DocKind      `json:"kind"`
					Op       json.RawMessage `json:"op"`
				}
				a.into(t, &c)
				if c.Revision != wire.Revision(rev) || c.Kind != ot.Rich || string(c.Op) != want.delta {
					t.Errorf("revision %d: %s, want %s", rev, a.body, want.delta)
				}
			}
			check(ana.do("GET", at, "").is(t, 200, ""), false)
			check(ana.do("GET", at+"&format=delta", "").is(t, 200, ""), false)
			check(ana.do("GET", at+"&format=text", "").is(t, 200, ""), true)
			if rev == 3 { // the head
				check(ana.do("GET", fmt.Sprintf("/api/docs/%s/content", doc), "").is(t, 200, ""), false)
				check(ana.do("GET", fmt.Sprintf("/api/docs/%s/content?format=text", doc), "").is(t, 200, ""), true)
			}
		}
		for query, code := range map[string]string{
			"revision=4": "no_such_revision", "revision=9007199254740991": "no_such_revision",
			"revision=-1": "bad_request", "revision=x": "bad_request", "revision=1.0": "bad_request",
			"revision=9007199254740992": "bad_request", "revision=18446744073709551616": "bad_request",
			"format=pdf": "bad_request", "format=Text": "bad_request",
		} {
			status := map[string]int{"no_such_revision": 404, "bad_request": 400}[code]
			ana.do("GET", fmt.Sprintf("/api/docs/%s/content?%s", doc, query), "").is(t, status, code)
		}
	})
}

// A document is as new as it is created: nobody need have opened it.
func TestContentOfANewDocument(t *testing.T) {
	w := open(t)
	ana := w.person()
	if got := ana.text(ana.create("x", ot.Text).ID); got != "" {
		t.Errorf("a new text is %q", got)
	}
	if got := ana.text(ana.create("x", ot.Rich).ID); got != "\n" {
		t.Errorf("a new rich document is %q", got)
	}
	var d documentJSON
	ana.do("POST", "/api/docs", `{}`).is(t, 201, "").into(t, &d)
	if d.Kind != ot.Rich || d.Title != "" {
		t.Errorf("made of nothing: %+v", d)
	}
}
