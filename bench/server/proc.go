package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Linux tells what a process uses under /proc, in ticks of this length.
const tick = 10 * time.Millisecond

// stat is a process in /proc.
type stat struct {
	parent int
	own    time.Duration // CPU time, user and system
	gone   time.Duration // of its children that ended and were waited for
}

func readStat(pid int) (stat, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, err
	}
	// The name, in brackets, may hold anything.
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(fields) < 15 {
		return stat{}, fmt.Errorf("/proc/%d/stat is short", pid)
	}
	var n [15]int
	for i := range n {
		n[i], _ = strconv.Atoi(fields[i]) // the first is a letter
	}
	return stat{parent: n[1], own: time.Duration(n[11]+n[12]) * tick, gone: time.Duration(n[13]+n[14]) * tick}, nil
}

// cpuOf is the CPU time of a process.
func cpuOf(pid int) (time.Duration, error) {
	s, err := readStat(pid)
	return s.own, err
}

// cpuBelow is the CPU time of a process and of all below it, those that ended
// included. Zero is nobody.
func cpuBelow(pid int) (time.Duration, error) {
	if pid == 0 {
		return 0, nil
	}
	all, err := processes()
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for id, s := range all {
		for at := id; at != 0; at = all[at].parent {
			if at == pid {
				sum += s.own + s.gone
				break
			}
		}
	}
	return sum, nil
}

// processes are all that there are.
func processes() (map[int]stat, error) {
	names, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	all := map[int]stat{}
	for _, name := range names {
		pid, err := strconv.Atoi(filepath.Base(name))
		if err != nil {
			continue
		}
		if s, err := readStat(pid); err == nil { // or it is gone
			all[pid] = s
		}
	}
	return all, nil
}

// memoryOf is the memory that a process has to itself in RAM, its share of what
// it shares with others included (PSS), in bytes.
func memoryOf(pid int) (int, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "Pss:"); ok {
			kb, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")))
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/smaps_rollup tells no Pss", pid)
}

// machineCPU is the time that all processors were busy.
func machineCPU() (time.Duration, error) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(b), "\n")
	fields := strings.Fields(line) // cpu user nice system idle iowait irq softirq steal …
	if len(fields) < 9 {
		return 0, fmt.Errorf("/proc/stat begins with %q", line)
	}
	var ticks int
	for i, f := range fields[1:9] {
		if n, err := strconv.Atoi(f); err != nil {
			return 0, err
		} else if i != 3 && i != 4 { // neither idle nor waiting
			ticks += n
		}
	}
	return time.Duration(ticks) * tick, nil
}

// usage is CPU time, apart by who used it. What others used, who do not belong
// to the benchmark, tells how far the figures can be trusted.
type usage struct{ server, store, driver, others time.Duration }

func (u usage) minus(v usage) usage {
	return usage{u.server - v.server, u.store - v.store, u.driver - v.driver, u.others - v.others}
}

// measureCPU is what a contender, this program and all others have used until now.
func measureCPU(on *instance) (u usage, err error) {
	if u.server, err = cpuOf(on.pid()); err != nil {
		return u, err
	}
	if u.store, err = cpuBelow(on.storePID); err != nil {
		return u, err
	}
	if u.driver, err = cpuOf(os.Getpid()); err != nil {
		return u, err
	}
	all, err := machineCPU()
	u.others = all - u.server - u.store - u.driver
	return u, err
}
