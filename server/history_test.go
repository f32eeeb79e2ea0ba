package server

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// record appends an edit of somebody, a while after the document was made.
func (w *world) record(doc wire.DocID, user wire.UserID, after time.Duration, text string) wire.Revision {
	w.t.Helper()
	o, err := ot.Parse([]byte(text), ot.Limits{})
	if err != nil {
		w.t.Fatal(err)
	}
	head, err := w.store.Head(w.t.Context(), doc)
	if err != nil {
		w.t.Fatal(err)
	}
	r := session.Record{Revision: head + 1, Client: wire.ClientID("c" + user), Seq: wire.Seq(head + 1), User: user, At: epoch.Add(after), Op: o}
	if err := w.store.Append(w.t.Context(), doc, []session.Record{r}); err != nil {
		w.t.Fatal(err)
	}
	return head + 1
}

var epoch = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

// me is who a person is.
func (p *person) me() meJSON {
	p.w.t.Helper()
	var me meJSON
	p.do("GET", "/api/me", "").is(p.w.t, 200, "").into(p.w.t, &me)
	return me
}

// written is a document that Ana wrote, of which Ben, who is gone, deleted a word.
//
//	1  Ana   "one two three\n"    9:00
//	2  Ana   "one 😀two three\n"  9:00:30
//	3  gone  "one 😀 three\n"     9:05
func written(w *world) (ana *person, doc wire.DocID) {
	ana = w.person()
	doc = ana.create("x", ot.Rich).ID
	ana.do("PATCH", "/api/me", `{"name":"Ana","color":"#b4235a"}`).is(w.t, 200, "")
	w.record(doc, ana.me().ID, 0, `[{"insert":"one two three"}]`)
	w.record(doc, ana.me().ID, 30*time.Second, `[{"retain":4},{"insert":"😀"}]`)
	w.record(doc, "gone", 5*time.Minute, `[{"retain":6},{"delete":3}]`)
	return ana, doc
}

// answers checks a JSON answer, $ANA being Ana as she is shown.
func (p *person) answers(path, want string) {
	p.w.t.Helper()
	me := p.me()
	want = strings.NewReplacer(
		"$ANA", fmt.Sprintf(`{"id":%q,"name":"Ana","color":"#b4235a"}`, me.ID),
		"$GONE", `{"id":"gone","name":"Unknown","color":"#7f7f7f"}`,
		"\n", "", "\t", "",
	).Replace(want)
	if got := strings.TrimSpace(p.do("GET", path, "").is(p.w.t, http.StatusOK, "").body); got != want {
		p.w.t.Errorf("%s answers\n%s\nwant\n%s", path, got, want)
	}
}

func TestHistoryRoutes(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana, doc := written(w)
		at := "/api/docs/" + string(doc)
		ana.answers(at+"/change?from=1&to=3", `{"from":1,"to":3,"op":[{"retain":4},{"insert":"😀"},{"delete":3}],
			"record":{"revision":3,"user":$GONE,"at":"2026-05-04T09:05:00Z"}}`)
		ana.answers(at+"/change?from=3&to=2", `{"from":3,"to":2,"op":[{"retain":6},{"insert":"two"}],
			"record":{"revision":2,"user":$ANA,"at":"2026-05-04T09:00:30Z"}}`)
		ana.answers(at+"/change?from=2&to=0", `{"from":2,"to":0,"op":[{"delete":15}]}`)
		ana.answers(at+"/change?from=3&to=3", `{"from":3,"to":3,"op":[],
			"record":{"revision":3,"user":$GONE,"at":"2026-05-04T09:05:00Z"}}`)
		ana.answers(at+"/blame?revision=0", `{"revision":0,"authors":[],"spans":[[1,-1,0,0]]}`)
		ana.answers(at+"/difference?from=2&to=2", `{"from":2,"to":2,"op":[],"authors":[],"inserted":[],"deleted":[]}`)
		ms := epoch.UnixMilli()
		ana.answers(at+"/blame?revision=3", fmt.Sprintf(
			`{"revision":3,"authors":[$ANA],"spans":[[12,0,2,%d],[1,-1,0,0]]}`, ms+30_000))
		ana.answers(at+"/blame", fmt.Sprintf(
			`{"revision":3,"authors":[$ANA],"spans":[[12,0,2,%d],[1,-1,0,0]]}`, ms+30_000))
		ana.answers(at+"/difference?from=1&to=3", fmt.Sprintf(
			`{"from":1,"to":3,"op":[{"retain":4},{"insert":"😀"},{"delete":3}],"authors":[$ANA,$GONE],
			"inserted":[[4,2,0,2,%d]],"deleted":[[4,3,1,3,%d]]}`, ms+30_000, ms+300_000))
	})
}

