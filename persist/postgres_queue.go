package persist

import (
	"context"
	"sync"
	"sync/atomic"
)

const (
	// maxWaiting bounds the batches that wait for a transaction. Whoever comes
	// then waits for a place, as long as its context allows.
	maxWaiting = 4096
	// maxGroupBytes bounds the ops of a transaction. A batch that is larger has
	// a transaction for itself.
	maxGroupBytes = 8 << 20
)

// appendJob is a caller's batch.
type appendJob struct {
	doc    string
	rows   []recordRow
	bytes  int         // of the ops
	claim  atomic.Bool // set once, by the lane that writes it or the caller that leaves
	result chan error  // capacity 1
}

// appendQueue holds the batches that wait, in the order of their coming. Those
// of one document are written in that order, one after the other; of those of
// different documents any number may be under way.
type appendQueue struct {
	slots   chan struct{} // one is taken by each batch that waits
	mu      sync.Mutex
	wake    sync.Cond
	waiting []*appendJob
	busy    map[string]bool // documents of which a batch is being written
	closing chan struct{}   // closed when nothing more comes
}

func newAppendQueue() *appendQueue {
	q := &appendQueue{slots: make(chan struct{}, maxWaiting), busy: make(map[string]bool), closing: make(chan struct{})}
	q.wake.L = &q.mu
	return q
}

// submit queues a batch and waits until it is written. After nil it is durable.
// If ctx ends first, the batch may or may not be written, unless it had not
// begun: then it never is.
func (q *appendQueue) submit(ctx context.Context, rows []recordRow) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &appendJob{doc: rows[0].doc, rows: rows, result: make(chan error, 1)}
	for i := range rows {
		j.bytes += len(rows[i].op)
	}
	select {
	case q.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case <-q.closing:
		return ErrClosed
	}
	if !q.add(j) {
		return ErrClosed
	}
	select {
	case err := <-j.result:
		return err
	case <-ctx.Done():
		j.claim.CompareAndSwap(false, true)
		return ctx.Err()
	}
}

func (q *appendQueue) add(j *appendJob) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.isClosing() {
		return false
	}
	q.waiting = append(q.waiting, j)
	q.wake.Signal()
	return true
}

// take waits for the next group. The caller hands it to done when it is
// written. There is none any more when the queue is closing and empty.
func (q *appendQueue) take() (group []*appendJob, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		if group = q.pick(); len(group) > 0 {
			return group, true
		}
		if q.isClosing() && len(q.waiting) == 0 {
			return nil, false
		}
		q.wake.Wait()
	}
}

// pick removes a group from the queue: at most one batch a document, and none
// of a document that is busy. Those whose callers have left are dropped.
func (q *appendQueue) pick() (group []*appendJob) {
	bytes, full := 0, false
	rest := q.waiting[:0]
	for _, j := range q.waiting {
		full = full || len(group) == maxGroup || len(group) > 0 && bytes+j.bytes > maxGroupBytes
		if full || q.busy[j.doc] {
			rest = append(rest, j)
			continue
		}
		<-q.slots
		if j.claim.CompareAndSwap(false, true) {
			group = append(group, j)
			bytes += j.bytes
			q.busy[j.doc] = true
		}
	}
	clear(q.waiting[len(rest):])
	q.waiting = rest
	return group
}

// done lets the next batches of the group's documents go.
func (q *appendQueue) done(group []*appendJob) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, j := range group {
		delete(q.busy, j.doc)
	}
	q.wake.Broadcast()
}

// close lets nothing more in. What waits is still taken.
func (q *appendQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	close(q.closing)
	q.wake.Broadcast()
}

func (q *appendQueue) isClosing() bool {
	select {
	case <-q.closing:
		return true
	default:
		return false
	}
}

// queued is the number of batches that wait.
func (q *appendQueue) queued() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}
