package server

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// listed asks for a list, and returns the titles of the page.
func (p *person) listed(query string) (titles []string) {
	p.w.t.Helper()
	var page struct {
		Docs []documentJSON `json:"docs"`
		Next string         `json:"next"`
	}
	p.do("GET", "/api/docs?"+query, "").is(p.w.t, 200, "").into(p.w.t, &page)
	for _, d := range page.Docs {
		titles = append(titles, d.Title)
	}
	return titles
}

// lists checks the titles of a list.
func (p *person) lists(query string, want ...string) {
	p.w.t.Helper()
	if got := p.listed(query); !slices.Equal(got, want) {
		p.w.t.Errorf("%q lists %q, want %q", query, got, want)
	}
}

// patch changes a document and returns what it is then.
func (p *person) patch(doc wire.DocID, body string) (d documentJSON) {
	p.w.t.Helper()
	p.do("PATCH", "/api/docs/"+string(doc), body).is(p.w.t, 200, "").into(p.w.t, &d)
	return d
}

func (p *person) folder(name string) (f folderJSON) {
	p.w.t.Helper()
	p.do("POST", "/api/folders", fmt.Sprintf(`{"name":%q}`, name)).is(p.w.t, 201, "").into(p.w.t, &f)
	return f
}

func (p *person) folders() (names []string) {
	p.w.t.Helper()
	var list struct {
		Folders []folderJSON `json:"folders"`
	}
	p.do("GET", "/api/folders", "").is(p.w.t, 200, "").into(p.w.t, &list)
	if list.Folders == nil {
		p.w.t.Error("no folders are null, want an empty array")
	}
	for _, f := range list.Folders {
		names = append(names, fmt.Sprint(f.Name, " ", f.Documents))
	}
	return names
}

func TestViewsAndOrders(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana, ben := w.person(), w.person()
		b, c, a := ana.create("Bär", ot.Text), ana.create("c", ot.Text), ana.create("apple", ot.Text)
		w.write(b.ID, `[{"insert":"x"}]`)
		ana.lists("", "Bär", "apple", "c")
		ana.lists("view=all&sort=edited", "Bär", "apple", "c")
		ana.lists("sort=created", "apple", "c", "Bär")
		ana.lists("sort=name", "apple", "Bär", "c")

		if d := ana.patch(c.ID, `{"pinned":true}`); !d.Pinned {
			t.Errorf("pinned: %+v", d)
		}
		ana.lists("view=pinned", "c")
		ben.lists("view=pinned")
		w.person().lists("view=pinned") // nobody has none

		var trashed documentJSON
		ana.do("DELETE", "/api/docs/"+string(a.ID), "").is(t, 200, "").into(t, &trashed)
		if trashed.Trashed == nil || trashed.Trashed.Before(a.Created) {
			t.Errorf("trashed: %+v", trashed)
		}
		ana.lists("", "Bär", "c")
		ben.lists("view=trash", "apple")
		if again := ana.patch(a.ID, `{"trashed":true}`); !again.Trashed.Equal(*trashed.Trashed) {
			t.Errorf("trashed at %v, then at %v", trashed.Trashed, again.Trashed)
		}
		var read documentJSON
		ben.do("GET", "/api/docs/"+string(a.ID), "").is(t, 200, "").into(t, &read)
		ben.do("GET", "/api/docs/"+string(a.ID)+"/content", "").is(t, 200, "")
		if read.Trashed == nil || read.Pinned {
			t.Errorf("read: %+v", read)
		}
		if back := ben.patch(a.ID, `{"trashed":false,"title":"Apple"}`); back.Trashed != nil || back.Title != "Apple" {
			t.Errorf("restored: %+v", back)
		}
		ana.lists("sort=name", "Apple", "Bär", "c")
		ana.lists("view=trash")
		ana.patch(c.ID, `{"pinned":false}`)
		ana.lists("view=pinned")

		for _, query := range []string{"view=none", "sort=size", "view=every", "sort=Name", "limit=0", "after=x", "sort=name&after=ZQ"} {
			ana.do("GET", "/api/docs?"+query, "").is(t, 400, "bad_request")
		}
	})
}

