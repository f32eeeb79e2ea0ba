package migrations

import (
	"embed"
	"io/fs"
)

//go:embed sqlite/*.sql
var sqlite embed.FS

// SQLite returns the migrations of the SQLite database, named
// NNNNN_what.sql, at the root of the file system.
func SQLite() fs.FS {
	sub, err := fs.Sub(sqlite, "sqlite")
	if err != nil {
		panic(err) // the folder is embedded above: its name cannot be invalid
	}
	return sub
}
