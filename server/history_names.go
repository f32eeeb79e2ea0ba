package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const (
	revisionNameRunes = 80   // of a revision's name
	revisionNamesMost = 1000 // names of a document's revisions
)

type nameJSON struct {
	Revision wire.Revision `json:"revision"`
	Name     string        `json:"name"`
	User     userJSON      `json:"user"`
	At       time.Time     `json:"at"`
}

// putName gives a revision a name, in place of the one that it has.
func (s *Server) putName(w http.ResponseWriter, r *request) error {
	revision, err := parseRevision(r.PathValue("revision"), "The revision")
	if err != nil {
		return err
	}
	var in struct {
		Name *string `json:"name"`
	}
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	if in.Name == nil {
		return errBadRequest.because("Send the name.")
	}
	name, err := cleanLine(*in.Name, revisionNameRunes, "name")
	if err == nil && name == "" {
		err = errBadRequest.because("The name is empty: DELETE takes it away.")
	}
	if err != nil {
		return err
	}
	n := persist.RevisionName{Revision: revision, Name: name, User: r.who.User.ID, At: time.Now().UTC().Truncate(time.Microsecond)}
	if err := s.store.NameRevision(r.Context(), r.doc.ID, n, revisionNamesMost); err != nil {
		return noRevision(err)
	}
	out, err := s.asName(r.Context(), n)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

// deleteName takes the name of a revision away. One that has none is as it
// should be.
func (s *Server) deleteName(w http.ResponseWriter, r *request) error {
	revision, err := parseRevision(r.PathValue("revision"), "The revision")
	if err != nil {
		return err
	}
	err = s.store.UnnameRevision(r.Context(), r.doc.ID, revision)
	if errors.Is(err, session.ErrNotFound) && revision <= r.doc.Head {
		err = nil
	}
	if err != nil {
		return noRevision(err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) asName(ctx context.Context, n persist.RevisionName) (nameJSON, error) {
	who, err := s.author(ctx, n.User)
	return nameJSON{n.Revision, n.Name, who, n.At}, err
}
