package server

import (
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Action is something that a principal may or may not do.
type Action string

// The actions. Public needs nothing.
const (
	Public         Action = "public"
	ListDocuments  Action = "list documents"
	CreateDocument Action = "create document"
	ReadDocument   Action = "read document"
	// ReadHistory is every revision, and who made it.
	ReadHistory Action = "read history"
	// RestoreDocument makes it, or a part of it, what it was.
	RestoreDocument Action = "restore document"
	// NameRevision gives a revision a name, or takes it away.
	NameRevision Action = "name revision"
	EditDocument Action = "edit document"
	// ChangeDocument is its title and its folder.
	ChangeDocument Action = "change document"
	// TrashDocument puts it into the trash and takes it out.
	TrashDocument Action = "trash document"
	// PinDocument is for oneself: whoever may read may do it.
	PinDocument   Action = "pin document"
	ChangeFolders Action = "change folders"
	ChangeSelf    Action = "change own name and color"
)

// Principal is who makes a request. The zero Principal is nobody: a guest who
// has no login yet.
type Principal struct {
	User  wire.User
	Guest bool
}

// Anonymous reports whether there is no login.
func (p Principal) Anonymous() bool { return p.User.ID == "" }

// Access decides what principals may do. It is the only place that does.
type Access struct {
	guests Guests
}

// May reports whether a principal may take an action, on a document if the
// action is about one.
func (a Access) May(p Principal, act Action, doc *session.Document) bool {
	switch act {
	case Public:
		return true
	case ListDocuments, ChangeSelf:
		return a.guests == GuestsEdit || a.guests == GuestsView
	case CreateDocument, ChangeFolders:
		return a.guests == GuestsEdit
	case ReadDocument, ReadHistory, PinDocument:
		return a.Role(p, doc) != ""
	case EditDocument, RestoreDocument, NameRevision, ChangeDocument, TrashDocument:
		return a.Role(p, doc).CanEdit()
	}
	return false
}

// Role returns what a principal is to a document; empty without access.
func (a Access) Role(p Principal, doc *session.Document) wire.Role {
	if doc == nil {
		return ""
	}
	switch a.guests {
	case GuestsEdit:
		if !p.Anonymous() && p.User.ID == doc.Owner {
			return wire.Owner
		}
		return wire.Editor
	case GuestsView:
		return wire.Viewer
	}
	return ""
}
