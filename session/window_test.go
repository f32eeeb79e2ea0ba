package session

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"weak"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// anyOp is an op on a text of so many units.
func anyOp(r *rand.Rand, units int) ot.Op {
	b := &ot.Builder{}
	for at := 0; ; {
		n := min(r.IntN(4), units-at)
		switch {
		case r.IntN(2) == 0:
			b.Insert(strings.Repeat(string(rune('a'+r.IntN(26))), 1+r.IntN(3)), ot.Attrs{})
		case n > 0 && r.IntN(3) == 0:
			b.Delete(n)
			at += n
		case n > 0:
			b.Retain(n, ot.Attrs{})
			at += n
		}
		if at >= units || r.IntN(6) == 0 {
			return b.Op()
		}
	}
}

// grow pushes so many records of random ops.
func grow(t *testing.T, r *rand.Rand, w window, records int) window {
	t.Helper()
	for range records {
		units := w.unitsAt(w.head())
		op := anyOp(r, units)
		client := wire.ClientID(fmt.Sprint("c", r.IntN(3)))
		w = w.push(newEntry(Record{Revision: w.head() + 1, Client: client, Op: op}, units+op.TargetLen()-op.BaseLen()))
	}
	return w
}

// TestStretches: rebasing over what was composed for other edits of the batch
// gives what rebasing over one record after the other gives (law L3), for any
// bases in any order while the window grows.
func TestStretches(t *testing.T) {
	for range 60 {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		w := grow(t, r, window{after: wire.Revision(r.IntN(3)), units: r.IntN(9)}, 20)
		var s stretches
		for step := range 60 {
			base := w.after + wire.Revision(r.IntN(len(w.entries)+1))
			if r.IntN(2) == 0 { // mostly of a few bases: more than are remembered
				base = w.after + wire.Revision(r.IntN(len(s.list)+2))
			}
			op := anyOp(r, w.unitsAt(base))
			want, err := rebaseOneByOne(op, w.since(base))
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			got, err := s.rebase(op, base, w)
			if err != nil || string(got.AppendJSON(nil)) != string(want.AppendJSON(nil)) {
				t.Fatalf("seed %d, step %d, base %d of %d to %d: %s over the stretch is %s, %v; one by one %s",
					seed, step, base, w.after, w.head(), op.AppendJSON(nil), got.AppendJSON(nil), err, want.AppendJSON(nil))
			}
			if got, err = rebase(op, w.since(base)); err != nil || string(got.AppendJSON(nil)) != string(want.AppendJSON(nil)) {
				t.Fatalf("seed %d, step %d: composed first %s, %v; one by one %s", seed, step, got.AppendJSON(nil), err, want.AppendJSON(nil))
			}
			w = grow(t, r, w, r.IntN(4))
		}
	}
}

// TestStretchAfterFailure: what could not be composed leaves the stretch as it
// was, for the next edit.
func TestStretchAfterFailure(t *testing.T) {
	w := window{}
	for range 2 * composeFrom { // each inserts a pair
		op := (&ot.Builder{}).Insert("😀", ot.Attrs{}).Op()
		w = w.push(newEntry(Record{Revision: w.head() + 1, Op: op}, w.unitsAt(w.head())+2))
	}
	op := (&ot.Builder{}).Insert("x", ot.Attrs{}).Op()
	var s stretches
	if _, err := s.rebase(op, 0, w); err != nil {
		t.Fatal(err)
	}
	cut := (&ot.Builder{}).Delete(1).Op() // half a pair
	bad := w.push(newEntry(Record{Revision: w.head() + 1, Op: cut}, w.unitsAt(w.head())-1))
	if _, err := s.rebase(op, 0, bad); err == nil {
		t.Fatal("half a pair was composed away")
	}
	want, err := rebaseOneByOne(op, w.since(0))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.rebase(op, 0, w); err != nil || string(got.AppendJSON(nil)) != string(want.AppendJSON(nil)) {
		t.Errorf("after the failure: %s, %v, want %s", got.AppendJSON(nil), err, want.AppendJSON(nil))
	}
}

// TestTrim: after a trim the window is within its bounds, by a quarter if it was
// beyond; it holds the latest records without a gap, and the length of the
// document at each of its revisions.
func TestTrim(t *testing.T) {
	for range 300 {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		lim := Limits{WindowRecords: 1 + r.IntN(40), WindowBytes: 60 + r.IntN(4000)}
		w := window{after: wire.Revision(r.IntN(5)), units: r.IntN(5)}
		lengths := map[wire.Revision]int{w.after: w.units}
		for range 30 {
			before := w
			w = grow(t, r, w, r.IntN(8))
			for _, e := range w.since(before.head()) {
				lengths[e.Revision] = e.units
			}
			grown := w
			w = w.trim(lim)
			bytes := 0
			for i, e := range w.entries {
				bytes += len(e.wire)
				if e.Revision != w.after+wire.Revision(i)+1 {
					t.Fatalf("seed %d: revision %d at %d after %d", seed, e.Revision, i, w.after)
				}
			}
			for rev := w.after; rev <= w.head(); rev++ {
				if w.unitsAt(rev) != lengths[rev] {
					t.Fatalf("seed %d: %d units at %d, want %d", seed, w.unitsAt(rev), rev, lengths[rev])
				}
			}
			beyond := len(grown.entries) > lim.WindowRecords || grown.bytes > lim.WindowBytes
			fits := func(w window, records, bytes int) bool {
				return len(w.entries) <= records && (w.bytes <= bytes || len(w.entries) == 1)
			}
			kept := lim.WindowRecords - lim.WindowRecords/4
			keptBytes := lim.WindowBytes - lim.WindowBytes/4
			switch {
			case w.head() != grown.head() || w.bytes != bytes:
				t.Fatalf("seed %d: head %d of %d, %d bytes of %d", seed, w.head(), grown.head(), w.bytes, bytes)
			case !beyond && len(w.entries) != len(grown.entries):
				t.Fatalf("seed %d: trimmed %d to %d without need", seed, len(grown.entries), len(w.entries))
			case beyond && !fits(w, kept, keptBytes):
				t.Fatalf("seed %d: still %d records, %d bytes, of %d, %d", seed, len(w.entries), w.bytes, kept, keptBytes)
			case w.after > grown.after:
				more := grown.since(w.after - 1) // with the latest of those that were let go of
				if one := (window{entries: more, bytes: bytes + len(more[0].wire)}); fits(one, kept, keptBytes) {
					t.Fatalf("seed %d: trimmed to %d records, %d bytes, one more would fit", seed, len(w.entries), w.bytes)
				}
			}
		}
	}
}

// TestTrimLetsGo: what a trim takes out of the window is not held by the array
// behind it.
func TestTrimLetsGo(t *testing.T) {
	lim := Limits{WindowRecords: 8, WindowBytes: 1 << 20}
	var w window
	var old []weak.Pointer[byte]
	for range 9 {
		e := newEntry(Record{Revision: w.head() + 1, Op: (&ot.Builder{}).Insert(strings.Repeat("a", 100), ot.Attrs{}).Op()}, 0)
		old = append(old, weak.Make(&e.wire[0]))
		w = w.push(e)
	}
	w = w.trim(lim)
	for range 3 {
		runtime.GC()
	}
	for i, p := range old {
		if gone := i < int(w.after); (p.Value() == nil) != gone {
			t.Errorf("record %d: let go of %t, want %t", i+1, p.Value() == nil, gone)
		}
	}
	runtime.KeepAlive(w)
}
