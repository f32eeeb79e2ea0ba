//go:build unix

package pgcluster

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// killTimeout bounds the wait for processes that were killed: a process in the
// middle of a write to a disk takes the time of that.
const killTimeout = 20 * time.Second

// process is a postmaster. Its children, one a connection and some for itself,
// have groups of their own.
type process struct {
	pid   int
	ended chan struct{} // closed when it has ended
	state *os.ProcessState
}

// run starts a process. A thread of its own waits for it, because on Linux it
// is killed when the thread that started it ends, and a thread of the runtime
// may end at any time.
func run(cmd *exec.Cmd) (*process, error) {
	cmd.WaitDelay = killTimeout // its children have its output, too
	p := &process{ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // state says how
			p.state = cmd.ProcessState
			close(p.ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	p.pid = cmd.Process.Pid
	return p, nil
}

// kill ends the process and its children. The parent is stopped first: it must
// not start others meanwhile, nor take a child's death for a reason to recover.
func (p *process) kill() error {
	if p.isOver() {
		return nil
	}
	children, err := p.freeze()
	if err != nil {
		return fmt.Errorf("kill: %w", err)
	}
	for _, pid := range append(children, p.pid) {
		err = errors.Join(err, signal(pid, syscall.SIGKILL))
	}
	<-p.ended
	return errors.Join(err, gone(children))
}

// pause stops the process and its children.
func (p *process) pause() error {
	children, err := p.freeze()
	for _, pid := range children {
		err = errors.Join(err, signal(pid, syscall.SIGSTOP))
	}
	if err != nil {
		return fmt.Errorf("pause: %w", err)
	}
	return nil
}

// resume lets the process and its children go on.
func (p *process) resume() error {
	children, err := childrenOf(p.pid)
	for _, pid := range append(children, p.pid) {
		err = errors.Join(err, signal(pid, syscall.SIGCONT))
	}
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	return nil
}

// freeze stops the process alone and returns its children, of which there are
// no new ones from then on.
func (p *process) freeze() (children []int, err error) {
	if err := signal(p.pid, syscall.SIGSTOP); err != nil {
		return nil, err
	}
	if err := p.await(stopped); err != nil {
		return nil, err
	}
	return childrenOf(p.pid)
}

// await waits until the process has a state: a signal acts a moment after it
// was sent.
func (p *process) await(want state) error {
	for deadline := time.Now().Add(killTimeout); ; time.Sleep(time.Millisecond) {
		is, _, err := look(p.pid)
		if err != nil || is == want || is == dead {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("process %d does not stop", p.pid)
		}
	}
}

// halt ends the process in order (a "fast" shutdown), or kills it after a time.
func (p *process) halt(limit time.Duration) error {
	if p.isOver() {
		return nil
	}
	// It may be paused: then it first has to go on.
	err := errors.Join(p.resume(), signal(p.pid, syscall.SIGINT))
	select {
	case <-p.ended:
		return err
	case <-time.After(limit):
		return errors.Join(err, p.kill())
	}
}

func (p *process) isOver() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// signal does not mind a process that is gone.
func signal(pid int, s syscall.Signal) error {
	if err := syscall.Kill(pid, s); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

// gone waits until processes that are not ours to wait for have ended.
func gone(pids []int) error {
	deadline := time.Now().Add(killTimeout)
	for _, pid := range pids {
		for {
			is, _, err := look(pid)
			if err != nil {
				return err
			}
			if is == dead {
				break
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("process %d does not end", pid)
			}
			time.Sleep(time.Millisecond)
		}
	}
	return nil
}
