package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/collabd/collabd/persist/pgcluster/pgclustertest"
)

// binary is the program, built once.
var binary string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "collabd-test")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "collabd")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s%v\n", out, err)
		return 1
	}
	return pgclustertest.Main(m).Run()
}

// patience is how long a test waits for a process to do what it must.
const patience = 30 * time.Second

// command is the program with arguments, in a folder and an environment of its
// own.
func command(t *testing.T, args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Dir = t.TempDir()
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "COLLABD_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	return cmd
}

// program is a server that runs.
type program struct {
	t      *testing.T
	cmd    *exec.Cmd
	url    string // of this machine, by its number
	port   string
	data   string
	out    string // its line
	stderr lockedBuffer
	rest   chan string // what it printed on stdout after the line
	ended  bool
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var readyLine = regexp.MustCompile(`^collabd is ready: open (http://localhost:(\d+)) \(data in (.+)\)\n$`)

// serve starts a server and waits until it is ready. It is killed at the end
// of the test, unless it has ended before.
func serve(t *testing.T, args ...string) *program {
	t.Helper()
	return started(t, command(t, args...))
}

func started(t *testing.T, cmd *exec.Cmd) *program {
	t.Helper()
	p := &program{t: t, cmd: cmd, rest: make(chan string, 1)}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = &p.stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	line := make(chan string, 1)
	go func() {
		r := bufio.NewReader(stdout)
		first, _ := r.ReadString('\n')
		line <- first
		more, _ := io.ReadAll(r)
		p.rest <- string(more)
	}()
	select {
	case p.out = <-line:
	case <-time.After(patience):
		t.Fatal("the program says nothing")
	}
	found := readyLine.FindStringSubmatch(p.out)
	if found == nil {
		t.Fatalf("the program said %q, and in its log %s", p.out, &p.stderr)
	}
	p.port, p.data = found[2], found[3]
	p.url = "http://127.0.0.1:" + p.port
	return p
}

// kill ends the program as a power cut does.
func (p *program) kill() {
	if p.ended {
		return
	}
	p.ended = true
	p.cmd.Process.Kill()
	<-p.rest
	p.cmd.Wait()
}

// stop tells the program to stop. It must end well within 10 s.
func (p *program) stop(sig os.Signal) {
	p.t.Helper()
	p.ended = true
	if err := p.cmd.Process.Signal(sig); err != nil {
		p.t.Fatal(err)
	}
	p.endsWell()
}

func (p *program) endsWell() {
	p.t.Helper()
	late := time.AfterFunc(10*time.Second, func() {
		p.t.Error("after 10 s it has not stopped")
		p.cmd.Process.Kill()
	})
	defer late.Stop()
	if more := <-p.rest; more != "" {
		p.t.Errorf("it also printed %q", more)
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("it ended with %v: %s", err, &p.stderr)
	}
}

// fails runs the program, which cannot do what it should: it says so in one
// line and ends with status 1.
func fails(t *testing.T, cmd *exec.Cmd, want string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	defer late.Stop()
	err := cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("it ended with %v, want status 1", err)
	}
	if stdout.Len() > 0 {
		t.Errorf("on stdout it printed %q", &stdout)
	}
	said := stderr.String()
	if strings.Count(said, "\n") != 1 || !strings.HasSuffix(said, "\n") || !strings.HasPrefix(said, "collabd: ") {
		t.Errorf("it said %q, want one line", said)
	}
	if !strings.Contains(said, want) {
		t.Errorf("it said %q, want something with %q", said, want)
	}
}

func TestStart(t *testing.T) {
	cmd := command(t, "--addr", "localhost:0")
	p := started(t, cmd)
	if want := filepath.Join(cmd.Dir, "data", "collabd.db"); p.data != want {
		t.Errorf("the data is in %s, want %s", p.data, want)
	}
	if info, err := os.Stat(p.data); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the database: %v, %v: others may read it", info.Mode(), err)
	}
	if got := get(t, p.url+"/readyz"); got != "{\"status\":\"ready\"}\n" {
		t.Errorf("readyz is %q", got)
	}
	p.stop(syscall.SIGTERM)
}

func TestInterrupt(t *testing.T) { serve(t, "--addr", "localhost:0").stop(os.Interrupt) }

