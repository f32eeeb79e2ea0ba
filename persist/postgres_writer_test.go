package persist

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist/pgcluster/pgclustertest"
	"github.com/collabd/collabd/session"
)

// laneTest is a store with one lane, which can be held up, so that what is
// queued meanwhile makes one group.
type laneTest struct {
	*Postgres
	t    *testing.T
	wg   sync.WaitGroup
	side *pgx.Conn // of the test
}

// holdDoc is the document with which a lane is held up.
const holdDoc = 99

func newLaneTest(t *testing.T, docs int) *laneTest {
	t.Helper()
	s, err := OpenPostgres(t.Context(), PostgresConfig{URL: pgclustertest.Database(t), Lanes: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	side, err := pgx.Connect(t.Context(), s.cfg.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = side.Close(context.Background()) })
	w := &laneTest{Postgres: s, t: t, side: side}
	w.create(holdDoc)
	for i := range docs {
		w.create(i)
	}
	return w
}

func (w *laneTest) create(i int) {
	w.t.Helper()
	if err := w.CreateDocument(w.t.Context(), session.Document{ID: docID(i), Kind: ot.Text, Lineage: "l"}); err != nil {
		w.t.Fatal(err)
	}
}

// sql runs a statement behind the back of the store.
func (w *laneTest) sql(statement string, args ...any) {
	w.t.Helper()
	if _, err := w.side.Exec(w.t.Context(), statement, args...); err != nil {
		w.t.Fatal(err)
	}
}

// hold locks a document in another transaction, and lets the lane wait for it,
// until release is called. held is what the lane's append came to.
func (w *laneTest) hold() (release func(), held *error) {
	w.t.Helper()
	head, err := w.Head(w.t.Context(), docID(holdDoc))
	if err != nil {
		w.t.Fatal(err)
	}
	w.sql(`BEGIN`)
	w.sql(`SELECT FROM documents WHERE id = $1 FOR UPDATE`, string(docID(holdDoc)))
	held = new(error)
	w.wg.Go(func() { *held = w.Append(w.t.Context(), docID(holdDoc), oneRecord(head+1, "holds")) })
	w.until(`SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`)
	return func() { w.sql(`COMMIT`) }, held
}

// until asks again and again.
func (w *laneTest) until(question string) {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.cfg.URL)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for yes := false; !yes; {
		if err := conn.QueryRow(w.t.Context(), question).Scan(&yes); err != nil {
			w.t.Fatal(err)
		}
	}
}

// start makes an append and waits until it is the nth in the queue.
func (w *laneTest) start(n, i int, records []session.Record) (result *error) {
	result = new(error)
	w.wg.Go(func() { *result = w.Append(w.t.Context(), docID(i), records) })
	for w.appends.queue.queued() < n {
		runtime.Gosched()
	}
	return result
}

func (w *laneTest) headIs(i int, want uint64) {
	w.t.Helper()
	if head, err := w.Head(w.t.Context(), docID(i)); err != nil || uint64(head) != want {
		w.t.Errorf("head of %s is %d, %v, want %d", docID(i), head, err, want)
	}
}

func TestLaneAppendsThatWaitShareACommit(t *testing.T) {
	const docs = 64
	w := newLaneTest(t, docs)
	before := w.appends.commits.Load()
	release, held := w.hold()
	results := make([]*error, docs)
	for i := range docs {
		results[i] = w.start(i+1, i, oneRecord(1, "a"))
	}
	release()
	w.wg.Wait()
	for i, err := range append(results, held) {
		if *err != nil {
			t.Error(*err)
		} else if i < docs {
			w.headIs(i, 1)
		}
	}
	if n := w.appends.commits.Load() - before; n != 2 { // what held it up, and the group
		t.Errorf("%d commits for %d appends, want 2", n, docs)
	}
}

