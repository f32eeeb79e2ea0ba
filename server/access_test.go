package server

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// rights is who may take which action: what this test takes for right. A new
// action, route or message must be entered here and below, or the test fails.
var rights = map[Action]map[Guests]string{
	Public:          {GuestsNone: "everybody", GuestsView: "everybody", GuestsEdit: "everybody"},
	ListDocuments:   {GuestsNone: "nobody", GuestsView: "everybody", GuestsEdit: "everybody"},
	ReadDocument:    {GuestsNone: "nobody", GuestsView: "everybody", GuestsEdit: "everybody"},
	RestoreDocument: {GuestsNone: "nobody", GuestsView: "nobody", GuestsEdit: "everybody"},
	NameRevision:    {GuestsNone: "nobody", GuestsView: "nobody", GuestsEdit: "everybody"},
	ReadHistory:     {GuestsNone: "nobody", GuestsView: "everybody", GuestsEdit: "everybody"},
	ChangeSelf:      {GuestsNone: "nobody", GuestsView: "everybody", GuestsEdit: "everybody"},
	CreateDocument:  {GuestsNone: "nobody", GuestsView: "nobody", GuestsEdit: "everybody"},
	ChangeDocument:  {GuestsNone: "nobody", GuestsView: "nobody", GuestsEdit: "everybody"},
	TrashDocument:   {GuestsNone: "nobody", GuestsView: "nobody", GuestsEdit: "everybody"},
	PinDocument:     {GuestsNone: "nobody", GuestsView: "everybody", GuestsEdit: "everybody"},
	ChangeFolders:   {GuestsNone: "nobody", GuestsView: "nobody", GuestsEdit: "everybody"},
	EditDocument:    {GuestsNone: "nobody", GuestsView: "nobody", GuestsEdit: "everybody"},
}

// roles is what one is to a document.
var roles = map[Guests]map[string]wire.Role{
	GuestsNone: {"nobody": "", "guest": "", "owner": ""},
	GuestsView: {"nobody": wire.Viewer, "guest": wire.Viewer, "owner": wire.Viewer},
	GuestsEdit: {"nobody": wire.Editor, "guest": wire.Editor, "owner": wire.Owner},
}

// attempts is one request for each route, {id} being the document, and the
// status when it may be made.
var attempts = map[string]struct {
	path, body string
	status     int
}{
	"GET /healthz":                 {"/healthz", "", 200},
	"GET /readyz":                  {"/readyz", "", 200},
	"GET /api/me":                  {"/api/me", "", 200},
	"GET /api/openapi.yaml":        {"/api/openapi.yaml", "", 200},
	"PATCH /api/me":                {"/api/me", `{"name":"Ana"}`, 200},
	"GET /api/docs":                {"/api/docs", "", 200},
	"POST /api/docs":               {"/api/docs", `{"title":"y"}`, 201},
	"GET /api/docs/{id}":           {"/api/docs/{id}", "", 200},
	"PATCH /api/docs/{id}":         {"/api/docs/{id}", `{"pinned":true}`, 200},
	"DELETE /api/docs/{id}":        {"/api/docs/{id}", "", 200},
	"GET /api/folders":             {"/api/folders", "", 200},
	"POST /api/folders":            {"/api/folders", `{"name":"y"}`, 201},
	"PATCH /api/folders/{folder}":  {"/api/folders/{folder}", `{"name":"z"}`, 200},
	"DELETE /api/folders/{folder}": {"/api/folders/{folder}", "", 204},
	"GET /api/list/events":         {"/api/list/events", "", 200},
	"POST /api/docs/{id}/files":    {"/api/docs/{id}/files", "no image", 415},
	"GET /files/{id}/{file}":       {"/files/{id}/file", "", 200},
	"GET /api/docs/{id}/content":   {"/api/docs/{id}/content", "", 200},
	"GET /api/docs/{id}/export":    {"/api/docs/{id}/export?format=markdown", "", 200},
	"POST /api/docs/import":        {"/api/docs/import", "no file", 422},
	"PUT /api/docs/{id}/content":   {"/api/docs/{id}/content?base=0", `{"op":[{"insert":"x"}]}`, 200},
	"POST /api/docs/{id}/edits":    {"/api/docs/{id}/edits", `{"base":0,"op":[{"insert":"x"}]}`, 200},
	"GET /api/docs/{id}/socket":    {"/api/docs/{id}/socket", "", 101},

	"GET /api/docs/{id}/history":                      {"/api/docs/{id}/history", "", 200},
	"GET /api/docs/{id}/change":                       {"/api/docs/{id}/change?from=0&to=0", "", 200},
	"GET /api/docs/{id}/blame":                        {"/api/docs/{id}/blame", "", 200},
	"GET /api/docs/{id}/difference":                   {"/api/docs/{id}/difference?from=0&to=0", "", 200},
	"POST /api/docs/{id}/restore":                     {"/api/docs/{id}/restore", `{"revision":0}`, 200},
	"POST /api/docs/{id}/revisions/{revision}/undo":   {"/api/docs/{id}/revisions/1/undo", "", 404},
	"PUT /api/docs/{id}/revisions/{revision}/name":    {"/api/docs/{id}/revisions/0/name", `{"name":"y"}`, 200},
	"DELETE /api/docs/{id}/revisions/{revision}/name": {"/api/docs/{id}/revisions/0/name", "", 204},

	// Records, as pages and as a stream.
	"GET /api/docs/{id}/records":        {"/api/docs/{id}/records", "", 200},
	"GET /api/docs/{id}/records/events": {"/api/docs/{id}/records/events", "", 200},
	// A hello that is none is answered by a stream that ends at once.
	"POST /api/docs/{id}/events":          {"/api/docs/{id}/events", `{"type":"ping"}`, 200},
	"POST /api/docs/{id}/events/messages": {"/api/docs/{id}/events/messages", `{"type":"ping"}`, 410},
	"/api/":                               {"/api/nothing", "", 404},
	"GET /{$}":                            {"/", "", 200},
	"GET /d/{doc}":                        {"/d/{id}", "", 200},
	"GET /assets/":                        {"/assets/nothing", "", 404},
	"GET /sw.js":                          {"/sw.js", "", 200},
	"/":                                   {"/nothing", "", 404},
}

