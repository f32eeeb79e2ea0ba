package ot_test

import (
	"flag"
	"slices"
	"testing"

	"github.com/collabd/collabd/ot"
)

// laws are the laws of the package doc, each for one seed.
var laws = map[string]func(t *testing.T, seed uint64){
	"L1 compose":   lawCompose,
	"L2 diamond":   lawDiamond,
	"L3 grouping":  lawGrouping,
	"L4 invert":    lawInvert,
	"L5 position":  lawPosition,
	"L6 encoding":  lawEncoding,
	"L6 document":  lawDocument,
	"rich schema":  lawRichSchema,
	"ComposeAll":   lawComposeAll,
	"Chunks":       lawChunks,
	"old versions": lawPersistence,
}

// TestLaws tries every law with so many seeds:
//
//	go test ./ot -run Laws -timeout 0 -seeds 10000000
func TestLaws(t *testing.T) {
	seeds := *lawSeeds
	if testing.Short() {
		seeds = min(seeds, 1000)
	}
	for name, law := range laws {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range seeds {
				law(t, seed)
			}
		})
	}
}

var lawSeeds = flag.Uint64("seeds", 10_000, "how many seeds each law is tried with")

func FuzzL1Compose(f *testing.F)   { fuzz(f, lawCompose) }
func FuzzL2Diamond(f *testing.F)   { fuzz(f, lawDiamond) }
func FuzzL3Grouping(f *testing.F)  { fuzz(f, lawGrouping) }
func FuzzL4Invert(f *testing.F)    { fuzz(f, lawInvert) }
func FuzzL5Position(f *testing.F)  { fuzz(f, lawPosition) }
func FuzzL6Encoding(f *testing.F)  { fuzz(f, lawEncoding) }
func FuzzL6Document(f *testing.F)  { fuzz(f, lawDocument) }
func FuzzRichSchema(f *testing.F)  { fuzz(f, lawRichSchema) }
func FuzzPersistence(f *testing.F) { fuzz(f, lawPersistence) }

func fuzz(f *testing.F, law func(*testing.T, uint64)) {
	for seed := range uint64(50) {
		f.Add(1_000_000_007 * (seed + 1))
	}
	f.Fuzz(law)
}

func lawCompose(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	d := s.doc("d", r.doc())
	a := s.op("a", r.op(d, false))
	da := s.apply(d, a)
	b := s.op("b", r.op(da, false))
	dab := s.apply(da, b)
	c := s.op("c", r.op(dab, false))
	ab := s.compose(a, b)
	s.sameDoc("d·Compose(a, b)", s.apply(d, ab), dab)
	s.same("Compose(Compose(a, b), c)", s.compose(ab, c), s.compose(a, s.compose(b, c)))
}

func lawDiamond(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	d := s.doc("d", r.doc())
	h := s.op("h", r.op(d, false))
	x := s.op("x", r.op(d, false))
	h2, x2, err := ot.TransformPair(h, x)
	if err != nil {
		s.failf("TransformPair: %v", err)
	}
	s.sameDoc("d·x·T'(h, x)", s.apply(s.apply(d, x), h2), s.apply(s.apply(d, h), x2))
	s.same("Transform(x, h, Incoming)", s.transform(x, h, ot.Incoming), x2)
	s.same("Transform(h, x, History)", s.transform(h, x, ot.History), h2)
}

func lawGrouping(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	d := s.doc("d", r.doc())
	x := s.op("x", r.op(d, false))
	h1 := s.op("h1", r.op(d, false))
	d1 := s.apply(d, h1)
	h2 := s.op("h2", r.op(d1, false))
	h3 := s.op("h3", r.op(s.apply(d1, h2), false))
	one := s.transform(s.transform(x, h1, ot.Incoming), h2, ot.Incoming)
	s.same("T(x, Compose(h1, h2))", s.transform(x, s.compose(h1, h2), ot.Incoming), one)
	one = s.transform(one, h3, ot.Incoming)
	s.same("T(x, Compose(h1, Compose(h2, h3)))", s.transform(x, s.compose(h1, s.compose(h2, h3)), ot.Incoming), one)
	s.same("T(T(x, h1), Compose(h2, h3))", s.transform(s.transform(x, h1, ot.Incoming), s.compose(h2, h3), ot.Incoming), one)
}

func lawInvert(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	d := s.doc("d", r.doc())
	a := s.op("a", r.op(d, false))
	undo, err := ot.Invert(a, d)
	if err != nil {
		s.failf("Invert: %v", err)
	}
	s.sameDoc("d·a·Invert(a, d)", s.apply(s.apply(d, a), undo), d)
	s.sameDoc("d·Compose(a, Invert(a, d))", s.apply(d, s.compose(a, undo)), d)
	if err := canonical(undo); err != nil {
		s.failf("Invert: %v", err)
	}
}

func lawPosition(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	d := s.doc("d", r.doc())
	a := s.op("a", r.op(d, false))
	for pos := range d.Len() + 2 { // one past the end too: it stays that far away
		for _, g := range []struct {
			gravity ot.Gravity
			side    ot.Side
		}{{ot.Right, ot.Incoming}, {ot.Left, ot.History}} {
			var b ot.Builder
			marker := b.Retain(pos, ot.Attrs{}).Insert("M", ot.Attrs{}).Op()
			want := s.transform(marker, a, g.side).TargetLen() - 1
			if got := ot.TransformPosition(a, pos, g.gravity); got != want {
				s.failf("TransformPosition(a, %d, %v) = %d, the marker is at %d", pos, g.gravity, got, want)
			}
		}
	}
}

