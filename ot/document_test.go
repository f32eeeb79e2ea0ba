package ot_test

import (
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
)

func TestApplyRefuses(t *testing.T) {
	d := doc(t, `[{"insert":"ab"},{"insert":{"image":"u"}},{"insert":"😀\n","attributes":{"bold":true}}]`)
	for _, c := range []struct {
		op   string
		code ot.ErrorCode
	}{
		{`[{"delete":6}]`, ""},
		{`[{"delete":7}]`, ot.CodeRange},
		{`[{"retain":7},{"insert":"x"}]`, ot.CodeRange},
		{`[{"retain":7,"attributes":{"bold":true}}]`, ot.CodeRange},
		{`[{"retain":6},{"delete":1}]`, ot.CodeRange},
		{`[{"retain":3},{"delete":1}]`, ot.CodeSurrogate},
		{`[{"delete":4}]`, ot.CodeSurrogate},
		{`[{"retain":4},{"insert":"x"}]`, ot.CodeSurrogate},
		{`[{"retain":4,"attributes":{"bold":null}}]`, ot.CodeSurrogate},
		{`[{"retain":4},{"delete":1}]`, ot.CodeSurrogate},
		{`[{"retain":3},{"delete":2}]`, ""},
	} {
		next, err := d.Apply(op(t, c.op))
		if codeOf(err) != c.code {
			t.Errorf("%s: %v, want code %q", c.op, err, c.code)
		}
		if err != nil && next.Len() != 0 {
			t.Errorf("%s: refused, and yet a document", c.op)
		}
		if _, err := ot.Invert(op(t, c.op), d); codeOf(err) != c.code {
			t.Errorf("Invert %s: %v, want code %q", c.op, err, c.code)
		}
	}
	if got, want := d.Text(), "ab\uFFFC😀\n"; got != want {
		t.Errorf("afterwards the text is %q, want %q", got, want)
	}
}

func TestDocOfRefusesMoreThanInserts(t *testing.T) {
	for _, o := range []string{`[{"delete":1}]`, `[{"retain":1,"attributes":{"bold":true}}]`, `[{"insert":"a"},{"delete":1}]`} {
		if _, err := ot.DocOf(op(t, o)); codeOf(err) != ot.CodeDocument {
			t.Errorf("%s: %v", o, err)
		}
	}
}

func TestDocEqualLooksAtContent(t *testing.T) {
	long := strings.Repeat("a😀", 5000)
	var b ot.Builder
	once, err := ot.DocOf(b.Insert(long, ot.Attrs{}).Op())
	if err != nil {
		t.Fatal(err)
	}
	typed := ot.NewDoc()
	for i := 0; i < len(long); i += 5 * 50 { // whole letters
		if typed, err = typed.Apply(b.Retain(typed.Len(), ot.Attrs{}).Insert(long[i:i+5*50], ot.Attrs{}).Op()); err != nil {
			t.Fatal(err)
		}
	}
	if !once.Equal(typed) || typed.Text() != long || !once.Op().Equal(typed.Op()) {
		t.Error("the same text in other leaves is not equal")
	}
	other, err := once.Apply(b.Retain(1, ot.NewAttrs(map[string]ot.Value{"bold": ot.True})).Op())
	if err != nil {
		t.Fatal(err)
	}
	if once.Equal(other) {
		t.Error("bold makes no difference")
	}
}

// TestLongDocument types, pastes and cuts through many leaves beside a flat list.
func TestLongDocument(t *testing.T) {
	for seed := range uint64(3) {
		r := newSource(seed)
		s := &scene{t: t, seed: seed}
		var b ot.Builder
		d, flat := ot.NewDoc(), []unit(nil)
		for step := range 150 {
			cuts := boundaries(flat)
			at := r.IntN(len(cuts))
			b.Retain(cuts[at], ot.Attrs{})
			switch to := min(len(cuts)-1, at+r.IntN(1+len(cuts)/pick(r, 2, 50))); r.IntN(5) {
			case 0:
				b.Delete(cuts[to] - cuts[at])
			case 1:
				b.Retain(cuts[to]-cuts[at], r.attrs(true))
			case 2:
				b.Insert(longText(r, 1+r.IntN(5000)), ot.Attrs{})
			default:
				r.insert(&b)
			}
			edit := b.Op()
			d, flat = s.apply(d, edit), flatApply(flat, edit)
			if step%5 > 0 { // flattening is what takes the time
				continue
			}
			got := flatten(d.Op())
			if len(got) != d.Len() || len(got) != len(flat) {
				t.Fatalf("seed %d, step %d: %d units, want %d", seed, step, len(got), len(flat))
			}
			for i := range got {
				if got[i] != flat[i] {
					t.Fatalf("seed %d, step %d: unit %d differs", seed, step, i)
				}
			}
		}
	}
}

func TestChunksOfAPair(t *testing.T) {
	var got []string
	for part := range doc(t, `[{"insert":"a😀😀b"},{"insert":{"image":"u"}},{"insert":"c"}]`).Chunks(1) {
		got = append(got, string(part.AppendJSON(nil)))
	}
	want := `[{"insert":"a"}] [{"insert":"😀"}] [{"insert":"😀"}] [{"insert":"b"},{"insert":{"image":"u"}}] [{"insert":"c"}]`
	if strings.Join(got, " ") != want {
		t.Errorf("got %s", got)
	}
	for range ot.NewDoc().Chunks(10) {
		t.Error("an empty document has a chunk")
	}
}

func TestBuilder(t *testing.T) {
	var b ot.Builder
	bold := ot.NewAttrs(map[string]ot.Value{"bold": ot.True, "x": ot.Null})
	got := b.Insert("", bold).Retain(0, bold).Retain(-1, bold).Delete(-1).InsertEmbed(ot.Embed{}, bold).
		Insert("a", bold).Insert("b", bold).Insert("c", ot.Attrs{}).Delete(1).Insert("d", ot.Attrs{}).Delete(1).Delete(1).
		Retain(1, ot.Attrs{}).Retain(2, ot.Attrs{}).Op()
	want := `[{"insert":"ab","attributes":{"bold":true}},{"insert":"c"},{"delete":1},{"insert":"d"},{"delete":2}]`
	if string(got.AppendJSON(nil)) != want {
		t.Errorf("got %s, want %s", got.AppendJSON(nil), want)
	}
	if !b.Op().IsNoop() {
		t.Error("the builder is not empty after Op")
	}
}