// says is each message of a client, and the action that it takes.
var says = map[string]struct {
	message wire.ClientMessage
	action  Action
}{
	"Hello":    {wire.Hello{}, ReadDocument},
	"Ping":     {wire.Ping{}, ReadDocument},
	"Check":    {wire.Check{}, ReadDocument},
	"Presence": {wire.Presence{Selections: []wire.Selection{{}}}, ReadDocument},
	"Edit":     {wire.Edit{Seq: 1, Op: (&ot.Builder{}).Insert("x", ot.Attrs{}).Op()}, EditDocument},
}

func may(action Action, guests Guests) bool { return rights[action][guests] == "everybody" }

// stage is a server in one mode with a document, an owner and a guest.
type stage struct {
	*world
	doc    session.Document
	folder persist.Folder
	people map[string]*person
	ids    map[string]Principal
}

func openStage(t *testing.T, guests Guests) *stage {
	w := open(t, func(c *Config) { c.Guests = guests })
	s := &stage{world: w, people: map[string]*person{"nobody": w.person()}, ids: map[string]Principal{"nobody": {}}}
	at, err := url.Parse(w.http.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"guest", "owner"} {
		// Not through a request: not every mode lets people in.
		answer := httptest.NewRecorder()
		p, err := w.server.logins.begin(answer, httptest.NewRequest("GET", "/", nil))
		if err != nil {
			t.Fatal(err)
		}
		s.ids[who], s.people[who] = p, w.person()
		s.people[who].hc.Jar.SetCookies(at, answer.Result().Cookies())
	}
	s.doc = session.Document{
		ID: wire.DocID(session.NewID()), Kind: ot.Text, Title: "x", Lineage: "l", Owner: s.ids["owner"].User.ID, Created: time.Now(),
	}
	s.folder = persist.Folder{ID: "folder", Name: "x", Created: time.Now()}
	if err := errors.Join(w.store.CreateDocument(t.Context(), s.doc), w.store.CreateFolder(t.Context(), s.folder)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.store.PutFile(t.Context(), persist.File{ID: "file", Doc: s.doc.ID, Type: "image/png"}, []byte("x"), 10); err != nil {
		t.Fatal(err)
	}
	return s
}

func eachRight(t *testing.T, test func(t *testing.T, s *stage, guests Guests, who string)) {
	for _, guests := range []Guests{GuestsNone, GuestsView, GuestsEdit} {
		for _, who := range []string{"nobody", "guest", "owner"} {
			t.Run(fmt.Sprintf("%s/guests %s", who, guests), func(t *testing.T) { test(t, openStage(t, guests), guests, who) })
		}
	}
}

var upgrade = []string{
	"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
	"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Protocol: " + wire.Subprotocol,
}

// Every route, by everybody, in every mode.
func TestAccessOfRoutes(t *testing.T) {
	for _, rt := range routes {
		if _, ok := attempts[rt.pattern]; !ok {
			t.Errorf("the route %q is not in this test: enter it into attempts", rt.pattern)
		}
		if rights[rt.action] == nil {
			t.Errorf("%q takes the action %q, which is not in this test: enter it into rights", rt.pattern, rt.action)
		}
	}
	if len(attempts) != len(routes) {
		t.Errorf("%d routes, %d attempts", len(routes), len(attempts))
	}
	eachRight(t, func(t *testing.T, s *stage, guests Guests, who string) {
		for _, rt := range routes {
			try := attempts[rt.pattern]
			method, _, ok := strings.Cut(rt.pattern, " ")
			if !ok {
				method = "GET"
			}
			var headers []string
			if try.status == http.StatusSwitchingProtocols {
				headers = upgrade
			}
			p := &person{s.world, &http.Client{Transport: s.http.Client().Transport, Jar: frozen{s.people[who].hc.Jar}}}
			path := strings.NewReplacer("{id}", string(s.doc.ID), "{folder}", string(s.folder.ID)).Replace(try.path)
			var a answer
			if (rt.transport == viaList || rt.transport == viaRecords) && may(rt.action, guests) {
				stays := p.open(path)
				stays.close()
				a = answer{status: stays.status, header: stays.header}
			} else {
				a = p.do(method, path, try.body, headers...)
			}
			switch {
			case may(rt.action, guests):
				if a.status != try.status {
					t.Errorf("%s: %d, want %d: %s", rt.pattern, a.status, try.status, a.body)
				}
				if begins := a.header.Get("Set-Cookie") != ""; begins != (rt.guest && who == "nobody") {
					t.Errorf("%s: begins a login: %v", rt.pattern, begins)
				}
				continue
			case who == "nobody":
				a.is(t, 401, "login_needed")
			default:
				a.is(t, 403, "forbidden")
			}
			if a.header.Get("Set-Cookie") != "" {
				t.Errorf("%s: refused, and begins a login", rt.pattern)
			}
		}
	})
}

// frozen is a cookie jar that takes no more cookies.
type frozen struct{ http.CookieJar }

func (frozen) SetCookies(*url.URL, []*http.Cookie) {}

// The function that decides, alone.
func TestMay(t *testing.T) {
	for _, name := range constants(t, "access.go", "Action") {
		if rights[Action(name)] == nil {
			t.Errorf("the action %q is not in this test: enter it into rights", name)
		}
	}
	eachRight(t, func(t *testing.T, s *stage, guests Guests, who string) {
		p := s.ids[who]
		for action := range rights {
			if got := s.server.access.May(p, action, &s.doc); got != may(action, guests) {
				t.Errorf("%s: %v", action, got)
			}
		}
		if got := s.server.access.Role(p, &s.doc); got != roles[guests][who] {
			t.Errorf("role %q, want %q", got, roles[guests][who])
		}
		for _, action := range []Action{ReadDocument, ReadHistory, RestoreDocument, NameRevision, EditDocument, ChangeDocument, TrashDocument, PinDocument} {
			if s.server.access.May(p, action, nil) {
				t.Errorf("%s of no document", action)
			}
		}
		if s.server.access.May(p, "fly", &s.doc) {
			t.Error("an action that there is not")
		}
	})
}

// parts is what can be changed of a document by one request, and the actions
// that it takes beside reading.
var parts = map[string][]Action{
	`{"title":"y"}`:                   {ChangeDocument},
	`{"folder":"folder"}`:             {ChangeDocument},
	`{"trashed":true}`:                {TrashDocument},
	`{"pinned":true}`:                 {PinDocument},
	`{"pinned":true,"title":"y"}`:     {PinDocument, ChangeDocument},
	`{"pinned":true,"trashed":true}`:  {PinDocument, TrashDocument},
	`{"pinned":true,"title_was":"x"}`: {PinDocument}, // only a condition
}

// Each part of a document is changed by who may change it, and a request of
// which a part is refused changes nothing.
func TestAccessOfParts(t *testing.T) {
	eachRight(t, func(t *testing.T, s *stage, guests Guests, who string) {
		me := s.people[who]
		for body, actions := range parts {
			p := &person{s.world, &http.Client{Transport: s.http.Client().Transport, Jar: frozen{me.hc.Jar}}}
			before, err := s.store.Entry(t.Context(), s.ids[who].User.ID, s.doc.ID)
			if err != nil {
				t.Fatal(err)
			}
			a := p.do("PATCH", "/api/docs/"+string(s.doc.ID), body)
			allowed := may(ReadDocument, guests) && !slices.ContainsFunc(actions, func(act Action) bool { return !may(act, guests) })
			switch {
			case allowed:
				a.is(t, 200, "")
				p.do("PATCH", "/api/docs/"+string(s.doc.ID), strings.NewReplacer("true", "false", `"y"`, `"x"`, `"folder":"folder"`, `"folder":""`).Replace(body))
				continue
			case may(ReadDocument, guests): // nobody has a login by now
				a.is(t, 403, "forbidden")
			case who == "nobody":
				a.is(t, 401, "login_needed")
			default:
				a.is(t, 403, "forbidden")
			}
			if after, err := s.store.Entry(t.Context(), s.ids[who].User.ID, s.doc.ID); err != nil || !reflect.DeepEqual(after, before) {
				t.Errorf("%s was refused, and made %+v of %+v, %v", body, after, before, err)
			}
		}
	})
}

// constants returns the values of the string constants of a type.
func constants(t *testing.T, file, kind string) (values []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if id, ok := spec.Type.(*ast.Ident); ok && id.Name == kind {
				values = append(values, strings.Trim(spec.Values[0].(*ast.BasicLit).Value, `"`))
			}
		}
		return true
	})
	if len(values) == 0 {
		t.Fatalf("%s declares no %s", file, kind)
	}
	return values
}

