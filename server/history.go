package server

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/collabd/collabd/history"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

type historyJSON struct {
	Head    wire.Revision `json:"head"`
	Created time.Time     `json:"created_at"`
	Authors []authorJSON  `json:"authors"`
	Spans   []spanJSON    `json:"spans"`
	Names   []nameJSON    `json:"names"`
}

type authorJSON struct {
	userJSON
	Records int `json:"records"`
}

type spanJSON struct {
	From    wire.Revision `json:"from"`
	To      wire.Revision `json:"to"`
	Start   time.Time     `json:"start"`
	End     time.Time     `json:"end"`
	Authors []int         `json:"authors"`
}

// recordJSON is who made a revision, and when.
type recordJSON struct {
	Revision wire.Revision `json:"revision"`
	User     userJSON      `json:"user"`
	At       time.Time     `json:"at"`
}

// getHistory answers with who wrote the document when, and with the names of
// its revisions.
func (s *Server) getHistory(w http.ResponseWriter, r *request) error {
	summary, err := s.history.Summary(r.Context(), r.doc.ID)
	if err != nil {
		return err
	}
	select {
	case s.opened <- r.doc.ID: // more is going to be asked
	default:
	}
	out := historyJSON{
		Head: summary.Head, Created: r.doc.Created,
		Authors: make([]authorJSON, len(summary.Authors)), Spans: make([]spanJSON, len(summary.Spans)), Names: []nameJSON{},
	}
	for i, a := range summary.Authors {
		who, err := s.author(r.Context(), a.User)
		if err != nil {
			return err
		}
		out.Authors[i] = authorJSON{who, a.Records}
	}
	for i, span := range summary.Spans {
		out.Spans[i] = spanJSON(span)
	}
	names, err := s.store.RevisionNames(r.Context(), r.doc.ID)
	if err != nil {
		return err
	}
	for _, n := range names {
		name, err := s.asName(r.Context(), n)
		if err != nil {
			return err
		}
		out.Names = append(out.Names, name)
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

// prepareHistories reads the histories that were opened, one after the other,
// while people still look at the first answer.
func (s *Server) prepareHistories(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case doc := <-s.opened:
			if err := s.history.Prepare(ctx, doc); err != nil && ctx.Err() == nil {
				s.log.Warn().Err(err).Str("doc", string(doc)).Msg("a history cannot be read")
			}
		}
	}
}

// getChange answers with the op from one revision to another, and who made that
// one.
func (s *Server) getChange(w http.ResponseWriter, r *request) error {
	from, to, err := s.twoRevisions(r)
	if err != nil {
		return err
	}
	op, err := s.history.Change(r.Context(), r.doc.ID, from, to)
	if err != nil {
		return noRevision(err)
	}
	var record *recordJSON
	if to > 0 {
		fact, err := s.history.Fact(r.Context(), r.doc.ID, to)
		if err != nil {
			return noRevision(err)
		}
		who, err := s.author(r.Context(), fact.User)
		if err != nil {
			return err
		}
		record = &recordJSON{fact.Revision, who, fact.At}
	}
	writeJSON(w, http.StatusOK, struct {
		From   wire.Revision `json:"from"`
		To     wire.Revision `json:"to"`
		Op     opJSON        `json:"op"`
		Record *recordJSON   `json:"record,omitempty"`
	}{from, to, opJSON{op}, record})
	return nil
}

// getBlame answers with who inserted what is in the document at a revision.
func (s *Server) getBlame(w http.ResponseWriter, r *request) error {
	revision, err := revisionOf(r.URL.Query(), "revision", r.doc.Head)
	if err != nil {
		return err
	}
	credits, err := s.history.Blame(r.Context(), r.doc.ID, revision)
	if err != nil {
		return noRevision(err)
	}
	by := newAuthors(s)
	spans := make([][4]int64, len(credits))
	for i, c := range credits {
		author, err := by.index(r.Context(), c)
		if err != nil {
			return err
		}
		spans[i] = [4]int64{int64(c.Units), author, int64(c.Revision), millis(c)}
	}
	writeJSON(w, http.StatusOK, struct {
		Revision wire.Revision `json:"revision"`
		Authors  []userJSON    `json:"authors"`
		Spans    [][4]int64    `json:"spans"`
	}{revision, by.list, spans})
	return nil
}

// getDifference answers with what differs between two revisions, and by whom.
func (s *Server) getDifference(w http.ResponseWriter, r *request) error {
	from, to, err := s.twoRevisions(r)
	if err != nil {
		return err
	}
	if from > to {
		return errBadRequest.because("from is after to: send the earlier revision as from.")
	}
	compared, err := s.compare(r)
	if err != nil {
		return err
	}
	defer compared()
	d, err := s.history.Difference(r.Context(), r.doc.ID, from, to)
	if err != nil {
		return noRevision(err)
	}
	by := newAuthors(s)
	inserted, err := by.parts(r.Context(), d.Inserted)
	if err != nil {
		return err
	}
	deleted, err := by.parts(r.Context(), d.Deleted)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, struct {
		From     wire.Revision `json:"from"`
		To       wire.Revision `json:"to"`
		Op       opJSON        `json:"op"`
		Authors  []userJSON    `json:"authors"`
		Inserted [][5]int64    `json:"inserted"`
		Deleted  [][5]int64    `json:"deleted"`
	}{from, to, opJSON{d.Op}, by.list, inserted, deleted})
	return nil
}

// compare waits until documents may be compared, of which only a few are at
// once. Whoever has compared calls what it returns.
func (s *Server) compare(r *request) (compared func(), err error) {
	select {
	case s.differences <- struct{}{}:
		return func() { <-s.differences }, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// twoRevisions are from and to, both needed.
func (s *Server) twoRevisions(r *request) (from, to wire.Revision, err error) {
	q := r.URL.Query()
	if !q.Has("from") || !q.Has("to") {
		return 0, 0, errBadRequest.because("Send two revisions, from and to.")
	}
	if from, err = revisionOf(q, "from", 0); err != nil {
		return 0, 0, err
	}
	to, err = revisionOf(q, "to", 0)
	return from, to, err
}

// revisionOf reads a revision of a query.
func revisionOf(q url.Values, name string, usual wire.Revision) (wire.Revision, error) {
	if !q.Has(name) {
		return usual, nil
	}
	return parseRevision(q.Get(name), name)
}

func parseRevision(text, name string) (wire.Revision, error) {
	n, err := strconv.ParseUint(text, 10, 53)
	if err != nil {
		return 0, errBadRequest.because(name + " is a whole number, 0 or more.")
	}
	return wire.Revision(n), nil
}

// opJSON is an op as JSON, which encoding/json passes on as it is.
type opJSON struct{ ot.Op }

// MarshalJSON returns the Delta.
func (o opJSON) MarshalJSON() ([]byte, error) { return o.AppendJSON(nil), nil }

func millis(c history.Credit) int64 {
	if c.Revision == 0 {
		return 0
	}
	return c.Time.UnixMilli()
}
