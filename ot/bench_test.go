package ot_test

import (
	"fmt"
	"testing"

	"github.com/collabd/collabd/ot"
)

// thousand returns an op of 1,000 components with gaps of 3 to 5 units.
func thousand(attrs ot.Attrs, odd int) ot.Op {
	var b ot.Builder
	for i := range 500 {
		b.Retain(3+(i+odd)%3, attrs)
		if (i+odd)%2 == 0 {
			b.Insert("word", ot.Attrs{})
		} else {
			b.Delete(1)
		}
	}
	return b.Op()
}

func BenchmarkAlgebra(b *testing.B) {
	for name, attrs := range map[string]ot.Attrs{"plain": {}, "attributes": ot.NewAttrs(map[string]ot.Value{"bold": ot.True})} {
		x, y := thousand(attrs, 0), thousand(attrs, 1)
		var out ot.Buffer
		b.Run("compose/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := out.Compose(x, y); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("transform/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := out.Transform(x, y, ot.Incoming); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("compose to an op/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ot.Compose(x, y); err != nil {
					b.Fatal(err)
				}
			}
		})
		text := x.AppendJSON(nil)
		b.Run("parse/"+name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, err := ot.Parse(text, ot.Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkInsert types into the middle of a document of 1 MB in 20,000 runs.
func BenchmarkInsert(b *testing.B) {
	var m ot.Builder
	bold := ot.NewAttrs(map[string]ot.Value{"bold": ot.True})
	for i := range 20_000 {
		attrs := bold
		if i%2 == 0 {
			attrs = ot.Attrs{}
		}
		m.Insert(fmt.Sprintf("%050d", i), attrs)
	}
	d, err := ot.DocOf(m.Op())
	if err != nil {
		b.Fatal(err)
	}
	edit := m.Retain(d.Len()/2, ot.Attrs{}).Insert("x", ot.Attrs{}).Op()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Apply(edit); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkComposeAll(b *testing.B) {
	ops := make([]ot.Op, 10_000)
	var m ot.Builder
	for i := range ops {
		ops[i] = m.Retain(i*7919%(i+1), ot.Attrs{}).Insert("x", ot.Attrs{}).Op()
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ot.ComposeAll(ops); err != nil {
			b.Fatal(err)
		}
	}
}