// Every message of the socket, by everybody, in every mode; and REST decides
// alike.
func TestAccessOfMessages(t *testing.T) {
	for _, name := range messageTypes(t) {
		if _, ok := says[name]; !ok {
			t.Errorf("the message %s is not in this test: enter it into says", name)
		}
	}
	eachRight(t, func(t *testing.T, s *stage, guests Guests, who string) {
		me := s.people[who]
		for name, say := range says {
			ws, status := me.dial(s.doc.ID)
			mayRead := me.do("GET", "/api/docs/"+string(s.doc.ID)+"/content", "").status == 200
			if (ws != nil) != may(ReadDocument, guests) || (ws != nil) != mayRead {
				t.Fatalf("%s: the upgrade is answered with %d, content by REST: %v", name, status, mayRead)
			}
			if ws == nil {
				continue
			}
			p := s.hello(ws, wire.Hello{})
			if p.welcome.Role != roles[guests][who] {
				t.Errorf("role %q, want %q", p.welcome.Role, roles[guests][who])
			}
			mayRename := me.do("PATCH", "/api/docs/"+string(s.doc.ID), `{"title":"x"}`).status == 200
			if p.welcome.Role.CanEdit() != mayRename {
				t.Errorf("as %s one may rename: %v", p.welcome.Role, mayRename)
			}
			if name != "Hello" {
				p.send(string(at(say.message, p.welcome.Revision).Append(nil)))
			}
			switch {
			case !may(say.action, guests):
				p.refused(wire.CloseForbidden)
				continue
			case name == "Edit":
				p.acked(1)
			}
			p.alive()
			p.bye()
		}
		head, err := s.store.Head(t.Context(), s.doc.ID)
		if err != nil {
			t.Fatal(err)
		}
		if edited := head > 0; edited != may(EditDocument, guests) {
			t.Errorf("after all that the head is %d", head)
		}
	})
}

