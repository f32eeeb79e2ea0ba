package ot_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
)

func init() { laws["buffers"] = lawBuffers }

// lawBuffers: what is made of views is the same, and an op that was made of
// them stays what it is when their buffers are used again.
func lawBuffers(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	d := s.doc("d", r.doc())
	a := s.op("a", r.op(d, false))
	b := s.op("b", r.op(s.apply(d, a), false))
	h := s.op("h", r.op(d, false))
	if r.one(5) {
		b = ot.Op{}
	}
	if r.one(5) {
		h = ot.Op{}
	}
	wantAB, wantT := s.compose(a, b), s.transform(s.compose(a, b), h, ot.Incoming)
	var first, second ot.Buffer
	for range 2 {
		if err := first.Compose(a, b); err != nil {
			s.failf("Compose: %v", err)
		}
		view := first.View()
		s.same("a view", view, wantAB)
		if err := second.Transform(view, h, ot.Incoming); err != nil {
			s.failf("Transform: %v", err)
		}
		one, two := first.Op(), second.Op()
		three, _ := ot.Transform(view, h, ot.Incoming)
		four, _ := ot.Compose(view, ot.Op{})
		five, _ := ot.Compose(ot.Op{}, view)
		six, _ := ot.ComposeAll([]ot.Op{view})
		if err := first.Compose(h, ot.Op{}); err != nil { // overwrites the view
			s.failf("Compose: %v", err)
		}
		for i, got := range []ot.Op{one, four, five, six} {
			s.same([]string{"Op", "Compose(view, [])", "Compose([], view)", "ComposeAll(view)"}[i], got, wantAB)
		}
		s.same("Op of a transformed view", two, wantT)
		s.same("Transform(view)", three, wantT)
	}
	var m ot.Builder
	m.Insert("x", ot.Attrs{}).Delete(2).Retain(3, ot.Attrs{})
	view := m.View()
	s.same("a builder's view", view, op(t, `[{"insert":"x"},{"delete":2}]`))
	if !m.Op().IsNoop() {
		s.failf("the builder is not empty after View")
	}
}

// TestBuffersAllocateNothing once they have grown.
func TestBuffersAllocateNothing(t *testing.T) {
	bold := ot.NewAttrs(map[string]ot.Value{"bold": ot.True})
	color := ot.NewAttrs(map[string]ot.Value{"color": ot.StringValue("#fff"), "bold": ot.Null})
	var out ot.Buffer
	for _, attrs := range [][2]ot.Attrs{{}, {bold, color}} {
		x, y := thousand(attrs[0], 0), thousand(attrs[1], 1)
		if n := testing.AllocsPerRun(10, func() {
			if out.Compose(x, y) != nil || out.Transform(x, y, ot.Incoming) != nil {
				t.Error("refused")
			}
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
	}
}

// TestMemory: what the doc comment of Doc says about bytes a unit.
func TestMemory(t *testing.T) {
	const units = 1 << 20
	bold := ot.NewAttrs(map[string]ot.Value{"bold": ot.True})
	var runs ot.Builder
	for i := range units / 50 {
		attrs := bold
		if i%2 == 0 {
			attrs = ot.Attrs{}
		}
		runs.Insert(strings.Repeat("x", 50), attrs)
	}
	load := func(op ot.Op) func() (ot.Doc, error) { return func() (ot.Doc, error) { return ot.DocOf(op) } }
	session := syntheticSession()
	var plain, wide, m ot.Builder
	for _, c := range []struct {
		name string
		make func() (ot.Doc, error)
		most float64 // bytes a unit
	}{
		{"ASCII", load(plain.Insert(strings.Repeat("x", units), ot.Attrs{}).Op()), 1.5},
		{"wide", load(wide.Insert(strings.Repeat("é", units), ot.Attrs{}).Op()), 2.7},
		{"ASCII in runs of 50", load(runs.Op()), 2.4},
		{"ASCII, typed", func() (ot.Doc, error) {
			e := ot.NewDoc().Edit()
			for _, s := range session {
				if err := e.Apply(s.build(&m).View()); err != nil {
					return ot.Doc{}, err
				}
			}
			return e.Doc(), nil
		}, 2.4},
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		d, err := c.make()
		if err != nil {
			t.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		got := float64(after.HeapAlloc-before.HeapAlloc) / float64(d.Len())
		t.Logf("%s: %.2f bytes a unit", c.name, got)
		if got > c.most {
			t.Errorf("%s: %.2f bytes a unit, want at most %.2f", c.name, got, c.most)
		}
		runtime.KeepAlive(d)
		runtime.KeepAlive(c.make)
	}
}
