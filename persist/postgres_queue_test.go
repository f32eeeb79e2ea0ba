package persist

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// More than maxWaiting batches wait outside, as long as their callers like.
func TestAQueueThatIsFullHoldsItsCallersUp(t *testing.T) {
	q := newAppendQueue()
	rows := []recordRow{{doc: "doc"}}
	var wg sync.WaitGroup
	ctx, leave := context.WithCancel(t.Context())
	for range maxWaiting {
		wg.Go(func() { _ = q.submit(ctx, rows) })
	}
	for q.queued() < maxWaiting {
		runtime.Gosched()
	}
	short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := q.submit(short, rows); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("submit to a full queue: %v", err)
	}
	result := make(chan error)
	go func() { result <- q.submit(t.Context(), []recordRow{{doc: "other"}}) }()
	group, _ := q.take() // makes room for one
	for q.queued() < maxWaiting {
		runtime.Gosched()
	}
	if len(group) != 1 {
		t.Errorf("a group has %d batches of one document", len(group))
	}
	leave()
	wg.Wait()
	other, _ := q.take()
	if len(other) != 1 || other[0].doc != "other" {
		t.Errorf("behind a document that is busy %d batches are taken", len(other))
	}
	other[0].result <- nil
	if err := <-result; err != nil {
		t.Error(err)
	}
	q.done(group)
	q.close()
	if group, ok := q.take(); ok || len(group) > 0 || q.queued() > 0 || len(q.slots) > 0 {
		t.Errorf("of those who left %d are taken, %d wait, %d places are taken", len(group), q.queued(), len(q.slots))
	}
	if err := q.submit(t.Context(), rows); !errors.Is(err, ErrClosed) {
		t.Errorf("submit to a closed queue: %v", err)
	}
}

// Groups are bounded in bytes, too, and a batch that is larger goes alone.
func TestAGroupIsBounded(t *testing.T) {
	q := newAppendQueue()
	add := func(doc string, bytes int) {
		q.slots <- struct{}{}
		q.add(&appendJob{doc: doc, bytes: bytes, result: make(chan error, 1)})
	}
	add("a", maxGroupBytes/2)
	add("b", maxGroupBytes/2)
	add("c", 1)
	add("d", maxGroupBytes*2)
	add("e", 1)
	for i, want := range []string{"a b", "c", "d", "e"} {
		group, _ := q.take()
		var docs []string
		for _, j := range group {
			docs = append(docs, j.doc)
		}
		if got := strings.Join(docs, " "); got != want {
			t.Errorf("group %d is %q, want %q", i+1, got, want)
		}
	}
	for i := range maxGroup + 1 {
		add(string(docID(i)), 1)
	}
	if group, _ := q.take(); len(group) != maxGroup {
		t.Errorf("a group has %d batches", len(group))
	}
}
