// Package migrations holds the SQL that makes and changes the tables of
// collabd, one folder for each database, embedded in the program. Package
// persist applies it when it opens a database.
//
// A migration is a file NNNNN_what.sql in the form of
// github.com/pressly/goose: the number is the schema's version and files are
// applied in their order, each in a transaction of its own.
//
// Rules:
//
//   - A migration that was released is never changed. A correction is the next
//     migration.
//   - There is no way down: a history is only added to, and a program that is
//     older than the schema refuses to open the database (persist.ErrNewer).
//   - A change has a file of the same number in the folder of every database,
//     even if one of them has nothing to do, so that a schema version means the
//     same everywhere.
//   - Words are those of the design: doc, revision, record, snapshot, login.
package migrations
