package ot_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
)

// source makes random documents and ops that fit them, the same for the same seed.
type source struct{ *rand.Rand }

func newSource(seed uint64) source { return source{rand.New(rand.NewPCG(seed, 2))} }

// one reports true once in n times.
func (s source) one(n int) bool { return s.IntN(n) == 0 }

func pick[T any](s source, list ...T) T { return list[s.IntN(len(list))] }

// letters holds one, two, three and four bytes of UTF-8, so one and two units.
var letters = []string{"a", "b", "c", "d", "e", "\n", "é", "漢", "😀", "𝕋"}

func (s source) text() string {
	var b strings.Builder
	for range 1 + s.IntN(4) {
		b.WriteString(pick(s, letters...))
	}
	return b.String()
}

func (s source) attrs(nulls bool) ot.Attrs {
	kv := map[string]ot.Value{}
	for range 1 + s.IntN(2) {
		name := pick(s, "bold", "link", "color")
		switch {
		case nulls && s.one(3):
			kv[name] = ot.Null
		case name == "bold":
			kv[name] = ot.True
		case name == "link":
			kv[name] = pick(s, ot.StringValue("/a"), ot.StringValue("/b"))
		default:
			kv[name] = pick(s, ot.StringValue("#fff"), ot.StringValue("#000"))
		}
	}
	return ot.NewAttrs(kv)
}

func (s source) insert(b *ot.Builder) {
	var a ot.Attrs
	if s.one(3) {
		a = s.attrs(s.one(4))
	}
	if s.one(6) {
		b.InsertEmbed(ot.NewEmbed("image", pick(s, ot.StringValue("/x.png"), ot.StringValue("/y.png"))), a)
		return
	}
	b.Insert(s.text(), a)
}

func (s source) doc() ot.Doc {
	var b ot.Builder
	for range s.IntN(4) {
		s.insert(&b)
	}
	doc, err := ot.DocOf(b.Op())
	if err != nil {
		panic(err)
	}
	return doc
}

// op returns an op for doc that cuts no pair. With lastLine it leaves the last
// unit of doc where it is, and last.
func (s source) op(doc ot.Doc, lastLine bool) ot.Op {
	cuts := boundaries(flatten(doc.Op()))
	var b ot.Builder
	at := 0 // index in cuts
	for range 1 + s.IntN(5) {
		left := len(cuts) - 1 - at
		if s.one(3) && !(lastLine && left == 0) {
			s.insert(&b)
			continue
		}
		if left == 0 {
			break
		}
		to := at + 1 + s.IntN(min(left, 4))
		n := cuts[to] - cuts[at]
		switch s.IntN(4) {
		case 0:
			b.Retain(n, ot.Attrs{})
		case 1:
			b.Retain(n, s.attrs(true))
		default:
			if lastLine && to == len(cuts)-1 {
				break
			}
			b.Delete(n)
			at = to
			continue
		}
		at = to
	}
	return b.Op()
}

// richDoc and richOp stay inside the schema of rich documents.
func (s source) richDoc() ot.Doc {
	doc, err := ot.Rich.Initial().Apply(s.doc().Op())
	if err != nil {
		panic(err)
	}
	return doc
}

func (s source) richOp(doc ot.Doc) ot.Op { return s.op(doc, true) }

// unit is one UTF-16 code unit, or an embed, with its attributes as JSON.
type unit struct {
	code  uint16
	embed ot.Embed
	attrs string
}

// flatten lists what op inserts; op must insert only.
func flatten(op ot.Op) []unit { return flatApply(nil, op) }

// flatApply is the reference for everything: it works on single units.
func flatApply(units []unit, op ot.Op) []unit {
	var out []unit
	for c := range op.Components() {
		switch c.Kind {
		case ot.Insert:
			attrs := attrsJSON(c.Attrs)
			if !c.Embed.IsZero() {
				out = append(out, unit{embed: c.Embed, attrs: attrs})
			}
			for _, code := range utf16Of(c.Text) {
				out = append(out, unit{code: code, attrs: attrs})
			}
		case ot.Retain:
			if c.Attrs.Len() == 0 {
				out = append(out, units[:c.Len]...)
				units = units[c.Len:]
				continue
			}
			merged := map[string]string{}
			for _, u := range units[:c.Len] {
				if _, ok := merged[u.attrs]; !ok {
					merged[u.attrs] = mergeJSON(u.attrs, c.Attrs)
				}
				u.attrs = merged[u.attrs]
				out = append(out, u)
			}
			units = units[c.Len:]
		case ot.Delete:
			units = units[c.Len:]
		}
	}
	return append(out, units...)
}

func utf16Of(s string) []uint16 {
	var out []uint16
	for _, r := range s {
		if r > 0xFFFF {
			out = append(out, uint16(0xD800+(r-0x10000)>>10), uint16(0xDC00+(r-0x10000)&0x3FF))
		} else {
			out = append(out, uint16(r))
		}
	}
	return out
}

func attrsJSON(a ot.Attrs) string { return mergeJSON("", a) }

