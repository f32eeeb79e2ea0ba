package ot_test

import (
	"os"
	"testing"

	"github.com/collabd/collabd/ot"
)

// TestGroupingExhaustively checks L3 for every small case: no luck involved. With
// COLLABD_EXHAUSTIVE set, it takes documents of up to 3 units and ops of up to 3
// components, with attributes too, which takes a minute.
func TestGroupingExhaustively(t *testing.T) {
	bold := ot.NewAttrs(map[string]ot.Value{"bold": ot.True})
	light := ot.NewAttrs(map[string]ot.Value{"bold": ot.Null})
	plain, set := []ot.Attrs{{}}, []ot.Attrs{{}, bold, light}
	cases := 0
	type size struct {
		doc   string
		steps int // components of each op, at most
		long  bool
		attrs []ot.Attrs
	}
	sizes := []size{
		{"", 3, false, plain}, {"a", 3, false, plain}, {"a", 2, false, set}, {"abc", 2, false, plain},
		{"ab", 3, true, plain}, {"ab", 2, true, set}, {"a", 3, true, set}, {"abc", 3, true, plain}, {"ab", 3, true, set}, {"a", 4, true, plain},
	}
	if os.Getenv("COLLABD_EXHAUSTIVE") != "" {
		sizes = append(sizes, size{"abc", 3, false, set})
	}
	for _, size := range sizes {
		if testing.Short() && size.long {
			continue
		}
		n := len(size.doc)
		histories := map[int][]ot.Op{} // second ops, by the length of their document
		xs := allOps(n, size.steps, "X", size.attrs)
		for _, h1 := range allOps(n, size.steps, "S", size.attrs) {
			n1 := n - h1.BaseLen() + h1.TargetLen()
			if histories[n1] == nil {
				histories[n1] = allOps(n1, size.steps, "H", size.attrs)
			}
			for _, h2 := range histories[n1] {
				h, err := ot.Compose(h1, h2)
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range xs {
					cases++
					x1, _ := ot.Transform(x, h1, ot.Incoming)
					x12, _ := ot.Transform(x1, h2, ot.Incoming)
					if got, _ := ot.Transform(x, h, ot.Incoming); !got.Equal(x12) {
						t.Fatalf("document %q: T(x, Compose(h1, h2)) = %s, T(T(x, h1), h2) = %s\n\tx := op(t, `%s`)\n\th1 := op(t, `%s`)\n\th2 := op(t, `%s`)",
							size.doc, got.AppendJSON(nil), x12.AppendJSON(nil), x.AppendJSON(nil), h1.AppendJSON(nil), h2.AppendJSON(nil))
					}
				}
			}
		}
	}
	t.Logf("%d cases", cases)
}

// allOps lists every op of up to steps components on a document of n units,
// each once. It inserts letter, and retains with each of attrs.
func allOps(n, steps int, letter string, attrs []ot.Attrs) []ot.Op {
	var all []ot.Op
	seen := map[string]bool{}
	var extend func(path []func(*ot.Builder), left int)
	extend = func(path []func(*ot.Builder), left int) {
		var b ot.Builder
		for _, step := range path {
			step(&b)
		}
		op := b.Op()
		if text := string(op.AppendJSON(nil)); !seen[text] {
			seen[text] = true
			all = append(all, op)
		}
		if len(path) == steps {
			return
		}
		path = path[:len(path):len(path)]
		extend(append(path, func(b *ot.Builder) { b.Insert(letter, ot.Attrs{}) }), left)
		for k := range left {
			extend(append(path, func(b *ot.Builder) { b.Delete(k + 1) }), left-k-1)
			for _, a := range attrs {
				extend(append(path, func(b *ot.Builder) { b.Retain(k+1, a) }), left-k-1)
			}
		}
	}
	extend(nil, n)
	return all
}
