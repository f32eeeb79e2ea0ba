//go:build !unix

package pgcluster

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"
)

var errNotHere = errors.New("throw-away Postgres clusters need a Unix system")

// account is who Postgres runs as: only Unix has something to choose.
type account struct{}

func accountFor() (*account, error)               { return nil, errNotHere }
func (*account) own(string) error                 { return nil }
func (*account) attributes() *syscall.SysProcAttr { return nil }

// process is a postmaster.
type process struct {
	ended chan struct{}
	state *os.ProcessState
}

func run(*exec.Cmd) (*process, error)     { return nil, errNotHere }
func (*process) kill() error              { return errNotHere }
func (*process) pause() error             { return errNotHere }
func (*process) resume() error            { return errNotHere }
func (*process) halt(time.Duration) error { return errNotHere }
