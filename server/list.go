package server

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const (
	pageMost  = 200 // documents of a page
	pageUsual = 50
	peersMost = 8   // people that a list shows to have a document open
	queryMost = 200 // characters of a search
	foundMost = 50  // documents of its answer
)

// lists is what lists of documents need of the store.
type lists interface {
	Entry(ctx context.Context, viewer wire.UserID, doc wire.DocID) (persist.Entry, error)
	List(ctx context.Context, q persist.ListQuery) (page []persist.Entry, next string, err error)
	ChangeDocument(ctx context.Context, viewer wire.UserID, doc wire.DocID, c persist.Change) error
	PinnedBy(ctx context.Context, doc wire.DocID) (map[wire.UserID]bool, error)
	Folders(ctx context.Context) ([]persist.Folder, error)
	CreateFolder(ctx context.Context, f persist.Folder) error
	RenameFolder(ctx context.Context, id persist.FolderID, name string) error
	DeleteFolder(ctx context.Context, id persist.FolderID) error
}

// documentJSON is a document as the API shows it.
type documentJSON struct {
	ID         wire.DocID       `json:"id"`
	Kind       ot.DocKind       `json:"kind"`
	Title      string           `json:"title"`
	Lineage    wire.Lineage     `json:"lineage"`
	Revision   wire.Revision    `json:"revision"`
	Created    time.Time        `json:"created_at"`
	Edited     time.Time        `json:"edited_at"`
	Folder     persist.FolderID `json:"folder"`
	Pinned     bool             `json:"pinned"`
	Trashed    *time.Time       `json:"trashed_at,omitempty"`
	LastEditor *userJSON        `json:"last_editor,omitempty"`
	// Peers are people who have it open on this server.
	Peers []userJSON `json:"peers"`
	Match *matchJSON `json:"match,omitempty"`
}

// matchJSON is where a document has what was searched for. Ranges are from and
// to, in UTF-16 code units.
type matchJSON struct {
	Title  [][2]int `json:"title"`
	Text   string   `json:"text"`
	Ranges [][2]int `json:"ranges"`
}

// userJSON is a person as others see them.
type userJSON struct {
	ID    wire.UserID `json:"id"`
	Name  string      `json:"name"`
	Color string      `json:"color"`
}

func (s *Server) asJSON(e persist.Entry) documentJSON {
	d := documentJSON{
		ID: e.ID, Kind: e.Kind, Title: e.Title, Lineage: e.Lineage, Revision: e.Head, Created: e.Created, Edited: e.Edited,
		Folder: e.Folder, Pinned: e.Pinned, Peers: peersJSON(nil),
	}
	if !e.Trashed.IsZero() {
		d.Trashed = &e.Trashed
	}
	if e.LastEditor.ID != "" {
		d.LastEditor = (*userJSON)(&e.LastEditor)
	}
	if sight, ok := s.hub.Sight(e.ID); ok {
		d.Peers = peersJSON(&sight)
	}
	return d
}

// peersJSON is never nil; sight is if nobody has the document open.
func peersJSON(sight *session.Sight) []userJSON {
	list := []userJSON{}
	if sight != nil {
		for _, u := range sight.People(peersMost) {
			list = append(list, userJSON(u))
		}
	}
	return list
}

func (s *Server) listDocuments(w http.ResponseWriter, r *request) error {
	q, err := listQuery(r.URL.Query())
	if err != nil {
		return err
	}
	q.Viewer = r.who.User.ID
	if text := r.URL.Query()["q"]; text != nil {
		return s.searchDocuments(w, r, q, text[0])
	}
	page, next, err := s.store.List(r.Context(), q)
	if errors.Is(err, persist.ErrMalformed) {
		return errBadRequest.because("after is the value of next in the page before, asked for with the same sort.")
	}
	if err != nil {
		return err
	}
	docs := make([]documentJSON, len(page))
	for i, e := range page {
		docs[i] = s.asJSON(e)
	}
	writeJSON(w, http.StatusOK, map[string]any{"docs": docs, "next": next})
	return nil
}

// searchDocuments answers with the documents that have the words of a text, the
// best first, whatever sort and after are.
func (s *Server) searchDocuments(w http.ResponseWriter, r *request, q persist.ListQuery, text string) error {
	if n := utf8.RuneCountInString(text); n == 0 || n > queryMost {
		return errBadRequest.because("q has 1 to " + strconv.Itoa(queryMost) + " characters.")
	}
	matches, err := s.store.Search(r.Context(), persist.SearchQuery{
		Viewer: q.Viewer, View: q.View, Folder: q.Folder, Text: text, Limit: min(q.Limit, foundMost),
	})
	if err != nil {
		return err
	}
	docs := make([]documentJSON, len(matches))
	for i, m := range matches {
		docs[i] = s.asJSON(m.Entry)
		docs[i].Match = &matchJSON{rangesJSON(m.Title), m.Text, rangesJSON(m.Ranges)}
	}
	writeJSON(w, http.StatusOK, map[string]any{"docs": docs, "next": ""})
	return nil
}

func rangesJSON(ranges []persist.Range) [][2]int {
	list := make([][2]int, len(ranges))
	for i, r := range ranges {
		list[i] = [2]int{r.From, r.To}
	}
	return list
}

// noFolder is what a query says for the documents that are in no folder.
const noFolder = "none"

// listQuery reads what a request asks of a list, but for the viewer.
func listQuery(in url.Values) (q persist.ListQuery, err error) {
	q = persist.ListQuery{View: persist.View(in.Get("view")), Sort: persist.Sort(in.Get("sort")), Limit: pageUsual, After: in.Get("after")}
	switch q.View {
	case "", persist.ViewAll, persist.ViewPinned, persist.ViewTrash:
	default:
		return q, errBadRequest.because("view is all, pinned or trash.")
	}
	switch q.Sort {
	case "", persist.SortEdited, persist.SortCreated, persist.SortName:
	default:
		return q, errBadRequest.because("sort is edited, created or name.")
	}
	if v := in.Get("limit"); v != "" {
		if q.Limit, err = strconv.Atoi(v); err != nil || q.Limit < 1 || q.Limit > pageMost {
			return q, errBadRequest.because("limit is a number from 1 to " + strconv.Itoa(pageMost) + ".")
		}
	}
	if folder := persist.FolderID(in.Get("folder")); folder == noFolder {
		q.Folder = new(persist.FolderID)
	} else if folder != "" {
		q.Folder = &folder
	}
	return q, nil
}
