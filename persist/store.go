package persist

import (
	"context"
	"time"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Store is all that a database does: what sessions need, and what the server
// and the tools need beside it. [SQLite], [Postgres] and [Memory] are stores;
// the methods' contracts stand at those of SQLite. A store is safe for
// concurrent use.
type Store interface {
	session.Store

	// Heads returns the heads of many documents, looked up at once: what it
	// costs hardly grows with their number. Documents that do not exist are
	// left out. Where several processes write to one database, it tells what
	// the others have done.
	Heads(ctx context.Context, docs []wire.DocID) (map[wire.DocID]wire.Revision, error)

	// Facts returns who made the records after+1 to upTo, and when, in order and
	// without gaps, as Records does, and with its errors. It does not read what
	// they did to the document, so that it costs a fraction; nor does it compare
	// checksums that cover that too. The slice belongs to the caller.
	Facts(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) ([]Fact, error)

	Pack(ctx context.Context, doc wire.DocID, before time.Time) (Packed, error)
	Packable(ctx context.Context, before time.Time, after wire.DocID, limit int) ([]wire.DocID, error)
	Sizes(ctx context.Context, after wire.DocID, limit int) ([]Size, error)
	Space(ctx context.Context) (bytes, free int64, err error)
	Shrink(ctx context.Context) error

	CreateDocument(ctx context.Context, d session.Document) error
	CreateWhole(ctx context.Context, w Whole) error
	CreateInTrash(ctx context.Context, d session.Document, since time.Time) error
	ListDocuments(ctx context.Context, limit int, after string) (page []session.Document, next string, err error)
	Verify(ctx context.Context, doc wire.DocID) (Report, error)

	Entry(ctx context.Context, viewer wire.UserID, doc wire.DocID) (Entry, error)
	List(ctx context.Context, q ListQuery) (page []Entry, next string, err error)
	ChangeDocument(ctx context.Context, viewer wire.UserID, doc wire.DocID, c Change) error
	Search(ctx context.Context, q SearchQuery) ([]Match, error)
	PutText(ctx context.Context, doc wire.DocID, revision wire.Revision, text string) error
	TextBehind(ctx context.Context, doc wire.DocID) (bool, error)
	TextsBehind(ctx context.Context, after wire.DocID, limit int) ([]wire.DocID, error)
	PinnedBy(ctx context.Context, doc wire.DocID) (map[wire.UserID]bool, error)
	Folders(ctx context.Context) ([]Folder, error)
	CreateFolder(ctx context.Context, f Folder) error
	RenameFolder(ctx context.Context, id FolderID, name string) error
	DeleteFolder(ctx context.Context, id FolderID) error

	PutFile(ctx context.Context, f File, data []byte, most int64) (File, error)
	File(ctx context.Context, doc wire.DocID, id FileID) (File, error)
	Files(ctx context.Context, doc wire.DocID) ([]File, error)
	FilePart(ctx context.Context, id FileID, n int) ([]byte, error)

	NameRevision(ctx context.Context, doc wire.DocID, n RevisionName, most int) error
	UnnameRevision(ctx context.Context, doc wire.DocID, revision wire.Revision) error
	RevisionNames(ctx context.Context, doc wire.DocID) ([]RevisionName, error)

	User(ctx context.Context, id wire.UserID) (User, error)
	CreateUser(ctx context.Context, u User) error
	UpdateUser(ctx context.Context, u User) error
	Logins() *Logins

	Key(ctx context.Context, name string, size int) ([]byte, error)
	Ping(ctx context.Context) error
	// Describe says where the data is, for people and logs: without a password.
	Describe() string
	Close() error
}

var (
	_ Store = (*SQLite)(nil)
	_ Store = (*Postgres)(nil)
	_ Store = (*Memory)(nil)
)
