package ot_test

import (
	"errors"
	"testing"

	"github.com/collabd/collabd/ot"
)

// TestComposeByKinds has one row for each pair of kinds that meet, and for the
// rules that decide the order.
func TestComposeByKinds(t *testing.T) {
	for _, c := range []struct{ name, a, b, want string }{
		{"insert, insert", `[{"insert":"a"}]`, `[{"insert":"b"}]`, `[{"insert":"ba"}]`},
		{"insert, insert inside", `[{"insert":"ac"}]`, `[{"retain":1},{"insert":"b"}]`, `[{"insert":"abc"}]`},
		{"insert, retain", `[{"insert":"ab"}]`, `[{"retain":1,"attributes":{"x":1}}]`, `[{"insert":"a","attributes":{"x":1}},{"insert":"b"}]`},
		{"insert, retain that removes", `[{"insert":"a","attributes":{"x":1,"y":2}}]`, `[{"retain":1,"attributes":{"x":null}}]`, `[{"insert":"a","attributes":{"y":2}}]`},
		{"insert, delete", `[{"insert":"abc"}]`, `[{"retain":1},{"delete":1}]`, `[{"insert":"ac"}]`},
		{"insert of a pair, delete", `[{"insert":"a😀b"}]`, `[{"retain":1},{"delete":2}]`, `[{"insert":"ab"}]`},
		{"embed, retain", `[{"insert":{"image":"u"}}]`, `[{"retain":1,"attributes":{"x":1}}]`, `[{"insert":{"image":"u"},"attributes":{"x":1}}]`},
		{"retain, insert", `[{"retain":1,"attributes":{"x":1}}]`, `[{"insert":"b"}]`, `[{"insert":"b"},{"retain":1,"attributes":{"x":1}}]`},
		{"retain, retain", `[{"retain":2,"attributes":{"x":1,"y":1}}]`, `[{"retain":1,"attributes":{"y":null,"z":3}}]`, `[{"retain":1,"attributes":{"x":1,"y":null,"z":3}},{"retain":1,"attributes":{"x":1,"y":1}}]`},
		{"retain, delete", `[{"retain":1,"attributes":{"x":1}}]`, `[{"delete":2}]`, `[{"delete":2}]`},
		{"delete, insert: the second's insert comes first", `[{"delete":1}]`, `[{"insert":"b"}]`, `[{"insert":"b"},{"delete":1}]`},
		{"delete, retain", `[{"delete":1}]`, `[{"retain":1},{"insert":"b"}]`, `[{"delete":1},{"retain":1},{"insert":"b"}]`},
		{"delete, delete", `[{"delete":1}]`, `[{"delete":2}]`, `[{"delete":3}]`},
		{"an insert behind a delete stays there", `[{"delete":1},{"insert":"a"}]`, `[{"retain":1},{"insert":"b"}]`, `[{"delete":1},{"insert":"ab"}]`},
		{"on both sides of a delete", `[{"delete":1},{"insert":"a"}]`, `[{"insert":"b"}]`, `[{"insert":"b"},{"delete":1},{"insert":"a"}]`},
		{"replaced again", `[{"delete":1},{"insert":"a"}]`, `[{"delete":1},{"insert":"b"}]`, `[{"delete":1},{"insert":"b"}]`},
		{"identity, left", `[]`, `[{"insert":"b"}]`, `[{"insert":"b"}]`},
		{"identity, right", `[{"delete":1}]`, `[]`, `[{"delete":1}]`},
	} {
		got, err := ot.Compose(op(t, c.a), op(t, c.b))
		if err != nil || string(got.AppendJSON(nil)) != c.want {
			t.Errorf("%s: got %s, %v, want %s", c.name, got.AppendJSON(nil), err, c.want)
		}
	}
}

func TestComposeRefusesToCutAPair(t *testing.T) {
	a := op(t, `[{"retain":3},{"insert":"😀"}]`)
	for _, b := range []string{
		`[{"retain":4},{"insert":"x"}]`, `[{"retain":4},{"delete":1}]`, `[{"retain":3},{"delete":1}]`, `[{"delete":4}]`,
		`[{"retain":4,"attributes":{"x":1}}]`,
	} {
		_, err := ot.Compose(a, op(t, b))
		var e *ot.Error
		if !errors.As(err, &e) || e.Code != ot.CodeSurrogate || e.At != 1 {
			t.Errorf("%s: %v", b, err)
		}
	}
}

