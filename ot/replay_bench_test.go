package ot_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/collabd/collabd/ot"
)

// BenchmarkReplay types the sessions of the folder COLLABD_TRACES, one op an
// edit, or one of its own making: into the tree alone, and as ops, each checked,
// through an editor and through Doc.Apply, and as ops that are built on the way.
func BenchmarkReplay(b *testing.B) {
	dir := os.Getenv("COLLABD_TRACES")
	if dir == "" {
		benchmarkReplay(b, "synthetic", syntheticSession(), "")
		return
	}
	for _, name := range []string{"automerge-paper", "sveltecomponent", "sveltecomponent-astral"} {
		session, sum := readSession(b, filepath.Join(dir, name+".jsonl.gz"))
		benchmarkReplay(b, name, session, sum)
	}
}

func benchmarkReplay(b *testing.B, name string, session []edit, sum string) {
	ops := make([]ot.Op, len(session))
	var m ot.Builder
	for i, e := range session {
		ops[i] = e.build(&m).Op()
	}
	for _, way := range []struct {
		name string
		run  func(e *ot.Editor) error
	}{
		{"tree", func(e *ot.Editor) error {
			for _, s := range session {
				e.Splice(s.pos, s.gone, s.text)
			}
			return nil
		}},
		{"editor", func(e *ot.Editor) error {
			for _, op := range ops {
				if err := ot.Text.CheckLen(op, e.Len()); err != nil {
					return err
				}
				if err := e.Apply(op); err != nil {
					return err
				}
			}
			return nil
		}},
		{"build and editor", func(e *ot.Editor) error {
			for _, s := range session {
				op := s.build(&m).View()
				if err := ot.Text.CheckLen(op, e.Len()); err != nil {
					return err
				}
				if err := e.Apply(op); err != nil {
					return err
				}
			}
			return nil
		}},
		{"values", func(e *ot.Editor) error {
			d := e.Doc()
			for _, op := range ops {
				var err error
				if d, err = d.Apply(op); err != nil {
					return err
				}
			}
			*e = *d.Edit()
			return nil
		}},
	} {
		b.Run(name+"/"+way.name, func(b *testing.B) {
			b.ReportAllocs()
			var e *ot.Editor
			start := cpuTime()
			for b.Loop() {
				e = ot.NewDoc().Edit()
				if err := way.run(e); err != nil {
					b.Fatal(err)
				}
			}
			used := cpuTime() - start
			if got := sha256Of(e.Doc().Text()); sum != "" && got != sum {
				b.Fatalf("the text has hash %s, want %s", got, sum)
			}
			b.ReportMetric(float64(b.N*len(session))/used.Seconds()/1e6, "Medits/cpu-s")
		})
	}
}

// syntheticSession types bursts at places all over a document that grows to
// 100,000 units, and deletes now and then.
func syntheticSession() []edit {
	r, size := newSource(1), 0
	var session []edit
	for size < 100_000 {
		pos := r.IntN(size + 1)
		for range 1 + r.IntN(60) {
			if r.one(4) && pos > 0 {
				pos--
				size--
				session = append(session, edit{pos: pos, gone: 1})
				continue
			}
			session = append(session, edit{pos: pos, text: "x"})
			pos++
			size++
		}
	}
	return session
}

// BenchmarkInsert types into a document of 1 MB in 20,000 runs, at random places.
func BenchmarkInsert(b *testing.B) {
	for _, kind := range []struct{ name, text string }{{"ascii", "x"}, {"astral", "😀"}} {
		d := manyRuns(b, 20_000, kind.text)
		r := newSource(1)
		ops := make([]ot.Op, 4096)
		var m ot.Builder
		bold := ot.NewAttrs(map[string]ot.Value{"bold": ot.True})
		for i := range ops {
			ops[i] = m.Retain(r.IntN(d.Len()/2)*2, ot.Attrs{}).Insert(kind.text, bold).Op()
		}
		b.Run(kind.name+"/editor", func(b *testing.B) {
			b.ReportAllocs()
			e := d.Edit()
			start := cpuTime()
			for i := 0; b.Loop(); i++ {
				if i%len(ops) == 0 {
					e = d.Edit()
				}
				if err := e.Apply(ops[i%len(ops)]); err != nil {
					b.Fatal(err)
				}
			}
			reportCPU(b, start)
		})
		b.Run(kind.name+"/values", func(b *testing.B) {
			b.ReportAllocs()
			start := cpuTime()
			for i := 0; b.Loop(); i++ {
				if _, err := d.Apply(ops[i%len(ops)]); err != nil {
					b.Fatal(err)
				}
			}
			reportCPU(b, start)
		})
		b.Run(kind.name+"/values and hash", func(b *testing.B) {
			b.ReportAllocs()
			start := cpuTime()
			for i := 0; b.Loop(); i++ {
				next, err := d.Apply(ops[i%len(ops)])
				if err != nil {
					b.Fatal(err)
				}
				next.Hash()
			}
			reportCPU(b, start)
		})
	}
}

// manyRuns returns a document of 50 units, or 100 of letter, for each run.
func manyRuns(b *testing.B, runs int, letter string) ot.Doc {
	var m ot.Builder
	bold := ot.NewAttrs(map[string]ot.Value{"bold": ot.True})
	for i := range runs {
		attrs := bold
		if i%2 == 0 {
			attrs = ot.Attrs{}
		}
		text := fmt.Sprintf("%050d", i)
		if len(letter) > 1 {
			text = ""
			for range 25 {
				text += letter
			}
		}
		m.Insert(text, attrs)
	}
	d, err := ot.DocOf(m.Op())
	if err != nil {
		b.Fatal(err)
	}
	return d
}
