package torture

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"runtime"
	"sync/atomic"
	"time"
)

// server is one that is started again whenever it was killed. All but address
// belongs to the driver.
type server struct {
	name    string
	command func() *exec.Cmd
	log     io.Writer
	at      atomic.Pointer[string] // host:port of the latest that was ready
	*process
	// storm is the number of the store's faults when the process was started:
	// one that dies of them while it starts is started again.
	storm int
}

// nowhere is an address at which nobody answers.
const nowhere = "127.0.0.1:1"

// address is where the server answers, or has answered last.
func (s *server) address() string {
	if at := s.at.Load(); at != nil {
		return *at
	}
	return nowhere
}

// process is one life of a server.
type process struct {
	cmd   *exec.Cmd
	began time.Time
	ready chan struct{} // closed when it answers
	took  time.Duration // until then; set before ready is closed
	done  chan struct{} // closed when it has ended
}

// readyLine finds the address in the line of a server that answers.
var readyLine = regexp.MustCompile(`http://(?:[^\s/:]+|\[[^\s/]+\])(:\d+)`)

// start begins a new life. It does not wait until it answers.
func (s *server) start() error {
	cmd := s.command()
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("start %s: %w", s.name, err)
	}
	cmd.Stderr = s.log
	endWithParent(cmd)
	p := &process{cmd: cmd, began: time.Now(), ready: make(chan struct{}), done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // which must not end before: see endWithParent
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		defer close(p.done)
		r := bufio.NewReader(out)
		line, _ := r.ReadString('\n') // the end, if it dies before
		if found := readyLine.FindStringSubmatch(line); found != nil {
			at := "127.0.0.1" + found[1]
			s.at.Store(&at)
			p.took = time.Since(p.began)
			close(p.ready)
		}
		_, _ = io.Copy(io.Discard, r) // ends when it dies
		_ = cmd.Wait()                // how it ended is in ProcessState
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start %s: %w", s.name, err)
	}
	s.process = p
	return nil
}

// errEnded says that a server is gone that nobody killed.
var errEnded = errors.New("ended by itself")

// startLimit bounds the start of a server.
const startLimit = time.Minute

// answers waits until the server does.
func (s *server) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("%s does not answer for %s", s.name, startLimit))
	defer cancel()
	select {
	case <-s.ready:
	case <-s.done:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return s.alive()
}

// alive reports a server that is gone.
func (s *server) alive() error {
	select {
	case <-s.done:
		return fmt.Errorf("%s %w: %s", s.name, errEnded, s.cmd.ProcessState)
	default:
		return nil
	}
}

// answered reports whether the server was ready in this life.
func (s *server) answered() bool {
	select {
	case <-s.ready:
		return true
	default:
		return false
	}
}

// kill ends the process as a power cut does.
func (s *server) kill() {
	if s.process == nil {
		return
	}
	_ = s.cmd.Process.Kill() // it may be gone
	<-s.done
}
