package persist

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/collabd/collabd/session"
)

// groupTimeout bounds a transaction of appends. Its connection is given up
// then, and with it the knowledge whether it was committed.
const groupTimeout = 20 * time.Second

// pgWriter appends to a Postgres database. Each lane is a goroutine with a
// connection and one transaction at a time; what has queued meanwhile, of
// however many documents, goes into its next one.
//
//	submit ──▶ queue ──▶ lane: lock, compare and insert, commit ──▶ answers
//	                           └──── sent at once, one answer ────┘
//
// A transaction is one round trip: the statements are pipelined, and Postgres
// commits at the end of the pipeline. No batch is answered with success before
// it has said that it did.
type pgWriter struct {
	pool    *pgxpool.Pool
	queue   *appendQueue
	base    context.Context // of the transactions: a caller that leaves does not end its neighbours'
	lanes   sync.WaitGroup
	commits atomic.Uint64 // transactions that were committed
}

func startPgWriter(base context.Context, pool *pgxpool.Pool, lanes int) *pgWriter {
	w := &pgWriter{pool: pool, queue: newAppendQueue(), base: base}
	for range lanes {
		w.lanes.Go(w.lane)
	}
	return w
}

// close writes what is queued and ends the lanes.
func (w *pgWriter) close() {
	w.queue.close()
	w.lanes.Wait()
}

func (w *pgWriter) lane() {
	for {
		group, ok := w.queue.take()
		if !ok {
			return
		}
		w.write(group)
		w.queue.done(group)
	}
}

// write answers every batch of the group. If Postgres refuses what is in one of
// them, which rolls all of them back, each is written by itself.
func (w *pgWriter) write(group []*appendJob) {
	refused, err := w.transact(group)
	if len(group) > 1 && isRefusal(err) {
		for i := range group {
			w.write(group[i : i+1])
		}
		return
	}
	for i, j := range group {
		switch {
		case err == nil:
			j.result <- refused[i]
		default:
			j.result <- pgConstraint(explainPg(err), pgRecordsKey, session.ErrConflict, ErrDuplicate)
		}
	}
}

// lockDocuments keeps others from appending to these documents until the end of
// the transaction. All lock in the same order, so that two of them never wait
// for each other.
const lockDocuments = `SELECT id FROM documents WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE`

// appendBatches is the compare-and-append, under these locks: of the batches
// ($1 document, $2 predecessor, $3 minute) those whose predecessor is the head
// have their records ($4 place of the batch, …) inserted, by a plain INSERT.
// Leaving rows out that are there already (ON CONFLICT DO NOTHING) could leave
// a gap. Batches with a record whose client and seq are packed are left out too,
// and named with a minus. It is a statement of its own, because a statement sees what was
// committed before it began, and the locks may have taken a while.
const appendBatches = `WITH fits AS MATERIALIZED (
	SELECT b.n, b.doc, b.minute, d.packed
	FROM unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS b (doc, predecessor, minute, n)
	JOIN documents d ON d.id = b.doc
	WHERE b.predecessor = coalesce((SELECT revision FROM records r WHERE r.doc = b.doc ORDER BY revision DESC LIMIT 1), 0)
), again AS MATERIALIZED (
	SELECT DISTINCT fits.n FROM fits JOIN unnest($4::bigint[], $6::text[], $7::bigint[]) AS r (n, client, seq) USING (n)
	JOIN clients c ON c.doc = fits.doc AND c.client = r.client AND c.seq >= r.seq
	WHERE fits.packed > 0
), added AS (
	INSERT INTO records (doc, revision, client, seq, "user", at, digest, op, checksum)
	SELECT fits.doc, r.revision, r.client, r.seq, r."user", r.at, r.digest, r.op, r.checksum
	FROM unnest($4::bigint[], $5::bigint[], $6::text[], $7::bigint[], $8::text[], $9::bigint[], $10::bigint[], $11::bytea[], $12::bigint[])
		AS r (n, revision, client, seq, "user", at, digest, op, checksum)
	JOIN fits USING (n) WHERE n NOT IN (SELECT n FROM again)
), listed AS (
	UPDATE documents d SET edited_minute = fits.minute FROM fits WHERE d.id = fits.doc AND d.edited_minute <> fits.minute
		AND n NOT IN (SELECT n FROM again)
)
SELECT CASE WHEN n IN (SELECT n FROM again) THEN -n ELSE n END FROM fits`

