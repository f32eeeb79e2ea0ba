package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// put sends a whole document.
func (p *person) put(doc wire.DocID, base wire.Revision, kind, body string, headers ...string) answer {
	return p.do("PUT", fmt.Sprintf("/api/docs/%s/content?base=%d", doc, base), body, append(headers, "Content-Type: "+kind)...)
}

// post sends an edit.
func (p *person) post(doc wire.DocID, base wire.Revision, op string, headers ...string) answer {
	return p.do("POST", fmt.Sprintf("/api/docs/%s/edits", doc), fmt.Sprintf(`{"base":%d,"op":%s}`, base, op), headers...)
}

// wrote checks what became of a write.
func (a answer) wrote(t *testing.T, want writtenJSON) {
	t.Helper()
	var got writtenJSON
	if a.is(t, 200, "").into(t, &got); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestWrites: what is sent is an edit of the revision that it was made from, and
// merged with what came since.
func TestWrites(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana, ben := w.person(), w.person()
		doc := ana.create("x", ot.Text).ID
		sees, err := client.Dial(t.Context(), client.Config{URL: w.http.URL, Doc: doc, HTTP: ben.hc})
		if err != nil {
			t.Fatal(err)
		}
		defer sees.Close()
		ana.put(doc, 0, "text/plain", "one\ntwo\nthree\n").wrote(t, writtenJSON{1, true, false})
		ana.post(doc, 1, `[{"retain":4},{"insert":"2 "}]`).wrote(t, writtenJSON{2, true, false})
		// Made from an old revision.
		ben.put(doc, 1, "text/plain; charset=utf-8", "one\ntwo\nTHREE\n").wrote(t, writtenJSON{3, true, false})
		ben.post(doc, 0, `[{"insert":"zero\n"}]`).wrote(t, writtenJSON{4, true, false})
		if got := ana.text(doc); got != "one\n2 two\nTHREE\nzero\n" {
			t.Errorf("the document is %q", got)
		}
		ana.put(doc, 4, "application/json", `{"op":[{"insert":"all new"}]}`).wrote(t, writtenJSON{5, true, false})
		if err := sees.Wait(t.Context(), func(s client.State) bool { return s.Doc().Text() == "all new" }); err != nil {
			t.Error(err)
		}

		ana.put(doc, 5, "text/plain", "all new").wrote(t, writtenJSON{5, false, false})
		ana.post(doc, 5, `[]`).wrote(t, writtenJSON{5, false, false})
		// It changes nothing of what it was made from.
		ana.put(doc, 1, "text/plain", "one\ntwo\nthree\n").wrote(t, writtenJSON{5, false, false})

		rich := ana.create("y", ot.Rich).ID
		ana.put(rich, 0, "text/markdown", "# Title\n\n- one\n- **two**\n").wrote(t, writtenJSON{1, true, false})
		want := `{"revision":1,"kind":"rich","op":[{"insert":"Title"},{"insert":"\n","attributes":{"header":1}},{"insert":"one"},{"insert":"\n","attributes":{"list":"bullet"}},{"insert":"two","attributes":{"bold":true}},{"insert":"\n","attributes":{"list":"bullet"}}]}` + "\n"
		if got := ana.do("GET", "/api/docs/"+string(rich)+"/content", "").body; got != want {
			t.Errorf("got %s", got)
		}
	})
}

// TestWritesAgain: a write with a key is made once.
func TestWritesAgain(t *testing.T) {
	store := openSQLite(t)
	w := openOn(t, keptOpen{store})
	ana, ben := w.person(), w.person()
	doc := ana.create("x", ot.Text).ID
	const edit, key = `[{"insert":"E"}]`, "Idempotency-Key: one key/1"
	var work sync.WaitGroup
	for i := range 10 {
		work.Go(func() { ana.post(doc, 0, edit, key).is(t, 200, "") })
		work.Go(func() { ana.put(doc, 0, "text/plain", "P", "Idempotency-Key: two").is(t, 200, "") })
		if i%5 == 0 {
			work.Wait()
		}
	}
	work.Wait()
	both := ana.text(doc)
	if both != "EP" && both != "PE" {
		t.Fatalf("the document is %q", both)
	}
	ana.post(doc, 0, `[{"insert":"F"}]`, key).is(t, 409, "key_reused")
	ana.post(doc, 1, edit, key).is(t, 409, "key_reused")
	ana.put(doc, 0, "text/plain", "E", key).is(t, 409, "key_reused")
	ana.put(doc, 0, "text/plain", "Q", "Idempotency-Key: two").is(t, 409, "key_reused")
	ana.put(doc, 0, "text/markdown", "P", "Idempotency-Key: two").is(t, 409, "key_reused")
	ana.put(doc, 1, "text/plain", "P", "Idempotency-Key: two").is(t, 409, "key_reused")
	// A write that was refused has used up nothing.
	ana.post(doc, 2, `[{"delete":9}]`, "Idempotency-Key: three").is(t, 422, "edit_refused")
	ana.post(doc, 2, `[{"insert":"3"}]`, "Idempotency-Key: three").wrote(t, writtenJSON{3, true, false})
	// Another person, another document.
	ben.post(doc, 0, `[{"insert":"B"}]`, key).wrote(t, writtenJSON{4, true, false})
	other := ana.create("y", ot.Text).ID
	ana.post(other, 0, edit, key).wrote(t, writtenJSON{1, true, false})
	ana.put(doc, 4, "text/plain", "short").is(t, 200, "")

	// After a restart of the server, too.
	again := openOn(t, store)
	her := again.person()
	her.hc = ana.hc
	before := again.person().text(doc)
	for range 3 {
		var got writtenJSON
		if her.post(doc, 0, edit, key).is(t, 200, "").into(t, &got); !got.Duplicate || got.Revision > 2 {
			t.Errorf("%+v", got)
		}
		if her.put(doc, 0, "text/plain", "P", "Idempotency-Key: two").is(t, 200, "").into(t, &got); !got.Duplicate || got.Revision > 2 {
			t.Errorf("%+v", got)
		}
	}
	if after := again.person().text(doc); after != before {
		t.Errorf("%q became %q", before, after)
	}
}

