package persisttest

import (
	"context"
	"testing"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Store is all that a store does: what sessions need, and the server.
type Store interface {
	session.Store

	CreateDocument(ctx context.Context, d session.Document) error
	ListDocuments(ctx context.Context, limit int, after string) (page []session.Document, next string, err error)
	RenameDocument(ctx context.Context, doc wire.DocID, title string) error
	Verify(ctx context.Context, doc wire.DocID) (persist.Report, error)

	User(ctx context.Context, id wire.UserID) (persist.User, error)
	CreateUser(ctx context.Context, u persist.User) error
	UpdateUser(ctx context.Context, u persist.User) error
	Logins() *persist.Logins

	Key(ctx context.Context, name string, size int) ([]byte, error)
	Ping(ctx context.Context) error
	Close() error
}

var (
	_ Store = (*persist.SQLite)(nil)
	_ Store = (*persist.Memory)(nil)
)

// Fixture is how the suite gets at the stores of one kind.
type Fixture struct {
	// Open makes an empty store. The suite closes it.
	Open func(t *testing.T) Store
	// Reopen opens what the store s, which the suite has closed, has kept. Nil
	// for stores that forget.
	Reopen func(t *testing.T, s Store) Store
	// Damage changes a stored op behind the back of s; part is
	// persist.PartRecord or persist.PartSnapshot. Nil if that cannot be done.
	Damage func(t *testing.T, s Store, doc wire.DocID, revision wire.Revision, part string)
	// Forge replaces a stored snapshot by another one with a right checksum.
	// Nil if that cannot be done.
	Forge func(t *testing.T, s Store, doc wire.DocID, snapshot session.Snapshot)
	// Remove takes a record out of the log. Nil if that cannot be done.
	Remove func(t *testing.T, s Store, doc wire.DocID, revision wire.Revision)
}

// TestStore runs the suite.
func TestStore(t *testing.T, f Fixture) {
	t.Run("log", f.testLog)
	t.Run("concurrent", f.testConcurrent)
	t.Run("snapshots", f.testSnapshots)
	t.Run("documents", f.testDocuments)
	t.Run("people", f.testPeople)
	t.Run("logins", f.testLogins)
	t.Run("damage", f.testDamage)
	t.Run("life", f.testLife)
}

// runIf runs a subtest that only some stores can: for the others there is
// nothing to skip.
func runIf(t *testing.T, can bool, name string, test func(t *testing.T)) {
	if can {
		t.Run(name, test)
	}
}
