package torture

import (
	"context"
	"errors"
	"io"
	"net"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// pretender is a driver of servers that only say that they answer.
func pretender(t *testing.T, script string, change func(*Config)) *driver {
	t.Helper()
	d, err := newDriver(config(t, func(c *Config) {
		c.Command = func(int, string) *exec.Cmd { return exec.Command("sh", "-c", script) }
		c.Every = time.Millisecond
		change(c)
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.close)
	working, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	work.Go(func() { // the clients
		for working.Err() == nil {
			select {
			case d.acked <- struct{}{}:
			case <-working.Done():
			}
		}
	})
	t.Cleanup(func() { stop(); work.Wait() })
	return d
}

const (
	answers = "echo ready: open http://localhost:4711; exec sleep 1000"
	dies    = "exit 3"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// shaken is a store of which it is known what was done to it.
type shaken struct{ done []string }

func (s *shaken) Kill() error                   { s.done = append(s.done, "kill"); return nil }
func (s *shaken) Restart(context.Context) error { s.done = append(s.done, "restart"); return nil }
func (s *shaken) Pause() error                  { s.done = append(s.done, "pause"); return nil }
func (s *shaken) Resume() error                 { s.done = append(s.done, "resume"); return nil }

func TestDriver(t *testing.T) {
	store := &shaken{}
	d := pretender(t, answers, func(c *Config) { c.Store, c.KillStore, c.Servers = store, true, 2 })
	must(t, d.start(t.Context()))
	if at := d.servers[1].address(); at != "127.0.0.1:4711" {
		t.Errorf("it answers at %s", at)
	}
	other := d.servers[1].process
	must(t, d.run(t.Context(), []Fault{
		{Kind: KillServer}, {Kind: KillServer, Early: true}, {Kind: KillStore}, {Kind: KillBoth},
		{Kind: PauseServer, Server: 1, For: time.Millisecond}, {Kind: PauseStore, For: time.Millisecond},
	}))
	if d.killed[KillServer] != 2 || d.killed[KillStore] != 1 || d.killed[KillBoth] != 1 || d.pauses != 2 {
		t.Errorf("%v, %d pauses", d.killed, d.pauses)
	}
	if got := strings.Join(store.done, " "); got != "kill restart kill restart pause resume" {
		t.Errorf("the store: %s", got)
	}
	if d.servers[1].process != other || other.cmd.ProcessState != nil {
		t.Error("the other server was not left alone")
	}
	must(t, d.end(t.Context()))
	if len(d.restarts) < 4 || len(d.storeRestarts) != 3 {
		t.Errorf("restarts %v, of the store %v", d.restarts, d.storeRestarts)
	}
}

// A server that is gone when it is to be killed, or at the end, is a fault.
func TestDriverNoticesWhoEndsByItself(t *testing.T) {
	for name, next := range map[string]func(*driver) error{
		"before a kill":  func(d *driver) error { return d.run(t.Context(), []Fault{{Kind: KillServer, Early: true}}) },
		"before a fault": func(d *driver) error { return d.run(t.Context(), []Fault{{Kind: KillServer}}) },
		"at the end":     func(d *driver) error { return d.end(t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			d := pretender(t, answers, func(*Config) {})
			must(t, d.start(t.Context()))
			must(t, d.servers[0].cmd.Process.Kill())
			<-d.servers[0].done
			if err := next(d); !errors.Is(err, errEnded) {
				t.Errorf("%v", err)
			}
		})
	}
	t.Run("while it starts", func(t *testing.T) {
		if err := pretender(t, dies, func(*Config) {}).start(t.Context()); !errors.Is(err, errEnded) {
			t.Errorf("%v", err)
		}
	})
}

// A server that dies while it starts may, if the store was tormented meanwhile.
func TestDriverStartsAgainAfterAStorm(t *testing.T) {
	d := pretender(t, "", func(c *Config) {
		starts := 0
		c.Command = func(int, string) *exec.Cmd {
			starts++
			if starts == 2 {
				return exec.Command("sh", "-c", dies)
			}
			return exec.Command("sh", "-c", answers)
		}
		c.Store, c.KillStore = &shaken{}, true
	})
	must(t, d.start(t.Context()))
	must(t, d.run(t.Context(), []Fault{{Kind: KillServer}, {Kind: KillStore, Early: true}}))
	d.servers[0].kill()
	d.servers[0].command = func() *exec.Cmd { return exec.Command("sh", "-c", dies) }
	must(t, d.spawn(d.servers[0]))
	if err := d.ready(t.Context()); !errors.Is(err, errEnded) {
		t.Errorf("without a storm: %v", err)
	}
}

// TestProxy: what the store says is kept back while held, and lost when cut;
// what is said to it passes.
func TestProxy(t *testing.T) {
	store, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer store.Close()
	p, err := newProxy(store.Addr().String())
	must(t, err)
	defer p.close()
	connect := func() (client, server net.Conn) {
		client, err := net.Dial("tcp", p.address())
		must(t, err)
		server, err = store.Accept()
		must(t, err)
		t.Cleanup(func() { client.Close(); server.Close() })
		return client, server
	}
	say := func(from, to net.Conn) {
		t.Helper()
		_, err := from.Write([]byte("hello"))
		must(t, err)
		got := make([]byte, 5)
		if _, err := io.ReadFull(to, got); err != nil || string(got) != "hello" {
			t.Errorf("%q, %v", got, err)
		}
	}
	client, server := connect()
	say(client, server)
	say(server, client)

	p.hold()
	say(client, server)
	_, err = server.Write([]byte("done"))
	must(t, err)
	must(t, client.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	if n, err := client.Read(make([]byte, 4)); n != 0 || !isTimeout(err) {
		t.Errorf("%d bytes came through, %v", n, err)
	}
	must(t, client.SetReadDeadline(time.Time{}))
	p.cut()
	if got, err := io.ReadAll(client); len(got) > 0 || err == nil {
		t.Errorf("after the cut: %q, %v", got, err)
	}

	client, server = connect()
	say(client, server)
	say(server, client)
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}
