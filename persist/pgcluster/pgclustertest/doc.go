// Package pgclustertest gives tests Postgres databases: one cluster for all
// tests of a package, which is started when the first one asks, and a database
// of its own for each.
//
//	func TestMain(m *testing.M) { os.Exit(pgclustertest.Main(m).Run()) }
//
//	func TestIt(t *testing.T) {
//		url := pgclustertest.Database(t)
//
// A machine without Postgres fails the tests, with a line that says what to
// install: it does not skip them.
package pgclustertest
