package persisttest

import (
	"testing"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Store is what the suite tests.
type Store = persist.Store

// Fixture is how the suite gets at the stores of one kind.
type Fixture struct {
	// Open makes an empty store. The suite closes it.
	Open func(t *testing.T) Store
	// Reopen opens what the store s, which the suite has closed, has kept. Nil
	// for stores that forget.
	Reopen func(t *testing.T, s Store) Store
	// Damage changes a stored op behind the back of s; part is
	// persist.PartRecord or persist.PartSnapshot, or "facts" or "ops" for a half of
	// the block that begins with that revision. Nil if that cannot be done.
	Damage func(t *testing.T, s Store, doc wire.DocID, revision wire.Revision, part string)
	// Forge replaces a stored snapshot by another one with a right checksum.
	// Nil if that cannot be done.
	Forge func(t *testing.T, s Store, doc wire.DocID, snapshot session.Snapshot)
	// Remove takes a record out of the log. Nil if that cannot be done.
	Remove func(t *testing.T, s Store, doc wire.DocID, revision wire.Revision)
	// DamageFile changes a byte of a part of a file. Nil if that cannot be done.
	DamageFile func(t *testing.T, s Store, id persist.FileID, part int)
	// Share opens another store on the database of the store s, as another
	// process would; the suite closes it. It may be called by several goroutines
	// at once. Nil for stores that no two processes can share.
	Share func(t *testing.T, s Store) Store
	// OpenShared opens n stores at once on one new database, as servers do that
	// start together. Nil if Share is.
	OpenShared func(t *testing.T, n int) []Store
}

// TestStore runs the suite.
func TestStore(t *testing.T, f Fixture) {
	t.Run("log", f.testLog)
	t.Run("concurrent", f.testConcurrent)
	t.Run("snapshots", f.testSnapshots)
	t.Run("documents", f.testDocuments)
	t.Run("list", f.testList)
	t.Run("folders", f.testFolders)
	t.Run("search", f.testSearch)
	t.Run("files", f.testFiles)
	t.Run("whole", f.testWhole)
	t.Run("names", f.testNames)
	t.Run("people", f.testPeople)
	t.Run("logins", f.testLogins)
	t.Run("damage", f.testDamage)
	t.Run("pack", f.testPack)
	t.Run("life", f.testLife)
	runIf(t, f.Share != nil, "shared", f.testShared)
}

// runIf runs a subtest that only some stores can: for the others there is
// nothing to skip.
func runIf(t *testing.T, can bool, name string, test func(t *testing.T)) {
	if can {
		t.Run(name, test)
	}
}
