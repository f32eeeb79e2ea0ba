package ot_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/collabd/collabd/ot"
)

func init() {
	laws["hash"] = lawHash
	laws["lines and ranges"] = lawReading
}

func FuzzHash(f *testing.F)    { fuzz(f, lawHash) }
func FuzzReading(f *testing.F) { fuzz(f, lawReading) }

func FuzzEditor(f *testing.F) {
	f.Add(uint64(1_000_000_007))
	f.Fuzz(lawEditor)
}

// TestEditor is apart from the laws, because its documents have many leaves.
func TestEditor(t *testing.T) {
	seeds := uint64(6)
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		lawEditor(t, seed)
	}
}

// lawEditor: an editor's documents equal a flat list of units after each op,
// with all counts right; an op that is refused leaves no trace; and a document
// stays what it was when the editor handed it out.
func lawEditor(t *testing.T, seed uint64) {
	r := newSource(seed)
	e, flat := ot.NewDoc().Edit(), []unit(nil)
	type kept struct {
		doc  ot.Doc
		flat []unit
	}
	var old []kept
	check := func(step int, what string) ot.Doc {
		t.Helper()
		d := e.Doc()
		if err := ot.CheckTree(d); err != nil {
			t.Fatalf("seed %d, step %d, %s: %v", seed, step, what, err)
		}
		if d.Len() != len(flat) || e.Len() != len(flat) || !slices.Equal(flatten(d.Op()), flat) {
			t.Fatalf("seed %d, step %d, %s: the document differs", seed, step, what)
		}
		return d
	}
	for step := range 60 {
		a := r.largeOp(flat)
		if step == 0 && r.one(4) { // deep
			var b ot.Builder
			text := longText(r, 3000)
			a = b.Insert(strings.Repeat(text, 10)+strings.Repeat("line\n", 20_000)+text, ot.Attrs{}).Op()
		}
		if err := e.Apply(a); err != nil {
			t.Fatalf("seed %d, step %d: %v", seed, step, err)
		}
		flat = flatApply(flat, a)
		if r.one(4) {
			old = append(old, kept{check(step, "kept"), flat})
		}
		bad := r.refused(flat)
		if err := e.Apply(bad); err == nil && !bad.IsNoop() {
			t.Fatalf("seed %d, step %d: accepted %s", seed, step, bad)
		}
		if r.one(4) {
			check(step, "after a refused op")
		}
	}
	hash := check(60, "the last").Hash()
	if d, err := ot.DocOf(e.Doc().Op()); err != nil || d.Hash() != hash || !d.Equal(e.Doc()) {
		t.Errorf("seed %d: the same content in other leaves is not equal", seed)
	}
	checkLines(t, seed, r, e.Doc(), flat)
	for i, k := range old {
		if err := ot.CheckTree(k.doc); err != nil || !slices.Equal(flatten(k.doc.Op()), k.flat) {
			t.Fatalf("seed %d: document %d has changed (%v)", seed, i, err)
		}
	}
}

// checkLines looks some lines up.
func checkLines(t *testing.T, seed uint64, r source, d ot.Doc, flat []unit) {
	starts := []int{0}
	for i, u := range flat {
		if u.embed.IsZero() && u.code == '\n' && i+1 < len(flat) {
			starts = append(starts, i+1)
		}
	}
	for range 50 {
		n := r.IntN(len(starts))
		if got := d.LineStart(n); got != starts[n] {
			t.Fatalf("seed %d: LineStart(%d) = %d, want %d", seed, n, got, starts[n])
		}
		if got := d.LineAt(starts[n]); got != n && len(flat) > 0 {
			t.Fatalf("seed %d: LineAt(%d) = %d, want %d", seed, starts[n], got, n)
		}
		pos := r.IntN(len(flat) + 1)
		want, _ := slices.BinarySearch(starts, pos+1)
		if got := d.LineAt(pos); got != want-1 && len(flat) > 0 {
			t.Fatalf("seed %d: LineAt(%d) = %d, want %d", seed, pos, got, want-1)
		}
	}
	if got := d.LineCount(); len(flat) > 0 && got != len(starts) {
		t.Fatalf("seed %d: %d lines, want %d", seed, got, len(starts))
	}
	if d.LineStart(len(starts)) != d.Len() || d.LineStart(-1) != 0 || d.LineAt(-1) != 0 {
		t.Fatalf("seed %d: lines outside of the document", seed)
	}
}

