package ot_test

import (
	"testing"

	"github.com/collabd/collabd/ot"
)

func init() {
	laws["Merge"] = lawMerge
	laws["Blocks"] = lawBlocks
}

func FuzzMerge(f *testing.F)  { fuzz(f, lawMerge) }
func FuzzBlocks(f *testing.F) { fuzz(f, lawBlocks) }

// lawMerge: the answers are those of one diamond after the other.
func lawMerge(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	d := s.doc("d", r.doc())
	history := s.op("history", r.session(s, d, 1+r.IntN(6), "h"))
	if r.one(20) { // many segments
		history = s.op("history", r.session(s, d, 300, ""))
	}
	want, x := history, d
	var branch, wants []ot.Op
	for range r.IntN(8) {
		a := s.op("x", r.op(x, false))
		x = s.apply(x, a)
		branch = append(branch, a)
		h2, a2, err := ot.TransformPair(want, a)
		if err != nil {
			s.failf("TransformPair: %v", err)
		}
		want, wants = h2, append(wants, a2)
	}
	got, rebased := ot.Merge(history, branch)
	for i := range branch {
		s.same("rebased", rebased[i], wants[i])
	}
	s.same("the history", got, want)
}

// session composes edits made one after the other on d.
func (r source) session(s *scene, d ot.Doc, edits int, name string) ot.Op {
	var all ot.Op
	for range edits {
		a := r.op(d, false)
		if name != "" {
			s.op(name, a)
		}
		d = s.apply(d, a)
		all = s.compose(all, a)
	}
	return all
}

func lawBlocks(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	d := s.doc("d", r.doc())
	first := r.IntN(40)
	limit := pick(r, 0, 2000, 1<<20)
	h := ot.NewBlocks(first, limit)
	var ops []ot.Op // those h should have
	for range r.IntN(100) {
		a := r.op(d, false)
		d = s.apply(d, a)
		ops = append(ops, a)
		h.Append(a)
		if r.one(20) {
			n := r.IntN(len(ops) + 1)
			ops, first = ops[n:], first+n
			h.Forget(first)
		}
		if h.First() != first || h.Head() != first+len(ops) {
			s.failf("from %d to %d, want %d to %d", h.First(), h.Head(), first, first+len(ops))
		}
		if counted, held := ot.BlockBytes(h); counted != held || held > limit {
			s.failf("blocks of %d bytes, counted as %d, limit %d", held, counted, limit)
		}
		if r.one(4) {
			from := r.IntN(len(ops) + 1)
			to := from + r.IntN(len(ops)+1-from)
			got, err := h.Range(first+from, first+to)
			if err != nil {
				s.failf("Range: %v", err)
			}
			want, err := ot.ComposeAll(ops[from:to])
			if err != nil {
				s.failf("ComposeAll: %v", err)
			}
			s.same("Range", got, want)
		}
	}
	for _, c := range [][2]int{{first - 1, first}, {first, h.Head() + 1}, {h.Head(), h.Head() - 1}} {
		if _, err := h.Range(c[0], c[1]); codeOf(err) != ot.CodeRange {
			s.failf("Range(%d, %d): %v", c[0], c[1], err)
		}
	}
	h.Forget(h.Head() + 1)
	if _, held := ot.BlockBytes(h); held != 0 || h.First() != h.Head() {
		s.failf("%d bytes of a forgotten log", held)
	}
}

// BenchmarkMerge merges an offline branch of 10,000 edits over 10,000 records,
// given one by one: typed at one place after the other, or each somewhere.
func BenchmarkMerge(b *testing.B) {
	for _, c := range []struct {
		name  string
		burst int
	}{{"typed", 40}, {"random", 1}} {
		records, branch := bursts(1, c.burst), bursts(2, c.burst)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			start := cpuTime()
			for b.Loop() {
				history, err := ot.ComposeAll(records)
				if err != nil {
					b.Fatal(err)
				}
				ot.Merge(history, branch)
			}
			reportCPU(b, start)
		})
	}
}

// bursts are 10,000 edits of a document of 100,000 units, some at a place.
func bursts(seed uint64, burst int) []ot.Op {
	r, size, pos := newSource(seed), 100_000, 0
	var m ot.Builder
	ops := make([]ot.Op, 10_000)
	for i := range ops {
		if i%burst == 0 {
			pos = r.IntN(size)
		}
		if r.one(5) && pos > 0 {
			pos--
			size--
			ops[i] = m.Retain(pos, ot.Attrs{}).Delete(1).Op()
			continue
		}
		ops[i] = m.Retain(pos, ot.Attrs{}).Insert("x", ot.Attrs{}).Op()
		pos++
		size++
	}
	return ops
}

// BenchmarkBlocks reads stretches of 10,000 records.
func BenchmarkBlocks(b *testing.B) {
	h, r := ot.NewBlocks(0, 64<<20), newSource(1)
	for _, op := range bursts(1, 40) {
		h.Append(op)
	}
	b.ReportAllocs()
	start := cpuTime()
	for b.Loop() {
		if _, err := h.Range(r.IntN(10_000), 10_000); err != nil {
			b.Fatal(err)
		}
	}
	reportCPU(b, start)
}
