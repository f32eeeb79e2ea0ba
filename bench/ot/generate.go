package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"github.com/collabd/collabd/ot"
)

// random makes inputs, the same for the same seed. All of it is ASCII: what
// characters of two units cost, a recorded session shows.
type random struct{ *rand.Rand }

func newRandom(seed uint64) random { return random{rand.New(rand.NewPCG(seed, 3))} }

const alphabet = "abcdefghijklmnopqrstuvwxyz     \n"

func (r random) text(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

// looks are the attributes in use: none, and few, as in real documents.
var looks = func() []ot.Attrs {
	yes, red := ot.True, ot.StringValue("#f00")
	return []ot.Attrs{
		{},
		ot.NewAttrs(map[string]ot.Value{"bold": yes}),
		ot.NewAttrs(map[string]ot.Value{"italic": yes}),
		ot.NewAttrs(map[string]ot.Value{"bold": yes, "color": red}),
		ot.NewAttrs(map[string]ot.Value{"link": ot.StringValue("/a")}),
	}
}()

// removal is a retain's attributes that take some of them away.
var removal = ot.NewAttrs(map[string]ot.Value{"bold": ot.Null, "color": ot.StringValue("#00f")})

func attributesJSON(a ot.Attrs) json.RawMessage {
	if a.Len() == 0 {
		return json.RawMessage("null")
	}
	kv := map[string]json.RawMessage{}
	for name, value := range a.All() {
		kv[name] = json.RawMessage(value)
	}
	data, _ := json.Marshal(kv) // of valid JSON, so it cannot fail
	return data
}

// runs is a document as a list of runs, to find a unit's attributes in.
type runs []struct{ units, look int }

// insertInto returns count inserts of a letter at random places of a document
// of so many units in so many runs; none is plain text. What is inserted takes
// the attributes of what is in front of it, as in an editor.
func insertInto(seed uint64, units, count, runCount int) (input, error) {
	r := newRandom(seed)
	in := input{Kind: kindInserts}
	text := r.text(units)
	var list runs
	if runCount == 0 {
		in.Text = text
	} else {
		var b ot.Builder
		for i, at, last := 0, 0, 0; i < runCount; i++ {
			to := units * (i + 1) / runCount
			last = (last + 1 + r.IntN(len(looks)-1)) % len(looks)
			b.Insert(text[at:to], looks[last])
			list = append(list, struct{ units, look int }{to - at, last})
			at = to
		}
		in.Doc = b.Op().AppendJSON(nil)
	}
	for i := range count {
		pos := 1 + r.IntN(units+i)
		look := list.insert(pos)
		in.Inserts = append(in.Inserts, insertion{pos, r.text(1), attributesJSON(looks[look])})
	}
	return in, nil
}

// insert makes the run in front of pos one longer and returns its look.
func (l runs) insert(pos int) (look int) {
	for i := range l {
		if pos <= l[i].units {
			l[i].units++
			return l[i].look
		}
		pos -= l[i].units
	}
	return 0
}

// pairsOf returns count pairs of ops of so many components each.
func pairsOf(seed uint64, kind string, components, count int, attributes bool) (input, error) {
	r := newRandom(seed)
	in := input{Kind: kind, Attributes: attributes}
	for range count {
		doc, err := ot.DocOf(r.document(4*components, attributes))
		if err != nil {
			return in, err
		}
		a := r.op(components, attributes)
		on := doc
		if kind == kindCompose {
			if on, err = doc.Apply(a); err != nil {
				return in, err
			}
		}
		b := r.op(components, attributes)
		if a.Len() != components || b.Len() != components || b.BaseLen() > on.Len() {
			return in, fmt.Errorf("ops of %d and %d components of %d units on %d", a.Len(), b.Len(), b.BaseLen(), on.Len())
		}
		in.Pairs = append(in.Pairs, pair{doc.Op().AppendJSON(nil), a.AppendJSON(nil), b.AppendJSON(nil)})
	}
	return in, nil
}

func (r random) document(units int, attributes bool) ot.Op {
	var b ot.Builder
	for units > 0 {
		n := min(units, 1+r.IntN(20))
		b.Insert(r.text(n), r.look(attributes))
		units -= n
	}
	return b.Op()
}

func (r random) look(attributes bool) ot.Attrs {
	if !attributes {
		return ot.Attrs{}
	}
	return looks[r.IntN(len(looks))]
}

// op returns an op of so many components, at least two: a retain, then an insert,
// a delete or both, and so on.
func (r random) op(components int, attributes bool) ot.Op {
	var b ot.Builder
	for left := components; left > 0; {
		look := r.look(attributes)
		if attributes && r.IntN(6) == 0 {
			look = removal
		}
		b.Retain(1+r.IntN(6), look)
		both := left == 3 || left != 2 && left != 4 && r.IntN(3) == 0
		first := r.IntN(2) == 0
		if both || first {
			b.Insert(r.text(1+r.IntN(6)), r.look(attributes))
		}
		if both || !first {
			b.Delete(1 + r.IntN(4))
		}
		left -= 2
		if both {
			left--
		}
	}
	return b.Op()
}

// mergeOf returns a text and two sequences of edits of it at random places.
func mergeOf(seed uint64, kind string, units, edits int) (input, error) {
	r := newRandom(seed)
	in := input{Kind: kind, Text: r.text(units)}
	in.History = r.edits(units, edits)
	in.Branch = r.edits(units, edits)
	return in, nil
}

func (r random) edits(units, count int) []edit {
	list := make([]edit, count)
	for i := range list {
		if r.IntN(10) < 3 {
			e := edit{deleted: 1 + r.IntN(4)}
			e.pos = r.IntN(units - e.deleted + 1)
			list[i] = e
		} else {
			list[i] = edit{pos: r.IntN(units + 1), inserted: r.text(1 + r.IntN(4))}
		}
		units += len(list[i].inserted) - list[i].deleted
	}
	return list
}
