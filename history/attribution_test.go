package history

import (
	"reflect"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

func parse(t *testing.T, delta string) ot.Op {
	t.Helper()
	op, err := ot.Parse([]byte(delta), ot.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return op
}

// The op of a comparison is not what people did, but they are found behind it.
func TestAttribution(t *testing.T) {
	for _, c := range []struct {
		name              string
		units             int      // of the document at the beginning
		did               []string // revisions 6, 7, …
		op                string   // that is shown
		inserted, deleted []Part
	}{
		{"as it was done", 5, []string{`[{"retain":1},{"delete":2}]`, `[{"insert":"xy"}]`}, `[{"insert":"xy"},{"retain":1},{"delete":2}]`,
			[]Part{{0, 2, 7}}, []Part{{1, 2, 6}}},
		{"another one of two equal letters", 4, []string{`[{"delete":1}]`}, `[{"retain":1},{"delete":1}]`,
			nil, []Part{{1, 1, 6}}},
		{"one letter further", 9, []string{`[{"delete":3}]`}, `[{"retain":1},{"delete":3}]`,
			nil, []Part{{1, 3, 6}}},
		{"inserted one letter further", 4, []string{`[{"insert":"ab"}]`}, `[{"retain":1},{"insert":"ba"}]`,
			[]Part{{1, 2, 6}}, nil},
		{"the nearer one", 9, []string{`[{"delete":1}]`, `[{"retain":7},{"delete":1}]`}, `[{"retain":6},{"delete":1}]`,
			nil, []Part{{6, 1, 7}}},
		{"no further than the next change", 9, []string{`[{"retain":8},{"delete":1}]`}, `[{"retain":2},{"delete":1},{"retain":4},{"delete":1}]`,
			nil, []Part{{2, 1, 0}, {7, 1, 6}}},
		{"nor than the one before", 9, []string{`[{"delete":1}]`}, `[{"delete":1},{"retain":4},{"delete":1}]`,
			nil, []Part{{0, 1, 6}, {5, 1, 0}}},
		{"two people in one change", 6, []string{`[{"retain":1},{"delete":1}]`, `[{"retain":1},{"delete":2}]`}, `[{"retain":1},{"delete":3}]`,
			nil, []Part{{1, 1, 6}, {2, 2, 7}}},
		{"gone and written again", 3, []string{`[{"delete":1}]`, `[{"insert":"a"}]`}, `[]`, nil, nil},
		{"written and gone again", 3, []string{`[{"insert":"abc"}]`, `[{"delete":2}]`}, `[{"insert":"c"}]`, []Part{{0, 1, 6}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := NewTrace(5, c.units)
			for i, op := range c.did {
				if err := tr.Apply(parse(t, op), wire.Revision(6+i)); err != nil {
					t.Fatal(err)
				}
			}
			op := parse(t, c.op)
			if inserted, deleted := attribute(op, tr); !reflect.DeepEqual(inserted, c.inserted) || !reflect.DeepEqual(deleted, c.deleted) {
				t.Errorf("inserted %v, deleted %v", inserted, deleted)
			}
		})
	}
}

// Neighbours of one author are one, for as long as no minute lies between.
func TestCredit(t *testing.T) {
	w := &world{t: t}
	for i, f := range []struct {
		user string
		s    int
	}{{"ana", 0}, {"ana", 50}, {"ben", 55}, {"ana", 90}, {"ana", 200}} {
		w.facts = append(w.facts, Fact{wire.Revision(i + 1), wire.UserID(f.user), began.Add(seconds(f.s))})
	}
	var l ledger
	l.add(w.facts)
	var got [][3]int
	for _, c := range credit(parts(func(yield func(int, wire.Revision) bool) {
		for _, revision := range []wire.Revision{2, 1, 4, 3, 4, 5, 0, 1} {
			if !yield(int(revision)+1, revision) {
				return
			}
		}
	}), l.facts(5)) {
		got = append(got, [3]int{c.At, c.Units, int(c.Revision)})
	}
	if want := [][3]int{{0, 10, 4}, {10, 4, 3}, {14, 5, 4}, {19, 6, 5}, {25, 1, 0}, {26, 2, 1}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
