package server

import (
	"context"

	"github.com/collabd/collabd/session"
)

// rename gives a document another title and tells its peers. With was, it
// does so only while the title is still that one, and else answers
// title_changed: of two people who write the title at once the second learns
// of the first one's words before it can put its own over them.
func (s *Server) rename(ctx context.Context, d *session.Document, title string, was *string) error {
	s.renames.Lock()
	defer s.renames.Unlock()
	if was != nil {
		now, err := s.store.Document(ctx, d.ID)
		if err != nil {
			return err
		}
		if now.Title != *was {
			return &errTitleChanged
		}
	}
	if err := s.store.RenameDocument(ctx, d.ID, title); err != nil {
		return err
	}
	d.Title = title
	s.hub.Retitle(ctx, d.ID, title)
	return nil
}
