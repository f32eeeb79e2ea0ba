package persist

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// writerTest is a store whose writer can be held up, so that what is queued
// meanwhile makes one group.
type writerTest struct {
	*SQLite
	t  *testing.T
	wg sync.WaitGroup
}

func newWriterTest(t *testing.T, docs int) *writerTest {
	t.Helper()
	s, err := OpenSQLite(t.Context(), SQLiteConfig{Path: filepath.Join(t.TempDir(), "collabd.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for i := range docs {
		if err := s.CreateDocument(t.Context(), session.Document{ID: docID(i), Kind: ot.Text, Lineage: "l"}); err != nil {
			t.Fatal(err)
		}
	}
	return &writerTest{SQLite: s, t: t}
}

func docID(i int) wire.DocID { return wire.DocID(fmt.Sprintf("doc%d", i)) }

func oneRecord(revision wire.Revision, client wire.ClientID) []session.Record {
	var b ot.Builder
	return []session.Record{{Revision: revision, Client: client, Seq: wire.Seq(revision), Op: b.Insert("x", ot.Attrs{}).Op()}}
}

// hold keeps the writer busy until release is called.
func (w *writerTest) hold() (release func()) {
	began, end := make(chan struct{}), make(chan struct{})
	w.wg.Go(func() {
		_ = w.writer.submit(w.t.Context(), func(*writeTx) error {
			close(began)
			<-end
			return nil
		})
	})
	<-began
	return func() { close(end) }
}

// start runs a call and waits until its job is the nth in the queue.
func (w *writerTest) start(n int, call func() error) (result *error) {
	result = new(error)
	w.wg.Go(func() { *result = call() })
	for w.writer.queued() < n {
		runtime.Gosched()
	}
	return result
}

func (w *writerTest) appending(i int, records []session.Record) func() error {
	return func() error { return w.Append(w.t.Context(), docID(i), records) }
}

func (w *writerTest) headIs(i int, want wire.Revision) {
	w.t.Helper()
	if head, err := w.Head(w.t.Context(), docID(i)); err != nil || head != want {
		w.t.Errorf("head of %s is %d, %v, want %d", docID(i), head, err, want)
	}
}

func TestAppendsThatWaitShareACommit(t *testing.T) {
	const docs = 64
	w := newWriterTest(t, docs)
	before := w.writer.commits.Load()
	release := w.hold()
	results := make([]*error, docs)
	for i := range docs {
		results[i] = w.start(i+1, w.appending(i, oneRecord(1, "a")))
	}
	release()
	w.wg.Wait()
	for i, err := range results {
		if *err != nil {
			t.Error(*err)
		}
		w.headIs(i, 1)
	}
	if n := w.writer.commits.Load() - before; n != 2 { // what held it up, and the group
		t.Errorf("%d commits for %d appends, want 2", n, docs)
	}
}

func TestARefusedBatchDoesNotFailItsGroup(t *testing.T) {
	w := newWriterTest(t, 3)
	release := w.hold()
	first := w.start(1, w.appending(0, oneRecord(1, "a")))
	second := w.start(2, w.appending(0, oneRecord(1, "b"))) // the same revision
	gap := w.start(3, w.appending(1, oneRecord(2, "a")))
	third := w.start(4, w.appending(0, oneRecord(2, "b"))) // follows the first one, inside the group
	half := w.start(5, w.appending(2, append(oneRecord(1, "a"), session.Record{Revision: 2, Client: "a", Seq: 1})))
	release()
	w.wg.Wait()
	for i, c := range []struct{ got, want error }{
		{*first, nil}, {*second, session.ErrConflict}, {*gap, session.ErrConflict}, {*third, nil}, {*half, ErrDuplicate},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("append %d: %v, want %v", i+1, c.got, c.want)
		}
	}
	w.headIs(0, 2)
	w.headIs(1, 0)
	w.headIs(2, 0)
}

func TestAFailedCommitIsUnknownToAll(t *testing.T) {
	w := newWriterTest(t, 2)
	release := w.hold()
	first := w.start(1, w.appending(0, oneRecord(1, "a")))
	// A foreign key that is checked at the end makes the COMMIT itself fail.
	poison := w.start(2, func() error {
		return w.write(t.Context(), func(tx *writeTx) error {
			if _, err := tx.exec(`PRAGMA defer_foreign_keys = 1`); err != nil {
				return err
			}
			_, err := tx.exec(`INSERT INTO snapshots (doc, revision, op, checksum) VALUES ('none', 1, x'', 0)`)
			return err
		})
	})
	refused := w.start(3, w.appending(0, oneRecord(1, "b"))) // by what is not in the log after all
	last := w.start(4, w.appending(1, oneRecord(1, "a")))
	release()
	w.wg.Wait()
	for i, err := range []error{*first, *poison, *refused, *last} {
		if err == nil || errors.Is(err, session.ErrConflict) || !strings.Contains(err.Error(), "commit: ") {
			t.Errorf("job %d of a failed commit: %v", i+1, err)
		}
	}
	w.headIs(0, 0)
	w.headIs(1, 0)
	if err := w.Append(t.Context(), docID(0), oneRecord(1, "a")); err != nil {
		t.Errorf("the next append: %v", err)
	}
	w.headIs(0, 1)
}

func TestABrokenTransactionIsTriedAgainWithoutWhoBrokeIt(t *testing.T) {
	for _, c := range []struct {
		name    string
		breakIt func(*writeTx) error
		fresh   bool // the connection is not trusted any more
	}{
		{"by an error", func(tx *writeTx) error {
			_, err := tx.exec(`INSERT INTO no_such_table VALUES (1)`)
			return err
		}, false},
		{"by SQLite, which has ended it", func(tx *writeTx) error {
			if _, err := tx.exec(`ROLLBACK`); err != nil {
				return err
			}
			_, err := tx.exec(`INSERT INTO no_such_table VALUES (1)`)
			return err
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWriterTest(t, 2)
			release := w.hold()
			conn := w.writer.conn
			first := w.start(1, w.appending(0, oneRecord(1, "a")))
			broken := w.start(2, func() error { return w.write(t.Context(), c.breakIt) })
			last := w.start(3, w.appending(1, oneRecord(1, "a")))
			release()
			w.wg.Wait()
			if *first != nil || *last != nil || *broken == nil {
				t.Errorf("neighbours: %v, %v; the one that broke it: %v", *first, *last, *broken)
			}
			if fresh := w.writer.conn != conn; fresh != c.fresh {
				t.Errorf("the connection was replaced: %v, want %v", fresh, c.fresh)
			}
			w.headIs(0, 1)
			w.headIs(1, 1)
		})
	}
}

func TestAFullDiskFailsAppendsAndNothingElse(t *testing.T) {
	w := newWriterTest(t, 2)
	limit := func(pages int) {
		t.Helper()
		var got int
		err := w.write(t.Context(), func(tx *writeTx) error {
			return tx.row(fmt.Sprintf(`PRAGMA max_page_count = %d`, pages), nil, &got)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	limit(1) // which SQLite reads as: as it is now
	var b ot.Builder
	large := oneRecord(1, "a")
	large[0].Op = b.Insert(strings.Repeat("0123456789", 100_000), ot.Attrs{}).Op()
	err := w.Append(t.Context(), docID(0), large)
	if e, ok := errors.AsType[*sqlite.Error](err); !ok || e.Code() != sqlite3.SQLITE_FULL {
		t.Errorf("append to a full disk: %v", err)
	}
	w.headIs(0, 0)
	limit(1 << 30)
	if err := w.Append(t.Context(), docID(0), large); err != nil {
		t.Errorf("append when there is room again: %v", err)
	}
	w.headIs(0, 1)
}

func TestACallerMayLeaveWhileItWaits(t *testing.T) {
	w := newWriterTest(t, 2)
	release := w.hold()
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error)
	w.start(1, func() error {
		left <- w.Append(ctx, docID(0), oneRecord(1, "a"))
		return nil
	})
	stays := w.start(2, w.appending(1, oneRecord(1, "a")))
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("who left: %v", err)
	}
	if n := w.writer.queued(); n != 1 {
		t.Errorf("%d jobs wait: who left must not, however long the disk hangs", n)
	}
	release()
	w.wg.Wait()
	if *stays != nil {
		t.Errorf("who stayed: %v", *stays)
	}
	w.headIs(0, 0) // it had not begun
	w.headIs(1, 1)
}

func TestACallerMayLeaveWhileItIsWritten(t *testing.T) {
	w := newWriterTest(t, 1)
	ctx, leave := context.WithCancel(t.Context())
	began, end, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		rows, _ := encodeBatch(docID(0), oneRecord(1, "a"))
		done <- w.write(ctx, func(tx *writeTx) error {
			close(began)
			<-end
			return appendRows(tx, rows)
		})
	}()
	<-began
	leave()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("who left: %v", err)
	}
	close(end)
	if err := w.Ping(t.Context()); err != nil { // behind it
		t.Error(err)
	}
	w.headIs(0, 1) // unknown to the caller, whole in the log
}

func TestCloseWritesWhatWaits(t *testing.T) {
	w := newWriterTest(t, 1)
	release := w.hold()
	waits := w.start(1, w.appending(0, oneRecord(1, "a")))
	w.wg.Go(func() { _ = w.Close() })
	for !w.closed.Load() {
		runtime.Gosched()
	}
	release()
	w.wg.Wait()
	again, err := OpenSQLite(t.Context(), SQLiteConfig{Path: w.cfg.Path})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.Close() }()
	head, err := again.Head(t.Context(), docID(0))
	if *waits != nil || err != nil || head != 1 {
		t.Errorf("the append that waited: %v; head %d, %v", *waits, head, err)
	}
}
