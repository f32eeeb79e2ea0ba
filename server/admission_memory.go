package server

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// What the program takes of the memory that there is, and the documents of
// what the program takes, unless configured otherwise: percent.
const (
	memoryShare    = 50
	documentsShare = 50
	// memoryUnknown is taken for the memory of a machine that does not tell:
	// bytes.
	memoryUnknown = 2 << 30
	// memoryLeast is the least that a program can be told to live with: bytes.
	memoryLeast = 64 << 20
)

// setMemory resolves cfg.Memory and tells the runtime, unless the environment
// has told it already. It is for a program that is a server and nothing else.
func setMemory(cfg Config) Config {
	set := debug.SetMemoryLimit(-1) // by GOMEMLIMIT
	if cfg.Memory == 0 && set == math.MaxInt64 {
		set = machineMemory(os.DirFS("/")) / 100 * memoryShare
	}
	if cfg.Memory == 0 {
		cfg.Memory = max(set, memoryLeast)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(cfg.Memory)
	}
	return cfg
}

// machineMemory returns how many bytes of memory the machine has, or the
// control group that the program runs in, if that has less. root is the file
// system, where Linux tells both.
func machineMemory(root fs.FS) int64 {
	most := int64(math.MaxInt64)
	if b, err := fs.ReadFile(root, "proc/meminfo"); err == nil {
		most = meminfoTotal(b)
	}
	for _, file := range cgroupFiles(root) {
		if b, err := fs.ReadFile(root, file); err == nil {
			if n, err := strconv.ParseInt(string(bytes.TrimSpace(b)), 10, 64); err == nil && n > 0 {
				most = min(most, n)
			}
		}
	}
	if most == math.MaxInt64 {
		return memoryUnknown
	}
	return most
}

func meminfoTotal(b []byte) int64 {
	for line := range strings.Lines(string(b)) {
		var kib int64
		if _, err := fmt.Sscanf(line, "MemTotal: %d kB", &kib); err == nil && kib > 0 {
			return kib << 10
		}
	}
	return math.MaxInt64
}

// cgroupFiles lists the files that may hold a limit: of the group itself and
// of all above it, in both versions of control groups. In a container the
// group is often shown as the root.
func cgroupFiles(root fs.FS) (files []string) {
	const v2, v1 = "sys/fs/cgroup", "sys/fs/cgroup/memory"
	above := func(mount, group, file string) {
		for dir := path.Clean("/" + group); ; dir = path.Dir(dir) {
			files = append(files, path.Join(mount, dir, file))
			if dir == "/" {
				return
			}
		}
	}
	b, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return nil
	}
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		id, rest, _ := strings.Cut(lines.Text(), ":")
		controllers, group, _ := strings.Cut(rest, ":")
		switch {
		case id == "0" && controllers == "":
			above(v2, group, "memory.max")
		case strings.Contains(","+controllers+",", ",memory,"):
			above(v1, group, "memory.limit_in_bytes")
		}
	}
	return files
}

// Bytes is an amount of memory as people write it: 512MB, 1.5GiB, 2G, and
// plain bytes. K, M and G are powers of 1,024.
type Bytes int64

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *Bytes) UnmarshalText(text []byte) error {
	s := strings.ToUpper(strings.TrimSpace(string(text)))
	number := strings.TrimRight(s, "KMGTIB ")
	shift, ok := map[string]int{"": 0, "K": 10, "M": 20, "G": 30, "T": 40}[strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(s[len(number):]), "B"), "I")]
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !ok || !(n >= 0) || math.Ldexp(n, shift) >= math.MaxInt64 {
		return fmt.Errorf("%q is no amount of memory like 512MB or 2GB", text)
	}
	*b = Bytes(math.Ldexp(n, shift))
	return nil
}

func (c Config) validateMemory() error {
	if c.Memory != 0 && c.Memory < memoryLeast {
		return fmt.Errorf("%d bytes of memory are too few: 64MB is the least", c.Memory)
	}
	return nil
}

// documentsMemory is the part of the memory that open documents may take; the
// rest is for connections, for what is under way, and for the collector.
func (c Config) documentsMemory() int64 { return c.Memory / 100 * documentsShare }
