package pgcluster

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// BinariesEnv names the environment variable with the folder of initdb and
// postgres. Without it they are looked for in PATH and where Debian puts them.
const BinariesEnv = "COLLABD_PG_BIN"

// ErrNoBinaries says that Postgres is not installed. What wraps it says what to
// do.
var ErrNoBinaries = errors.New("no Postgres binaries")

// debianBinaries is where Debian keeps them, by major version.
const debianBinaries = "/usr/lib/postgresql/*/bin"

// binaries returns the folder of initdb and postgres.
func binaries() (string, error) {
	if dir := os.Getenv(BinariesEnv); dir != "" {
		if !hasBinaries(dir) {
			return "", fmt.Errorf("%w: %s is %s, which does not hold initdb and postgres", ErrNoBinaries, BinariesEnv, dir)
		}
		return dir, nil
	}
	var dirs []string
	if initdb, err := exec.LookPath("initdb"); err == nil {
		// A link may stand alone: postgres looks for its files beside its own.
		if real, err := filepath.EvalSymlinks(initdb); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	installed, _ := filepath.Glob(debianBinaries) // the pattern is right
	slices.SortFunc(installed, func(a, b string) int { return major(b) - major(a) })
	for _, dir := range append(dirs, installed...) {
		if hasBinaries(dir) {
			return dir, nil
		}
	}
	return "", fmt.Errorf("%w: install Postgres 13 or newer (on Debian: apt install postgresql), or say where initdb and postgres are in %s",
		ErrNoBinaries, BinariesEnv)
}

// major is the version in a folder of Debian's.
func major(bin string) int {
	v, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	return v
}

func hasBinaries(dir string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}