// at sets the revision that a message refers to.
func at(m wire.ClientMessage, rev wire.Revision) wire.ClientMessage {
	switch m := m.(type) {
	case wire.Edit:
		m.Base = rev
		return m
	case wire.Presence:
		m.Revision = rev
		return m
	}
	return m
}

func messageTypes(t *testing.T) (names []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "../wire/client.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "clientMessage" {
			names = append(names, fn.Recv.List[0].Type.(*ast.Ident).Name)
		}
	}
	if len(names) < 4 || !slices.Contains(names, "Edit") {
		t.Fatalf("found only the messages %q", names)
	}
	return names
}

// TestUnseenDocuments: to whom no document is shown, one that exists looks like
// one that does not.
func TestUnseenDocuments(t *testing.T) {
	w := open(t, func(cfg *Config) { cfg.Guests = GuestsNone })
	there := session.Document{ID: "there", Kind: ot.Text, Lineage: "l", Created: time.Now()}
	if err := w.store.CreateDocument(t.Context(), there); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"", "/content", "/socket"} {
		a := w.person().do("GET", "/api/docs/there"+path, "").is(t, 401, "login_needed")
		b := w.person().do("GET", "/api/docs/absent"+path, "").is(t, 401, "login_needed")
		if a.body != b.body {
			t.Errorf("%q: %s, but %s", path, a.body, b.body)
		}
	}
}
