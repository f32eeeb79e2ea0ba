package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// versions are those of what was measured and what it ran on.
func (b *bench) versions() []string {
	list := []string{"Go " + strings.TrimPrefix(runtime.Version(), "go")}
	for _, program := range [][]string{{"Node.js", "node", "--version"}, {"Linux", "uname", "-r"}} {
		if out, err := exec.Command(program[1], program[2]).Output(); err == nil {
			list = append(list, program[0]+" "+strings.TrimPrefix(strings.TrimSpace(string(out)), "v"))
		}
	}
	if b.pg.cluster != nil {
		if data, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", b.pg.pid)); err == nil {
			program, _, _ := strings.Cut(string(data), "\x00")
			if out, err := exec.Command(program, "--version").Output(); err == nil {
				fields := strings.Fields(string(out)) // postgres (PostgreSQL) 15.14 (Debian …)
				list = append(list, "Postgres "+fields[min(2, len(fields)-1)])
			}
		}
	}
	for _, name := range []string{"sharedb", "sharedb-postgres/node_modules/sharedb", "sharedb-postgres", "rich-text", "@hocuspocus/server", "y-websocket", "yjs", "ws"} {
		data, err := os.ReadFile(filepath.Join(b.dir, "node_modules", name, "package.json"))
		var p struct{ Name, Version string }
		if err == nil && json.Unmarshal(data, &p) == nil {
			text := p.Name + " " + p.Version
			if strings.Contains(name, "/node_modules/") {
				text += " (with Postgres)"
			}
			list = append(list, text)
		}
	}
	return list
}