func lawEncoding(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	a := s.op("a", r.op(s.doc("d", r.doc()), false))
	text := a.AppendJSON(nil)
	back, err := ot.Parse(text, ot.Limits{})
	if err != nil {
		s.failf("Parse(%s): %v", text, err)
	}
	s.same("Parse(AppendJSON(a))", back, a)
}

// lawDocument types a longer session, so that leaves split and merge.
func lawDocument(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	d := ot.NewDoc()
	if r.one(100) { // several leaves
		var b ot.Builder
		for range 40 {
			r.insert(&b)
			b.Insert(longText(r, 100), ot.Attrs{})
		}
		d = s.apply(d, b.Op())
	}
	s.doc("d", d)
	flat := flatten(d.Op())
	for range 8 {
		a := s.op("a", r.op(d, false))
		if r.one(2) { // far from the start
			a = s.op("a", r.shifted(d, a))
		}
		d, flat = s.apply(d, a), flatApply(flat, a)
		if err := canonical(d.Op()); err != nil {
			s.failf("Doc.Op: %v", err)
		}
		if !slices.Equal(flatten(d.Op()), flat) {
			s.failf("the document is %s", d.Op().AppendJSON(nil))
		}
		if d.Len() != len(flat) || len(utf16Of(d.Text())) != len(flat) {
			s.failf("Len %d, text of %d, want %d", d.Len(), len(utf16Of(d.Text())), len(flat))
		}
	}
}

func longText(r source, n int) string {
	text := ""
	for len(text) < n {
		text += r.text()
	}
	return text
}

// shifted moves a along d as far as its content allows without cutting a pair.
func (s source) shifted(d ot.Doc, a ot.Op) ot.Op {
	cuts := boundaries(flatten(d.Op()))
	var b ot.Builder
	b.Retain(cuts[s.IntN(len(cuts))], ot.Attrs{})
	at := b.Op().BaseLen()
	for _, cut := range cuts {
		if cut <= d.Len()/2 {
			at = cut
		}
	}
	b.Retain(at, ot.Attrs{})
	for c := range a.Components() {
		if c.Kind == ot.Insert && c.Embed.IsZero() {
			b.Insert(c.Text, c.Attrs)
		} else if c.Kind == ot.Delete && slices.Contains(cuts, at+c.Len) && at+c.Len <= d.Len() {
			b.Delete(c.Len)
			at += c.Len
		}
	}
	return b.Op()
}

// lawRichSchema: an edit that fits a rich document still does after a rebase,
// and composed with the next; so the server never refuses what was fine.
func lawRichSchema(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	d := s.doc("d", r.richDoc())
	h := s.op("h", r.richOp(d))
	x := s.op("x", r.richOp(d))
	check := func(what string, a ot.Op, d ot.Doc) ot.Doc {
		if err := ot.Rich.Check(a, d); err != nil {
			s.failf("%s is refused: %v", what, err)
		}
		next := s.apply(d, a)
		if text := next.Text(); text[len(text)-1] != '\n' {
			s.failf("after %s the document does not end in a line break", what)
		}
		return next
	}
	dh, dx := check("h", h, d), check("x", x, d)
	x2, h2 := s.transform(x, h, ot.Incoming), s.transform(h, x, ot.History)
	check("T(x, h)", x2, dh)
	check("T'(h, x)", h2, dx)
	check("Compose(h, T(x, h))", s.compose(h, x2), d)
	check("Compose(x, T'(h, x))", s.compose(x, h2), d)
	undo, err := ot.Invert(h, d)
	if err != nil {
		s.failf("Invert: %v", err)
	}
	check("Invert(h, d)", undo, dh)
}

func lawComposeAll(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	d := s.doc("d", r.doc())
	var ops []ot.Op
	var folded ot.Op
	for range r.IntN(9) {
		a := s.op("a", r.op(d, false))
		d = s.apply(d, a)
		ops = append(ops, a)
		folded = s.compose(folded, a)
	}
	all, err := ot.ComposeAll(ops)
	if err != nil {
		s.failf("ComposeAll: %v", err)
	}
	s.same("ComposeAll", all, folded)
}

func lawChunks(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	d := s.doc("d", r.doc())
	limit := 2 + r.IntN(5)
	var joined ot.Builder
	for part := range d.Chunks(limit) {
		if n := part.TargetLen(); n == 0 || n > limit || part.BaseLen() != 0 {
			s.failf("a chunk of %d units, limit %d: %s", n, limit, part.AppendJSON(nil))
		}
		for c := range part.Components() {
			joined.InsertEmbed(c.Embed, c.Attrs)
			joined.Insert(c.Text, c.Attrs)
		}
	}
	s.same("joined chunks", joined.Op(), d.Op())
}

// lawPersistence: a document does not change when others are made from it.
func lawPersistence(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	d := s.doc("d", r.doc())
	before := d.Op()
	for range 3 {
		s.apply(s.apply(d, s.op("a", r.op(d, false))), ot.Op{})
	}
	s.same("the old document", d.Op(), before)
}