// largeOp types, pastes, formats and cuts at some places of a large document.
func (s source) largeOp(flat []unit) ot.Op {
	cuts := boundaries(flat)
	var b ot.Builder
	for at := 0; ; {
		to := at + s.IntN(len(cuts)-at)
		b.Retain(cuts[to]-cuts[at], ot.Attrs{})
		at = to
		some := min(len(cuts)-1, at+s.IntN(1+min(len(cuts), pick(s, 3, 40, 3000, 60_000))))
		switch s.IntN(8) {
		case 0:
			b.Delete(cuts[some] - cuts[at])
			at = some
		case 1:
			b.Retain(cuts[some]-cuts[at], s.attrs(true))
			at = some
		case 2:
			b.Insert(longText(s, s.IntN(4000)), ot.Attrs{})
		case 3:
			b.Insert(strings.Repeat("ascii\n", s.IntN(600)), s.attrs(false))
		case 4: // many runs
			for range s.IntN(90) {
				s.insert(&b)
			}
		default:
			s.insert(&b)
		}
		if s.one(2) {
			return b.Op()
		}
	}
}

// refused returns an op that begins well and is refused at its end, or nothing
// if there is no pair to cut and chance wants one.
func (s source) refused(flat []unit) ot.Op {
	var b ot.Builder
	b.Insert("x", ot.Attrs{})
	if s.one(2) {
		return b.Retain(len(flat), s.attrs(true)).Delete(1).Op()
	}
	for i, u := range flat {
		if u.code >= 0xDC00 && u.code <= 0xDFFF && (s.one(10) || i > len(flat)/2) {
			if s.one(2) && i > 2 {
				return b.Delete(1).Retain(i-1, ot.Attrs{}).Insert("x", ot.Attrs{}).Op()
			}
			return b.Retain(i, s.attrs(true)).Delete(1).Op()
		}
	}
	return ot.Op{}
}

// FuzzBytes reads edits from arbitrary bytes: no panic, and never more work than
// the bytes pay for.
func FuzzBytes(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x10hello, world 😀 and more"))
	f.Add([]byte(strings.Repeat("\x02\x07\x01\x20abc😀", 30)))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, flat := ot.NewDoc().Edit(), []unit(nil)
		bold := ot.NewAttrs(map[string]ot.Value{"bold": ot.True})
		for len(data) >= 4 && len(flat) < 100_000 {
			var b ot.Builder
			b.Retain((int(data[0])<<8|int(data[1]))%(len(flat)+2), ot.Attrs{})
			n := int(data[3])
			switch data[2] % 4 {
			case 0:
				b.Insert(strings.Repeat(strings.ToValidUTF8(string(data[4:min(8, len(data))]), "?"), n), ot.Attrs{})
			case 1:
				b.Delete(n * 7)
			case 2:
				b.Retain(n*3, bold)
			case 3:
				b.InsertEmbed(ot.NewEmbed("divider", ot.True), bold).Delete(n)
			}
			data = data[4:]
			a := b.Op()
			if err := e.Apply(a); err == nil {
				flat = flatApply(flat, a)
			}
		}
		d := e.Doc()
		if err := ot.CheckTree(d); err != nil || !slices.Equal(flatten(d.Op()), flat) {
			t.Fatalf("the document differs (%v)", err)
		}
		d.Hash()
	})
}

// lawHash: the hash is the one of its definition, whatever the tree remembers.
func lawHash(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	d := s.doc("d", r.doc())
	for range 3 {
		if got, want := d.Hash().String(), naiveHash(d); got != want {
			s.failf("hash %s, want %s", got, want)
		}
		d = s.apply(d, s.op("a", r.op(d, false)))
	}
}

// naiveHash follows the definition, unit after unit.
func naiveHash(d ot.Doc) string {
	const p = 1<<31 - 1
	text := func(s string) (a, b uint64) {
		for _, c := range utf16Of(s) {
			a, b = (a*1270607+uint64(c)+1)%p, (b*2039441+uint64(c)+1)%p
		}
		return a, b
	}
	var a, b uint64
	add := func(v, w uint64) { a, b = (a*1687331+v)%p, (b*1937813+w)%p }
	for c := range d.Op().Components() {
		var va, vb uint64
		if c.Attrs.Len() > 0 {
			var members []string
			for name, value := range c.Attrs.All() {
				members = append(members, fmt.Sprintf("%q:%s", name, value))
			}
			va, vb = text("{" + strings.Join(members, ",") + "}")
		}
		if !c.Embed.IsZero() {
			v, w := text(fmt.Sprintf("{%q:%s}", c.Embed.Name(), c.Embed.Value()))
			add(v+va, w+vb)
		}
		for _, unit := range utf16Of(c.Text) {
			add(uint64(unit)+1+va, uint64(unit)+1+vb)
		}
	}
	return fmt.Sprintf("%08x%08x", a, b)
}

