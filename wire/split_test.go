package wire_test

import (
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// size is what Split bounds: the inserted units and the components of an op.
func size(o ot.Op) (inserted, components int) {
	for c := range o.Components() {
		components++
		if c.Kind == ot.Insert {
			inserted += c.Len
		}
	}
	return inserted, components
}

// What parts do one after the other is what the op does, to any document it
// applies to.
func checkSplit(t *testing.T, doc ot.Doc, o ot.Op, maxUnits, maxComponents int) []ot.Op {
	t.Helper()
	parts := wire.Split(o, maxUnits, maxComponents)
	if len(parts) == 0 {
		t.Fatal("no parts")
	}
	want, err := doc.Apply(o)
	if err != nil {
		t.Fatal(err)
	}
	got := doc
	for i, p := range parts {
		if got, err = got.Apply(p); err != nil {
			t.Fatalf("part %d of %d, %s: %v", i+1, len(parts), p.AppendJSON(nil), err)
		}
		inserted, components := size(p)
		if inserted > max(maxUnits, 2) {
			t.Errorf("part %d inserts %d units, at most %d are allowed: %s", i+1, inserted, maxUnits, p.AppendJSON(nil))
		}
		if components > max(maxComponents, 2) { // a retain to its place, and one component
			t.Errorf("part %d has %d components, at most %d are allowed: %s", i+1, components, maxComponents, p.AppendJSON(nil))
		}
		if p.IsNoop() && len(parts) > 1 {
			t.Errorf("part %d does nothing", i+1)
		}
	}
	if !got.Equal(want) {
		t.Errorf("the parts make\n%s, want\n%s", got.Op().AppendJSON(nil), want.Op().AppendJSON(nil))
	}
	composed, err := ot.ComposeAll(parts)
	if err != nil {
		t.Fatal(err)
	}
	if after, err := doc.Apply(composed); err != nil || !after.Equal(want) {
		t.Errorf("the parts compose to another op: %v", err)
	}
	return parts
}

func TestSplit(t *testing.T) {
	for name, c := range map[string]struct {
		doc, op           string
		units, components int
		parts             string
	}{
		"small enough":        {`[{"insert":"ab"}]`, `[{"retain":1},{"insert":"x"}]`, 10, 10, `[{"retain":1},{"insert":"x"}]`},
		"nothing":             {`[]`, `[]`, 10, 10, `[]`},
		"text":                {`[]`, `[{"insert":"abcde"}]`, 2, 10, `[{"insert":"ab"}] [{"retain":2},{"insert":"cd"}] [{"retain":4},{"insert":"e"}]`},
		"exactly":             {`[]`, `[{"insert":"abcd"}]`, 2, 10, `[{"insert":"ab"}] [{"retain":2},{"insert":"cd"}]`},
		"an astral character": {`[]`, `[{"insert":"a😀b"}]`, 2, 10, `[{"insert":"a"}] [{"retain":1},{"insert":"😀"}] [{"retain":3},{"insert":"b"}]`},
		"pairs only":          {`[]`, `[{"insert":"😀😀"}]`, 3, 10, `[{"insert":"😀"}] [{"retain":2},{"insert":"😀"}]`},
		"components":          {`[{"insert":"abcd"}]`, `[{"delete":1},{"insert":"x"},{"retain":1},{"delete":1}]`, 10, 2, `[{"delete":1},{"insert":"x"}] [{"retain":2},{"delete":1}]`},
		"attributes":          {`[]`, `[{"insert":"abc","attributes":{"bold":true}}]`, 2, 10, `[{"insert":"ab","attributes":{"bold":true}}] [{"retain":2},{"insert":"c","attributes":{"bold":true}}]`},
		"a retain that formats": {`[{"insert":"abc"}]`, `[{"insert":"xx"},{"retain":2,"attributes":{"bold":true}},{"insert":"yy"}]`, 2, 10,
			`[{"insert":"xx"},{"retain":2,"attributes":{"bold":true}}] [{"retain":4},{"insert":"yy"}]`},
		"deletes are not gone over": {`[{"insert":"abcd"}]`, `[{"delete":2},{"insert":"xxyy"},{"delete":1}]`, 2, 10,
			`[{"delete":2},{"insert":"xx"}] [{"retain":2},{"insert":"yy"},{"delete":1}]`},
		"embeds": {`[]`, `[{"insert":{"image":"/a"}},{"insert":{"image":"/b"}},{"insert":{"image":"/c"}}]`, 2, 10,
			`[{"insert":{"image":"/a"}},{"insert":{"image":"/b"}}] [{"retain":2},{"insert":{"image":"/c"}}]`},
		"text after embeds": {`[]`, `[{"insert":{"image":"/a"}},{"insert":"ab"}]`, 2, 10,
			`[{"insert":{"image":"/a"}},{"insert":"a"}] [{"retain":2},{"insert":"b"}]`},
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := ot.DocOf(op(t, c.doc))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range checkSplit(t, doc, op(t, c.op), c.units, c.components) {
				got = append(got, string(p.AppendJSON(nil)))
			}
			if strings.Join(got, " ") != c.parts {
				t.Errorf("got  %s\nwant %s", strings.Join(got, " "), c.parts)
			}
		})
	}
}

func TestSplitRandomOps(t *testing.T) {
	parts := 0
	eachSeed(t, 4000, func(t *testing.T, s source) {
		doc := s.doc()
		parts += len(checkSplit(t, doc, s.op(doc), 1+s.IntN(8), 1+s.IntN(8)))
	})
	if parts < 8000 {
		t.Errorf("only %d parts were made: the ops are too small for this test", parts)
	}
}
