package server

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

func TestCreateReadAndRename(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana := w.person()
		a := ana.do("POST", "/api/docs", `{"title":" Minutes\tof  May ","kind":"text"}`).is(t, 201, "")
		var made documentJSON
		a.into(t, &made)
		if made.Title != "Minutes of May" || made.Kind != ot.Text || made.Revision != 0 || len(made.ID) != 20 || len(made.Lineage) == 0 {
			t.Errorf("made %+v", made)
		}
		if at := a.header.Get("Location"); at != "/api/docs/"+string(made.ID) {
			t.Errorf("Location %q", at)
		}
		if made.Created.IsZero() || !made.Created.Equal(made.Edited) {
			t.Errorf("created %v, edited %v", made.Created, made.Edited)
		}
		var read documentJSON
		ana.do("GET", "/api/docs/"+string(made.ID), "").is(t, 200, "").into(t, &read)
		if !read.Created.Equal(made.Created.Truncate(time.Microsecond)) {
			t.Errorf("created at %v, then at %v", made.Created, read.Created)
		}
		read.Created, read.Edited = made.Created, made.Edited
		if !reflect.DeepEqual(read, made) {
			t.Errorf("made %+v, read %+v", made, read)
		}

		var renamed documentJSON
		ana.do("PATCH", "/api/docs/"+string(made.ID), `{"title":"Juni"}`).is(t, 200, "").into(t, &renamed)
		ana.do("GET", "/api/docs/"+string(made.ID), "").is(t, 200, "").into(t, &read)
		if renamed.Title != "Juni" || read.Title != "Juni" {
			t.Errorf("renamed to %q, then %q", renamed.Title, read.Title)
		}
		ana.do("PATCH", "/api/docs/"+string(made.ID), `{"title":"Juli","title_was":"Mai"}`).is(t, 409, "title_changed")
		ana.do("PATCH", "/api/docs/"+string(made.ID), `{"title":"Juli","title_was":"Juni"}`).is(t, 200, "").into(t, &renamed)
		if renamed.Title != "Juli" {
			t.Errorf("renamed to %q", renamed.Title)
		}

		w.write(made.ID, `[{"insert":"a"}]`)
		ana.do("GET", "/api/docs/"+string(made.ID), "").is(t, 200, "").into(t, &read)
		if read.Revision != 1 || read.Edited.Before(read.Created) {
			t.Errorf("after an edit: %+v", read)
		}
	})
}

// What people type as a title becomes one line; what no title can be is
// refused, when a document is made as when it is renamed.
func TestTitles(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana := w.person()
		doc := "/api/docs/" + string(ana.create("x", ot.Text).ID)
		astral := strings.Repeat("😀", titleRunes)
		for json, want := range map[string]string{
			`"Minutes"`:                          "Minutes",
			`""`:                                 "",
			`"  \t "`:                            "",
			`"a\nb\r\nc"`:                        "a b c",
			`"a\u0000b\u0007c\u007fd\u0085e"`:    "a b c d e",
			`"a\u2028b\u2029c\u00a0d"`:           "a b c d",
			`"\ud83d\ude00 Größe 漢字"`:            "😀 Größe 漢字",
			`"<b>&amp;\"'"`:                      `<b>&amp;"'`,
			`"` + astral + `"`:                   astral,
			`"  ` + astral + `  "`:               astral,
			`"` + astral + `x"`:                  "refused",
			`"` + strings.Repeat("x", 201) + `"`: "refused",
			`5`:                                  "refused",
			`["x"]`:                              "refused",
			`"half a pair: \ud83d"`:              "refused",
			`"` + "invalid: \xff" + `"`:          "refused",
		} {
			made := ana.do("POST", "/api/docs", `{"title":`+json+`}`)
			renamed := ana.do("PATCH", doc, `{"title":`+json+`}`)
			if want == "refused" {
				made.is(t, 400, "bad_request")
				renamed.is(t, 400, "bad_request")
				continue
			}
			for _, a := range []answer{made.is(t, 201, ""), renamed.is(t, 200, ""), ana.do("GET", doc, "")} {
				var d documentJSON
				if a.into(t, &d); d.Title != want {
					t.Errorf("%s became %q, want %q", json, d.Title, want)
				}
			}
		}
	})
}

