package server

import (
	"errors"
	"net/http"

	"github.com/collabd/collabd/history"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// changedJSON is what became of a restore or an undo.
type changedJSON struct {
	Revision wire.Revision `json:"revision"` // that it made, or the head
	Changed  bool          `json:"changed"`
}

// postRestore makes the document, or a part of it, what it was, by a new edit.
func (s *Server) postRestore(w http.ResponseWriter, r *request) error {
	var in struct {
		Revision *wire.Revision `json:"revision"`
		Range    []int          `json:"range"`
	}
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	if in.Revision == nil {
		return errBadRequest.because("Send the revision that is to be restored.")
	}
	if in.Range != nil && len(in.Range) != 2 {
		return errBadRequest.because("range is [from, to], in UTF-16 units of the document at that revision.")
	}
	if err := s.mayWrite(r, 0, r.doc.Head); err != nil {
		return err
	}
	compared, err := s.compare(r)
	if err != nil {
		return err
	}
	defer compared()
	var edit history.Edit
	if in.Range == nil {
		edit, err = s.history.Restore(r.Context(), r.doc.ID, *in.Revision)
	} else {
		edit, err = s.history.RestoreRange(r.Context(), r.doc.ID, *in.Revision, in.Range[0], in.Range[1])
	}
	if outside, ok := errors.AsType[*ot.Error](err); ok && (outside.Code == ot.CodeRange || outside.Code == ot.CodeSurrogate) {
		return errBadRequest.because("The range is not in the document at that revision, or cuts a character in two.")
	}
	if err != nil {
		return noRevision(err)
	}
	out, err := s.bringBack(r, edit)
	if err != nil {
		return err
	}
	if out.Changed {
		s.hub.Notify(r.Context(), r.doc.ID, wire.Notice{
			Kind: wire.Restored, User: r.who.User, Revision: out.Revision, Of: *in.Revision, Part: in.Range != nil,
		})
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

// postUndo takes back what a revision did, by a new edit.
func (s *Server) postUndo(w http.ResponseWriter, r *request) error {
	revision, err := parseRevision(r.PathValue("revision"), "The revision")
	if err != nil {
		return err
	}
	if err := s.mayWrite(r, 0, r.doc.Head); err != nil {
		return err
	}
	edit, err := s.history.Undo(r.Context(), r.doc.ID, revision)
	if err != nil {
		return noRevision(err)
	}
	out, err := s.bringBack(r, edit)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

// bringBack submits an edit that was made of the history. What is typed
// meanwhile is merged with it.
func (s *Server) bringBack(r *request, edit history.Edit) (changedJSON, error) {
	if edit.Op.IsNoop() {
		return changedJSON{Revision: edit.Base}, nil
	}
	was, err := s.hub.Submit(r.Context(), r.doc.ID, session.Write{User: r.who.User, Base: edit.Base, Op: edit.Op})
	if err != nil {
		return changedJSON{}, writeError(err)
	}
	return changedJSON{Revision: was.Revision, Changed: was.Changed}, nil
}
