package persist

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// maxGroup bounds how many jobs share a transaction, so that the first of a
// long queue does not wait for the last.
const maxGroup = 512

// writer is the one goroutine that writes to a SQLite file. Whatever has
// queued while it was busy goes into one transaction, and so into one fsync:
// load makes groups larger, not the wait longer without bound.
//
//	submit ──▶ queue ──▶ BEGIN, (SAVEPOINT job RELEASE)…, COMMIT ──▶ answers
//
// A job that fails is rolled back to its savepoint and its neighbours go on.
// No job is answered with success before the COMMIT has returned.
type writer struct {
	db    *sql.DB
	conn  *sql.Conn // the goroutine's alone
	stmts map[string]*sql.Stmt

	mu      sync.Mutex
	queue   []*job
	closing bool

	wake    chan struct{} // capacity 1: there may be something in the queue
	done    chan struct{} // closed when the goroutine has ended
	commits atomic.Uint64 // transactions that were committed
}

// job is a caller's part of a transaction. run may be called again after its
// transaction was rolled back as a whole.
type job struct {
	run    func(*writeTx) error
	claim  atomic.Bool // set once, by the goroutine that runs it or the caller that leaves
	result chan error  // capacity 1
}

func startWriter(ctx context.Context, db *sql.DB) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("writer connection: %w", err)
	}
	w := &writer{
		db: db, conn: conn, stmts: make(map[string]*sql.Stmt),
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	go w.loop()
	return w, nil
}

// submit queues a job and waits for its transaction. After nil it is durable.
// If ctx ends first, the job may or may not be written, unless it had not
// begun: then it never is.
func (w *writer) submit(ctx context.Context, run func(*writeTx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{run: run, result: make(chan error, 1)}
	w.mu.Lock()
	if w.closing {
		w.mu.Unlock()
		return ErrClosed
	}
	w.queue = append(w.queue, j)
	w.mu.Unlock()
	w.signal()

	select {
	case err := <-j.result:
		return err
	case <-ctx.Done():
		if j.claim.CompareAndSwap(false, true) {
			w.drop(j)
		}
		return ctx.Err()
	}
}

// drop takes a job out of the queue whose caller has left, so that the queue
// holds no more than there are callers, however long the disk hangs.
func (w *writer) drop(j *job) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = slices.DeleteFunc(w.queue, func(q *job) bool { return q == j })
}

// close writes what is queued, ends the goroutine and gives the connection
// back.
func (w *writer) close() error {
	w.mu.Lock()
	w.closing = true
	w.mu.Unlock()
	w.signal()
	<-w.done
	for _, stmt := range w.stmts {
		_ = stmt.Close()
	}
	return w.conn.Close()
}

func (w *writer) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *writer) loop() {
	defer close(w.done)
	for {
		group, closing := w.take()
		switch {
		case len(group) > 0:
			w.write(group)
		case closing:
			return
		default:
			<-w.wake
		}
	}
}

// take removes the next group from the queue, without the jobs whose callers
// have left.
func (w *writer) take() (group []*job, closing bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := min(len(w.queue), maxGroup)
	for _, j := range w.queue[:n] {
		if j.claim.CompareAndSwap(false, true) {
			group = append(group, j)
		}
	}
	clear(w.queue[:n])
	w.queue = w.queue[n:]
	return group, w.closing && len(w.queue) == 0
}

// queued is the number of jobs that wait.
func (w *writer) queued() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.queue)
}

// write answers every job of the group. A job that breaks the transaction, as
// a full disk does, is answered with its error, and the others, of which
// nothing was written, are tried again without it.
func (w *writer) write(group []*job) {
	for len(group) > 0 {
		broken, err := w.transact(group)
		if err == nil {
			return
		}
		group[broken].result <- err
		group = append(group[:broken:broken], group[broken+1:]...)
	}
}

// transact runs the group in one transaction and answers its jobs, or rolls
// everything back and returns the job that broke it and the error.
func (w *writer) transact(group []*job) (broken int, err error) {
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		w.rollback()
		return 0, fmt.Errorf("begin: %w", err)
	}
	results := make([]error, len(group))
	for i, j := range group {
		results[i], err = w.runJob(j)
		if err != nil {
			w.rollback()
			return i, err
		}
	}
	if err := w.exec("COMMIT"); err != nil {
		w.rollback()
		// Unknown for all of them: the log may have reached the disk. That holds
		// for a job that was refused too, because of a neighbour's perhaps.
		err = fmt.Errorf("commit: %w", err)
		for _, j := range group {
			j.result <- err
		}
		return 0, nil
	}
	w.commits.Add(1)
	for i, j := range group {
		j.result <- results[i]
	}
	return 0, nil
}

// runJob runs a job inside its savepoint. It returns the job's own failure,
// after which the transaction goes on, apart from one that breaks it.
func (w *writer) runJob(j *job) (failed, broken error) {
	if err := w.exec("SAVEPOINT job"); err != nil {
		return nil, err
	}
	failed = j.run((*writeTx)(w))
	if failed != nil {
		if breaksTransaction(failed) {
			return nil, failed
		}
		if err := w.exec("ROLLBACK TO job"); err != nil {
			return nil, errors.Join(failed, err)
		}
	}
	return failed, w.exec("RELEASE job")
}

// breaksTransaction reports whether SQLite may have ended the transaction
// because of the error: always, but for broken constraints and errors of ours.
func breaksTransaction(err error) bool {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()&0xff != sqlite3.SQLITE_CONSTRAINT
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone)
}

// rollback leaves the connection without a transaction. If it cannot be said
// that it is, another one takes its place: a statement outside a transaction
// would be committed at once.
func (w *writer) rollback() {
	if w.exec("ROLLBACK") == nil {
		return
	}
	_ = w.conn.Raw(func(any) error { return driver.ErrBadConn }) // discards it
	_ = w.conn.Close()
	clear(w.stmts)
	if conn, err := w.db.Conn(context.Background()); err == nil {
		w.conn = conn
	} // else the next BEGIN says so, to whom it concerns
}

// exec runs a statement, prepared once. The context is the background on
// purpose: a caller that leaves must not interrupt its neighbours' transaction.
func (w *writer) exec(query string, args ...any) error {
	_, err := (*writeTx)(w).exec(query, args...)
	return err
}

// writeTx is what a job may do inside its transaction.
type writeTx writer

func (tx *writeTx) exec(query string, args ...any) (changed int64, err error) {
	stmt, err := tx.prepare(query)
	if err != nil {
		return 0, err
	}
	res, err := stmt.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// row runs a query of one row. sql.ErrNoRows if there is none.
func (tx *writeTx) row(query string, args []any, dest ...any) error {
	stmt, err := tx.prepare(query)
	if err != nil {
		return err
	}
	return stmt.QueryRowContext(context.Background(), args...).Scan(dest...)
}

func (tx *writeTx) prepare(query string) (*sql.Stmt, error) {
	if stmt, ok := tx.stmts[query]; ok {
		return stmt, nil
	}
	stmt, err := tx.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	tx.stmts[query] = stmt
	return stmt, nil
}
