//go:build unix && !linux

package pgcluster

import (
	"bufio"
	"bytes"
	"fmt"
	"os/exec"
)

// state is what a process does.
type state int

const (
	dead state = iota // or it waits to be buried by its parent
	stopped
	running
)

// look asks ps what a process does and who its parent is. A process that is not
// there is dead.
func look(pid int) (s state, parent int, err error) {
	all, err := processes()
	p, ok := all[pid]
	switch {
	case err != nil || !ok || p.state == 'Z':
		return dead, p.parent, err
	case p.state == 'T':
		return stopped, p.parent, nil
	}
	return running, p.parent, nil
}

// childrenOf lists the processes that a process has started.
func childrenOf(pid int) (children []int, err error) {
	all, err := processes()
	for child, p := range all {
		if p.parent == pid {
			children = append(children, child)
		}
	}
	return children, err
}

type listed struct {
	parent int
	state  byte
}

func processes() (map[int]listed, error) {
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=,state=").Output()
	if err != nil {
		return nil, fmt.Errorf("ps: %w", err)
	}
	all := make(map[int]listed)
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		var pid, parent int
		var state string
		if _, err := fmt.Sscan(lines.Text(), &pid, &parent, &state); err == nil {
			all[pid] = listed{parent, state[0]}
		}
	}
	return all, nil
}
