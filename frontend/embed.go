// Package frontend holds the web application: its TypeScript sources, and in
// dist what is built from them, embedded into the server. dist is committed,
// so that the server builds without Node.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist is the built application: the pages index.html and editor.html, and the
// files under assets, whose names change with their content.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}
