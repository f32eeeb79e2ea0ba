// Package collabd_test looks at the whole module.
package collabd_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/collabd/collabd/"

// mayImport is the order of the packages: which folders of this module the
// code of a folder, and of those below it, may import beside its own. A folder
// whose name ends in "test" is for tests and is not bound.
var mayImport = map[string][]string{
	"ot":          {},
	"difference":  {"ot"},
	"wire":        {"ot"},
	"formats":     {"ot"},
	"session":     {"ot", "wire"},
	"persist":     {"ot", "wire", "session", "migrations"},
	"history":     {"ot", "wire", "session", "difference"},
	"archive":     {"ot", "wire", "session", "persist"},
	"server":      {"ot", "wire", "session", "persist", "history", "difference", "formats", "archive", "frontend", "docs"},
	"client":      {"ot", "wire"},
	"cmd/collabd": {"ot", "wire", "session", "persist", "formats", "archive", "server", "client"},
	"migrations":  {},
	"frontend":    {},
	"docs":        {},
	"bench":       {"ot", "persist", "server"},
	"fuzz":        {"ot", "wire", "session", "persist", "server", "client"},
}

// standardOnly need nothing but the standard library.
var standardOnly = []string{"ot", "migrations", "frontend", "docs"}

// TestImports: imports go one way.
func TestImports(t *testing.T) {
	seen := map[string]int{}
	for file, imports := range sources(t) {
		dir := path.Dir(file)
		if strings.HasSuffix(dir, "test") {
			continue
		}
		own := owner(dir)
		if own == "" {
			t.Errorf("%s: the folder has no place in the order of packages: give it one in mayImport", file)
			continue
		}
		seen[own]++
		for _, imported := range imports {
			to, inside := strings.CutPrefix(imported, module)
			switch {
			case !inside && strings.Contains(strings.Split(imported, "/")[0], "."):
				if slices.Contains(standardOnly, own) {
					t.Errorf("%s imports %s: %s has the standard library alone", file, imported, own)
				}
			case !inside:
			case strings.HasSuffix(to, "test"):
				t.Errorf("%s imports %s, which is for tests", file, imported)
			case owner(to) != own && !slices.Contains(mayImport[own], owner(to)):
				t.Errorf("%s imports %s, and %s may import %q only", file, imported, own, mayImport[own])
			}
		}
	}
	for dir := range mayImport {
		if seen[dir] == 0 {
			t.Errorf("%s holds no Go file: is it still there?", dir)
		}
	}
}

// The order has no circle.
func TestOrder(t *testing.T) {
	var visit func(dir string, above []string)
	visit = func(dir string, above []string) {
		if slices.Contains(above, dir) {
			t.Fatalf("%q lead back to %s", above, dir)
		}
		for _, next := range mayImport[dir] {
			if _, ok := mayImport[next]; !ok {
				t.Errorf("%s may import %s, which has no place in the order", dir, next)
			}
			visit(next, append(slices.Clone(above), dir))
		}
	}
	for dir := range mayImport {
		visit(dir, nil)
	}
}

// owner is the folder of mayImport that a folder is, or is below.
func owner(dir string) string {
	for ; dir != "."; dir = path.Dir(dir) {
		if _, ok := mayImport[dir]; ok {
			return dir
		}
	}
	return ""
}

// sources are the Go files of the module that are no tests, with what they
// import, whatever their build tags.
func sources(t *testing.T) map[string][]string {
	t.Helper()
	files := map[string][]string{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if name == "node_modules" || name == "testdata" || file != "." && strings.HasPrefix(name, ".") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		file = filepath.ToSlash(file)
		files[file] = []string{}
		for _, spec := range f.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			files[file] = append(files[file], imported)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