// keptOpen is a store that outlives its server.
type keptOpen struct{ Store }

// TestRefusedWrites: each says what is wrong.
func TestRefusedWrites(t *testing.T) {
	w := open(t)
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	rich := ana.create("y", ot.Rich).ID
	ana.post(doc, 0, `[{"insert":"a😀"}]`).wrote(t, writtenJSON{1, true, false})
	edits, content := "/api/docs/"+string(doc)+"/edits", "/api/docs/"+string(doc)+"/content"
	large := strings.Repeat("x", contentBytes+1)
	for _, test := range []struct {
		method, path, body string
		headers            []string
		status             int
		code               string
	}{
		{"POST", edits, `{"base":2,"op":[{"insert":"x"}]}`, nil, 409, "revision_ahead"},
		{"POST", edits, `{"base":9007199254740991,"op":[{"insert":"x"}]}`, nil, 409, "revision_ahead"},
		{"POST", edits, `{"base":1,"op":[{"retain":9},{"insert":"x"}]}`, nil, 422, "edit_refused"},
		{"POST", edits, `{"base":1,"op":[{"retain":2},{"insert":"x"}]}`, nil, 422, "edit_refused"}, // cuts the pair
		{"POST", edits, `{"base":1,"op":[{"retain":1,"attributes":{"bold":true}}]}`, nil, 422, "edit_refused"},
		{"POST", edits, `{"base":1,"op":[{"insert":{"divider":true}}]}`, nil, 422, "edit_refused"},
		{"POST", "/api/docs/" + string(rich) + "/edits", `{"base":0,"op":[{"delete":1}]}`, nil, 422, "edit_refused"},
		{"POST", edits, `{"base":1,"op":[{"insert":"\ud83d"}]}`, nil, 400, "bad_request"},
		{"POST", edits, "{\"base\":1,\"op\":[{\"insert\":\"\xff\"}]}", nil, 400, "bad_request"},
		{"POST", edits, `{"base":1,"op":[{"insert":"x","delete":1}]}`, nil, 400, "bad_request"},
		{"POST", edits, `{"base":1.5,"op":[]}`, nil, 400, "bad_request"},
		{"POST", edits, `{"base":1,"op":[],"more":1}`, nil, 400, "bad_request"},
		{"POST", edits, `{"op":[]}`, nil, 400, "bad_request"},
		{"POST", edits, `{"base":1}`, nil, 400, "bad_request"},
		{"POST", edits, `{"base":1,"op":[`, nil, 400, "bad_request"},
		{"POST", edits, `no JSON`, nil, 400, "bad_request"},
		{"POST", edits, `{"base":1,"op":[]}`, []string{"Content-Type: text/plain"}, 415, "not_json"},
		{"POST", edits, large[:editBytes+1], nil, 413, "too_large"},
		{"POST", edits, `{"base":1,"op":[]}`, []string{"Idempotency-Key: " + strings.Repeat("k", 129)}, 400, "bad_request"},
		{"POST", edits, `{"base":1,"op":[]}`, []string{"Idempotency-Key: \u00e9"}, 400, "bad_request"},
		{"POST", edits, `{"base":1,"op":[]}`, []string{"Idempotency-Key: a", "Idempotency-Key: b"}, 400, "bad_request"},
		{"POST", "/api/docs/nothing/edits", `{"base":1,"op":[]}`, nil, 404, "not_found"},
		{"PUT", content, "x", []string{"Content-Type: text/plain"}, 400, "bad_request"},
		{"PUT", content + "?base=-1", "x", []string{"Content-Type: text/plain"}, 400, "bad_request"},
		{"PUT", content + "?base=head", "x", []string{"Content-Type: text/plain"}, 400, "bad_request"},
		{"PUT", content + "?base=2", "x", []string{"Content-Type: text/plain"}, 409, "revision_ahead"},
		{"PUT", content + "?base=1", "x\xff", []string{"Content-Type: text/plain"}, 400, "bad_request"},
		{"PUT", content + "?base=1", "x", []string{"Content-Type: text/plain; charset=latin1"}, 415, "unknown_format"},
		{"PUT", content + "?base=1", "<p>x", []string{"Content-Type: text/html"}, 415, "unknown_format"},
		{"PUT", content + "?base=1", "x", []string{"Content-Type: ;"}, 415, "unknown_format"},
		{"PUT", content + "?base=1", `{"op":[{"delete":1}]}`, nil, 400, "bad_request"},
		{"PUT", content + "?base=1", large, []string{"Content-Type: text/plain"}, 413, "too_large"},
		{"PUT", "/api/docs/" + string(rich) + "/content?base=0", "a\x01", []string{"Content-Type: text/plain"}, 422, "edit_refused"},
	} {
		t.Run(fmt.Sprintf("%s %.60s %v", test.method, test.body, test.headers), func(t *testing.T) {
			headers := test.headers
			if headers == nil {
				headers = []string{"Content-Type: application/json"}
			}
			ana.do(test.method, test.path, test.body, headers...).is(t, test.status, test.code)
		})
	}
	if got := ana.text(doc); got != "a😀" {
		t.Errorf("the document is %q", got)
	}
	viewed := openOn(t, w.store, func(c *Config) { c.Guests = GuestsView })
	viewer := viewed.person()
	viewer.do("GET", "/api/me", "").is(t, 200, "")
	viewer.post(doc, 1, `[{"insert":"x"}]`).is(t, 403, "forbidden")
	viewer.put(doc, 1, "text/plain", "x").is(t, 403, "forbidden")
}