// transact writes the group in one transaction. If err is nil it is committed,
// without the batches that refused names. After a refusal (isRefusal) nothing
// of it is; after another error that is unknown.
func (w *pgWriter) transact(group []*appendJob) (refused []error, err error) {
	ctx, cancel := context.WithTimeoutCause(w.base, groupTimeout, fmt.Errorf("%w: no answer within %v", ErrUnavailable, groupTimeout))
	defer cancel()
	conn, err := w.pool.Acquire(ctx)
	if err != nil {
		return nil, w.failed(ctx, err)
	}
	defer conn.Release()
	var pipeline pgx.Batch
	docs := documentsOf(group)
	pipeline.Queue(lockDocuments, docs)
	pipeline.Queue(appendBatches, append([]any{docs}, columnsOf(group)...)...)
	results := conn.SendBatch(ctx, &pipeline)
	known, err := collect[string](results)
	var fits []int64
	if err == nil {
		fits, err = collect[int64](results)
	}
	// The end of the pipeline, and only it, says that it is committed.
	if closeErr := results.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, w.failed(ctx, err)
	}
	w.commits.Add(1)
	return verdicts(group, known, fits), nil
}

func (w *pgWriter) failed(ctx context.Context, err error) error {
	switch {
	case w.base.Err() != nil:
		return errClosing
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return err
}

// collect reads the only column of the next result.
func collect[T any](results pgx.BatchResults) ([]T, error) {
	rows, err := results.Query()
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[T])
}

// verdicts says of each batch why it was left out: nil if it was not.
func verdicts(group []*appendJob, known []string, fits []int64) []error {
	exists := make(map[string]bool, len(known))
	for _, doc := range known {
		exists[doc] = true
	}
	out := make([]error, len(group))
	for i, j := range group {
		if out[i] = session.ErrConflict; !exists[j.doc] {
			out[i] = session.ErrNotFound
		}
	}
	for _, n := range fits {
		if n < 0 {
			out[-n-1] = ErrDuplicate
		} else {
			out[n-1] = nil
		}
	}
	return out
}

func documentsOf(group []*appendJob) []string {
	docs := make([]string, len(group))
	for i, j := range group {
		docs[i] = j.doc
	}
	return docs
}

// columnsOf returns $2 and following of appendBatches.
func columnsOf(group []*appendJob) []any {
	n := 0
	for _, j := range group {
		n += len(j.rows)
	}
	predecessors, minutes := make([]int64, len(group)), make([]int64, len(group))
	places, revisions, seqs := make([]int64, 0, n), make([]int64, 0, n), make([]int64, 0, n)
	ats, digests, checksums := make([]int64, 0, n), make([]int64, 0, n), make([]int64, 0, n)
	clients, users, ops := make([]string, 0, n), make([]string, 0, n), make([][]byte, 0, n)
	for i, j := range group {
		predecessors[i] = j.rows[0].revision - 1
		minutes[i] = minuteOf(j.rows[len(j.rows)-1].at)
		for k := range j.rows {
			r := &j.rows[k]
			places, revisions, clients, seqs = append(places, int64(i+1)), append(revisions, r.revision), append(clients, r.client), append(seqs, r.seq)
			users, ats, digests = append(users, r.user), append(ats, r.at), append(digests, r.digest)
			ops, checksums = append(ops, r.op), append(checksums, r.checksum)
		}
	}
	return []any{predecessors, minutes, places, revisions, clients, seqs, users, ats, digests, ops, checksums}
}

// minuteOf is the minute of a time in microseconds.
func minuteOf(micro int64) int64 {
	const minute = int64(time.Minute / time.Microsecond)
	m := micro / minute
	if micro%minute < 0 {
		m-- // before 1970
	}
	return m
}
