package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/ot/strictjson"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const (
	bodyBytes   = 64 << 10 // of a request that is no content
	bodyDepth   = 8
	bodyMembers = 32
	titleRunes  = 200
	nameRunes   = 60
)

func (s *Server) createDocument(w http.ResponseWriter, r *request) error {
	var in struct {
		Title string     `json:"title"`
		Kind  ot.DocKind `json:"kind"`
	}
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	if in.Kind == "" {
		in.Kind = ot.Rich
	}
	if !in.Kind.Valid() {
		return errBadRequest.because(`kind is "rich" or "text".`)
	}
	title, err := cleanLine(in.Title, titleRunes, "title")
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	d := session.Document{
		ID: wire.DocID(session.NewID()), Kind: in.Kind, Title: title, Lineage: wire.Lineage(session.NewID()),
		Owner: r.who.User.ID, Created: now, Edited: now,
	}
	if err := s.store.CreateDocument(r.Context(), d); err != nil {
		return err
	}
	s.index.tell(d.ID)
	s.list.changed(d.ID)
	w.Header().Set("Location", "/api/docs/"+string(d.ID))
	writeJSON(w, http.StatusCreated, s.asJSON(persist.Entry{Document: d}))
	return nil
}

func (s *Server) getDocument(w http.ResponseWriter, r *request) error {
	return s.answerDocument(w, r)
}

// answerDocument answers with the document of the request as it is now.
func (s *Server) answerDocument(w http.ResponseWriter, r *request) error {
	e, err := s.store.Entry(r.Context(), r.who.User.ID, r.doc.ID)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, s.asJSON(e))
	return nil
}

func (s *Server) patchDocument(w http.ResponseWriter, r *request) error {
	var in struct {
		Title    *string           `json:"title"`
		TitleWas *string           `json:"title_was"`
		Folder   *persist.FolderID `json:"folder"`
		Pinned   *bool             `json:"pinned"`
		Trashed  *bool             `json:"trashed"`
	}
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	if in.Title == nil && in.Folder == nil && in.Pinned == nil && in.Trashed == nil {
		return errBadRequest.because("Nothing is to be changed: send title, folder, pinned or trashed.")
	}
	for _, part := range []struct {
		sent  bool
		takes Action
	}{
		{in.Title != nil || in.Folder != nil, ChangeDocument},
		{in.Trashed != nil, TrashDocument},
		{in.Pinned != nil, PinDocument},
	} {
		if part.sent && !s.access.May(r.who, part.takes, r.doc) {
			return &errForbidden
		}
	}
	change := persist.Change{TitleWas: in.TitleWas, Folder: in.Folder, Pinned: in.Pinned}
	if in.Title != nil {
		title, err := cleanLine(*in.Title, titleRunes, "title")
		if err != nil {
			return err
		}
		change.Title = &title
	}
	if in.Trashed != nil {
		at, err := s.trashedAt(r, *in.Trashed)
		if err != nil {
			return err
		}
		change.Trashed = at
	}
	return s.change(w, r, change)
}

// trashedAt is since when a document is in the trash: one that is there already
// keeps its time.
func (s *Server) trashedAt(r *request, trashed bool) (*time.Time, error) {
	if !trashed {
		return &time.Time{}, nil
	}
	e, err := s.store.Entry(r.Context(), r.who.User.ID, r.doc.ID)
	if err == nil && e.Trashed.IsZero() {
		e.Trashed = time.Now()
	}
	return &e.Trashed, err
}

// deleteDocument puts a document into the trash. Nothing is ever removed by it.
func (s *Server) deleteDocument(w http.ResponseWriter, r *request) error {
	at, err := s.trashedAt(r, true)
	if err != nil {
		return err
	}
	return s.change(w, r, persist.Change{Trashed: at})
}

// change changes the document of the request, tells everybody, and answers with
// it.
func (s *Server) change(w http.ResponseWriter, r *request, c persist.Change) error {
	if err := s.keep(r, c); err != nil {
		return err
	}
	s.list.changed(r.doc.ID)
	if c.Folder != nil || c.Trashed != nil {
		s.list.foldersChanged()
	}
	return s.answerDocument(w, r)
}

// keep stores a change. Peers are told titles in the order in which these are
// stored: nobody else renames the document meanwhile.
func (s *Server) keep(r *request, c persist.Change) error {
	if c.Title == nil {
		return s.store.ChangeDocument(r.Context(), r.who.User.ID, r.doc.ID, c)
	}
	defer s.renames.lock(r.doc.ID)()
	if err := s.store.ChangeDocument(r.Context(), r.who.User.ID, r.doc.ID, c); err != nil {
		return err
	}
	s.hub.Retitle(r.Context(), r.doc.ID, *c.Title)
	s.index.tell(r.doc.ID)
	return nil
}

// readJSON reads a small JSON object; unknown members are refused.
func readJSON(w http.ResponseWriter, r *request, into any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return &errNotJSON
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyBytes))
	if answer := bodyError(err); answer != nil {
		return answer
	}
	if err == nil {
		err = checkObject(body)
	}
	if err == nil {
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.DisallowUnknownFields()
		err = dec.Decode(into)
	}
	if err != nil {
		return errBadRequest.because("The body is not the JSON object that is expected here: " + err.Error() + ".")
	}
	return nil
}

// checkObject refuses what encoding/json would let pass: half surrogate pairs,
// of which it makes U+FFFD, two members of one name, of which it takes the
// last, and names in capitals, which it takes for ours.
func checkObject(body []byte) error {
	members, err := strictjson.Object(body, bodyDepth, bodyMembers)
	for _, m := range members {
		if m.Name != strings.ToLower(m.Name) {
			return errors.New("unknown member")
		}
	}
	return err
}

// cleanLine makes one line of what people type as a name.
func cleanLine(s string, most int, what string) (string, error) {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > most {
		return "", errBadRequest.because("The " + what + " is longer than " + strconv.Itoa(most) + " characters.")
	}
	return s, nil
}
