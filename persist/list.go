package persist

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Entry is a document as a list shows it to somebody.
type Entry struct {
	session.Document
	Folder  FolderID  // "" if it is in none
	Trashed time.Time // since when it is in the trash; zero if it is not
	Pinned  bool      // by the viewer
	// LastEditor is who wrote the last record. Its ID is "" if there is no record,
	// or the person is not known any more.
	LastEditor wire.User
}

// View is which documents are listed.
type View string

// The views.
const (
	ViewAll    View = "all"    // what is not in the trash
	ViewPinned View = "pinned" // what the viewer has pinned and is not in the trash
	ViewTrash  View = "trash"
	viewEvery  View = "every" // ViewAll and ViewTrash
)

// Sort is the order of a list. What is equal is in the order of ids.
type Sort string

// The orders.
const (
	SortEdited  Sort = "edited"  // the last edited first
	SortCreated Sort = "created" // the last created first
	SortName    Sort = "name"    // by the folded words of the title
)

// ListQuery asks for a page of a list.
type ListQuery struct {
	Viewer wire.UserID // whose pins count; may be ""
	View   View        // default ViewAll
	Sort   Sort        // default SortEdited
	// Folder is the one whose documents are listed; nil lists those of all, and ""
	// those that are in none.
	Folder *FolderID
	Limit  int    // entries of the page, at least 1
	After  string // "" for the first page, or what came with the page before
}

func (q ListQuery) withDefaults() ListQuery {
	if q.View == "" {
		q.View = ViewAll
	}
	if q.Sort == "" {
		q.Sort = SortEdited
	}
	return q
}

// check returns the place after which the page begins.
func (q ListQuery) check() (cursor, error) {
	switch q.View {
	case ViewAll, ViewPinned, ViewTrash, viewEvery:
	default:
		return cursor{}, fmt.Errorf("%w: the view %q is unknown", ErrMalformed, q.View)
	}
	switch q.Sort {
	case SortEdited, SortCreated, SortName:
	default:
		return cursor{}, fmt.Errorf("%w: the order %q is unknown", ErrMalformed, q.Sort)
	}
	if q.Limit < 1 {
		return cursor{}, fmt.Errorf("%w: a page of %d documents", ErrMalformed, q.Limit)
	}
	return parseCursor(q.Sort, q.After)
}

// listEntries makes a page of what query finds: it is asked for one entry more
// than the page has, which says whether there is a next page.
func listEntries(q ListQuery, query func(q ListQuery, after cursor, limit int) ([]Entry, error)) (page []Entry, next string, err error) {
	q = q.withDefaults()
	after, err := q.check()
	if err == nil && (!isText(string(q.Viewer)) || q.Folder != nil && !isText(string(*q.Folder))) {
		return nil, "", nil // there is nobody, or no folder, of that name
	}
	if err == nil {
		page, err = query(q, after, q.Limit+1)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list documents: %w", err)
	}
	if len(page) > q.Limit {
		page = page[:q.Limit]
		next = cursorAt(q.Sort, page[q.Limit-1]).String()
	}
	return page, next, nil
}

// listDocuments is ListDocuments of every store.
func listDocuments(ctx context.Context, s Store, limit int, after string) (page []session.Document, next string, err error) {
	entries, next, err := s.List(ctx, ListQuery{View: viewEvery, Limit: limit, After: after})
	for _, e := range entries {
		page = append(page, e.Document)
	}
	return page, next, err
}

// Change is what is to become different about a document; nil leaves it as it
// is.
type Change struct {
	Title *string
	// TitleWas is what the title must be for anything to change: of two people who
	// write it at once the second one learns of the words of the first. nil if it
	// does not matter.
	TitleWas *string
	Folder   *FolderID  // "" takes it out of its folder
	Trashed  *time.Time // since when; the zero time takes it out of the trash
	Pinned   *bool      // by the viewer
}

// ErrTitleChanged says that the title is not Change.TitleWas. Nothing was
// written.
var ErrTitleChanged = errors.New("the document has another title")

// fits says whether the change may be made to a document with that title.
func (c Change) fits(title string) error {
	if c.TitleWas != nil && *c.TitleWas != title {
		return ErrTitleChanged
	}
	return nil
}

func (c Change) check(viewer wire.UserID) error {
	if c.Title != nil {
		if err := checkText("title", *c.Title); err != nil {
			return err
		}
	}
	if c.Pinned != nil && viewer == "" {
		return fmt.Errorf("%w: a pin belongs to somebody", ErrMalformed)
	}
	if c.Folder != nil && !isText(string(*c.Folder)) {
		return ErrNoFolder
	}
	return checkText("user", string(viewer))
}