func TestHistorySummary(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana, doc := written(w)
		var got historyJSON
		ana.do("GET", "/api/docs/"+string(doc)+"/history", "").is(t, 200, "").into(t, &got)
		if len(got.Spans) != 2 || got.Head != 3 || got.Created.IsZero() || len(got.Names) != 0 {
			t.Fatalf("%+v", got)
		}
		want := fmt.Sprint([]spanJSON{
			{1, 2, epoch, epoch.Add(30 * time.Second), []int{0}},
			{3, 3, epoch.Add(5 * time.Minute), epoch.Add(5 * time.Minute), []int{1}},
		})
		if fmt.Sprint(got.Spans) != want {
			t.Errorf("spans are %+v, want %s", got.Spans, want)
		}
		if a := got.Authors; len(a) != 2 || a[0].ID != ana.me().ID || a[0].Name != "Ana" || a[0].Records != 2 ||
			a[1] != (authorJSON{userJSON{"gone", unknownName, unknownColor}, 1}) {
			t.Errorf("authors are %+v", got.Authors)
		}
		empty := ana.create("empty", ot.Text).ID
		body := ana.do("GET", "/api/docs/"+string(empty)+"/history", "").is(t, 200, "").body
		if !strings.Contains(body, `"authors":[],"spans":[],"names":[]`) || !strings.Contains(body, `"head":0`) {
			t.Errorf("of an empty document: %s", body)
		}
	})
}

func TestHistoryErrors(t *testing.T) {
	w := open(t)
	ana, doc := written(w)
	at := "/api/docs/" + string(doc)
	for path, code := range map[string]string{
		"/change?from=0&to=4":               "no_such_revision",
		"/change?from=4&to=0":               "no_such_revision",
		"/blame?revision=4":                 "no_such_revision",
		"/difference?from=0&to=4":           "no_such_revision",
		"/difference?from=2&to=1":           "bad_request",
		"/difference?from=2":                "bad_request",
		"/change?to=1":                      "bad_request",
		"/change?from=0&to=x":               "bad_request",
		"/change?from=-1&to=2":              "bad_request",
		"/change?from=&to=2":                "bad_request",
		"/blame?revision=1.5":               "bad_request",
		"/blame?revision=9007199254740993":  "bad_request",
		"/blame?revision=18446744073709551": "bad_request",
	} {
		ana.do("GET", at+path, "").is(t, map[string]int{"no_such_revision": 404, "bad_request": 400}[code], code)
	}
	for _, path := range []string{"/history", "/change?from=0&to=0", "/blame", "/difference?from=0&to=0"} {
		ana.do("GET", "/api/docs/none"+path, "").is(t, 404, "not_found")
		ana.do("POST", at+path, "{}").is(t, 405, "method_not_allowed")
	}
}

func TestNamesOfRevisions(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana, doc := written(w)
		at := "/api/docs/" + string(doc)
		var n nameJSON
		ana.do("PUT", at+"/revisions/2/name", `{"name":" First\ndraft 😀 "}`).is(t, 200, "").into(t, &n)
		if n.Revision != 2 || n.Name != "First draft 😀" || n.User.Name != "Ana" || time.Since(n.At).Abs() > patience {
			t.Errorf("%+v", n)
		}
		ana.do("PUT", at+"/revisions/0/name", `{"name":"Empty"}`).is(t, 200, "")
		ana.do("PUT", at+"/revisions/3/name", `{"name":"Gone"}`).is(t, 200, "")
		ana.do("DELETE", at+"/revisions/3/name", "").is(t, 204, "")
		ana.do("DELETE", at+"/revisions/3/name", "").is(t, 204, "")
		var got historyJSON
		ana.do("GET", at+"/history", "").is(t, 200, "").into(t, &got)
		if len(got.Names) != 2 || got.Names[0].Name != "Empty" || got.Names[1] != n {
			t.Errorf("names are %+v", got.Names)
		}
		ana.do("PUT", at+"/revisions/4/name", `{"name":"x"}`).is(t, 404, "no_such_revision")
		ana.do("DELETE", at+"/revisions/4/name", "").is(t, 404, "no_such_revision")
		ana.do("PUT", at+"/revisions/x/name", `{"name":"x"}`).is(t, 400, "bad_request")
		ana.do("DELETE", at+"/revisions/-1/name", "").is(t, 400, "bad_request")
		for _, bad := range []string{`{}`, `{"name":""}`, `{"name":" \n "}`, `{"name":7}`, `{"names":"x"}`, `{"name":"` + strings.Repeat("é", 81) + `"}`} {
			ana.do("PUT", at+"/revisions/1/name", bad).is(t, 400, "bad_request")
		}
		ana.do("PUT", at+"/revisions/1/name", `{"name":"`+strings.Repeat("é", 80)+`"}`).is(t, 200, "")
	})
}

func TestTooManyNamesOfRevisions(t *testing.T) {
	w := open(t)
	ana, doc := written(w)
	for i := range revisionNamesMost {
		w.record(doc, "u", time.Hour, fmt.Sprintf(`[{"insert":"%d "}]`, i))
		n := persist.RevisionName{Revision: wire.Revision(i), Name: "x"}
		if err := w.store.NameRevision(t.Context(), doc, n, revisionNamesMost); err != nil {
			t.Fatal(err)
		}
	}
	ana.do("PUT", "/api/docs/"+string(doc)+"/revisions/1000/name", `{"name":"x"}`).is(t, 409, "too_many_names")
	ana.do("PUT", "/api/docs/"+string(doc)+"/revisions/999/name", `{"name":"y"}`).is(t, 200, "")
}

