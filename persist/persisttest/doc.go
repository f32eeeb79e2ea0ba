// Package persisttest is one suite for every store: what SQLite, Postgres and
// the store in memory promise alike. A store passes it or is not a store.
//
//	func TestSQLite(t *testing.T) {
//		persisttest.TestStore(t, persisttest.Fixture{Open: …, Reopen: …, Damage: …})
//	}
//
// The suite looks at a store from outside. What only one database can get
// wrong, such as its files, is tested beside that store.
//
// Tests are sentences about the store; helpers that fail the test are the
// verbs of [world]. Nothing waits for the clock, and what is drawn at random
// prints its seed.
package persisttest
