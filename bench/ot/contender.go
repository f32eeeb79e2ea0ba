package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// contender is somebody who is measured.
type contender struct {
	name string   // heading of a column
	argv []string // the file of the scenario comes behind it
}

// contenders lists ours, then the others, whose programs lie in dir.
func contenders(dir string) ([]contender, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, fmt.Errorf("no node on the PATH: install Node.js")
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
		return nil, fmt.Errorf("the packages to compare with are not installed: make bench-ot does it")
	}
	list := []contender{
		{name: string(inPlace), argv: []string{self, "child", string(inPlace)}},
		{name: string(values), argv: []string{self, "child", string(values)}},
	}
	peer := filepath.Join(dir, "peers", "peer.mjs")
	for _, p := range []struct{ name, module string }{
		{"quill-delta", "quill-delta"},
		{"ot-text-unicode", "ot-text-unicode"},
		{"Yjs", "yjs"},
		{"CodeMirror", "codemirror"},
		{"ot.js", "ot"},
	} {
		list = append(list, contender{name: p.name, argv: []string{node, "--expose-gc", "--max-old-space-size=4096", "--stack-size=4000", peer, p.module}})
	}
	return list, nil
}

// process is a contender at work on a scenario.
type process struct {
	who      string
	in       io.WriteCloser
	out      *bufio.Reader
	wait     func() error
	stderr   bytes.Buffer
	versions map[string]string
	unable   string
}

// start starts c on a scenario, and returns when it is ready to measure.
func (c contender) start(ctx context.Context, scenarioFile string) (*process, error) {
	argv := append(c.argv[1:len(c.argv):len(c.argv)], scenarioFile)
	cmd := exec.CommandContext(ctx, c.argv[0], argv...)
	p := &process{who: c.name, wait: cmd.Wait}
	cmd.Stderr = &p.stderr
	var err error
	if p.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(stdout)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	first, err := p.read()
	p.versions, p.unable = first.Versions, first.Unable
	return p, err
}

// round lets p measure once.
func (p *process) round() (answer, error) {
	if _, err := io.WriteString(p.in, "\n"); err != nil {
		return answer{}, fmt.Errorf("%s: %w", p.who, err)
	}
	return p.read()
}

func (p *process) read() (answer, error) {
	var a answer
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		_ = p.wait() // what it printed says more
		return a, fmt.Errorf("%s stopped: %s", p.who, strings.TrimSpace(p.stderr.String()))
	}
	if err := json.Unmarshal(line, &a); err != nil {
		return a, fmt.Errorf("%s: %w", p.who, err)
	}
	return a, nil
}

func (p *process) end() error {
	if err := p.in.Close(); err != nil {
		return err
	}
	if err := p.wait(); err != nil {
		return fmt.Errorf("%s: %w: %s", p.who, err, strings.TrimSpace(p.stderr.String()))
	}
	return nil
}