// TestTooManyWrites: who writes too much is told when to go on, and others are
// not.
func TestTooManyWrites(t *testing.T) {
	w := open(t, func(c *Config) { c.Admission.UserWrites, c.Admission.UserWriteBurst = 1, 3 })
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	for range 3 {
		ana.post(doc, 0, `[{"insert":"x"}]`).is(t, 200, "")
	}
	a := ana.post(doc, 0, `[{"insert":"x"}]`).is(t, 429, "too_fast")
	if after := a.header.Get("Retry-After"); after != "1" {
		t.Errorf("Retry-After %q", after)
	}
	w.person().post(doc, 0, `[{"insert":"y"}]`).is(t, 200, "")
	// A large one counts as several, and as no more than there can be.
	w.person().put(doc, 0, "text/plain", strings.Repeat("x\n", 10*writeBytes)).is(t, 200, "")
}

// TestWritesWithoutStore: while the store takes nothing it is not known what
// becomes of a write. Sent again with its key it is made once.
func TestWritesWithoutStore(t *testing.T) {
	store := &failing{Memory: persist.NewMemory()}
	w := openOn(t, store, small(func(l *session.Limits) { l.Store, l.RetryMax = shortly, shortly/10 }))
	w.failing = true
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	ana.post(doc, 0, `[{"insert":"1"}]`).wrote(t, writtenJSON{1, true, false})
	again := func() answer { return ana.post(doc, 1, `[{"insert":"2"}]`, "Idempotency-Key: k") }
	store.fails.Store(true)
	for range 3 {
		a := again().is(t, http.StatusServiceUnavailable, "store_failed")
		if a.header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	store.lies.Store(true) // it does it, and says that it has not
	again().wrote(t, writtenJSON{2, true, true})
	store.lies.Store(false)
	again().wrote(t, writtenJSON{2, true, true}) // it can be read
	store.fails.Store(false)
	again().wrote(t, writtenJSON{2, true, true})
	ana.post(doc, 1, `[{"insert":"3"}]`, "Idempotency-Key: k3").wrote(t, writtenJSON{3, true, false})
	if text := ana.text(doc); text != "231" {
		t.Errorf("the document is %q", text)
	}
}

// failing is a store that appends nothing while it fails; or does, if it lies.
type failing struct {
	*persist.Memory
	fails, lies atomic.Bool
}

// Append implements session.Store.
func (f *failing) Append(ctx context.Context, doc wire.DocID, records []session.Record) error {
	if !f.fails.Load() {
		return f.Memory.Append(ctx, doc, records)
	}
	err := errors.New("a store that fails")
	if f.lies.Load() {
		err = errors.Join(err, f.Memory.Append(ctx, doc, records))
	}
	return err
}
