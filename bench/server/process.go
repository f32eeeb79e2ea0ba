package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// readyTime is how long a server may take to start, answerTime to obey, and
// stopTime to end in good order.
const (
	readyTime  = 30 * time.Second
	answerTime = 30 * time.Second
	stopTime   = 60 * time.Second // storing what is not stored yet
)

// process is a server that was started: one of ours that runs package child, or
// one of peers/*.mjs, which do the same.
type process struct {
	cmd    *exec.Cmd
	addr   string // 127.0.0.1:port
	in     io.WriteCloser
	lines  chan string
	stderr tail
	ended  chan struct{}
}

// start starts a server, and returns when it is ready.
func start(ctx context.Context, argv []string, env ...string) (*process, error) {
	p := &process{cmd: exec.Command(argv[0], argv[1:]...), lines: make(chan string, 16), ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stderr = &p.stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
		close(p.lines)
		_ = p.cmd.Wait() // how it ended is of interest only if nobody ended it
		close(p.ended)
	}()
	line, err := p.answer(ctx, readyTime)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", argv[len(argv)-1], err), p.stop())
	}
	address, ok := strings.CutPrefix(line, "ready ")
	if !ok {
		return nil, errors.Join(fmt.Errorf("%s said %q", argv[0], line), p.stop())
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(address, "http://"), ":")
	p.addr = "127.0.0.1:" + strings.TrimRight(port, "/")
	return p, nil
}

// tell has a command carried out.
func (p *process) tell(ctx context.Context, command string) error {
	if _, err := io.WriteString(p.in, command+"\n"); err != nil {
		return fmt.Errorf("%w: %s", err, p.stderr.String())
	}
	line, err := p.answer(ctx, answerTime)
	if err == nil && line != "ok" {
		err = errors.New(line)
	}
	return err
}

func (p *process) answer(ctx context.Context, limit time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	select {
	case line, ok := <-p.lines:
		if !ok {
			return "", fmt.Errorf("it ended: %s", p.stderr.String())
		}
		return line, nil
	case <-ctx.Done():
		return "", fmt.Errorf("it does not answer: %s", p.stderr.String())
	}
}

// pid is that of the server.
func (p *process) pid() int { return p.cmd.Process.Pid }

// stop ends the server in good order, and by force if it takes long.
func (p *process) stop() error {
	p.in.Close()
	select {
	case <-p.ended:
		return nil
	case <-time.After(stopTime):
		return p.kill()
	}
}

// kill ends the server with SIGKILL.
func (p *process) kill() error {
	err := p.cmd.Process.Kill()
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	p.in.Close()
	<-p.ended
	return err
}

// tail keeps the end of what a server says on standard error.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

const tailBytes = 2 << 10

// Write implements io.Writer.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if len(t.buf) > tailBytes {
		t.buf = bytes.Clone(t.buf[len(t.buf)-tailBytes:])
	}
	return len(b), nil
}

// String is what was said last.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.buf))
}