// changed makes a request that changes the document.
func (p *person) changed(method, path, body string) changedJSON {
	p.w.t.Helper()
	var c changedJSON
	p.do(method, path, body).is(p.w.t, 200, "").into(p.w.t, &c)
	return c
}

func TestRestoreRoute(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana, doc := written(w)
		at := "/api/docs/" + string(doc)
		if got := ana.changed("POST", at+"/restore", `{"revision":1}`); got != (changedJSON{4, true}) || ana.text(doc) != "one two three\n" {
			t.Errorf("%+v, %q", got, ana.text(doc))
		}
		if got := ana.changed("POST", at+"/restore", `{"revision":1}`); got != (changedJSON{4, false}) {
			t.Errorf("again: %+v", got)
		}
		if got := ana.changed("POST", at+"/restore", `{"revision":3,"range":[4,7]}`); got != (changedJSON{5, true}) || ana.text(doc) != "one two😀 three\n" {
			t.Errorf("a part: %+v, %q", got, ana.text(doc))
		}
		if got := ana.changed("POST", at+"/revisions/5/undo", ""); got != (changedJSON{6, true}) || ana.text(doc) != "one two three\n" {
			t.Errorf("undone: %+v, %q", got, ana.text(doc))
		}
		if got := ana.changed("POST", at+"/revisions/2/undo", ""); got != (changedJSON{6, false}) {
			t.Errorf("what is gone, undone: %+v", got)
		}
		if got := ana.changed("POST", at+"/restore", `{"revision":0}`); got != (changedJSON{7, true}) || ana.text(doc) != "\n" {
			t.Errorf("the beginning: %+v, %q", got, ana.text(doc))
		}
		var got historyJSON
		ana.do("GET", at+"/history", "").is(t, 200, "").into(t, &got)
		if len(got.Authors) != 2 || got.Authors[0].Name != "Ana" || got.Authors[0].Records != 6 {
			t.Errorf("authors are %+v", got.Authors)
		}
	})
}

func TestRestoreErrors(t *testing.T) {
	w := open(t)
	ana, doc := written(w)
	at := "/api/docs/" + string(doc)
	ana.do("POST", at+"/restore", `{"revision":4}`).is(t, 404, "no_such_revision")
	ana.do("POST", at+"/restore", `{"revision":4,"range":[0,0]}`).is(t, 404, "no_such_revision")
	ana.do("POST", at+"/revisions/4/undo", "").is(t, 404, "no_such_revision")
	ana.do("POST", at+"/revisions/0/undo", "").is(t, 404, "no_such_revision")
	ana.do("POST", at+"/revisions/x/undo", "").is(t, 400, "bad_request")
	for _, bad := range []string{
		`{}`, `{"range":[0,1]}`, `{"revision":-1}`, `{"revision":"1"}`, `{"revision":1.5}`, `{"revision":2,"range":[]}`,
		`{"revision":2,"range":[1]}`, `{"revision":2,"range":[1,2,3]}`, `{"revision":2,"range":[2,1]}`, `{"revision":2,"range":[-1,1]}`,
		`{"revision":2,"range":[0,17]}`, `{"revision":2,"range":[5,6]}`, `{"revision":2,"ranges":[0,1]}`,
	} {
		ana.do("POST", at+"/restore", bad).is(t, 400, "bad_request")
	}
	ana.do("POST", "/api/docs/none/restore", `{"revision":1}`).is(t, 404, "not_found")
	if head, err := w.store.Head(t.Context(), doc); head != 3 || err != nil {
		t.Errorf("after all that the head is %d, %v", head, err)
	}
}

// Whoever has the document open is told who restored what, behind the record
// that did it; and that nobody did if nothing has changed.
func TestPeersAreToldOfARestore(t *testing.T) {
	w := open(t)
	ana, doc := written(w)
	at := "/api/docs/" + string(doc)
	ws, _ := w.person().dial(doc)
	ben := w.hello(ws, wire.Hello{})
	me := ana.me()
	told := func(want wire.Notice) {
		t.Helper()
		recorded := false
		for {
			switch m := ben.next().(type) {
			case wire.Records:
				recorded = recorded || m.After+wire.Revision(len(m.Records)) == want.Revision
			case wire.Notice:
				if want.User = wire.User(userJSON{me.ID, me.Name, me.Color}); m != want || !recorded {
					t.Errorf("told %+v, want %+v; its record came before: %v", m, want, recorded)
				}
				return
			}
		}
	}
	ana.changed("POST", at+"/restore", `{"revision":3}`)
	ana.changed("POST", at+"/restore", `{"revision":1}`)
	told(wire.Notice{Kind: wire.Restored, Revision: 4, Of: 1})
	ana.changed("POST", at+"/revisions/4/undo", "")
	ana.changed("POST", at+"/restore", `{"revision":0,"range":[0,0]}`)
	ana.changed("POST", at+"/restore", `{"revision":2,"range":[0,9]}`)
	told(wire.Notice{Kind: wire.Restored, Revision: 6, Of: 2, Part: true})
	ben.alive()
	ben.bye()
}