func TestBadDocumentRequests(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana := w.person()
		doc := "/api/docs/" + string(ana.create("Keep", ot.Text).ID)
		for _, c := range []struct {
			name, method, path, body string
			status                   int
			code                     string
		}{
			{"unknown kind", "POST", "/api/docs", `{"title":"x","kind":"sheet"}`, 400, "bad_request"},
			{"kind in capitals", "POST", "/api/docs", `{"title":"x","kind":"Text"}`, 400, "bad_request"},
			{"unknown member", "POST", "/api/docs", `{"title":"x","owner":"me"}`, 400, "bad_request"},
			{"two titles", "POST", "/api/docs", `{"title":"x","title":"y"}`, 400, "bad_request"},
			{"a name in capitals", "POST", "/api/docs", `{"Title":"x"}`, 400, "bad_request"},
			{"own id", "POST", "/api/docs", `{"title":"x","id":"abc"}`, 400, "bad_request"},
			{"an array", "POST", "/api/docs", `[]`, 400, "bad_request"},
			{"no JSON", "POST", "/api/docs", `title=x`, 400, "bad_request"},
			{"half of it", "POST", "/api/docs", `{"title":"x"`, 400, "bad_request"},
			{"two values", "POST", "/api/docs", `{"title":"x"}{}`, 400, "bad_request"},
			{"something behind", "POST", "/api/docs", `{"title":"x"} y`, 400, "bad_request"},
			{"too large", "POST", "/api/docs", `{"title":"` + strings.Repeat("x", bodyBytes) + `"}`, 413, "too_large"},
			{"too large behind", "POST", "/api/docs", `{"title":"x"}` + strings.Repeat(" ", bodyBytes), 413, "too_large"},
			{"too large, rename", "PATCH", doc, `{"title":"` + strings.Repeat("x", bodyBytes) + `"}`, 413, "too_large"},
			{"nothing to change", "PATCH", doc, `{}`, 400, "bad_request"},
			{"another member", "PATCH", doc, `{"kind":"rich"}`, 400, "bad_request"},
			{"null", "PATCH", doc, `{"title":null}`, 400, "bad_request"},
			{"rename nothing", "PATCH", "/api/docs/nosuchdocument", `{"title":"x"}`, 404, "not_found"},
			{"read nothing", "GET", "/api/docs/nosuchdocument", ``, 404, "not_found"},
			{"content of nothing", "GET", "/api/docs/nosuchdocument/content", ``, 404, "not_found"},
			{"socket of nothing", "GET", "/api/docs/nosuchdocument/socket", ``, 404, "not_found"},
			{"an id with a path", "GET", "/api/docs/..%2f..%2fetc", ``, 404, "not_found"},
			{"an id with NUL", "GET", "/api/docs/a%00b", ``, 404, "not_found"},
			{"an id of invalid UTF-8", "GET", "/api/docs/%ff", ``, 404, "not_found"},
			{"a long id", "GET", "/api/docs/" + strings.Repeat("x", 5000), ``, 404, "not_found"},
			{"an id in SQL", "GET", "/api/docs/x'%20OR%20'1'='1", ``, 404, "not_found"},
			{"a socket without upgrade", "GET", doc + "/socket", ``, 426, "upgrade_needed"},
		} {
			t.Run(c.name, func(t *testing.T) {
				ana.do(c.method, c.path, c.body).is(t, c.status, c.code)
			})
		}
		for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx", ";"} {
			body := `{"title":"x"}`
			p := w.person()
			a := p.doAs(kind, "POST", "/api/docs", body)
			a.is(t, 415, "not_json")
			ana.doAs(kind, "PATCH", doc, body).is(t, 415, "not_json")
		}
		ana.doAs("application/json; charset=utf-8", "PATCH", doc, `{"title":"Keep"}`).is(t, 200, "")
		var d documentJSON
		ana.do("GET", doc, "").into(t, &d)
		if d.Title != "Keep" {
			t.Errorf("a refused request changed the title to %q", d.Title)
		}
	})
}

// doAs makes a request with a content type.
func (p *person) doAs(kind, method, path, body string) answer {
	p.w.t.Helper()
	p.hc.Transport = retyped{kind, p.w.http.Client().Transport}
	defer func() { p.hc.Transport = p.w.http.Client().Transport }()
	return p.do(method, path, body)
}

func TestListAndPages(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana := w.person()
		type page struct {
			Docs []documentJSON `json:"docs"`
			Next string         `json:"next"`
		}
		var empty page
		ana.do("GET", "/api/docs", "").is(t, 200, "").into(t, &empty)
		if empty.Docs == nil || len(empty.Docs) != 0 || empty.Next != "" {
			t.Errorf("nothing is listed as %+v, want an empty array", empty)
		}
		var want []wire.DocID
		for i := range 7 {
			want = append(want, ana.create(fmt.Sprint("Doc ", i), ot.Text).ID)
		}
		slices.Reverse(want) // the last edited first
		for limit := 1; limit <= 8; limit++ {
			var got []wire.DocID
			after := ""
			for pages := 0; ; pages++ {
				var p page
				ana.do("GET", fmt.Sprintf("/api/docs?limit=%d&after=%s", limit, after), "").is(t, 200, "").into(t, &p)
				if len(p.Docs) > limit {
					t.Errorf("%d documents on a page of %d", len(p.Docs), limit)
				}
				for _, d := range p.Docs {
					got = append(got, d.ID)
				}
				if after = p.Next; after == "" || pages > 10 {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("in pages of %d: %v, want %v", limit, got, want)
			}
		}
		w.write(want[6], `[{"insert":"a"}]`)
		var first page
		ana.do("GET", "/api/docs?limit=1", "").into(t, &first)
		if first.Docs[0].ID != want[6] {
			t.Error("the last edited document does not come first")
		}
		for _, query := range []string{"limit=0", "limit=-1", "limit=201", "limit=x", "limit=1.5", "limit=99999999999999999999", "after=x", "after=%00", "after=AAAA"} {
			ana.do("GET", "/api/docs?"+query, "").is(t, 400, "bad_request")
		}
	})
}
