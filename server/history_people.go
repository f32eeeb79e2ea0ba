package server

import (
	"context"
	"errors"

	"github.com/collabd/collabd/history"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// historySource lets package history read a store.
type historySource struct{ Store }

// Facts is as history.Source says.
func (s historySource) Facts(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) ([]history.Fact, error) {
	stored, err := s.Store.Facts(ctx, doc, after, upTo)
	if err != nil {
		return nil, err
	}
	facts := make([]history.Fact, len(stored))
	for i, f := range stored {
		facts[i] = history.Fact{Revision: f.Revision, User: f.User, At: f.At}
	}
	return facts, nil
}

// facts is what the history needs of the store beside the session's part.
type facts interface {
	Facts(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) ([]persist.Fact, error)
	NameRevision(ctx context.Context, doc wire.DocID, n persist.RevisionName, most int) error
	UnnameRevision(ctx context.Context, doc wire.DocID, revision wire.Revision) error
	RevisionNames(ctx context.Context, doc wire.DocID) ([]persist.RevisionName, error)
}

// Whoever is no longer known is shown so.
const (
	unknownName  = "Unknown"
	unknownColor = "#7f7f7f"
)

// author is a person as the history shows them: as they are now.
func (s *Server) author(ctx context.Context, id wire.UserID) (userJSON, error) {
	u, err := s.store.User(ctx, id)
	if errors.Is(err, session.ErrNotFound) {
		return userJSON{id, unknownName, unknownColor}, nil
	}
	return userJSON{id, u.Name, u.Color}, err
}

// noRevision is the answer where a revision was asked for that there is not.
func noRevision(err error) error {
	if errors.Is(err, session.ErrNotFound) {
		return errNoRevision.with(err)
	}
	return err
}

// authors are the people of an answer, in the order in which they come up.
type authors struct {
	server *Server
	list   []userJSON
	places map[wire.UserID]int64
}

func newAuthors(s *Server) *authors {
	return &authors{server: s, list: []userJSON{}, places: make(map[wire.UserID]int64)}
}

// index is the place of whoever a stretch is from, -1 if nobody can be named.
func (a *authors) index(ctx context.Context, c history.Credit) (int64, error) {
	if c.Revision == 0 {
		return -1, nil
	}
	if i, ok := a.places[c.User]; ok {
		return i, nil
	}
	u, err := a.server.author(ctx, c.User)
	if err != nil {
		return 0, err
	}
	i := int64(len(a.list))
	a.list, a.places[c.User] = append(a.list, u), i
	return i, nil
}

// parts are stretches as [at, units, author, revision, time].
func (a *authors) parts(ctx context.Context, credits []history.Credit) ([][5]int64, error) {
	parts := make([][5]int64, len(credits))
	for i, c := range credits {
		author, err := a.index(ctx, c)
		if err != nil {
			return nil, err
		}
		parts[i] = [5]int64{int64(c.At), int64(c.Units), author, int64(c.Revision), millis(c)}
	}
	return parts, nil
}