// lawReading: ranges and lines are what cutting the whole says they are.
func lawReading(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	d := s.doc("d", r.doc())
	flat := flatten(d.Op())
	cuts := boundaries(flat)
	from := cuts[r.IntN(len(cuts))]
	to := cuts[r.IntN(len(cuts))]
	if from > to {
		from, to = to, from
	}
	part, err := d.ReadRange(from, to)
	if err != nil {
		s.failf("ReadRange(%d, %d): %v", from, to, err)
	}
	var b ot.Builder
	for c := range part {
		b.Insert(c.Text, c.Attrs).InsertEmbed(c.Embed, c.Attrs)
	}
	if got := b.Op(); !slices.Equal(flatten(got), flat[from:to]) {
		s.failf("ReadRange(%d, %d) = %s", from, to, got.AppendJSON(nil))
	}
	var text strings.Builder
	parts, err := d.ReadText(0, d.Len())
	if err != nil {
		s.failf("ReadText: %v", err)
	}
	for p := range parts {
		text.Write(p)
	}
	if text.String() != d.Text() {
		s.failf("ReadText = %q, want %q", text.String(), d.Text())
	}

	pos, n := 0, 0
	for line := range d.Lines() {
		if line.Start != pos || d.LineStart(n) != pos {
			s.failf("line %d starts at %d, LineStart says %d, want %d", n, line.Start, d.LineStart(n), pos)
		}
		end := pos + line.Content.TargetLen()
		if !slices.Equal(flatten(line.Content), flat[pos:end]) {
			s.failf("line %d is %s", n, line.Content.AppendJSON(nil))
		}
		for at := pos; at <= end; at++ {
			if got := d.LineAt(at); got != n {
				s.failf("LineAt(%d) = %d, want %d", at, got, n)
			}
			if at < end && flat[at].embed.IsZero() && flat[at].code == '\n' {
				s.failf("line %d has a line break inside", n)
			}
		}
		pos = end
		if line.Broken {
			if flat[pos].code != '\n' || flat[pos].attrs != attrsJSON(line.Attrs) {
				s.failf("line %d ends in unit %v with %v", n, flat[pos], line.Attrs)
			}
			pos++
		} else if pos != len(flat) {
			s.failf("line %d ends at %d, without a break", n, pos)
		}
		n++
	}
	if pos != len(flat) || d.LineCount() != n {
		s.failf("%d lines with %d units, LineCount %d", n, pos, d.LineCount())
	}
}

func TestReadRangeRefuses(t *testing.T) {
	d := doc(t, `[{"insert":"a😀b"}]`)
	for _, c := range []struct {
		from, to int
		code     ot.ErrorCode
	}{{0, 4, ""}, {4, 4, ""}, {-1, 2, ot.CodeRange}, {2, 1, ot.CodeRange}, {0, 5, ot.CodeRange}, {0, 2, ot.CodeSurrogate}, {2, 3, ot.CodeSurrogate}} {
		_, err := d.ReadRange(c.from, c.to)
		_, err2 := d.ReadText(c.from, c.to)
		if codeOf(err) != c.code || codeOf(err2) != c.code {
			t.Errorf("%d to %d: %v, %v, want code %q", c.from, c.to, err, err2, c.code)
		}
	}
}

// TestReadersBesideAnEditor: documents are read while the editor that made them
// goes on. The race detector is the judge.
func TestReadersBesideAnEditor(t *testing.T) {
	r, e := newSource(1), ot.NewDoc().Edit()
	var b ot.Builder
	var readers sync.WaitGroup
	for range 200 {
		pos := r.IntN(e.Len()/2+1) * 2
		op := b.Retain(pos, ot.Attrs{}).Insert("line\nline\n", r.attrs(false)).Insert("\n\n", ot.Attrs{}).Op()
		if err := e.Apply(op); err != nil {
			t.Fatal(err)
		}
		d, n := e.Doc(), e.Len()
		readers.Go(func() {
			again, err := ot.DocOf(d.Op())
			if err != nil || d.Len() != n || len(d.Text()) != n || d.Hash() != again.Hash() || d.LineCount() != n/3 {
				t.Errorf("a document of %d units: %v", n, err)
			}
		})
	}
	readers.Wait()
}
