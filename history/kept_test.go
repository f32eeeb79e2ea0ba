package history

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Many ask about several documents at once, while those grow and there is room
// for hardly one in memory: all get what is right.
func TestManyAskAtOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	lim := Limits{ReadStep: 16, Spans: 2000, Memory: 300_000, BlockRecords: 4, TraceBlocks: 3, Near: 10}
	worlds := make([]*world, 3)
	store := persist.NewMemory()
	archive := NewArchive(source{store}, lim)
	for i := range worlds {
		w := &world{t: t, store: store, archive: archive, id: wire.DocID(rune('a' + i)), kind: ot.Rich}
		w.must(store.CreateDocument(t.Context(), session.Document{ID: w.id, Kind: w.kind, Lineage: "l", Created: began}))
		w.docs = []ot.Doc{w.kind.Initial()}
		w.naive = newNaive(make([]unit, 1))
		w.extend(r, 120)
		worlds[i] = w
	}
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(n), 8))
			for range 60 {
				w := worlds[r.IntN(len(worlds))]
				a, b := w.revision(r), w.revision(r)
				var err error
				var is, made ot.Doc
				switch r.IntN(5) {
				case 0:
					is, err = archive.At(t.Context(), w.id, a)
					made = w.docs[a]
				case 1:
					var op ot.Op
					if op, err = archive.Change(t.Context(), w.id, a, b); err == nil {
						made, err = w.docs[a].Apply(op)
					}
					is = w.docs[b]
				case 2:
					var credits []Credit
					credits, err = archive.Blame(t.Context(), w.id, a)
					units := 0
					for _, c := range credits {
						units += c.Units
					}
					if err == nil && units != w.docs[a].Len() {
						t.Errorf("blame of %d units of %d", units, w.docs[a].Len())
					}
				case 3:
					var s Summary
					if s, err = archive.Summary(t.Context(), w.id); err == nil && s.Head < a {
						t.Errorf("the head is %d", s.Head)
					}
				default:
					err = archive.Prepare(t.Context(), w.id)
				}
				if err != nil || !is.Equal(made) {
					t.Errorf("%d to %d: %v", a, b, err)
				}
			}
		})
	}
	wg.Wait()
	archive.mu.Lock()
	defer archive.mu.Unlock()
	sum := 0
	for _, k := range archive.docs {
		sum += k.ledgerBytes + k.recordingBytes
	}
	if sum != archive.bytes {
		t.Errorf("%d bytes are kept, %d are counted", sum, archive.bytes)
	}
}

// What is kept is bounded: what was not asked for for the longest time goes
// first, and a history that is too long is kept in part.
func TestMemoryIsBounded(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for _, memory := range []int{1, 60_000, 400_000, 1 << 30} {
		lim := Limits{ReadStep: 50, Spans: 2000, Memory: memory, BlockRecords: 10, TraceBlocks: 4, Near: 10}
		w := write(t, r, lim, 600)
		w.must(w.archive.Prepare(t.Context(), w.id))
		kept := w.archive.recorded(w.id)
		k := w.archive.keep(w.id)
		if whole := kept.end() == 600; whole != (memory == 1<<30) {
			t.Errorf("with %d bytes %d records are kept", memory, kept.end())
		}
		if last := k.recordingBytes / max(1, len(kept.blocks)); k.recordingBytes > memory/2+3*last+50_000 {
			t.Errorf("with %d bytes %d are kept", memory, k.recordingBytes)
		}
		for range 20 {
			at := w.revision(r)
			got, err := w.archive.At(t.Context(), w.id, at)
			if err != nil || !got.Equal(w.docs[at]) {
				t.Fatalf("with %d bytes revision %d is another one: %v", memory, at, err)
			}
		}
		for id := range 5 { // others come
			other := wire.DocID(rune('a' + id))
			w.must(w.store.CreateDocument(t.Context(), session.Document{ID: other, Kind: ot.Text, Lineage: "l", Created: began}))
			w.must(w.store.Append(t.Context(), other, []session.Record{{Revision: 1, Client: "c", Seq: 1, User: "u", At: began, Op: (&ot.Builder{}).Insert("x", ot.Attrs{}).Op()}}))
			_, err := w.archive.Summary(t.Context(), other)
			w.must(err)
		}
		if _, there := w.archive.docs[w.id]; there != (memory > 1) && memory != 60_000 {
			t.Errorf("with %d bytes the first document is kept: %v", memory, there)
		}
	}
}

// Who leaves does not wait for what others read, and what was read stays.
func TestWhoLeavesDoesNotWait(t *testing.T) {
	w := write(t, rand.New(rand.NewPCG(2, 2)), Limits{}, 700)
	k := w.archive.keep(w.id)
	w.must(k.recording.turn.take(t.Context()))
	w.must(k.ledger.turn.take(t.Context()))
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := w.archive.record(gone, w.id, 700); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := w.archive.facts(gone, w.id, 700); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	k.recording.turn.give()
	k.ledger.turn.give()
	w.must(w.archive.Prepare(t.Context(), w.id))
	if n := len(k.ledger.who); n != 512 {
		t.Errorf("%d facts came with the ops", n)
	}
}
