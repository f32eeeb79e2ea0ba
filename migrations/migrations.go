package migrations

import (
	"embed"
	"io/fs"
	"strconv"
	"strings"
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

// Latest is the version that the last of the migrations makes: the number that
// its name begins with.
func Latest(of fs.FS) (version int64) {
	names, err := fs.Glob(of, "*.sql")
	if err != nil {
		panic(err) // the pattern is right
	}
	for _, name := range names {
		number, _, _ := strings.Cut(name, "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			panic(err) // goose would refuse it too
		}
		version = max(version, n)
	}
	return version
}