func TestLaneARefusedBatchDoesNotFailItsGroup(t *testing.T) {
	w := newLaneTest(t, 6)
	if err := w.Append(t.Context(), docID(5), oneRecord(1, "a")); err != nil {
		t.Fatal(err)
	}
	release, _ := w.hold()
	twice := session.Record{Revision: 2, Client: "a", Seq: 1}
	results := []struct {
		got  *error
		want error
	}{
		{w.start(1, 0, oneRecord(1, "a")), nil},
		{w.start(2, 0, oneRecord(1, "b")), session.ErrConflict}, // the same revision, in the next group
		{w.start(3, 1, oneRecord(2, "a")), session.ErrConflict},
		{w.start(4, 0, oneRecord(2, "b")), nil}, // follows the first one
		{w.start(5, 2, append(oneRecord(1, "a"), twice)), ErrDuplicate},
		{w.start(6, 50, oneRecord(1, "a")), session.ErrNotFound},
		{w.start(7, 3, oneRecord(1, "a")), nil},
		{w.start(8, 5, []session.Record{{Revision: 2, Client: "a", Seq: 1}}), ErrDuplicate},
		{w.start(9, 4, oneRecord(1, "a")), nil},
	}
	release()
	w.wg.Wait()
	for i, r := range results {
		if !errors.Is(*r.got, r.want) {
			t.Errorf("append %d: %v, want %v", i+1, *r.got, r.want)
		}
	}
	for i, want := range []uint64{2, 0, 0, 1, 1, 1} {
		w.headIs(i, want)
	}
}

// Two groups that share documents never wait for each other: who waits for a
// document has none that comes after it.
func TestLaneLocksDocumentsInOrder(t *testing.T) {
	const docs = 6
	w := newLaneTest(t, docs)
	release, _ := w.hold()
	results := make([]*error, docs)
	for i := range docs {
		results[i] = w.start(i+1, docs-1-i, oneRecord(1, "a"))
	}
	other, err := pgx.Connect(t.Context(), w.cfg.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close(context.Background()) }()
	first, err := other.Begin(t.Context())
	if err == nil {
		_, err = first.Exec(t.Context(), `SELECT FROM documents WHERE id = $1 FOR UPDATE`, string(docID(0)))
	}
	if err != nil {
		t.Fatal(err)
	}
	release() // the lane goes on to the group, and waits for its first document
	w.until(`SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
		AND EXISTS (SELECT FROM records WHERE client = 'holds')`)
	if _, err := first.Exec(t.Context(), `SELECT FROM documents WHERE id > $1 FOR UPDATE NOWAIT`, string(docID(0))); err != nil {
		t.Errorf("a document that comes later is locked: %v", err)
	}
	if err := first.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.wg.Wait()
	for _, err := range results {
		if *err != nil {
			t.Error(*err)
		}
	}
}

// A record that the log has in spite of the head, as after a repair by hand, is
// a conflict: the primary key is the last guard.
func TestTheKeyGuardsTheLog(t *testing.T) {
	w := newLaneTest(t, 2)
	w.sql(`CREATE FUNCTION another() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			INSERT INTO records VALUES (NEW.doc, NEW.revision, 'other', 1, '', 0, 0, '[]', 0); RETURN NEW;
		END $$`)
	w.sql(`CREATE TRIGGER another BEFORE INSERT ON records FOR EACH ROW WHEN (NEW.client = 'a') EXECUTE FUNCTION another()`)
	release, _ := w.hold()
	conflict, neighbour := w.start(1, 0, oneRecord(1, "a")), w.start(2, 1, oneRecord(1, "b"))
	release()
	w.wg.Wait()
	if !errors.Is(*conflict, session.ErrConflict) || *neighbour != nil {
		t.Errorf("append: %v; its neighbour: %v", *conflict, *neighbour)
	}
	w.headIs(0, 0)
	w.headIs(1, 1)
}

func TestLaneAFailedCommitIsUnknownToAll(t *testing.T) {
	w := newLaneTest(t, 3)
	w.sql(`CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no commit'; END $$`)
	w.sql(`CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON records DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW WHEN (NEW.client = 'poison') EXECUTE FUNCTION fails()`)
	release, _ := w.hold()
	results := []*error{
		w.start(1, 0, oneRecord(1, "a")),
		w.start(2, 1, oneRecord(1, "poison")), // makes the COMMIT itself fail
		w.start(3, 2, oneRecord(2, "b")),      // refused, but by what is not in the log perhaps
	}
	release()
	w.wg.Wait()
	for i, err := range results {
		if *err == nil || errors.Is(*err, session.ErrConflict) || !strings.Contains((*err).Error(), "no commit") {
			t.Errorf("append %d of a failed commit: %v", i+1, *err)
		}
	}
	w.headIs(0, 0)
	w.headIs(1, 0)
	if err := w.Append(t.Context(), docID(0), oneRecord(1, "a")); err != nil {
		t.Errorf("the next append: %v", err)
	}
	w.headIs(0, 1)
}

