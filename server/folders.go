package server

import (
	"net/http"
	"time"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
)

const (
	folderRunes = 80   // of a folder's name
	foldersMost = 1000 // folders of a server
)

type folderJSON struct {
	ID        persist.FolderID `json:"id"`
	Name      string           `json:"name"`
	Documents int              `json:"documents"` // that are not in the trash
}

func (s *Server) listFolders(w http.ResponseWriter, r *request) error {
	folders, err := s.store.Folders(r.Context())
	if err != nil {
		return err
	}
	list := make([]folderJSON, len(folders))
	for i, f := range folders {
		list[i] = folderJSON{f.ID, f.Name, f.Documents}
	}
	writeJSON(w, http.StatusOK, map[string]any{"folders": list})
	return nil
}

func (s *Server) createFolder(w http.ResponseWriter, r *request) error {
	name, err := folderName(w, r)
	if err != nil {
		return err
	}
	folders, err := s.store.Folders(r.Context())
	if err != nil {
		return err
	}
	if len(folders) >= foldersMost {
		return &errManyFolders
	}
	f := persist.Folder{ID: persist.FolderID(session.NewID()), Name: name, Created: time.Now()}
	if err := s.store.CreateFolder(r.Context(), f); err != nil {
		return err
	}
	s.list.foldersChanged()
	writeJSON(w, http.StatusCreated, folderJSON{ID: f.ID, Name: f.Name})
	return nil
}

func (s *Server) patchFolder(w http.ResponseWriter, r *request) error {
	name, err := folderName(w, r)
	if err != nil {
		return err
	}
	id := folderOf(r)
	if err := s.store.RenameFolder(r.Context(), id, name); err != nil {
		return err
	}
	s.list.foldersChanged()
	folders, err := s.store.Folders(r.Context())
	if err != nil {
		return err
	}
	for _, f := range folders {
		if f.ID == id {
			writeJSON(w, http.StatusOK, folderJSON{f.ID, f.Name, f.Documents})
			return nil
		}
	}
	return persist.ErrNoFolder // it was deleted at this moment
}

// deleteFolder removes a folder. Its documents stay, and are in none then.
func (s *Server) deleteFolder(w http.ResponseWriter, r *request) error {
	if err := s.store.DeleteFolder(r.Context(), folderOf(r)); err != nil {
		return err
	}
	s.list.foldersChanged()
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func folderOf(r *request) persist.FolderID { return persist.FolderID(r.PathValue("folder")) }

// folderName reads the body, which is a name.
func folderName(w http.ResponseWriter, r *request) (string, error) {
	var in struct {
		Name *string `json:"name"`
	}
	if err := readJSON(w, r, &in); err != nil {
		return "", err
	}
	if in.Name == nil {
		return "", errBadRequest.because("A folder needs a name: send it.")
	}
	name, err := cleanLine(*in.Name, folderRunes, "name")
	if err == nil && name == "" {
		err = errBadRequest.because("The name is empty.")
	}
	return name, err
}
