package pgcluster

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// superuser owns the cluster; the URLs are for it.
	superuser = "collabd"
	// startTimeout bounds the time from a start to the first answer, recovery
	// included.
	startTimeout = 60 * time.Second
	// stopTimeout bounds an orderly stop; what is left then is killed.
	stopTimeout = 20 * time.Second
	// startAttempts bounds how often a server that ends at once is started, and
	// startAgain is the time between two attempts.
	startAttempts = 10
	startAgain    = 100 * time.Millisecond
	// pollEvery is the time between two looks at something that only looking
	// tells.
	pollEvery = 10 * time.Millisecond
	// socketPathBytes is the longest path of a socket that systems take.
	socketPathBytes = 100
)

// Options says how a cluster is made. The zero value will do.
type Options struct {
	// Dir is an empty folder for the cluster, which is left there by Stop. It
	// is given to the user that Postgres runs as, who must be able to reach it.
	// Default: a new folder among the temporary files, removed by Stop.
	Dir string
	// Log receives what Postgres says. Default: nowhere; what it said last is
	// in the error if it does not start.
	Log io.Writer
	// Settings are put into postgresql.conf, as they would stand there.
	Settings map[string]string
}

// Cluster is a running Postgres.
type Cluster struct {
	bin      string
	root     string // of everything; the user's own if given
	given    bool   // root is Options.Dir
	data     string
	sockets  string // folder; "" if its path would be too long
	port     int
	password string
	as       *account // nil: this user
	log      io.Writer
	process  *process // nil while it does not run
}

// Start makes a cluster and waits until it answers. The caller stops it.
// [ErrNoBinaries] if Postgres is not installed.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	c := &Cluster{bin: bin, root: o.Dir, given: o.Dir != "", password: rand.Text(), log: o.Log}
	if err := c.create(ctx, o.Settings); err != nil {
		return nil, errors.Join(fmt.Errorf("make a Postgres cluster: %w", err), c.Stop())
	}
	if err := c.Restart(ctx); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

func (c *Cluster) create(ctx context.Context, settings map[string]string) (err error) {
	if c.as, err = accountFor(); err != nil {
		return err
	}
	if !c.given {
		if c.root, err = os.MkdirTemp("", "collabd-pg-"); err != nil {
			return err
		}
	}
	c.data, c.sockets = filepath.Join(c.root, "data"), c.root
	if len(c.sockets)+len("/.s.PGSQL.65535") > socketPathBytes {
		c.sockets = ""
	}
	if c.port, err = freePort(ctx); err != nil {
		return err
	}
	secret := filepath.Join(c.root, "password")
	if err := os.WriteFile(secret, []byte(c.password), 0o600); err != nil {
		return err
	}
	for _, path := range []string{c.root, secret} {
		if err := c.as.own(path); err != nil {
			return err
		}
	}
	// Without syncing: what a crash of the machine may take is not worth keeping.
	initdb := exec.CommandContext(ctx, filepath.Join(c.bin, "initdb"), "--pgdata", c.data, "--username", superuser,
		"--pwfile", secret, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions")
	initdb.Dir, initdb.SysProcAttr = c.root, c.as.attributes()
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	return errors.Join(os.Remove(secret), c.configure(settings))
}

// configure appends to postgresql.conf: what comes last counts.
func (c *Cluster) configure(settings map[string]string) error {
	f, err := os.OpenFile(filepath.Join(c.data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	lines := fmt.Sprintf("\nlisten_addresses = '127.0.0.1'\nport = %d\nunix_socket_directories = '%s'\n", c.port, c.sockets)
	for name, value := range settings {
		lines += fmt.Sprintf("%s = %s\n", name, value)
	}
	_, err = f.WriteString(lines)
	return errors.Join(err, f.Close())
}

// freePort is one that nobody listens on at the moment.
func freePort(ctx context.Context) (int, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// URL returns the address of a database for the cluster's superuser, password
// included. It stays the same over restarts.
func (c *Cluster) URL(database string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(superuser, c.password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)), Path: "/" + database, RawQuery: "sslmode=disable"}
	return u.String()
}

// SocketURL is URL over the Unix socket, or "" if the path of the folder is too
// long for one.
func (c *Cluster) SocketURL(database string) string {
	if c.sockets == "" {
		return ""
	}
	q := url.Values{"host": {c.sockets}, "port": {strconv.Itoa(c.port)}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(superuser, c.password), Path: "/" + database, RawQuery: q.Encode()}
	return u.String()
}

// CreateDatabase makes an empty database.
func (c *Cluster) CreateDatabase(ctx context.Context, name string) error {
	return c.Exec(ctx, "postgres", "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
}

// DropDatabase removes a database and ends its connections. One that is not
// there is no error.
func (c *Cluster) DropDatabase(ctx context.Context, name string) error {
	return c.Exec(ctx, "postgres", "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
}

// Exec runs a statement as superuser, on a connection of its own.
func (c *Cluster) Exec(ctx context.Context, database, statement string) error {
	conn, err := pgx.Connect(ctx, c.URL(database))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// Restart starts the cluster again, after Kill or while it runs, and waits
// until it answers, recovery included. After a kill the first starts may fail,
// because the system has not yet let go of the shared memory of who is dead:
// it tries again a few times.
func (c *Cluster) Restart(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := c.halt(); err != nil {
		return err
	}
	var err error
	for range startAttempts {
		if err = c.start(ctx); err == nil || !errors.Is(err, errEnded) {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(startAgain):
		}
	}
	if err != nil {
		return fmt.Errorf("start Postgres: %w", err)
	}
	return nil
}

// errEnded says that a server has ended instead of answering.
var errEnded = errors.New("it has ended")

// start starts the server and waits until it answers, ends or ctx ends.
func (c *Cluster) start(ctx context.Context) error {
	var out tail
	cmd := exec.Command(filepath.Join(c.bin, "postgres"), "-D", c.data)
	cmd.Dir, cmd.SysProcAttr = c.root, c.as.attributes()
	cmd.Stdout, cmd.Stderr = &out, &out
	if c.log != nil {
		w := io.MultiWriter(&out, c.log)
		cmd.Stdout, cmd.Stderr = w, w
	}
	p, err := run(cmd)
	if err != nil {
		return err
	}
	for {
		conn, err := pgx.Connect(ctx, c.URL("postgres"))
		if err == nil {
			c.process = p
			return conn.Close(ctx)
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%w: %v: %s", errEnded, p.state, out.String())
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("%w: %s", err, out.String()), p.kill())
		case <-time.After(pollEvery):
		}
	}
}

// Kill ends every process of the cluster with SIGKILL, as a crash of the
// machine would but for the system's cache of files.
func (c *Cluster) Kill() error {
	if c.process == nil {
		return nil
	}
	p := c.process
	c.process = nil
	return p.kill()
}

// Pause stops every process of the cluster where it is: connections stay open
// and nothing answers. Resume lets them go on.
func (c *Cluster) Pause() error { return c.process.pause() }

// Resume ends a Pause.
func (c *Cluster) Resume() error { return c.process.resume() }

// halt stops the server in order and disconnects who is connected.
func (c *Cluster) halt() error {
	if c.process == nil {
		return nil
	}
	p := c.process
	c.process = nil
	return p.halt(stopTimeout)
}

// Stop ends the cluster and removes it, unless Options.Dir said where it is. A
// second Stop does nothing.
func (c *Cluster) Stop() error {
	err := c.halt()
	if !c.given && c.root != "" {
		err = errors.Join(err, os.RemoveAll(c.root))
	}
	if err != nil {
		return fmt.Errorf("stop Postgres: %w", err)
	}
	return nil
}