func TestALostConnectionIsUnknownToAll(t *testing.T) {
	w := newLaneTest(t, 2)
	release, held := w.hold()
	w.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`)
	w.wg.Wait()
	release()
	if !errors.Is(*held, ErrUnavailable) || errors.Is(*held, session.ErrConflict) {
		t.Errorf("append over a lost connection: %v", *held)
	}
	if err := w.Append(t.Context(), docID(0), oneRecord(1, "a")); err != nil {
		t.Errorf("the next append: %v", err)
	}
	w.headIs(0, 1)
	w.headIs(holdDoc, 0)
}

func TestLaneACallerMayLeave(t *testing.T) {
	w := newLaneTest(t, 2)
	ctx, leave := context.WithCancel(t.Context())
	release, _ := w.hold()
	left := make(chan error)
	go func() { left <- w.Append(ctx, docID(0), oneRecord(1, "a")) }()
	for w.appends.queue.queued() < 1 {
		runtime.Gosched()
	}
	stays := w.start(2, 1, oneRecord(1, "a"))
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("who left: %v", err)
	}
	release()
	w.wg.Wait()
	if *stays != nil {
		t.Errorf("who stayed: %v", *stays)
	}
	w.headIs(0, 0) // it had not begun
	w.headIs(1, 1)

	// Who leaves while it is written does not keep it from being written.
	ctx, leave = context.WithCancel(t.Context())
	w.sql(`BEGIN`)
	w.sql(`SELECT FROM documents WHERE id = $1 FOR UPDATE`, string(docID(0)))
	gone := make(chan error)
	go func() { gone <- w.Append(ctx, docID(0), oneRecord(1, "a")) }()
	w.until(`SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`)
	leave()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("who left: %v", err)
	}
	w.sql(`COMMIT`)
	if err := w.Append(t.Context(), docID(1), oneRecord(2, "b")); err != nil { // behind it
		t.Error(err)
	}
	w.headIs(0, 1)
}

func TestLaneCloseWritesWhatWaits(t *testing.T) {
	w := newLaneTest(t, 1)
	release, _ := w.hold()
	waits := w.start(1, 0, oneRecord(1, "a"))
	renames := make(chan error)
	go func() {
		renames <- w.ChangeDocument(t.Context(), "", docID(holdDoc), Change{Title: new("title")})
	}()
	w.until(`SELECT count(*) = 2 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`)
	w.wg.Go(func() { _ = w.Close() })
	for !w.closed.Load() {
		runtime.Gosched()
	}
	release()
	if err := <-renames; err != nil {
		t.Errorf("the call that had begun: %v", err)
	}
	w.wg.Wait()
	if *waits != nil {
		t.Errorf("the append that waited: %v", *waits)
	}
	var head int
	if err := w.side.QueryRow(t.Context(), `SELECT max(revision) FROM records WHERE doc = $1`, string(docID(0))).Scan(&head); err != nil || head != 1 {
		t.Errorf("head is %d, %v", head, err)
	}
}

// A database that says nothing does not keep a store from closing.
func TestLaneCloseGivesUp(t *testing.T) {
	w := newLaneTest(t, 1)
	release, held := w.hold()
	waits := w.start(1, 0, oneRecord(1, "a"))
	renames := make(chan error)
	go func() {
		renames <- w.ChangeDocument(t.Context(), "", docID(holdDoc), Change{Title: new("title")})
	}()
	w.until(`SELECT count(*) = 2 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`)
	done := make(chan struct{})
	go func() { _ = w.Close(); close(done) }()
	for !w.closed.Load() {
		runtime.Gosched()
	}
	w.stop() // what closeTimeout does
	w.wg.Wait()
	for _, err := range []error{*held, *waits, <-renames} {
		if !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrClosed) { // which would say that nothing was written
			t.Errorf("a call that was given up: %v", err)
		}
	}
	<-done
	release()
}