// TestTransformByKinds has one row for each pair of kinds that meet. left is the
// answer for the history's op, which stays left; right for an incoming one.
func TestTransformByKinds(t *testing.T) {
	for _, c := range []struct{ name, op, over, left, right string }{
		{"insert over insert: a tie", `[{"insert":"a"}]`, `[{"insert":"bb"}]`, `[{"insert":"a"}]`, `[{"retain":2},{"insert":"a"}]`},
		{"insert over insert of a pair", `[{"insert":"a"}]`, `[{"insert":"😀"}]`, `[{"insert":"a"}]`, `[{"retain":2},{"insert":"a"}]`},
		{"insert behind insert", `[{"retain":1},{"insert":"a"}]`, `[{"insert":"b"}]`, `[{"retain":2},{"insert":"a"}]`, `[{"retain":2},{"insert":"a"}]`},
		{"insert over retain", `[{"insert":"a"}]`, `[{"retain":1,"attributes":{"x":1}}]`, `[{"insert":"a"}]`, `[{"insert":"a"}]`},
		{"insert over delete around it", `[{"retain":1},{"insert":"a"}]`, `[{"delete":2}]`, `[{"insert":"a"}]`, `[{"insert":"a"}]`},
		{"insert in front of a delete that has an insert behind", `[{"insert":"a"}]`, `[{"delete":1},{"insert":"b"}]`, `[{"insert":"a"}]`, `[{"insert":"a"}]`},
		{"insert behind a delete that has an insert in front", `[{"retain":1},{"insert":"a"}]`, `[{"insert":"b"},{"delete":1}]`, `[{"retain":1},{"insert":"a"}]`, `[{"retain":1},{"insert":"a"}]`},
		{"retain over insert", `[{"retain":1,"attributes":{"x":1}}]`, `[{"insert":"b"}]`, `[{"retain":1},{"retain":1,"attributes":{"x":1}}]`, `[{"retain":1},{"retain":1,"attributes":{"x":1}}]`},
		{"retain over retain: one attribute", `[{"retain":1,"attributes":{"x":1,"y":1}}]`, `[{"retain":2,"attributes":{"x":2}}]`, `[{"retain":1,"attributes":{"x":1,"y":1}}]`, `[{"retain":1,"attributes":{"y":1}}]`},
		{"retain over retain that removes", `[{"retain":1,"attributes":{"x":1}}]`, `[{"retain":1,"attributes":{"x":null}}]`, `[{"retain":1,"attributes":{"x":1}}]`, `[]`},
		{"retain over delete", `[{"retain":3,"attributes":{"x":1}}]`, `[{"retain":1},{"delete":1}]`, `[{"retain":2,"attributes":{"x":1}}]`, `[{"retain":2,"attributes":{"x":1}}]`},
		{"delete over insert inside it", `[{"delete":2}]`, `[{"retain":1},{"insert":"b"}]`, `[{"delete":1},{"retain":1},{"delete":1}]`, `[{"delete":1},{"retain":1},{"delete":1}]`},
		{"delete over retain", `[{"delete":1}]`, `[{"retain":1,"attributes":{"x":1}}]`, `[{"delete":1}]`, `[{"delete":1}]`},
		{"delete over delete", `[{"delete":2}]`, `[{"retain":1},{"delete":3}]`, `[{"delete":1}]`, `[{"delete":1}]`},
		{"replace over the same replace", `[{"delete":1},{"insert":"a"}]`, `[{"delete":1},{"insert":"b"}]`, `[{"insert":"a"}]`, `[{"retain":1},{"insert":"a"}]`},
	} {
		for side, want := range map[ot.Side]string{ot.History: c.left, ot.Incoming: c.right} {
			got, err := ot.Transform(op(t, c.op), op(t, c.over), side)
			if err != nil || string(got.AppendJSON(nil)) != want {
				t.Errorf("%s, history %t: got %s, %v, want %s", c.name, side, got.AppendJSON(nil), err, want)
			}
		}
	}
}

// TestGroupingNeedsOrder is the smallest case in which moving an insert in front
// of a delete breaks law L3.
func TestGroupingNeedsOrder(t *testing.T) {
	x := op(t, `[{"insert":"A"}]`)
	history := []ot.Op{op(t, `[{"retain":1},{"insert":"S"}]`), op(t, `[{"delete":2}]`), op(t, `[{"insert":"H"}]`)}
	one := x
	for _, h := range history {
		one, _ = ot.Transform(one, h, ot.Incoming)
	}
	all, err := ot.ComposeAll(history)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := ot.Transform(x, all, ot.Incoming); !got.Equal(one) {
		t.Errorf("over %s: got %s, one by one %s", all.AppendJSON(nil), got.AppendJSON(nil), one.AppendJSON(nil))
	}
}

func TestPosition(t *testing.T) {
	for _, c := range []struct {
		op               string
		pos, left, right int
	}{
		{`[]`, 3, 3, 3},
		{`[{"insert":"😀"}]`, 0, 0, 2},
		{`[{"retain":1},{"insert":"x"}]`, 1, 1, 2},
		{`[{"retain":1},{"insert":"x"}]`, 0, 0, 0},
		{`[{"delete":3}]`, 2, 0, 0},
		{`[{"delete":3},{"insert":"x"}]`, 3, 0, 1},
		{`[{"delete":3},{"insert":"x"}]`, 2, 0, 0},
		{`[{"insert":"x"},{"delete":3}]`, 3, 1, 1},
		{`[{"retain":3,"attributes":{"b":1}},{"insert":"x"}]`, 2, 2, 2},
		{`[{"insert":"x"}]`, -5, 0, 1},
	} {
		a := op(t, c.op)
		if l, r := ot.TransformPosition(a, c.pos, ot.Left), ot.TransformPosition(a, c.pos, ot.Right); l != c.left || r != c.right {
			t.Errorf("%s at %d: got %d and %d, want %d and %d", c.op, c.pos, l, r, c.left, c.right)
		}
	}
}