func TestEnvironment(t *testing.T) {
	cmd := command(t)
	data := filepath.Join(t.TempDir(), "a", "b")
	cmd.Env = append(cmd.Env, "COLLABD_ADDR=127.0.0.1:0", "COLLABD_DATA="+data, "COLLABD_LOG_FORMAT=console", "COLLABD_LOG_LEVEL=debug", "COLLABD_GUESTS=none")
	p := started(t, cmd)
	if want := filepath.Join(data, "collabd.db"); p.data != want {
		t.Errorf("the data is in %s, want %s", p.data, want)
	}
	if got := get(t, p.url+"/api/docs"); !strings.Contains(got, "login_needed") {
		t.Errorf("guests may not list, but got %q", got)
	}
	p.stop(syscall.SIGTERM)
	if log := p.stderr.String(); !strings.Contains(log, "stopped") || strings.Contains(log, `{"level"`) {
		t.Errorf("the log for a console is %q", log)
	}
}

func TestCannotStart(t *testing.T) {
	running := serve(t, "--addr", "127.0.0.1:0")
	garbage := filepath.Join(t.TempDir(), "collabd.db")
	write := func(path, content string) string {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file := write(filepath.Join(t.TempDir(), "file"), "x")
	write(garbage, strings.Repeat("This is no database. ", 1000))
	truncated := filepath.Join(t.TempDir(), "collabd.db")
	write(truncated, "SQLite format 3\x00")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"port taken":             {[]string{"--addr", "127.0.0.1:" + running.port}, "127.0.0.1:" + running.port + " is taken"},
		"port taken, by name":    {[]string{"--addr", "localhost:" + running.port}, "is taken"},
		"database in use":        {[]string{"--addr", "127.0.0.1:0", "--data", filepath.Dir(running.data)}, "in use by another collabd"},
		"a file for a folder":    {[]string{"--addr", "127.0.0.1:0", "--data", file}, "cannot write"},
		"a folder below a file":  {[]string{"--addr", "127.0.0.1:0", "--data", filepath.Join(file, "data")}, "cannot write"},
		"garbage for a database": {[]string{"--addr", "127.0.0.1:0", "--data", filepath.Dir(garbage)}, "not a collabd database"},
		"half a database":        {[]string{"--addr", "127.0.0.1:0", "--data", filepath.Dir(truncated)}, "not a collabd database"},
		"no port":                {[]string{"--addr", "localhost"}, "host:port"},
		"a port that is none":    {[]string{"--addr", "localhost:99999"}, "99999"},
		"a host that is none":    {[]string{"--addr", "no-such-host.invalid:0", "--plain-http"}, "no-such-host.invalid"},
		"plain HTTP for all":     {[]string{"--addr", "0.0.0.0:0"}, "--public-url"},
		"a bad public URL":       {[]string{"--public-url", "docs.example.org"}, "https://docs.example.org"},
		"a public URL in ftp":    {[]string{"--public-url", "ftp://docs.example.org"}, "https://docs.example.org"},
		"a path in it":           {[]string{"--public-url", "https://example.org/docs"}, "https://docs.example.org"},
		"bad guests":             {[]string{"--guests", "all"}, "guests"},
		"bad log level":          {[]string{"--log-level", "loud"}, "log-level"},
		"bad log format":         {[]string{"--log-format", "xml"}, "log-format"},
		"an unknown flag":        {[]string{"--adr", "localhost:0"}, "--adr"},
		"an unknown command":     {[]string{"sevre"}, "sevre"},
		"a flag without value":   {[]string{"--addr"}, "--addr"},
		"one argument too many":  {[]string{"serve", "now"}, "now"},
	} {
		t.Run(name, func(t *testing.T) { fails(t, command(t, c.args...), c.want) })
	}
	t.Run("bad environment", func(t *testing.T) {
		cmd := command(t)
		cmd.Env = append(cmd.Env, "COLLABD_GUESTS=all")
		fails(t, cmd, "guests")
	})
	if got := get(t, running.url+"/readyz"); !strings.Contains(got, "ready") {
		t.Errorf("after all that the first one is %q", got)
	}
	if got, err := os.ReadFile(garbage); err != nil || !strings.HasPrefix(string(got), "This is no database.") {
		t.Errorf("the file that is no database was changed: %.30q, %v", got, err)
	}
	running.stop(syscall.SIGTERM)
}

func TestVersionAndHelp(t *testing.T) {
	for args, want := range map[string]string{
		"version": `^collabd \S+\n$`, "--help": `(?s)^Usage: collabd .*serve.*replay.*version`, "serve --help": `(?s)^Usage: collabd serve.*--guests`,
	} {
		cmd := command(t, strings.Fields(args)...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil || stderr.Len() > 0 || !regexp.MustCompile(want).Match(out) {
			t.Errorf("collabd %s: %v\n%s%s", args, err, out, &stderr)
		}
	}
}