func TestFolders(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana := w.person()
		if names := ana.folders(); len(names) > 0 {
			t.Errorf("at first there are %q", names)
		}
		x, y := ana.folder("  Ünits\n2 "), ana.folder("minutes")
		if x.Name != "Ünits 2" || x.Documents != 0 {
			t.Errorf("made %+v", x)
		}
		a, b := ana.create("a", ot.Text), ana.create("b", ot.Text)
		ana.create("c", ot.Text)
		if d := ana.patch(a.ID, fmt.Sprintf(`{"folder":%q}`, x.ID)); d.Folder != x.ID {
			t.Errorf("moved: %+v", d)
		}
		ana.patch(b.ID, fmt.Sprintf(`{"folder":%q,"trashed":true}`, x.ID))
		if got := ana.folders(); !slices.Equal(got, []string{"minutes 0", "Ünits 2 1"}) {
			t.Errorf("folders are %q", got)
		}
		ana.lists("folder="+string(x.ID), "a")
		ana.lists("view=trash&folder="+string(x.ID), "b")
		ana.lists("folder=none", "c")
		ana.lists("folder=" + string(y.ID))
		ana.lists("folder=nosuchfolder")
		ana.lists("folder=" + url.QueryEscape("a\x00\xff"))
		ana.lists("sort=name", "a", "c")

		var renamed folderJSON
		ana.do("PATCH", "/api/folders/"+string(x.ID), `{"name":"A"}`).is(t, 200, "").into(t, &renamed)
		if renamed != (folderJSON{x.ID, "A", 1}) {
			t.Errorf("renamed: %+v", renamed)
		}
		ana.do("DELETE", "/api/folders/"+string(x.ID), "").is(t, 204, "")
		ana.lists("folder=none", "c", "a")
		ana.lists("folder=none&view=trash", "b")
		if d := ana.patch(a.ID, fmt.Sprintf(`{"folder":%q}`, y.ID)); d.Folder != y.ID {
			t.Errorf("moved: %+v", d)
		}
		ana.patch(a.ID, `{"folder":""}`)
		ana.lists("folder=none", "c", "a")

		gone := "/api/folders/" + string(x.ID)
		doc := "/api/docs/" + string(a.ID)
		for _, c := range []struct {
			method, path, body string
			status             int
			code               string
		}{
			{"POST", "/api/folders", `{}`, 400, "bad_request"},
			{"POST", "/api/folders", `{"name":""}`, 400, "bad_request"},
			{"POST", "/api/folders", `{"name":" \n"}`, 400, "bad_request"},
			{"POST", "/api/folders", `{"name":"` + strings.Repeat("x", folderRunes+1) + `"}`, 400, "bad_request"},
			{"POST", "/api/folders", `{"name":"x","id":"y"}`, 400, "bad_request"},
			{"PATCH", gone, `{"name":"x"}`, 404, "no_such_folder"},
			{"DELETE", gone, ``, 404, "no_such_folder"},
			{"PATCH", "/api/folders/a%00b", `{"name":"x"}`, 404, "no_such_folder"},
			{"PATCH", doc, `{"folder":"nosuchfolder"}`, 404, "no_such_folder"},
			{"PATCH", doc, `{"folder":"\u0000"}`, 404, "no_such_folder"},
			{"PATCH", doc, `{"folder":5}`, 400, "bad_request"},
			{"PATCH", doc, `{"pinned":"yes"}`, 400, "bad_request"},
			{"DELETE", "/api/docs/nosuchdocument", ``, 404, "not_found"},
		} {
			ana.do(c.method, c.path, c.body).is(t, c.status, c.code)
		}
	})
}

func TestMostFolders(t *testing.T) {
	w := open(t)
	ana := w.person()
	for range foldersMost {
		ana.folder("x")
	}
	ana.do("POST", "/api/folders", `{"name":"y"}`).is(t, 409, "too_many_folders")
}

// A list tells who has written last and who is there.
func TestListedPeople(t *testing.T) {
	w := open(t)
	ana, ben := w.person(), w.person()
	doc := ana.create("x", ot.Text).ID
	ana.do("PATCH", "/api/me", `{"name":"Ana","color":"#b4235a"}`).is(t, 200, "")
	first, second, bens := ana.join(doc), ana.join(doc), ben.join(doc)
	bens.send(fmt.Sprintf(`{"type":"edit","seq":1,"base":%d,"op":[{"insert":"x"}]}`, 0))
	bens.acked(1)
	read := func() (d documentJSON) {
		ben.do("GET", "/api/docs/"+string(doc), "").is(t, 200, "").into(t, &d)
		return d
	}
	d := read()
	if len(d.Peers) != 2 || d.Peers[0].Name != "Ana" || d.Peers[0].Color != "#b4235a" {
		t.Errorf("peers are %+v", d.Peers)
	}
	if d.LastEditor == nil || d.LastEditor.ID != d.Peers[1].ID {
		t.Errorf("the last editor is %+v", d.LastEditor)
	}
	for _, p := range []*peer{first, second, bens} {
		p.bye()
	}
	for len(read().Peers) > 0 { // they leave in their own time
	}
}
