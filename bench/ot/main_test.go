package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
)

// TestOursDoesTheWork compares what each task ends with to a string that is cut
// and joined.
func TestOursDoesTheWork(t *testing.T) {
	r := newRandom(1)
	edits := r.edits(len("start"), 300)
	edits = append([]edit{{inserted: "start"}}, edits...)
	want := ""
	for _, e := range edits {
		want = want[:e.pos] + e.inserted + want[e.pos+e.deleted:]
	}
	for _, w := range []way{inPlace, values} {
		for _, kind := range []string{kindReplay, kindSession} {
			if got := resultOf(t, w, input{Kind: kind, Edits: edits}); got != want && got != "none" {
				t.Errorf("%s, %s: got %q, want %q", w, kind, got, want)
			}
		}
		in, err := insertInto(2, 300, 300, 0)
		if err != nil {
			t.Fatal(err)
		}
		want := in.Text
		for _, x := range in.Inserts[:fewest] {
			want = want[:x.pos] + x.text + want[x.pos:]
		}
		if got := resultOf(t, w, in); got != want {
			t.Errorf("%s, inserts: got %q, want %q", w, got, want)
		}
	}
}

// TestAttributesAreInherited holds for the inputs: Yjs is not told attributes, it
// takes those of the character in front.
func TestAttributesAreInherited(t *testing.T) {
	in, err := insertInto(3, 400, 300, 100)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(resultOf(t, inPlace, in), `"insert"`); got != 100 {
		t.Errorf("%d runs after the inserts, want 100", got)
	}
}

// TestMerges compares each merge with what the others do: they transform op by op.
func TestMerges(t *testing.T) {
	in, err := mergeOf(4, kindMerge, 300, fewest)
	if err != nil {
		t.Fatal(err)
	}
	doc, history, err := headOf(in)
	if err != nil {
		t.Fatal(err)
	}
	over := all(t, history)
	branch := opsOf(in.Branch)
	for kind, branch := range map[string][]ot.Op{kindMerge: {all(t, branch)}, kindRebase: branch} {
		want, left := doc, over
		for _, op := range branch {
			if left, op, err = ot.TransformPair(left, op); err != nil {
				t.Fatal(err)
			}
			if want, err = want.Apply(op); err != nil {
				t.Fatal(err)
			}
		}
		in.Kind = kind
		if got := resultOf(t, inPlace, in); got != want.Text() {
			t.Errorf("%s: got %q, want %q", kind, got, want.Text())
		}
	}
}

func all(t *testing.T, ops []ot.Op) ot.Op {
	t.Helper()
	op, err := ot.ComposeAll(ops)
	if err != nil {
		t.Fatal(err)
	}
	return op
}

// resultOf reads in as a contender does, and does the work once.
func resultOf(t *testing.T, w way, in input) string {
	t.Helper()
	file, err := scenario{make: func() (input, error) { return in, nil }}.write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if in, err = readInput(file); err != nil {
		t.Fatal(err)
	}
	task, err := newTask(w, in)
	if err != nil {
		t.Fatal(err)
	}
	if task == nil {
		return "none"
	}
	if task.limited {
		task.count = fewest
	}
	if task.begin != nil {
		task.begin()
	}
	if err := task.run(); err != nil {
		t.Fatal(err)
	}
	text, err := task.result()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestPairsHaveTheirComponents(t *testing.T) {
	for _, kind := range []string{kindTransform, kindCompose} {
		for _, attributes := range []bool{false, true} {
			for _, n := range []int{10, 100, 1000} {
				in, err := pairsOf(5, kind, n, 4, attributes)
				if err != nil {
					t.Errorf("%s of %d: %v", kind, n, err)
				}
				for _, w := range []way{inPlace, values} {
					resultOf(t, w, in)
				}
			}
		}
	}
}

// TestScenariosCanBeMade makes all that need no recorded session but the largest.
func TestScenariosCanBeMade(t *testing.T) {
	names := map[string]bool{}
	for _, s := range scenarios(nil) {
		if names[s.name] {
			t.Errorf("%s is there twice", s.name)
		}
		names[s.name] = true
		if strings.Contains(s.name, "10 MB") {
			continue
		}
		if _, err := s.make(); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
	}
	for _, name := range []string{manyRuns, mergeAsOne, mergeEach} {
		if !names[name] {
			t.Errorf("a figure is stated for %s, which is no scenario", name)
		}
	}
}

func TestReport(t *testing.T) {
	l := line{scenario: scenario{name: paper, group: groupReplay, sha256: "x"}, results: map[string]answer{
		string(inPlace): {Seconds: 1e-7, SHA256: "x"},
		"quill-delta":   {Seconds: 4e-6, SHA256: "x"},
		"Yjs":           {Seconds: 1e-5, SHA256: "y"},
		"ot.js":         {Unable: "why"},
	}}
	r := report{columns: []string{string(inPlace), "quill-delta", "Yjs", "ot.js"}, lines: []line{l}}
	for _, want := range []string{"| automerge-paper | 10.0 M/s | 250 k/s (40×) | 100 k/s (100×) ≠ |\n", "| ≥ 10 M/s | 10.0 M/s | reached |"} {
		if !strings.Contains(r.page(), want) {
			t.Errorf("no %q in\n%s", want, r.page())
		}
	}
	if err := l.check(); err == nil || !strings.Contains(err.Error(), "Yjs ends with another result") {
		t.Errorf("a wrong result is not reported: %v", err)
	}
	l.ties = true
	if err := l.check(); err != nil {
		t.Errorf("a tie is reported: %v", err)
	}
	l.results[string(inPlace)] = answer{Seconds: 1, SHA256: "z"}
	if l.check() == nil {
		t.Error("our own wrong result is not reported")
	}
}

func TestDigits(t *testing.T) {
	for want, got := range map[string]string{
		"1.20 ms": duration(0.0012), "999 ns": duration(999e-9), "12.3 µs": duration(12.34e-6), "192 s": duration(192.4),
		"10,000": digits(9990, 2), "0.57": digits(0.567, 2), "0": digits(0, 2), "4.0": digits(4, 2), "5,680": digits(5678, 3),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestPackagesArePinned: the page names versions, so they must not float.
func TestPackagesArePinned(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("package.json"))
	if err != nil {
		t.Fatal(err)
	}
	var p struct{ Dependencies map[string]string }
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	for name, version := range p.Dependencies {
		if strings.ContainsAny(version, "^~*<>| ") {
			t.Errorf("%s %s is no single version", name, version)
		}
	}
}
