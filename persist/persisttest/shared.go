package persisttest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// share returns the world as another process sees it.
func (f Fixture) share(w *world) *world {
	w.t.Helper()
	other := &world{Store: f.Share(w.t, w.Store), t: w.t, doc: w.doc}
	w.t.Cleanup(func() { w.must(other.Close()) })
	return other
}

// testShared is for stores that several processes may open at once.
func (f Fixture) testShared(t *testing.T) {
	t.Run("what one has written the other reads", func(t *testing.T) {
		a := f.world(t)
		b := f.share(a)
		a.append(batch("a", 1, 3)...)
		b.holds(0, 3, batch("a", 1, 3)...)
		b.append(record(4, "b", 1))
		a.must(b.PutSnapshot(t.Context(), b.doc, session.Snapshot{Revision: 3, Doc: b.state(ot.Text, batch("a", 1, 3)...)}))
		heads, err := a.Heads(t.Context(), []wire.DocID{a.doc})
		a.must(err)
		if heads[a.doc] != 4 {
			t.Errorf("heads are %v", heads)
		}
		s, err := a.Snapshot(t.Context(), a.doc, 4)
		a.must(err)
		if s.Revision != 3 {
			t.Errorf("the snapshot has revision %d", s.Revision)
		}
		a.refused(session.ErrConflict, record(4, "a", 4))
		a.refused(persist.ErrDuplicate, record(5, "b", 1))
		a.create("another", ot.Text)
		b.fails(b.CreateDocument(t.Context(), session.Document{ID: "another", Kind: ot.Text, Lineage: "l"}), persist.ErrExists)
	})
	t.Run("what both append at once is one history, without gap or double", func(t *testing.T) {
		const writers, batches = 3, 20 // of each process
		a := f.world(t)
		processes := []*world{a, f.share(a)}
		// Batches go into several documents at once, in no order, so that groups
		// of the two meet in more than one.
		docs := []wire.DocID{a.doc, a.create("b", ot.Text).ID, a.create("c", ot.Text).ID}
		var wg sync.WaitGroup
		for p, store := range processes {
			for _, doc := range docs {
				for i := range writers {
					w := &world{Store: store.Store, t: t, doc: doc}
					wg.Go(func() {
						client := clientID(fmt.Sprintf("process%d writer%d", p, i))
						for k := range batches {
							if err := w.appendAtHead(client, wire.Seq(2*k), 2); err != nil {
								t.Errorf("%s: %v", client, err)
								return
							}
						}
					})
				}
			}
		}
		wg.Wait()
		for _, doc := range docs {
			w := &world{Store: processes[1].Store, t: t, doc: doc}
			const total = 2 * writers * batches * 2
			if head := w.head(); head != total {
				t.Fatalf("head of %s is %d, want %d", doc, head, total)
			}
			records, err := w.Records(t.Context(), doc, 0, total)
			w.must(err)
			last := make(map[wire.ClientID]wire.Seq)
			for i, r := range records {
				if !same(r, record(revision(i+1), r.Client, r.Seq)) || r.Seq != last[r.Client]+1 {
					t.Errorf("record %d of %s is %+v, after seq %d", i+1, doc, r, last[r.Client])
				}
				last[r.Client] = r.Seq
			}
		}
	})
	t.Run("of two appends of one batch one is taken", func(t *testing.T) {
		a := f.world(t)
		b := f.share(a)
		for r := wire.Revision(1); r <= 30; r++ {
			results := make([]error, 2)
			var wg sync.WaitGroup
			for i, w := range []*world{a, b} {
				wg.Go(func() { results[i] = w.Append(t.Context(), w.doc, batch("a", r, r)) })
			}
			wg.Wait()
			lost := results[0]
			if lost == nil {
				lost = results[1]
			}
			if results[0] != nil && results[1] != nil || !errors.Is(lost, session.ErrConflict) {
				t.Fatalf("revision %d: %v, %v", r, results[0], results[1])
			}
		}
		a.holds(0, 30, batch("a", 1, 30)...)
	})
	t.Run("a login that one has ended stays dead in the other", func(t *testing.T) {
		a := f.world(t)
		b := f.share(a)
		soon := time.Now().Add(time.Hour)
		ana := persist.WithLoginInfo(t.Context(), persist.LoginInfo{User: "ana"})
		for _, token := range []string{"one", "two"} {
			a.must(a.Logins().CommitCtx(ana, token, []byte("data"), soon))
			data, found, err := b.Logins().FindCtx(t.Context(), token)
			if string(data) != "data" || !found || err != nil {
				t.Fatalf("the other finds %q, %v, %v", data, found, err)
			}
		}
		a.must(a.Logins().DeleteCtx(t.Context(), "one"))
		n, err := b.Logins().EndLoginsOf(t.Context(), "ana")
		if n != 1 || err != nil {
			t.Errorf("%d logins ended, %v", n, err)
		}
		for _, w := range []*world{a, b} {
			for _, token := range []string{"one", "two"} {
				a.must(w.Logins().CommitCtx(ana, token, []byte("data"), soon.Add(time.Hour)))
				if _, found, err := w.Logins().FindCtx(t.Context(), token); found || err != nil {
					t.Errorf("an ended login is found: %v, %v", found, err)
				}
			}
		}
	})
	t.Run("servers that start at once share one set of tables and keys", func(t *testing.T) {
		const servers = 4
		stores := f.OpenShared(t, servers)
		keys := make([][]byte, servers)
		var wg sync.WaitGroup
		for i, s := range stores {
			wg.Go(func() {
				var err error
				if keys[i], err = s.Key(t.Context(), "cookies", 32); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for i, s := range stores {
			if string(keys[i]) != string(keys[0]) {
				t.Error("two servers have two keys")
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}
