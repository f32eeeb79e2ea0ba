package server

import (
	"errors"
	"net/http"
	"strings"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// route is one address: what it needs and who serves it.
type route struct {
	pattern string // as http.ServeMux has it
	action  Action
	// guest: a request without a login begins one as a guest, where guests
	// are allowed.
	guest bool
	// transport: the request becomes a connection of this kind that stays, of
	// which there are limits.
	transport string
	serve     func(*Server, http.ResponseWriter, *request) error
}

// request is a request whose principal is known and may take the action. doc
// is the document of the path, nil if the path has none.
type request struct {
	*http.Request
	who Principal
	doc *session.Document
	// seat is that of a connection that stays. It is left when the handler
	// returns, unless the handler takes it.
	seat *place
}

// takeSeat makes the caller the one who leaves the seat.
func (r *request) takeSeat() *place {
	seat := r.seat
	r.seat = nil
	return seat
}

// routes lists every address of the server. Everything about a document
// carries its id in the path as {id}: it is looked up and decided on before
// the handler runs, and no handler takes a document from anywhere else.
var routes = []route{
	{"GET /healthz", Public, false, "", (*Server).healthz},
	{"GET /readyz", Public, false, "", (*Server).readyz},

	{"GET /api/openapi.yaml", Public, false, "", (*Server).openAPI},
	{"GET /api/me", ChangeSelf, true, "", (*Server).getMe},
	{"PATCH /api/me", ChangeSelf, true, "", (*Server).patchMe},
	{"GET /api/docs", ListDocuments, false, "", (*Server).listDocuments},
	{"POST /api/docs", CreateDocument, true, "", (*Server).createDocument},
	{"GET /api/docs/{id}", ReadDocument, false, "", (*Server).getDocument},
	// What is changed of it takes further actions, which the handler asks for.
	{"PATCH /api/docs/{id}", ReadDocument, true, "", (*Server).patchDocument},
	{"DELETE /api/docs/{id}", TrashDocument, true, "", (*Server).deleteDocument},
	{"GET /api/folders", ListDocuments, false, "", (*Server).listFolders},
	{"POST /api/folders", ChangeFolders, true, "", (*Server).createFolder},
	{"PATCH /api/folders/{folder}", ChangeFolders, true, "", (*Server).patchFolder},
	{"DELETE /api/folders/{folder}", ChangeFolders, true, "", (*Server).deleteFolder},
	{"GET /api/docs/{id}/content", ReadDocument, false, "", (*Server).getContent},
	{"GET /api/docs/{id}/export", ReadDocument, false, "", (*Server).getExport},
	{importPattern, CreateDocument, true, "", (*Server).importDocument},
	{"GET /api/docs/{id}/history", ReadHistory, false, "", (*Server).getHistory},
	{"GET /api/docs/{id}/change", ReadHistory, false, "", (*Server).getChange},
	{"GET /api/docs/{id}/blame", ReadHistory, false, "", (*Server).getBlame},
	{"GET /api/docs/{id}/difference", ReadHistory, false, "", (*Server).getDifference},
	{"POST /api/docs/{id}/restore", RestoreDocument, true, "", (*Server).postRestore},
	{"POST /api/docs/{id}/revisions/{revision}/undo", RestoreDocument, true, "", (*Server).postUndo},
	{"PUT /api/docs/{id}/revisions/{revision}/name", NameRevision, true, "", (*Server).putName},
	{"DELETE /api/docs/{id}/revisions/{revision}/name", NameRevision, true, "", (*Server).deleteName},
	{"GET /api/docs/{id}/socket", ReadDocument, true, viaWebSocket, (*Server).socket},
	{"POST /api/docs/{id}/events", ReadDocument, true, viaEvents, (*Server).openEvents},
	{"POST /api/docs/{id}/events/messages", ReadDocument, false, "", (*Server).postEvents},
	{contentPattern, EditDocument, true, "", (*Server).putContent},
	{editPattern, EditDocument, true, "", (*Server).postEdit},
	{"GET /api/docs/{id}/records", ReadHistory, false, "", (*Server).getRecords},
	{"GET /api/docs/{id}/records/events", ReadHistory, false, viaRecords, (*Server).recordEvents},
	{uploadPattern, EditDocument, true, "", (*Server).postFile},
	{"GET /files/{id}/{file}", ReadDocument, false, "", (*Server).getFile},
	{"GET /api/list/events", ListDocuments, false, viaList, (*Server).listEvents},
	{"/api/", Public, false, "", (*Server).noSuchRoute},

	{"GET /{$}", Public, false, "", page("index.html")},
	{"GET /d/{doc}", Public, false, "", page("editor.html")},
	{"GET /assets/", Public, false, "", (*Server).asset},
	{"GET /sw.js", Public, false, "", (*Server).worker},
	{"/", Public, false, "", (*Server).noSuchRoute},
}

func (s *Server) mux() *http.ServeMux {
	mux := http.NewServeMux()
	for _, rt := range routes {
		mux.HandleFunc(rt.pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := s.admit(rt, w, r); err != nil {
				s.fail(w, r, err)
			}
		})
	}
	return mux
}

