package migrations

import (
	"embed"
	"io/fs"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// SQLite returns the migrations of the SQLite database, named
// NNNNN_what.sql, at the root of the file system.
func SQLite() fs.FS { return folder("sqlite") }

// Postgres returns the migrations of the Postgres database, as SQLite does.
func Postgres() fs.FS { return folder("postgres") }

func folder(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // the folder is embedded above: its name cannot be invalid
	}
	return sub
}
