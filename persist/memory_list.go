package persist

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// pin is one of somebody on a document.
type pin struct {
	user wire.UserID
	doc  wire.DocID
}

func (m *Memory) entry(d *memoryDoc, viewer wire.UserID) Entry {
	e := Entry{Document: d.document(), Folder: d.folder, Trashed: d.trashed, Pinned: m.pins[pin{viewer, d.about.ID}]}
	if n := len(d.records); n > 0 {
		if u, ok := m.users[wire.UserID(d.records[n-1].user)]; ok {
			e.LastEditor = wire.User{ID: u.ID, Name: u.Name, Color: u.Color}
		}
	}
	return e
}

// in reports whether an entry belongs to a view and a folder.
func (e Entry) in(view View, folder *FolderID) bool {
	if folder != nil && *folder != e.Folder {
		return false
	}
	switch view {
	case ViewAll:
		return e.Trashed.IsZero()
	case ViewPinned:
		return e.Trashed.IsZero() && e.Pinned
	case ViewTrash:
		return !e.Trashed.IsZero()
	}
	return true
}

// List is as [SQLite.List].
func (m *Memory) List(ctx context.Context, q ListQuery) (page []Entry, next string, err error) {
	return listEntries(q, func(q ListQuery, after cursor, limit int) (page []Entry, err error) {
		err = m.do(ctx, func() error {
			for _, d := range m.docs {
				e := m.entry(d, q.Viewer)
				if e.in(q.View, q.Folder) && (after.isStart() || cursorAt(q.Sort, e).compare(after) > 0) {
					page = append(page, e)
				}
			}
			return nil
		})
		slices.SortFunc(page, func(a, b Entry) int { return cursorAt(q.Sort, a).compare(cursorAt(q.Sort, b)) })
		return page[:min(limit, len(page))], err
	})
}

// Entry is as [SQLite.Entry].
func (m *Memory) Entry(ctx context.Context, viewer wire.UserID, doc wire.DocID) (e Entry, err error) {
	err = m.on(ctx, doc, func(d *memoryDoc) error { e = m.entry(d, viewer); return nil })
	return e, err
}

// ListDocuments is as [SQLite.ListDocuments].
func (m *Memory) ListDocuments(ctx context.Context, limit int, after string) (page []session.Document, next string, err error) {
	return listDocuments(ctx, m, limit, after)
}

// ChangeDocument is as [SQLite.ChangeDocument].
func (m *Memory) ChangeDocument(ctx context.Context, viewer wire.UserID, doc wire.DocID, c Change) error {
	if err := c.check(viewer); err != nil {
		return fmt.Errorf("change document %s: %w", doc, err)
	}
	return m.on(ctx, doc, func(d *memoryDoc) error {
		if err := c.fits(d.about.Title); err != nil {
			return err
		}
		if c.Folder != nil && *c.Folder != "" {
			if _, ok := m.folders[*c.Folder]; !ok {
				return ErrNoFolder
			}
		}
		if c.Folder != nil {
			d.folder = *c.Folder
		}
		if c.Title != nil {
			d.about.Title = *c.Title
		}
		if c.Trashed != nil {
			if d.trashed = *c.Trashed; !d.trashed.IsZero() {
				d.trashed = timeOf(d.trashed.UnixMicro())
			}
		}
		switch {
		case c.Pinned == nil:
		case *c.Pinned:
			m.pins[pin{viewer, doc}] = true
		default:
			delete(m.pins, pin{viewer, doc})
		}
		return nil
	})
}

// PinnedBy is as [SQLite.PinnedBy].
func (m *Memory) PinnedBy(ctx context.Context, doc wire.DocID) (map[wire.UserID]bool, error) {
	users := map[wire.UserID]bool{}
	err := m.do(ctx, func() error {
		for p := range m.pins {
			if p.doc == doc {
				users[p.user] = true
			}
		}
		return nil
	})
	return users, err
}

// Folders is as [SQLite.Folders].
func (m *Memory) Folders(ctx context.Context) (folders []Folder, err error) {
	err = m.do(ctx, func() error {
		counts := map[FolderID]int{}
		for _, d := range m.docs {
			if d.trashed.IsZero() {
				counts[d.folder]++
			}
		}
		folders = slices.Collect(maps.Values(m.folders))
		for i := range folders {
			folders[i].Documents = counts[folders[i].ID]
		}
		return nil
	})
	slices.SortFunc(folders, compareFolders)
	return folders, err
}

// CreateFolder is as [SQLite.CreateFolder].
func (m *Memory) CreateFolder(ctx context.Context, f Folder) error {
	if err := checkFolder(f); err != nil {
		return fmt.Errorf("create folder: %w", err)
	}
	return m.do(ctx, func() error {
		if _, ok := m.folders[f.ID]; ok {
			return fmt.Errorf("create folder %s: %w", f.ID, ErrExists)
		}
		m.folders[f.ID] = Folder{ID: f.ID, Name: f.Name, Created: timeOf(f.Created.UnixMicro())}
		return nil
	})
}

// RenameFolder is as [SQLite.RenameFolder].
func (m *Memory) RenameFolder(ctx context.Context, id FolderID, name string) error {
	if err := checkText("folder", name); err != nil {
		return fmt.Errorf("rename folder %s: %w", id, err)
	}
	return m.do(ctx, func() error {
		f, ok := m.folders[id]
		if !ok {
			return fmt.Errorf("rename folder %s: %w", id, ErrNoFolder)
		}
		f.Name = name
		m.folders[id] = f
		return nil
	})
}

// DeleteFolder is as [SQLite.DeleteFolder].
func (m *Memory) DeleteFolder(ctx context.Context, id FolderID) error {
	return m.do(ctx, func() error {
		if _, ok := m.folders[id]; !ok {
			return fmt.Errorf("delete folder %s: %w", id, ErrNoFolder)
		}
		delete(m.folders, id)
		for _, d := range m.docs {
			if d.folder == id {
				d.folder = ""
			}
		}
		return nil
	})
}
