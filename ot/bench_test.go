package ot_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

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
			start := cpuTime()
			for b.Loop() {
				if err := out.Compose(x, y); err != nil {
					b.Fatal(err)
				}
			}
			reportCPU(b, start)
		})
		b.Run("transform/"+name, func(b *testing.B) {
			b.ReportAllocs()
			start := cpuTime()
			for b.Loop() {
				if err := out.Transform(x, y, ot.Incoming); err != nil {
					b.Fatal(err)
				}
			}
			reportCPU(b, start)
		})
		b.Run("compose to an op/"+name, func(b *testing.B) {
			b.ReportAllocs()
			start := cpuTime()
			for b.Loop() {
				if _, err := ot.Compose(x, y); err != nil {
					b.Fatal(err)
				}
			}
			reportCPU(b, start)
		})
		text := x.AppendJSON(nil)
		b.Run("parse/"+name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			start := cpuTime()
			for b.Loop() {
				if _, err := ot.Parse(text, ot.Limits{}); err != nil {
					b.Fatal(err)
				}
			}
			reportCPU(b, start)
		})
	}
}

// BenchmarkComposeAll composes 10,000 inserts at random places, and a session
// of the folder COLLABD_TRACES or one of its own making.
func BenchmarkComposeAll(b *testing.B) {
	ops := make([]ot.Op, 10_000)
	var m ot.Builder
	for i := range ops {
		ops[i] = m.Retain(i*7919%(i+1), ot.Attrs{}).Insert("x", ot.Attrs{}).Op()
	}
	session := syntheticSession()
	if dir := os.Getenv("COLLABD_TRACES"); dir != "" {
		session, _ = readSession(b, filepath.Join(dir, "automerge-paper.jsonl.gz"))
	}
	typed := make([]ot.Op, len(session))
	for i, e := range session {
		typed[i] = e.build(&m).Op()
	}
	for name, ops := range map[string][]ot.Op{"random": ops, "session": typed} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			start := cpuTime()
			for b.Loop() {
				if _, err := ot.ComposeAll(ops); err != nil {
					b.Fatal(err)
				}
			}
			reportCPU(b, start)
		})
	}
}

// reportCPU reports the processor time of one turn since start.
func reportCPU(b *testing.B, start time.Duration) {
	b.ReportMetric(float64(cpuTime()-start)/float64(b.N), "cpu-ns/op")
}
