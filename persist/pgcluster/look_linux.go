package pgcluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// state is what a process does.
type state int

const (
	dead state = iota // or it waits to be buried by its parent
	stopped
	running
)

// look reads what a process does and who its parent is. A process that is not
// there is dead.
func look(pid int) (s state, parent int, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return dead, 0, nil
	}
	if err != nil {
		return dead, 0, err
	}
	// pid (name) state parent …, and the name may hold anything.
	_, rest, _ := strings.Cut(string(b[strings.LastIndexByte(string(b), ')'):]), " ")
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		return dead, 0, fmt.Errorf("/proc/%d/stat cannot be read", pid)
	}
	parent, err = strconv.Atoi(fields[1])
	switch fields[0] {
	case "Z", "X", "x":
		return dead, parent, err
	case "T", "t":
		return stopped, parent, err
	}
	return running, parent, err
}

// childrenOf lists the processes that a process has started.
func childrenOf(pid int) (children []int, err error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		child, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if _, parent, err := look(child); err == nil && parent == pid {
			children = append(children, child)
		}
	}
	return children, nil
}