// mergeJSON overwrites attributes "name=value;…" by a; a null removes one.
func mergeJSON(old string, a ot.Attrs) string {
	for name, value := range a.All() {
		var kept []string
		for part := range strings.SplitSeq(old, ";") {
			if part != "" && !strings.HasPrefix(part, name+"=") {
				kept = append(kept, part)
			}
		}
		if value != ot.Null {
			kept = append(kept, name+"="+string(value))
		}
		// Names are few: insertion sort by hand keeps this independent of Attrs.
		for i := range kept {
			for j := i; j > 0 && kept[j] < kept[j-1]; j-- {
				kept[j], kept[j-1] = kept[j-1], kept[j]
			}
		}
		old = strings.Join(kept, ";")
	}
	return old
}

// boundaries lists the places, from 0 to the end, that cut no pair.
func boundaries(units []unit) []int {
	var cuts []int
	for i := range len(units) + 1 {
		if i == len(units) || units[i].code < 0xDC00 || units[i].code > 0xDFFF {
			cuts = append(cuts, i)
		}
	}
	return cuts
}

// scene is a random case that can be printed as Go code to paste.
type scene struct {
	t     *testing.T
	seed  uint64
	names []string
	ops   []ot.Op
}

func (s *scene) op(name string, op ot.Op) ot.Op {
	s.names, s.ops = append(s.names, name), append(s.ops, op)
	return op
}

func (s *scene) doc(name string, doc ot.Doc) ot.Doc {
	s.op(name, doc.Op())
	return doc
}

func (s *scene) failf(format string, args ...any) {
	s.t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, format, args...)
	fmt.Fprintf(&b, "\nseed %d\n", s.seed)
	for i, op := range s.ops {
		if s.names[i] == "d" {
			fmt.Fprintf(&b, "\td := doc(t, `%s`)\n", op.AppendJSON(nil))
			continue
		}
		fmt.Fprintf(&b, "\t%s := op(t, `%s`)\n", s.names[i], op.AppendJSON(nil))
	}
	s.t.Fatal(b.String())
}

func (s *scene) apply(d ot.Doc, op ot.Op) ot.Doc {
	s.t.Helper()
	next, err := d.Apply(op)
	if err != nil {
		s.failf("apply %s: %v", op.AppendJSON(nil), err)
	}
	return next
}

func (s *scene) compose(a, b ot.Op) ot.Op {
	s.t.Helper()
	c, err := ot.Compose(a, b)
	if err != nil {
		s.failf("compose: %v", err)
	}
	return c
}

func (s *scene) transform(op, over ot.Op, side ot.Side) ot.Op {
	s.t.Helper()
	c, err := ot.Transform(op, over, side)
	if err != nil {
		s.failf("transform: %v", err)
	}
	return c
}

func (s *scene) same(what string, got, want ot.Op) {
	s.t.Helper()
	if !got.Equal(want) {
		s.failf("%s:\n got %s\nwant %s", what, got.AppendJSON(nil), want.AppendJSON(nil))
	}
	if err := canonical(got); err != nil {
		s.failf("%s is not canonical: %v: %s", what, err, got.AppendJSON(nil))
	}
}

func (s *scene) sameDoc(what string, got, want ot.Doc) {
	s.t.Helper()
	if !got.Equal(want) {
		s.failf("%s:\n got %s\nwant %s", what, got.Op().AppendJSON(nil), want.Op().AppendJSON(nil))
	}
}

// canonical checks what Op promises about its form, and its sums.
func canonical(op ot.Op) error {
	var last ot.Component
	base, target, n := 0, 0, 0
	for c := range op.Components() {
		n++
		if c.Len < 1 {
			return fmt.Errorf("component of length %d", c.Len)
		}
		if c.Kind == last.Kind && c.Attrs.Equal(last.Attrs) && c.Embed.IsZero() && last.Embed.IsZero() {
			return fmt.Errorf("neighbours %d and %d are not merged", n-2, n-1)
		}
		if c.Kind != ot.Insert {
			base += c.Len
		} else if c.Embed.IsZero() && len(utf16Of(c.Text)) != c.Len {
			return fmt.Errorf("length %d of a text of %d", c.Len, len(utf16Of(c.Text)))
		}
		if c.Kind != ot.Delete {
			target += c.Len
		}
		for _, v := range c.Attrs.All() {
			if v == ot.Null && c.Kind == ot.Insert {
				return fmt.Errorf("an insert with a null attribute")
			}
		}
		last = c
	}
	if last.Kind == ot.Retain && last.Attrs.Len() == 0 {
		return fmt.Errorf("a trailing retain")
	}
	if base != op.BaseLen() || target != op.TargetLen() || n != op.Len() || op.IsNoop() != (n == 0) {
		return fmt.Errorf("BaseLen %d, TargetLen %d, Len %d; counted %d, %d, %d", op.BaseLen(), op.TargetLen(), op.Len(), base, target, n)
	}
	return nil
}

// op and doc read what a failure prints.
func op(t testing.TB, json string) ot.Op {
	t.Helper()
	o, err := ot.Parse([]byte(json), ot.Limits{})
	if err != nil {
		t.Fatalf("%s: %v", json, err)
	}
	return o
}

func doc(t testing.TB, json string) ot.Doc {
	t.Helper()
	d, err := ot.DocOf(op(t, json))
	if err != nil {
		t.Fatalf("%s: %v", json, err)
	}
	return d
}