// route finds out who it is and whether they may, then serves.
func (s *Server) route(rt route, w http.ResponseWriter, r *http.Request) error {
	if rt.action == Public {
		return rt.serve(s, w, &request{Request: r})
	}
	from := s.proxies.counted(parseAddress(r.RemoteAddr))
	if rt.transport != "" {
		if err := s.admission.knock(from); err != nil {
			return err
		}
	}
	who, err := s.logins.principal(r)
	if err != nil {
		return err
	}
	var doc *session.Document
	var missing error // who may see no document does not learn which there are
	if id := r.PathValue("id"); id != "" {
		d, err := s.store.Document(r.Context(), wire.DocID(id))
		if err != nil && !errors.Is(err, session.ErrNotFound) {
			return err
		}
		doc, missing = &d, err
	}
	if !s.access.May(who, rt.action, doc) {
		if who.Anonymous() {
			return &errLoginNeeded
		}
		return &errForbidden
	}
	if missing != nil {
		return missing
	}
	req := &request{Request: r, doc: doc}
	if rt.transport != "" {
		if req.seat, err = s.admission.enter(rt.transport, from, who); err != nil {
			return err
		}
		defer func() {
			if req.seat != nil {
				req.seat.leave()
			}
		}()
	}
	if rt.guest && who.Anonymous() {
		if rt.action == ReadDocument && !s.site.owns(r) {
			return &errWrongOrigin // the socket checks again; no login for others
		}
		if err := s.admission.guest(from); err != nil {
			return err
		}
		if who, err = s.logins.begin(w, r); err != nil {
			return err
		}
		s.metrics.guests.Inc()
		if req.seat != nil {
			req.seat.of(who)
		}
	}
	req.who = who
	return rt.serve(s, w, req)
}

// noSuchRoute answers what no route takes: an address that does not exist, or
// one that does with another method.
func (s *Server) noSuchRoute(w http.ResponseWriter, r *request) error {
	var allowed []string
	for _, method := range []string{"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"} {
		probe := *r.Request
		probe.Method = method
		if _, pattern := s.router.Handler(&probe); strings.Contains(pattern, " ") {
			allowed = append(allowed, method)
		}
	}
	if allowed == nil {
		return &errNotFound
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	return &errNoMethod
}

// guard is around everything: the name of the server, writes from other
// sites, and the headers that every answer has.
func (s *Server) guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, &errWrongOrigin)
	}))
	next = cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		if err := s.hurry(w, r); err != nil {
			s.fail(w, r, err)
			return
		}
		if !s.site.knows(r) {
			s.fail(w, r, &errWrongHost)
			return
		}
		next.ServeHTTP(w, r)
	})
}
