package persist

import (
	"fmt"
	"strings"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// dialect is in what the queries for lists differ between databases.
type dialect struct {
	edited string // when a document was edited the last time
	last   string // joins its last record, or nothing, as r
	param  func(n int) string
	instr  string // the function that finds its second argument in the first
	// editedPage orders by edited, and is the condition for what comes after a
	// place in that order.
	editedPage func(p *params, after cursor) (where, order string)
}

// params are the parameters of a query, as far as it is written.
type params struct {
	dialect
	values []any
}

// add returns how the query names a parameter with that value.
func (p *params) add(v any) string {
	p.values = append(p.values, v)
	return p.param(len(p.values))
}

// selectEntries begins a query for entries, as scanEntry takes them: documents
// as d with what belongs to them. A condition follows.
func (p *params) selectEntries(viewer wire.UserID) string {
	return `SELECT d.id, d.kind, d.title, d.lineage, d.owner, d.created_at, ` + p.edited + ` AS edited, coalesce(r.revision, 0),
		coalesce(d.folder, ''), d.trashed_at, p.doc IS NOT NULL, coalesce(u.id, ''), coalesce(u.name, ''), coalesce(u.color, '')
	FROM documents d ` + p.last + ` LEFT JOIN users u ON u.id = r."user"
		LEFT JOIN pins p ON p."user" = ` + p.add(string(viewer)) + ` AND p.doc = d.id
	WHERE `
}

// filter is the condition for a view and a folder.
func (p *params) filter(view View, folder *FolderID) string {
	var and []string
	switch view {
	case ViewTrash:
		and = append(and, "d.trashed_at IS NOT NULL")
	case ViewPinned:
		and = append(and, "d.trashed_at IS NULL", "p.doc IS NOT NULL")
	case ViewAll:
		and = append(and, "d.trashed_at IS NULL")
	}
	switch {
	case folder == nil:
	case *folder == "":
		and = append(and, "d.folder IS NULL")
	default:
		and = append(and, "d.folder = "+p.add(string(*folder)))
	}
	if len(and) == 0 {
		return "true"
	}
	return strings.Join(and, " AND ")
}

// listSQL is the query for a page of at most limit entries.
func (d dialect) listSQL(q ListQuery, after cursor, limit int) (query string, values []any) {
	p := &params{dialect: d}
	query = p.selectEntries(q.Viewer) + p.filter(q.View, q.Folder)
	var where, order string
	switch q.Sort {
	case SortEdited:
		where, order = d.editedPage(p, after)
	case SortCreated:
		where, order = "", "d.created_at DESC, d.id DESC"
		if !after.isStart() {
			where = fmt.Sprintf("(d.created_at, d.id) < (%s, %s)", p.add(after.time), p.add(after.id))
		}
	case SortName:
		where, order = "", "d.title_key, d.id"
		if !after.isStart() {
			where = fmt.Sprintf("(d.title_key, d.id) > (%s, %s)", p.add(after.name), p.add(after.id))
		}
	}
	if where != "" {
		query += " AND " + where
	}
	return query + " ORDER BY " + order + " LIMIT " + p.add(limit), p.values
}

// entrySQL is the query for one entry.
func (d dialect) entrySQL(viewer wire.UserID, doc wire.DocID) (query string, values []any) {
	p := &params{dialect: d}
	query = p.selectEntries(viewer)
	return query + "d.id = " + p.add(string(doc)), p.values
}

// scanEntry reads a row of selectEntries. [session.ErrNotFound] if there is
// none.
func scanEntry(scan func(...any) error) (e Entry, err error) {
	var (
		kind, folder          string
		created, edited, head int64
		trashed               *int64
	)
	err = scan((*string)(&e.ID), &kind, &e.Title, (*string)(&e.Lineage), (*string)(&e.Owner), &created, &edited, &head,
		&folder, &trashed, &e.Pinned, (*string)(&e.LastEditor.ID), &e.LastEditor.Name, &e.LastEditor.Color)
	if isNoRows(err) { // pgx's wraps it
		err = session.ErrNotFound
	}
	if err != nil {
		return Entry{}, err
	}
	e.Kind, e.Created, e.Edited, e.Head = ot.DocKind(kind), timeOf(created), timeOf(edited), wire.Revision(head)
	e.Folder = FolderID(folder)
	if trashed != nil {
		e.Trashed = timeOf(*trashed)
	}
	return e, nil
}
