package server

import (
	"net/http"
	"regexp"

	"github.com/collabd/collabd/wire"
)

type meJSON struct {
	ID    wire.UserID `json:"id"`
	Name  string      `json:"name"`
	Color string      `json:"color"`
	Guest bool        `json:"guest"`
}

func (s *Server) getMe(w http.ResponseWriter, r *request) error {
	writeJSON(w, http.StatusOK, meJSON{r.who.User.ID, r.who.User.Name, r.who.User.Color, r.who.Guest})
	return nil
}

var colorPattern = regexp.MustCompile(`^#[0-9a-f]{6}$`)

func (s *Server) patchMe(w http.ResponseWriter, r *request) error {
	var in struct {
		Name  *string `json:"name"`
		Color *string `json:"color"`
	}
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	u, err := s.store.User(r.Context(), r.who.User.ID)
	if err != nil {
		return err
	}
	if in.Name != nil {
		name, err := cleanLine(*in.Name, nameRunes, "name")
		if err != nil {
			return err
		}
		if name == "" {
			return errBadRequest.because("The name is empty.")
		}
		u.Name = name
	}
	if in.Color != nil {
		if !colorPattern.MatchString(*in.Color) {
			return errBadRequest.because("The color is like #1d6fb8.")
		}
		u.Color = *in.Color
	}
	if err := s.store.UpdateUser(r.Context(), u); err != nil {
		return err
	}
	r.who = principalOf(u)
	s.hub.Reintroduce(r.Context(), r.who.User)
	return s.getMe(w, r)
}
